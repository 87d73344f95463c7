#!/usr/bin/env python3
"""
The look of the pages: the parts on /ui and six pages against tests/golden/ui,
and rules that hold for every page (ui.js).  GOLDEN=write writes the golden files.
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

BOOK = """---
title: Two steps
summary: One that fails and one behind it
---
# First
```sh {#one title="The first"}
exit 3
```
# Second
- [ ] Look at it {#two}
"""

CALM = """---
title: Upgrade the greeter
summary: Two steps that succeed and one behind them
---
# Before
```sh {#look title="Look at what is there"}
echo greeter 1.4.0
```
- [ ] Announce the window {#announce}
# Upgrade
```sh {#stop title="Stop the greeter" .irreversible}
true
```
- [ ] Look at the dashboards {#dashboards}
"""

TARGETS = "environments:\n  test:\n    label: Test lab\n    targets: {}\n  live:\n    label: Live\n" \
    "    production: true\n    local: {unconfined: true}\n    targets: {}\n"


def main():
    results = Results()
    books = runbook_folder({"two": BOOK, "calm": CALM}, TARGETS)
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver,admin")
        for book, environment in (("two", "test"), ("two", "live"), ("calm", "test")):
            status, run = ana.post("/runs", {"runbook": book, "environment": environment})
            results.check(f"a run of {book} in {environment}",
                          status == 201 and ana.post(f"/runs/{run['id']}/start")[0] == 200)
            ana.drive(run["id"], until="stop")
        results.check("the look of the pages", in_browser(
            console, "ui.js", FONTCONFIG_FILE=str(TOP / "tests/browser/fonts.conf")))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
