#!/usr/bin/env python3
"""
The report on screen and paper, of a run with a group of 300 targets; people,
their roles, and what else stands in the menu of an account (report.js).
time limit: 20 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, database_folder, in_browser, runbook_folder  # noqa: E402

BOOK = """---
title: Upgrade the fleet
parameters:
  version: {label: Target version, default: 1.4.1}
---
# Prepare
- [ ] Announce the maintenance window {#announce}

```sh {#backup save=backup.txt}
echo "saved as /srv/backup/$version"
```
# Upgrade
```sqlite {#migrate on=fleet title="Migrate the databases"}
INSERT INTO host VALUES ({{version}});
```
```sh {#check title="Check the service"}
echo "package database is locked"; exit 3
```
```sh {#later when="version == '9'"}
true
```
- [ ] Tell the night shift {#tell}
"""
HOSTS = 300
BROKEN = range(40, 48)


def targets(work):
    names = [f"fleet{n:03}" for n in range(1, HOSTS + 1)]
    return "environments:\n  live:\n    label: Live\n    production: true\n    local: {unconfined: true}\n" \
        "    targets:\n" + "".join(
            f"      {name}: {{sqlite: {{file: {work}/{'broken' if n in BROKEN else 'whole'}.sqlite}}}}\n"
            for n, name in enumerate(names, 1)) + f"    groups:\n      fleet: [{', '.join(names)}]\n"


def a_run(ana):
    status, run = ana.post("/runs", {"runbook": "fleet", "environment": "live", "reason": "CVE-2026-1234"})
    assert status == 201 and ana.post(f"/runs/{run['id']}/start")[0] == 200, run
    number = run["id"]
    steps = f"/runs/{number}/steps"
    assert ana.post(f"{steps}/announce/confirm", {"note": "mailed to ops at 21:40"})[0] == 200
    assert ana.press(number, ana.step(number, "backup"))["state"] == "succeeded"
    assert ana.press(number, ana.step(number, "migrate"))["state"] == "failed"
    assert ana.post(f"{steps}/migrate/skip", {"reason": "eight hosts are retired tomorrow"})[0] == 200
    assert ana.press(number, ana.step(number, "check"))["state"] == "failed"
    assert ana.post(f"{steps}/check/skip", {"reason": "the lock is the nightly index"})[0] == 200
    assert ana.post(f"{steps}/tell/confirm", {"note": "told"})[0] == 200
    status, answer = ana.post(f"/runs/{number}/close", {"result": "succeeded", "note": "292 of 300 hosts"})
    assert status == 200, answer
    return number


def main():
    results = Results()
    work = database_folder()
    books = runbook_folder({"fleet": BOOK}, targets(work))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver,admin")
        run = a_run(ana)
        results.check("the report, and people", in_browser(console, "report.js", RUN=str(run)))
    shutil.rmtree(books)
    shutil.rmtree(work)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
