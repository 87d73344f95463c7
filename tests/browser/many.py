#!/usr/bin/env python3
"""
A step on 1,000 targets, and a run of 1,000 steps (many.js).
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

HOSTS = 1000
BROKEN = range(601, 609)
STEPS = 1000
FLEET = """---
title: Upgrade the fleet
---
# Upgrade
```sqlite {#migrate on=fleet title="Migrate the databases"}
INSERT INTO host VALUES ('1');
```
"""


def targets(work):
    names = [f"fleet{n:04}" for n in range(1, HOSTS + 1)]
    return "environments:\n  test:\n    label: Test\n    targets:\n" + "".join(
        f"      {name}: {{sqlite: {{file: {work}/{'broken' if n in BROKEN else 'whole'}.sqlite}}}}\n"
        for n, name in enumerate(names, 1)) + f"    groups:\n      fleet: [{', '.join(names)}]\n"


def steps():
    text = "---\ntitle: A thousand steps\n---\n"
    for n in range(1, STEPS + 1):
        text += f"# Part {n // 20 + 1}\n\n" if n % 20 == 1 else ""
        text += f"```sh {{#s{n} title=\"Replace service {n}\"}}\necho \"service {n} is replaced\"\n```\n\n"
    return text


def main():
    results = Results()
    work = database_folder()
    books = runbook_folder({"fleet": FLEET, "steps": steps()}, targets(work))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        results.check("1,000 targets and 1,000 steps", in_browser(
            console, "many.js", TOKEN=ana.token))
    shutil.rmtree(books)
    shutil.rmtree(work)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
