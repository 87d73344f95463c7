#!/usr/bin/env python3
"""
Lighthouse on six pages, a run of 200 steps among them (lighthouse.js).
lighthouse.py N visits each N times, for the median of its performance.
time limit: 20 minutes, for a busy machine: each page has a limit of its own
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, in_browser, runbook_folder  # noqa: E402

STEPS = 200
DONE = 20           # steps of the long run that are over
BOOK = """---
title: An upgrade
---
# Prepare
```sh {#prepare title="Prepare"}
seq 1 100
```
- [ ] All is well {#check}
"""
TARGETS = "environments:\n  test: {label: Test}\n"


def long_book():
    steps = (f"```sh {{#step-{n} title=\"Change number {n}\"}}\nseq 1 50; echo {n}\n```\n"
             for n in range(1, STEPS + 1))
    return "---\ntitle: A long upgrade\n---\n" + "".join(
        f"# Part {n // 20 + 1}\n{step}" if n % 20 == 0 else step for n, step in enumerate(steps))


def main():
    results = Results()
    books = runbook_folder({"short": BOOK, "long": long_book()}, TARGETS)
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver,admin")
        runs = {}
        for name in ("short", "long"):
            runs[name] = ana.post("/runs", {"runbook": name, "environment": "test"})[1]["id"]
            ana.post(f"/runs/{runs[name]}/start")
        ana.press(runs["short"], ana.step(runs["short"], "prepare"))
        ana.wait_step(runs["short"], "prepare")
        for n in range(1, DONE + 1):
            ana.press(runs["long"], ana.step(runs["long"], f"step-{n}"))
            ana.wait_step(runs["long"], f"step-{n}")
        results.check("what Lighthouse says of six pages", in_browser(
            console, "lighthouse.js", RUN=str(runs["short"]), LONG=str(runs["long"]),
            **({"SPEED": sys.argv[1]} if sys.argv[1:] else {})))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
