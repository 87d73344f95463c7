#!/usr/bin/env python3
"""
The lists: home, history, the library and the page of a runbook, with runs in
each state (lists.js).
time limit: 20 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, in_browser, runbook_folder  # noqa: E402

BOOKS = {
    "greet": """---
title: Greet the users
summary: Says hello, and fails where it is told to
owner: the greeters
tags: [demo, hello]
parameters:
  code: {label: Exit code, default: "0"}
---
```sh {#hello title="Say hello with {{code}}"}
echo hello; exit "$code"
```
- [ ] Look at the result {#look}
""",
    "approved": """---
title: Replace the certificates
tags: [tls]
approvals:
  - {role: approver, count: 1}
---
- [ ] Announce it {#announce role=lead}
""",
    "nowhere": """---
title: Restart the database
---
```sh {#restart on=databases}
true
```
""",
    "broken": "```sh {#a #b undo=nothing}\nx\n```\n",
}

TARGETS = "environments:\n  test:\n    label: Test lab\n    targets: {}\n  live:\n    label: Live\n" \
    "    production: true\n    local: {unconfined: true}\n    targets: {}\n"


def make_runs(ana):
    """Runs that succeeded, failed, were rolled back; open ones that wait and that have failed."""
    def new(book, environment="test", start=True, **values):
        status, run = ana.post("/runs", {"runbook": book, "environment": environment, "parameters": values})
        assert status == 201, run
        if start:
            assert ana.post(f"/runs/{run['id']}/start")[0] == 200
        return run["id"]

    def close(run, result):
        status, answer = ana.post(f"/runs/{run}/close", {"result": result})
        assert status == 200, answer

    for _ in range(3):
        ana.drive(run := new("greet"))
        close(run, "succeeded")
    ana.drive(run := new("greet", "live", code="3"))
    close(run, "failed")
    ana.drive(run := new("greet", code="7"))
    assert ana.post(f"/runs/{run}/abort", {"reason": "the window is over"})[0] == 200
    ana.drive(new("greet", "live", code="4"))
    ana.drive(new("greet"), until="look")
    new("greet", start=False)
    new("approved", start=False)


def main():
    results = Results()
    books = runbook_folder(BOOKS, TARGETS)
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,admin")
        console.user("bo", "operator,approver")
        console.user("eve", "")
        make_runs(ana)
        results.check("the lists", in_browser(console, "lists.js"))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
