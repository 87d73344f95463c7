#!/usr/bin/env python3
"""The page of a report: what it says once."""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import Console, main, runbook_folder  # noqa: E402

BOOK = """---
title: Approved
approvals:
  - {role: approver, count: 1}
---
```sh {#one}
true
```
"""


def done(answer):
    assert answer[0] in (200, 201, 202), answer
    return answer[1]


def planned():
    return done(ana.post("/runs", {"runbook": "all", "environment": "test"}))["id"]


def approved():
    run = planned()
    done(eve.post(f"/runs/{run}/approvals", {"decision": "approve", "comment": "read it",
                                             "plan": ana.run(run)["plan"]}))
    return run


def page(run):
    return ana.get(f"/runs/{run}/report", accept="text/html")[1]


def approvals_stand_once():
    text = page(approved())
    assert text.count(">Approvals<") == 1, text
    section = re.search(r'(?s)id="h-approvals".*?</section>', text).group(0)
    assert "Asked for: approver × 1" in section and "read it" in section, section
    assert text.count("read it") == 2, "and once among what was done"


def a_run_that_nobody_approved_says_whose_approval_it_asks_for():
    text = page(planned())
    assert "Asked for: approver × 1" in text, text
    assert "Nobody has approved or rejected the plan." in text, text


books = runbook_folder({"all": BOOK})
try:
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        eve = console.user("eve", "approver")
        main([approvals_stand_once,
              a_run_that_nobody_approved_says_whose_approval_it_asks_for])
finally:
    shutil.rmtree(books)
