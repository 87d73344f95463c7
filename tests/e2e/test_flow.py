#!/usr/bin/env python3
"""The flow of a run: gates in the middle, sections that repeat, hops."""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import Console, main, runbook_folder  # noqa: E402

GATE = """---
title: A gate in the middle
parameters:
  word: {label: Word, default: first}
---
```sh {#before}
echo before
```

```approval {#gate title="Two agree" role=approver count=2}
```

```sh {#after rerun=safe}
[ "$word" = right ] && echo "after: $word"
```

```sh {#is-after .probe of=after}
exit 1
```
"""

books = runbook_folder({"gate": GATE})


def started(person, book, parameters=None):
    status, answer = person.post("/runs", {"runbook": book,
        "environment": "test", "parameters": parameters or {}})
    assert status == 201, answer
    status, more = person.post(f"/runs/{answer['id']}/start")
    assert status == 200, more
    return answer["id"]


def refused(answer, status, code):
    assert answer[0] == status and answer[1]["error"]["code"] == code, answer


def nothing_after_a_gate_runs_before_two_people_have_given_it():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        bo = console.user("bo", "approver")
        cy = console.user("cy", "approver,operator")
        dan = console.user("dan", "operator")
        run = started(ana, "gate")
        gate = f"/runs/{run}/steps/gate/approve"
        refused(bo.post(gate, {"decision": "approve"}), 409, "step_state")
        ana.drive(run, until="gate")
        step = ana.step(run, "gate")
        assert step["state"] == "ready" and step["can"] == [], step
        assert step["approval"]["missing"] == 2, step
        assert "approve" in bo.step(run, "gate")["can"]
        refused(ana.post(f"/runs/{run}/steps/after/execute"), 409,
                "step_state")
        refused(ana.post(gate, {"decision": "approve"}), 403, "four_eyes")
        refused(dan.post(gate, {"decision": "approve"}), 403, "role_needed")
        refused(bo.post(f"/runs/{run}/steps/gate/skip", {"reason": "late"}),
                409, "gate")
        refused(bo.post(gate, {"decision": "approve", "plan": "0" * 64}),
                409, "other_plan")
        assert bo.post(gate, {"decision": "approve", "comment": "read it",
                              "plan": bo.run(run)["plan"]})[0] == 200
        refused(bo.post(gate, {"decision": "approve"}), 409,
                "already_decided")
        step = ana.step(run, "gate")
        assert step["state"] == "ready", step
        assert step["approval"]["given"] == 1, step
        page = cy.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "1 of 2 given" in page and "read it" in page
        assert cy.post(gate, {"decision": "approve"})[0] == 200
        assert ana.step(run, "gate")["state"] == "succeeded"
        assert ana.run(run)["current"] == "after"
        report = ana.ask("GET", f"/runs/{run}/report", accept="text/html")[1]
        assert "2 of 2 given" in report and "read it" in report
        csv = ana.ask("GET", f"/runs/{run}/report.csv", accept="text/csv")[1]
        assert '"gate","Two agree"' in csv and '"succeeded","cy"' in csv, csv


def a_changed_plan_asks_its_gate_anew_and_holds_back_what_failed():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        bo = console.user("bo", "approver")
        cy = console.user("cy", "approver")
        run = started(ana, "gate")
        gate = f"/runs/{run}/steps/gate/approve"
        ana.drive(run, until="gate")
        for person in (bo, cy):
            assert person.post(gate, {"decision": "approve"})[0] == 200
        run_now = ana.drive(run)
        assert ana.step(run, "after")["state"] == "failed", run_now
        change = f"/runs/{run}/parameters"
        before = ana.run(run)["plan"]
        assert ana.post(change, {"parameters": {"word": "first"}})[0] == 200
        assert ana.step(run, "gate")["state"] == "succeeded", "no new plan"
        assert ana.post(change, {"parameters": {"word": "right"}})[0] == 200
        now = ana.run(run)
        assert now["plan"] != before and now["current"] == "gate", now
        assert ana.step(run, "gate")["approval"]["given"] == 0
        assert ana.step(run, "after")["can"] == []
        refused(ana.post(f"/runs/{run}/steps/after/retry"), 409, "gate_first")
        refused(ana.post(f"/runs/{run}/steps/is-after/execute"), 409,
                "gate_first")
        refused(ana.post(f"/runs/{run}/steps/after/skip", {"reason": "x"}),
                409, "gate_first")
        for person in (bo, cy):
            assert person.post(gate, {"decision": "approve"})[0] == 200
        assert ana.run(run)["current"] == "after"
        assert ana.post(f"/runs/{run}/steps/after/retry")[0] == 202
        assert ana.wait_step(run, "after")["state"] == "succeeded"
        assert ana.post(f"/runs/{run}/close",
                        {"result": "succeeded"})[0] == 200


def who_rejects_a_gate_says_why_and_alone_can_take_it_back():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        bo = console.user("bo", "approver")
        cy = console.user("cy", "approver")
        run = started(ana, "gate")
        gate = f"/runs/{run}/steps/gate/approve"
        ana.drive(run, until="gate")
        refused(bo.post(gate, {"decision": "reject"}), 422, "missing_field")
        assert bo.post(gate, {"decision": "reject",
                              "comment": "no backup"})[0] == 200
        step = ana.step(run, "gate")
        assert step["state"] == "failed" and step["by"] == "bo", step
        assert step["reason"] == "no backup", step
        page = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "bo rejected it: no backup" in page
        refused(cy.post(gate, {"decision": "approve"}), 409, "rejected")
        refused(bo.post(f"/runs/{run}/steps/gate/retry"), 409, "wrong_kind")
        refused(ana.post(f"/runs/{run}/close", {"result": "succeeded"}), 409,
                "unfinished")
        assert bo.post(gate, {"decision": "approve"})[0] == 200
        assert ana.step(run, "gate")["state"] == "ready"
        assert cy.post(gate, {"decision": "approve"})[0] == 200
        assert ana.step(run, "gate")["state"] == "succeeded"


def the_runner_counts_a_gate_with_the_roles_of_now():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = started(ana, "gate", {"word": "right"})
        gate = f"/runs/{run}/steps/gate/approve"
        ana.drive(run, until="gate")
        for name in ("bo", "cy"):
            assert console.user(name, "approver").post(gate, {
                "decision": "approve"})[0] == 200
        console.cli("user", "roles", "cy", "--roles", "operator")
        assert ana.post(f"/runs/{run}/steps/after/execute")[0] == 202
        step = ana.wait_step(run, "after")
        assert step["state"] == "failed", step
        assert "Two agree" in step["attempts"][0]["message"], step


try:
    main([nothing_after_a_gate_runs_before_two_people_have_given_it,
          a_changed_plan_asks_its_gate_anew_and_holds_back_what_failed,
          who_rejects_a_gate_says_why_and_alone_can_take_it_back,
          the_runner_counts_a_gate_with_the_roles_of_now])
finally:
    shutil.rmtree(books, ignore_errors=True)
