#!/usr/bin/env python3
"""
The pages of errors (errors.js): what happened, why, a way on that works, and
the text that the person had typed.
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, in_browser, runbook_folder  # noqa: E402

BOOKS = {"greet": """---
title: Greet
---
- [ ] Announce it {#announce}
- [ ] Look at it {#look role=dba}
- [ ] Tell them {#tell}
"""}
TARGETS = "environments:\n  test: {local: {unconfined: true}}\n"


def main():
    results = Results()
    books = runbook_folder(BOOKS, TARGETS)
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        console.user("bo", "operator,dba")
        console.user("root", "admin")
        run = ana.post("/runs", {"runbook": "greet", "environment": "test", "parameters": {}})[1]["id"]
        assert ana.post(f"/runs/{run}/start")[0] == 200
        ana.drive(run, until="look")
        results.check("the pages of errors", in_browser(
            console, "errors.js", DATA=str(console.data),
            WEB=" ".join(map(str, console.pids("countersign-web")))))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
