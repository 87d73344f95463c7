#!/usr/bin/env python3
"""The page of a report: what it says once, whether its counts add up, and
which file a hash is of."""
import hashlib
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import Console, main, runbook_folder  # noqa: E402

BOOK = """---
title: All outcomes
parameters:
  version: {label: Version, default: "1"}
approvals:
  - {role: approver, count: 1}
---
```sh {#one save=out.txt}
echo one
```
```sh {#fails}
exit 3
```
```sh {#excluded when="version == '9'"}
true
```
```sh {#spare .optional}
true
```
- [ ] Look at it {#look}

```sh {#last}
true
```
# Back {.rollback}
```sh {#undo-one undo=one}
true
```
```sh {#undo-last undo=last}
true
```
"""

HOPS = """---
title: Hops
parameters:
  from: {label: From, default: "1"}
  to: {label: To, default: "2"}
---
# 1 to 2 {.hop from=1 to=2}
```sh {#first}
true
```
# 2 to 3 {.hop from=2 to=3}
```sh {#second}
true
```
# Back {.rollback}
```sh {#undo-second undo=second}
true
```
"""


def done(answer):
    assert answer[0] in (200, 201, 202), answer
    return answer[1]


def planned(runbook="all"):
    return done(ana.post("/runs", {"runbook": runbook, "environment": "test"}))["id"]


def approved():
    run = planned()
    done(eve.post(f"/runs/{run}/approvals", {"decision": "approve", "comment": "read it",
                                             "plan": ana.run(run)["plan"]}))
    return run


def started():
    run = approved()
    done(ana.post(f"/runs/{run}/start"))
    ana.press(run, ana.step(run, "one"))
    return run


def skip(run, step, reason="known"):
    done(ana.post(f"/runs/{run}/steps/{step}/skip", {"reason": reason}))


def close(run, result):
    done(ana.post(f"/runs/{run}/close", {"result": result, "note": "n"}))


def page(run):
    return ana.get(f"/runs/{run}/report", accept="text/html")[1]


def counts(run):
    """The lines of the counts of steps."""
    found = re.search(r"(?s)<dt>Steps</dt>(.*?)</dd>", page(run)).group(1)
    return re.findall(r"<p[^>]*>([^<]*)</p>", found)


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


def counts_add_up():
    run = started()
    ana.press(run, ana.step(run, "fails"))
    assert counts(run) == ["1 of 5 · 1 failed · 3 to do", "Not counted: 1 left out"], counts(run)
    done(ana.post(f"/runs/{run}/abort", {"reason": "enough"}))
    assert counts(run) == ["1 of 5 · 1 failed · 3 not done",
                           "Not counted: 1 left out"], counts(run)
    run = started()
    ana.press(run, ana.step(run, "fails"))
    for step in "fails", "spare", "look":
        skip(run, step)
    ana.press(run, ana.step(run, "last"))
    close(run, "succeeded")
    assert counts(run) == ["2 of 4 · 1 skipped · 1 skipped after failing",
                           "Not counted: 1 optional, not done · 1 left out"], counts(run)


def a_rollback_is_counted_apart_from_the_way_there():
    run = started()
    done(ana.post(f"/runs/{run}/rollback", {"reason": "no"}))
    ana.drive(run)
    close(run, "rolled_back")
    assert counts(run) == ["1 of 5 · 4 not done", "Not counted: 1 left out",
                           "rollback 1 of 1", "Not counted: 1 left out"], counts(run)
    text = page(run)
    assert "Every step was done" not in text, text
    row = re.search(r'(?s)id="report-undo-last".*?</tbody>', text).group(0)
    assert "There was nothing to undo." in row, row


def an_optional_step_that_was_not_tried_did_not_go_wrong():
    run = started()
    ana.press(run, ana.step(run, "fails"))
    skip(run, "fails")
    skip(run, "spare")
    troubles = re.search(r'(?s)id="h-troubles".*?</section>', page(run)).group(0)
    assert "#report-fails" in troubles and "#report-spare" not in troubles, troubles


def what_was_not_done_has_no_time():
    run = started()
    done(ana.post(f"/runs/{run}/abort", {"reason": "enough"}))
    text = page(run)
    assert "<time" in re.search(r'(?s)id="report-one".*?</tbody>', text).group(0)
    row = re.search(r'(?s)id="report-fails".*?</tbody>', text).group(0)
    assert "Not done" in row and "<time" not in row, row


def the_table_has_the_hop_that_is_counted_as_left_out():
    run = planned("hops")
    done(ana.post(f"/runs/{run}/start"))
    ana.drive(run)
    assert counts(run) == ["1 of 1", "Not counted: 1 left out"], counts(run)
    assert re.findall(r'id="report-([a-z-]+)"', page(run)) == ["first", "second"]


def a_hash_is_that_of_the_file_that_it_stands_for():
    run = started()
    rows = re.findall(r'<td>([^<]*)<br><code class="hash">([0-9a-f]{64})</code>', page(run))
    assert [name for name, _ in rows] == ["Output", "out.txt"], rows
    artifact = ana.run(run)["artifacts"][0]["url"]
    times = f"/runs/{run}/steps/one/attempts/1/local.times"
    for (_, said), path in zip(rows, (times, artifact), strict=True):
        data = console.raw("GET", path, headers={
            "Authorization": "Bearer " + ana.token, "Accept": "*/*"})[2]
        assert hashlib.blake2b(data, digest_size=32).hexdigest() == said, (path, data)


books = runbook_folder({"all": BOOK, "hops": HOPS})
try:
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        eve = console.user("eve", "approver")
        main([approvals_stand_once,
              a_run_that_nobody_approved_says_whose_approval_it_asks_for,
              counts_add_up,
              a_rollback_is_counted_apart_from_the_way_there,
              an_optional_step_that_was_not_tried_did_not_go_wrong,
              what_was_not_done_has_no_time,
              the_table_has_the_hop_that_is_counted_as_left_out,
              a_hash_is_that_of_the_file_that_it_stands_for])
finally:
    shutil.rmtree(books)
