#!/usr/bin/env python3
"""
A run in Firefox, from signing in to its report (firefox.js).
time limit: 15 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, in_browser, runbook_folder  # noqa: E402

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
        results.check("a run in Firefox", in_browser(console, "firefox.js"))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
