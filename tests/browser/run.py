#!/usr/bin/env python3
"""The browser tests (index.js) against a console of their own."""
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# The plain build: what a person would use, at its speed.
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console  # noqa: E402

with Console() as console:
    code = subprocess.run(
        ["node", "index.js"], cwd=TOP / "tests/browser", timeout=600,
        env=dict(os.environ, BASE_URL=console.base,
                 SETUP_LINK=f"{console.base}/setup?key={console.setup_key}"),
        check=False).returncode
sys.exit(code)
