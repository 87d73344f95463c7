#!/usr/bin/env python3
"""The flow of a run: gates in the middle, sections that repeat, hops."""
import pathlib
import shutil
import sqlite3
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

EACH = """---
title: Each machine in turn
parameters:
  hosts: {label: Hosts, type: list, default: [alpha, beta], pattern: '[^;]+'}
  word: {label: Word, default: hello}
---
# Look at {{host}} {each="host in hosts"}

The host is {{host}}.

```sh {#look capture="said~^said (.*)$" save=said.txt title="Look"}
echo "said $word to $host"
```

```sh {#check when="host != 'beta'" title="Check what {{host}} said"}
echo "$said, $CS_HOST"
```

- [ ] Look at the page of {{host}} {#page}

# Databases {each="db in databases"}

```sqlite {#fill on=db title="Fill"}
CREATE TABLE item (name TEXT);
INSERT INTO item VALUES ({{db}});
```

# Back {.rollback each="host in hosts"}

```sh {#back undo=look}
echo "back: $said"
```
"""

HOPS = """---
title: Hops
parameters:
  from: {label: From}
  to: {label: To}
---
# 0.1 to 0.2 {.hop from=0.1 to=0.2}

```sh {#first}
echo first
```

## Way back {.rollback}

```sh {#first-back}
echo first-back
```

# 0.2 to 0.10 {.hop from=0.2 to=0.10}

- [ ] Change the callers {#second}

## The way back {.rollback}

```sh {#second-back}
echo second-back
```

# 0.10 to 1.0 {.hop from=0.10 to=1.0}

```sh {#third}
echo third
```

## Its way back {.rollback}

```sh {#third-back}
echo third-back
```

# All of it {.rollback}

- [ ] Tell everybody {#tell}
"""

SPARE = """---
title: What may be left
rehearsal: {in: bare, within: 1d}
parameters:
  port: {label: Port, default: 8000, pattern: '\\d+'}
  fast: {label: Fast, type: bool}
---
```sh {#work}
true
```

```sh {#tidy .optional}
test "$CS_ENVIRONMENT" = bare
```

- [ ] Look around {#look .optional}
- [ ] Sign off {#must}
"""

TARGETS = """environments:
  test:
    values: {port: 8443, fast: true}
    targets:
      one: {sqlite: {file: one.db}}
      two: {sqlite: {file: two.db}}
    groups:
      databases: [two, one]
  bare: {values: {port: 8080}}
"""

books = runbook_folder({"gate": GATE, "each": EACH, "hops": HOPS,
                        "spare": SPARE}, TARGETS)


def started(person, book, parameters=None):
    status, answer = person.post("/runs", {"runbook": book,
        "environment": "test", "parameters": parameters or {}})
    assert status == 201, answer
    status, more = person.post(f"/runs/{answer['id']}/start")
    assert status == 200, more
    return answer["id"]


def decide(person, run, gate="gate", **more):
    """A decision on a gate, for the plan as the person reads it now."""
    return person.post(f"/runs/{run}/steps/{gate}/approve", {
        "decision": "approve", "plan": person.run(run)["plan"], **more})


def refused(answer, status, code):
    assert answer[0] == status and answer[1]["error"]["code"] == code, answer


def nothing_after_a_gate_runs_before_two_people_have_given_it():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        bo = console.user("bo", "approver")
        cy = console.user("cy", "approver,operator")
        dan = console.user("dan", "operator")
        run = started(ana, "gate")
        refused(decide(bo, run), 409, "step_state")
        ana.drive(run, until="gate")
        step = ana.step(run, "gate")
        assert step["state"] == "ready" and step["can"] == [], step
        assert step["approval"]["missing"] == 2, step
        assert "approve" in bo.step(run, "gate")["can"]
        refused(ana.post(f"/runs/{run}/steps/after/execute"), 409,
                "step_state")
        refused(decide(ana, run), 403, "own_run")
        refused(decide(dan, run), 403, "role_needed")
        refused(bo.post(f"/runs/{run}/steps/gate/skip", {"reason": "late"}),
                409, "gate")
        refused(decide(bo, run, plan="0" * 64), 409, "other_plan")
        assert decide(bo, run, comment="read it")[0] == 200
        refused(decide(bo, run), 409, "already_decided")
        step = ana.step(run, "gate")
        assert step["state"] == "ready", step
        assert step["approval"]["given"] == 1, step
        page = cy.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "1 of 2 given" in page and "read it" in page
        assert decide(cy, run)[0] == 200
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
        ana.drive(run, until="gate")
        for person in (bo, cy):
            assert decide(person, run)[0] == 200
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
            assert decide(person, run)[0] == 200
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
        ana.drive(run, until="gate")
        refused(decide(bo, run, decision="reject"), 422, "missing_field")
        assert decide(bo, run, decision="reject",
                      comment="no backup")[0] == 200
        step = ana.step(run, "gate")
        assert step["state"] == "failed" and step["by"] == "bo", step
        assert step["reason"] == "no backup", step
        page = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "bo rejected it: no backup" in page
        refused(decide(cy, run), 409, "rejected")
        refused(bo.post(f"/runs/{run}/steps/gate/retry"), 409, "wrong_kind")
        refused(ana.post(f"/runs/{run}/close", {"result": "succeeded"}), 409,
                "unfinished")
        assert decide(bo, run)[0] == 200
        assert ana.step(run, "gate")["state"] == "ready"
        assert decide(cy, run)[0] == 200
        assert ana.step(run, "gate")["state"] == "succeeded"


def a_gate_counts_with_the_roles_of_now():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = started(ana, "gate", {"word": "right"})
        ana.drive(run, until="gate")
        for name in ("bo", "cy"):
            assert decide(console.user(name, "approver"), run)[0] == 200
        console.cli("user", "roles", "cy", "--roles", "operator")
        answer = ana.post(f"/runs/{run}/steps/after/execute")
        assert answer[0] == 409 and "Two agree" in str(answer[1]), answer
        assert ana.step(run, "after")["state"] == "ready"
        console.cli("user", "roles", "cy", "--roles", "approver")
        assert ana.post(f"/runs/{run}/steps/after/execute")[0] == 202
        assert ana.wait_step(run, "after")["state"] == "succeeded"


def make_databases():
    for name in ("one.db", "two.db"):
        (books / name).unlink(missing_ok=True)
        sqlite3.connect(books / name).execute("VACUUM").close()


def a_section_is_run_for_each_item_with_its_own_values():
    make_databases()
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = started(ana, "each", {"hosts": "alpha, beta\n gamma ray"})
        now = ana.run(run)
        assert now["parameters"]["hosts"] == "alpha,beta,gamma ray"
        ids = [s["id"] for s in now["steps"]]
        assert ids == ["look.alpha", "check.alpha", "page.alpha", "look.beta",
                       "check.beta", "page.beta", "look.gamma-ray",
                       "check.gamma-ray", "page.gamma-ray", "fill.two",
                       "fill.one", "back.alpha", "back.beta",
                       "back.gamma-ray"], ids
        titles = {s["id"]: s["title"] for s in now["steps"]}
        assert titles["check.alpha"] == "Check what alpha said"
        assert titles["look.beta"] == "Look: beta", titles
        sections = {s["id"]: s["section"] for s in now["steps"]}
        assert sections["look.gamma-ray"] == "Look at gamma ray", sections
        assert ana.step(run, "fill.two")["targets"] == ["two"]
        page = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "The host is gamma ray." in page
        preview = ana.ask("GET", f"/runs/{run}/preview/look.gamma-ray",
                          accept="text/html")[1]
        assert "<code>gamma ray</code>" in preview
        ana.drive(run)
        assert "said hello to gamma ray" in ana.output(
            run, "look.gamma-ray", "local")
        assert "hello to alpha, alpha" in ana.output(run, "check.alpha",
                                                     "local")
        step = ana.step(run, "check.beta")
        assert step["state"] == "skipped" and step["excluded"], step
        variables = ana.run(run)["variables"]
        assert variables["said@host=beta"] == "hello to beta", variables
        kept = {a["name"]: a["step"] for a in ana.run(run)["artifacts"]}
        assert kept["gamma-ray.said.txt"] == "look.gamma-ray", kept
        assert len(kept) == 3, kept
        for name in ("one", "two"):
            rows = sqlite3.connect(books / f"{name}.db").execute(
                "SELECT name FROM item").fetchall()
            assert rows == [(name,)], rows
        assert ana.post(f"/runs/{run}/rollback", {"reason": "x"})[0] == 200
        assert ana.run(run)["current"] == "back.gamma-ray"
        ana.drive(run)
        assert "back: hello to beta" in ana.output(run, "back.beta", "local")
        assert ana.post(f"/runs/{run}/close",
                        {"result": "rolled_back"})[0] == 200
        report = ana.ask("GET", f"/runs/{run}/report", accept="text/html")[1]
        assert "Look: gamma ray" in report
        csv = ana.ask("GET", f"/runs/{run}/report.csv", accept="text/csv")[1]
        assert '"look.beta","Look: beta","Look at beta"' in csv, csv


def lists_that_cannot_be_are_refused_by_field():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")

        def create(environment="test", **parameters):
            status, answer = ana.post("/runs", {
                "runbook": "each", "environment": environment,
                "parameters": parameters})
            return status, answer.get("error", {}).get("field")
        assert create(hosts="a, a") == (422, "hosts")
        assert create(hosts="a, b;c") == (422, "hosts")
        assert create(hosts="a, -rf") == (422, "hosts")
        assert create(hosts="a\u202eb") == (422, "hosts")
        assert create(hosts=" , ,") == (422, "hosts")
        assert create(hosts=",".join(str(i) for i in range(1999))) == \
            (422, "")
        assert create("bare") == (422, "environment")
        run = started(ana, "each")
        change = f"/runs/{run}/parameters"
        refused(ana.post(change, {"parameters": {"hosts": "alpha"}}), 422,
                "shapes_run")
        assert ana.post(change, {"parameters": {
            "hosts": "alpha, beta", "word": "bye"}})[0] == 200
        assert ana.run(run)["parameters"]["word"] == "bye"
        page = ana.ask("GET", change, accept="text/html")[1]
        assert "param_word" in page and "param_hosts" not in page
        assert "decide which steps this run has" in page


def a_run_takes_only_the_hops_between_its_versions():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        for versions, field in ((("0.3", "1.0"), "from"),
                                (("0.1", "2.0"), "to"),
                                (("0.10", "0.2"), "to")):
            status, answer = ana.post("/runs", {
                "runbook": "hops", "environment": "bare",
                "parameters": dict(zip(("from", "to"), versions))})
            assert status == 422, answer
            assert answer["error"]["field"] == field, answer
            assert "0.2 → 0.10" in answer["error"]["message"], answer
        status, answer = ana.post("/runs", {
            "runbook": "hops", "environment": "bare",
            "parameters": {"from": "0.2", "to": "1.0"}})
        run = answer["id"]
        assert ana.post(f"/runs/{run}/start")[0] == 200
        now = ana.run(run)
        assert now["progress"] == {"done": 0, "total": 2, "percent": 0,
                                   "skipped": 0, "skipped_failed": 0,
                                   "skipped_optional": 0,
                                   "left_out": 0, "not_taken": 1}, now["progress"]
        step = ana.step(run, "first")
        assert step["state"] == "skipped" and step["part"] == "not_taken"
        assert step["reason"] == "from <= '0.1' and '0.2' <= to", step
        assert step["can"] == [] and step["excluded"]
        refused(ana.post(f"/runs/{run}/steps/first/execute"), 409,
                "step_state")
        assert now["current"] == "second", now
        page = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "1 left out" in page
        refused(ana.post(f"/runs/{run}/parameters",
                         {"parameters": {"from": "0.1"}}), 422, "shapes_run")
        # only what ran goes back, the latest first
        ana.press(run, ana.step(run, "second"))
        assert ana.post(f"/runs/{run}/rollback", {"reason": "x"})[0] == 200
        assert ana.step(run, "third-back")["state"] == "skipped"
        ana.drive(run)
        progress = ana.run(run)["progress"]
        assert (progress["total"], progress["left_out"]) == (2, 1), progress
        assert ana.step(run, "first-back")["part"] == "not_taken"
        csv = ana.ask("GET", f"/runs/{run}/report.csv", accept="text/csv")[1]
        assert '"first","' in csv and '"excluded"' in csv, csv
        assert ana.post(f"/runs/{run}/close",
                        {"result": "rolled_back"})[0] == 200
        optional_steps_and_values_of_the_environment(ana)


def skip(person, run, step, **body):
    return person.post(f"/runs/{run}/steps/{step}/skip", body)


def optional_steps_and_values_of_the_environment(ana):
    """They count neither in the run nor for its rehearsal, unless they failed."""
    form = ana.ask("GET", "/runs/new?runbook=spare", accept="text/html")[1]
    assert "8443" in form and "8080" in form, form
    assert 'name="param_port"' not in form, "both environments decide on it"
    assert '<select id="param-fast"' in form, "one of them does"
    asked = {"runbook": "spare", "environment": "bare", "parameters": {}}
    refused(ana.post("/runs", {**asked, "parameters": {"port": "8000"}}), 422,
            "fixed_value")
    run = ana.post("/runs", {**asked, "parameters": {"fast": "true"}})[1]["id"]
    assert ana.run(run)["fixed"] == {"port": "8080"}
    assert ana.run(run)["parameters"]["port"] == "8080"
    refused(ana.post(f"/runs/{run}/parameters", {"parameters": {
        "port": "1"}}), 422, "fixed_value")
    assert ana.post(f"/runs/{run}/start")[0] == 200
    assert ana.run(run)["progress"]["total"] == 4
    ana.drive(run, until="tidy")
    card = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
    assert "that is no deviation" in card and "set by bare" in card
    for step in "tidy", "look":
        assert skip(ana, run, step)[0] == 200, step
    refused(skip(ana, run, "must"), 422, "missing_field")
    refused(skip(ana, run, "must", reason=" "), 422, "missing_field")
    ana.drive(run)
    now = ana.run(run)
    assert now["progress"] == {"done": 2, "total": 2, "percent": 100,
                               "skipped": 0, "skipped_failed": 0,
                               "skipped_optional": 2,
                               "left_out": 0, "not_taken": 0}, now["progress"]
    assert ana.step(run, "look")["outcome"] == "skipped_optional"
    card = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
    assert "2 optional, not done" in card and "some were skipped" not in card
    assert ana.post(f"/runs/{run}/close", {"result": "succeeded"})[0] == 200
    report = ana.get(f"/runs/{run}/report.json")[1]
    assert report["progress"]["skipped_optional"] == 2, report["progress"]
    assert [s["outcome"] for s in report["steps"] if s.get("optional")] == \
        ["skipped_optional", "skipped_optional"]
    csv = ana.ask("GET", f"/runs/{run}/report.csv", accept="text/csv")[1]
    assert csv.count('"skipped_optional"') == 2, csv
    # a rehearsal with the port of its own; what it did not take is told
    again = started(ana, "spare")
    found = ana.run(again)["rehearsal"]
    assert found["run"] == run, found
    assert found["not_rehearsed"] == ["tidy", "look"], found
    ana.drive(again, until="tidy")
    assert ana.press(again, ana.step(again, "tidy"))["state"] == "failed"
    refused(skip(ana, again, "tidy"), 422, "missing_field")
    assert skip(ana, again, "tidy", reason="it is clean")[0] == 200
    assert ana.step(again, "tidy")["outcome"] == "skipped_failed"
    progress = ana.run(again)["progress"]
    assert (progress["total"], progress["skipped_failed"]) == (4, 1), progress


def a_parked_run_lets_others_have_its_targets():
    """And verify replays run after run, though they took turns."""
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        first = started(ana, "each", {"hosts": "alpha"})
        ana.drive(first, until="page.alpha")
        refused(ana.post(f"/runs/{first}/park", {}), 422, "missing_field")
        assert ana.post(f"/runs/{first}/park",
                        {"reason": "until Monday"})[0] == 200
        page = ana.ask("GET", f"/runs/{first}", accept="text/html")[1]
        assert "until Monday" in page and "Take the run up again" in page
        refused(ana.post(f"/runs/{first}/steps/page.alpha/confirm"), 409,
                "run_state")
        assert [r["id"] for r in ana.get("/runs?state=parked")[1]["runs"]] == \
            [first]
        second = started(ana, "each", {"hosts": "beta"})
        answer = ana.post(f"/runs/{first}/resume")
        refused(answer, 409, "target_held")
        assert answer[1]["error"]["run"] == second, answer
        page = ana.ask("GET", f"/runs/{first}", accept="text/html")[1]
        assert f'href="/runs/{second}"' in page, "the page says who has them"
        assert ana.post(f"/runs/{second}/close", {"result": "failed"})[0] == 200
        assert ana.post(f"/runs/{first}/resume")[0] == 200
        now = ana.run(first)
        assert now["state"] == "running" and now["current"] == "page.alpha"
        page = ana.ask("GET", f"/runs/{first}/report", accept="text/html")[1]
        for words in "parked the run", "took the run and its targets up again":
            assert words in page, words
        report = ana.get(f"/runs/{first}/report.json")[1]
        assert any('"run.parked"' in body for body in report["events"])


def planned(person, hosts):
    status, answer = person.post("/runs", {"runbook": "each", "environment": "test",
                                           "parameters": {"hosts": hosts}})
    assert status == 201, answer
    return answer["id"]


def listed(person, name):
    """The open runs of the home page in that list, by their numbers."""
    return {run["id"]: run for run in person.get("/")[1][name]}


def a_run_waits_for_the_run_that_holds_its_target():
    """And not for a person, whose start would be refused."""
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run, parked, holder = (planned(ana, hosts) for hosts in ("beta", "gamma", "alpha"))
        assert listed(ana, "waiting")[run]["waiting_for"] == "Start it"
        assert ana.post(f"/runs/{parked}/start")[0] == 200
        assert ana.post(f"/runs/{parked}/park", {"reason": "later"})[0] == 200
        assert ana.post(f"/runs/{holder}/start")[0] == 200
        refused(ana.post(f"/runs/{run}/start"), 409, "target_held")
        for each in run, parked:
            row = listed(ana, "running")[each]
            assert row["waiting_for"] is None, row
            assert row["current_title"].startswith(f"Waits for run #{holder} “"), row
            assert row["current_title"].endswith(("”, which holds one", "”, which holds two")), row
        assert run not in listed(ana, "waiting")
        page = ana.ask("GET", "/runs?state=ready", accept="text/html")[1]
        assert f"Waits for run #{holder}" in page, page
        assert 'data-tab="waiting"' not in ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert ana.post(f"/runs/{holder}/close", {"result": "failed"})[0] == 200
        assert listed(ana, "waiting")[run]["waiting_for"] == "Start it"
        assert 'data-tab="waiting"' in ana.ask("GET", f"/runs/{run}", accept="text/html")[1]


def hops_go_back_in_reverse():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        status, answer = ana.post("/runs", {
            "runbook": "hops", "environment": "bare",
            "parameters": {"from": "0.1", "to": "1.0"}})
        run = answer["id"]
        ana.post(f"/runs/{run}/start")
        ana.drive(run)
        assert ana.post(f"/runs/{run}/rollback", {"reason": "x"})[0] == 200
        order = []
        while (step := ana.run(run)["current"]) is not None:
            order.append(step)
            ana.press(run, ana.step(run, step))
        assert order == ["third-back", "second-back", "first-back",
                         "tell"], order


def the_example_goes_from_release_to_release_and_back():
    with Console() as console:
        ana = console.user("ana", "operator")
        bo = console.user("bo", "approver")
        run = started(ana, "releases", {"from": "0.2", "to": "1.0",
                                        "workers": "mail, web"})
        ana.drive(run, until="agree")
        assert ana.run(run)["current"] == "agree", ana.run(run)["current"]
        assert decide(bo, run, "agree")[0] == 200
        now = ana.drive(run)
        assert now["progress"] == {"done": 12, "total": 12, "percent": 100,
                                   "skipped": 0, "skipped_failed": 0,
                                   "skipped_optional": 0,
                                   "left_out": 0, "not_taken": 1}, now["progress"]
        assert "release 1.0" in ana.output(run, "verify", "local")
        assert ana.post(f"/runs/{run}/rollback", {"reason": "x"})[0] == 200
        order = []
        while (step := ana.run(run)["current"]) is not None:
            order.append(step)
            assert ana.press(run, ana.step(run, step))["state"] == \
                "succeeded", step
        assert order == ["use-script", "use-address", "start-again.web",
                         "start-again.mail"], order
        shutil.rmtree(now["variables"]["folder"])


try:
    main([nothing_after_a_gate_runs_before_two_people_have_given_it,
          a_changed_plan_asks_its_gate_anew_and_holds_back_what_failed,
          who_rejects_a_gate_says_why_and_alone_can_take_it_back,
          a_gate_counts_with_the_roles_of_now,
          a_section_is_run_for_each_item_with_its_own_values,
          lists_that_cannot_be_are_refused_by_field,
          a_run_takes_only_the_hops_between_its_versions,
          a_parked_run_lets_others_have_its_targets,
          a_run_waits_for_the_run_that_holds_its_target,
          hops_go_back_in_reverse,
          the_example_goes_from_release_to_release_and_back])
finally:
    shutil.rmtree(books, ignore_errors=True)
