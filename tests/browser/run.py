#!/usr/bin/env python3
"""
The browser tests (index.js) against a console of their own.

Each step there waits for a condition with a limit of its own (browser.js), so
that a page that hangs is named after seconds.  All of them together may take
what a busy machine needs.  time limit: 40 minutes
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# The plain build: what a person would use, at its speed.
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import ROOT, Console, left_out, may_divide  # noqa: E402

with tempfile.TemporaryDirectory(prefix="cs-books-") as books:
    for folder in ("runbooks", "tests/browser/runbooks"):
        shutil.copytree(TOP / folder, books, dirs_exist_ok=True)
    os.chmod(books, 0o755)      # the console's programs are not root
    isolated = ROOT or may_divide()
    if not isolated:
        targets = pathlib.Path(books, "targets.yml")
        targets.write_text(targets.read_text().replace(
            "production: true\n",
            "production: true\n    local: {unconfined: true}\n"))
        left_out("steps that are isolated", "this machine refuses namespaces "
                 "to ordinary users; production accepts it, for the test")
    with Console(runbooks=pathlib.Path(books)) as console:
        code = subprocess.run(
            ["node", "index.js"], cwd=TOP / "tests/browser",
            env=dict(os.environ, BASE_URL=console.base,
                     DATA=str(console.data),
                     ISOLATED="yes" if isolated else "no",
                     SETUP_LINK=f"{console.base}/setup?key="
                     f"{console.setup_key}"),
            check=False).returncode
sys.exit(code)
