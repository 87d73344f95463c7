#!/usr/bin/env python3
"""
A run in Firefox, from signing in to its report (firefox.js).
time limit: 15 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import PASSWORD, Console, Results, runbook_folder  # noqa: E402

BOOK = """---
title: Two steps
---
# Work
```sh {#first title="The first"}
echo done
```
- [ ] All is well {#check}
"""


def main():
    results = Results()
    books = runbook_folder({"two": BOOK}, "environments:\n  test: {label: Test}\n")
    with Console(runbooks=books) as console:
        console.user("ana", "operator,approver,admin")
        code = subprocess.run(
            ["node", "firefox.js"], cwd=TOP / "tests/browser",
            env=dict(os.environ, BASE_URL=console.base, PASSWORD=PASSWORD), check=False).returncode
        results.check("a run in Firefox", code == 0)
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
