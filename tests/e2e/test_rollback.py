#!/usr/bin/env python3
"""The way back: its order, what it lists, when it is refused or cancelled."""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import Console, main, runbook_folder  # noqa: E402

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="cs-back-"))
LOG = FOLDER / "log"

ORDER = """---
title: Order
parameters:
  log: {label: Log}
  conf: {label: File}
---
```sh {#look-around}
echo "state before"
```

```edit {#first file="{{conf}}.one"}
set version = 2
```

```sh {#stop}
echo stop >>"$log"
```

```edit {#second file="{{conf}}.two"}
set version = 2
```

```sh {#migrate .irreversible}
echo migrate >>"$log"
```

```sh {#start}
echo start >>"$log"
```

```sh {#fails}
exit 1
```

# Back {.rollback}

- [ ] Tell everybody {#tell}

```sh {#stop-new undo=start}
echo "stop-new $(cat "$conf.one" "$conf.two" | tr '\\n' ' ')" >>"$log"
```

```sh {#start-old undo=stop}
echo "start-old $(cat "$conf.one" "$conf.two" | tr '\\n' ' ')" >>"$log"
```

```sh {#smoke after=first}
echo "smoke $(cat "$conf.one" "$conf.two" | tr '\\n' ' ')" >>"$log"
```

```sh {#only-if-migrated when="ran(migrate)"}
echo only-if-migrated >>"$log"
```

```sh {#only-if-failed-later when="ran(never) or skipped(start)"}
echo wrong >>"$log"
```

```sh {#check}
echo "check $(cat "$conf.one" "$conf.two" | tr '\\n' ' ')" >>"$log"
```

# Not reached

```sh {#never}
true
```
"""

NOTHING = """---
title: Nothing to undo
---
- [ ] Look first {#see}

```sh {#work}
test -e "%s/go"
```

```sh {#later}
true
```

# Back {.rollback}

```sh {#back undo=later}
true
```
""" % FOLDER

CONFIRM = """---
title: Confirmations
---
- [ ] The first {#one sign=lead}

- [ ] The second {#two}

```sh {#run}
true
```

# Back {.rollback}

- [ ] Undo it by hand {#by-hand undo=two}
"""

JUMPED = """---
title: A gate that depends
parameters:
  size: {label: Size, choices: [small, big], default: small}
---
- [ ] Before {#before}

```approval {#gate role=approver count=2 when="size == 'big'"}
```

```sh {#danger .essential when="size == 'big'"}
true
```

```sh {#work}
echo "size=$size"
```

# Back {.rollback}

```sh {#back}
true
```
"""

LEFT_OUT = """---
title: A gate behind a fact
---
- [ ] Check {#check}

```approval {#gate role=approver when="skipped(check)"}
```

```approval {#second role=approver count=2}
```

```sh {#work}
true
```
"""

FRONT = """---
title: A step at the front
parameters:
  mode: {label: Mode, choices: [short, full], default: short}
rehearsal: test
---
```sh {#danger .essential when="mode == 'full'"}
true
```

```sh {#end}
true
```
"""

EACH = """---
title: Each
parameters:
  hosts: {label: Hosts, type: list, default: [alpha, beta], pattern: '[^;]+'}
  log: {label: Log}
---
# Do {{host}} {each="host in hosts"}

```sh {#do when="host != 'beta'"}
echo "do $CS_HOST" >>"$log"
```

# Back {{host}} {.rollback each="host in hosts"}

```sh {#undone when="succeeded(do)"}
echo "undone $CS_HOST" >>"$log"
```

# End {.rollback}

```sh {#end}
echo end >>"$log"
```
"""


def start(who, name, **parameters):
    status, run = who.post("/runs", {"runbook": name, "environment": "test",
                                     "parameters": parameters})
    assert status == 201, run
    status, answer = who.post(f"/runs/{run['id']}/start")
    assert status == 200, answer
    return run["id"]


def confirm(who, run, step, note="done"):
    status, answer = who.post(f"/runs/{run}/steps/{step}/confirm",
                              {"note": note})
    assert status == 200, answer


def skip(who, run, step):
    status, answer = who.post(f"/runs/{run}/steps/{step}/skip",
                              {"reason": "not today"})
    assert status == 200, answer


def files():
    LOG.write_text("")
    for name in "one", "two":
        (FOLDER / f"app.{name}").write_text(f"version = 1{name}\n")


def press_through(who, run):
    """Presses whatever is next until the run is finished or fails."""
    for _ in range(30):
        now = who.run(run)
        step = next((s for s in now["steps"] if s["id"] == now["current"]),
                    None)
        if step is None or step["state"] != "ready":
            return now
        verb = "confirm" if step["kind"] == "manual" else "execute"
        body = {"understood": True} if step["irreversible"] else {}
        status, answer = who.post(f"/runs/{run}/steps/{step['id']}/{verb}",
                                  body)
        assert status in (200, 202), answer
        who.wait_step(run, step["id"])
    raise AssertionError("the run does not end")


def files_are_restored_where_their_edits_stand_in_the_reverse_order():
    files()
    run = start(ana, "order", log=str(LOG), conf=str(FOLDER / "app"))
    now = press_through(ana, run)
    assert now["current"] == "fails", now["current"]
    plan = now["rollback"]
    assert plan["possible"], plan
    assert [s["id"] for s in plan["steps"]] == [
        "tell", "stop-new", "undo-second", "start-old", "undo-first",
        "smoke", "only-if-migrated", "check"], plan["steps"]
    assert [s["id"] for s in plan["not_undone"]] == [
        "fails", "migrate", "look-around"], plan["not_undone"]
    assert [s["id"] for s in plan["irreversible"]] == ["migrate"]
    assert plan["steps"][1]["undo"] == "start", plan["steps"][1]
    LOG.write_text("")
    assert ana.post(f"/runs/{run}/rollback", {"reason": "broken"})[0] == 200
    now = press_through(ana, run)
    new, old = "version = 2 ", "version = 1"
    assert LOG.read_text().splitlines() == [
        f"stop-new {new}{new}",
        f"start-old {new}{old}two ",
        f"smoke {old}one {old}two ",
        "only-if-migrated",
        f"check {old}one {old}two "], LOG.read_text()
    status, answer = ana.post(f"/runs/{run}/close", {"result": "rolled_back"})
    assert status == 200, answer


def a_rollback_leaves_out_what_undoes_steps_that_did_not_run():
    files()
    run = start(ana, "order", log=str(LOG), conf=str(FOLDER / "app"))
    for step in "look-around", "first":
        ana.press(run, ana.step(run, step))
    assert [s["id"] for s in ana.run(run)["rollback"]["steps"]] == [
        "undo-first", "smoke", "tell", "check"], ana.run(run)["rollback"]
    assert ana.post(f"/runs/{run}/rollback", {"reason": "no"})[0] == 200
    press_through(ana, run)
    assert "version = 1one" in (FOLDER / "app.one").read_text()
    assert "only-if-migrated" not in LOG.read_text(), LOG.read_text()
    ana.post(f"/runs/{run}/close", {"result": "rolled_back"})
    report = ana.get(f"/runs/{run}/report", accept="text/html")[1]
    assert "2 of 8 · 6 not done" in report and "rollback 4 of 4" in report, report
    assert "rollback 4 of 4" in ana.get("/runs", accept="text/html")[1]


def skip_all(run):
    while able := [s["id"] for s in ana.run(run)["steps"] if "skip" in s["can"]]:
        status, answer = ana.post(f"/runs/{run}/steps/{able[0]}/skip", {"reason": "not now"})
        assert status == 200, answer


def a_run_whose_steps_were_all_skipped_neither_succeeded_nor_rolled_back():
    for result in "succeeded", "rolled_back":
        files()
        run = start(ana, "order", log=str(LOG), conf=str(FOLDER / "app"))
        if result == "rolled_back":
            for step in "look-around", "first":
                ana.press(run, ana.step(run, step))
            assert ana.post(f"/runs/{run}/rollback", {"reason": "no"})[0] == 200
        skip_all(run)
        page = ana.get(f"/runs/{run}", accept="text/html")[1]
        assert "No step was executed" in page and f'value="{result}"' not in page
        status, answer = ana.post(f"/runs/{run}/close", {"result": result})
        assert (status, answer["error"]["code"]) == (409, "nothing_done"), answer
        assert ana.post(f"/runs/{run}/close", {"result": "failed"})[0] == 200


def a_rollback_with_nothing_to_undo_is_refused_and_changes_nothing():
    (FOLDER / "go").unlink(missing_ok=True)
    run = start(ana, "nothing", )
    before = ana.run(run)
    assert before["rollback"]["possible"] is False, before["rollback"]
    assert "rollback" not in before["can"], before["can"]
    status, answer = ana.post(f"/runs/{run}/rollback", {"reason": "no"})
    assert status == 409 and answer["error"]["code"] == "nothing_to_undo", \
        answer
    assert ana.run(run) == before
    confirm(ana, run, "see")
    ana.press(run, ana.step(run, "work"))
    before = ana.run(run)
    assert ana.step(run, "work")["state"] == "failed"
    assert [s["id"] for s in before["rollback"]["not_undone"]] == [
        "work", "see"], before["rollback"]
    assert ana.post(f"/runs/{run}/rollback", {"reason": "no"})[0] == 409
    assert ana.run(run) == before
    (FOLDER / "go").write_text("")
    assert ana.post(f"/runs/{run}/steps/work/retry")[0] == 202
    assert ana.wait_step(run, "work")["state"] == "succeeded"
    page = ana.get(f"/runs/{run}", accept="text/html")[1]
    assert "so the run stays as it is" in page
    ana.post(f"/runs/{run}/abort", {"reason": "end of the test"})


def a_rollback_can_be_cancelled_until_its_first_step_is_pressed():
    files()
    run = start(ana, "order", log=str(LOG), conf=str(FOLDER / "app"))
    press_through(ana, run)
    before = ana.run(run)
    assert ana.post(f"/runs/{run}/rollback/cancel")[1]["error"]["code"] == \
        "not_rolled_back"
    assert ana.post(f"/runs/{run}/rollback", {"reason": "wrong"})[0] == 200
    assert "rollback_cancel" in ana.run(run)["can"]
    status, answer = ana.post(f"/runs/{run}/rollback/cancel",
                              {"reason": "it was the wrong run"})
    assert status == 200, answer
    after = ana.run(run)
    for run_ in before, after:
        del run_["seq"]
        for step in run_["steps"]:
            del step["at"]
    assert after == before, (after, before)
    status, answer = ana.post(f"/runs/{run}/steps/fails/retry")
    assert status == 202, answer
    ana.wait_step(run, "fails")
    assert ana.post(f"/runs/{run}/rollback", {"reason": "now"})[0] == 200
    confirm(ana, run, "tell")
    status, answer = ana.post(f"/runs/{run}/rollback/cancel")
    assert status == 409 and answer["error"]["code"] == "rollback_begun", \
        answer
    assert "rollback_cancel" not in ana.run(run)["can"]
    ana.post(f"/runs/{run}/abort", {"reason": "end of the test"})


def a_confirmation_is_taken_back_until_a_later_step_was_pressed():
    run = start(ana, "confirm")
    assert ana.post(f"/runs/{run}/steps/one/reopen",
                    {"reason": "too early"})[0] == 409
    confirm(ana, run, "one", "by mistake")
    assert ana.step(run, "one")["state"] == "awaiting_signature"
    status, answer = ana.post(f"/runs/{run}/steps/one/reopen", {})
    assert status == 422 or status == 400, answer
    status, answer = ana.post(f"/runs/{run}/steps/one/reopen",
                              {"reason": "the wrong window"})
    assert status == 200, answer
    assert ana.step(run, "one")["state"] == "ready"
    confirm(ana, run, "one", "really")
    assert bob.post(f"/runs/{run}/steps/one/sign", {"note": "seen"})[0] == 200
    assert ana.step(run, "two")["state"] == "ready"
    assert "reopen" in ana.step(run, "one")["can"], ana.step(run, "one")
    status, answer = ana.post(f"/runs/{run}/steps/one/reopen",
                              {"reason": "once more"})
    assert status == 200, answer
    one = ana.step(run, "one")
    assert one["state"] == "ready" and one["signed_by"] is None, one
    assert ana.step(run, "two")["state"] == "pending"
    assert ana.run(run)["current"] == "one"
    confirm(ana, run, "one")
    assert bob.post(f"/runs/{run}/steps/one/sign", {"note": "seen"})[0] == 200
    confirm(ana, run, "two")
    status, answer = ana.post(f"/runs/{run}/steps/one/reopen",
                              {"reason": "too late"})
    assert status == 409 and answer["error"]["code"] == "later_ran", answer
    assert "reopen" not in ana.step(run, "one")["can"]
    assert ana.post(f"/runs/{run}/steps/two/reopen",
                    {"reason": "not done"})[0] == 200
    confirm(ana, run, "two")
    ana.press(run, ana.step(run, "run"))
    assert ana.post(f"/runs/{run}/steps/two/reopen",
                    {"reason": "too late"})[0] == 409
    page = ana.get(f"/runs/{run}/report", accept="text/html")[1]
    assert "the wrong window" in page
    ana.post(f"/runs/{run}/close", {"result": "succeeded"})


def facts_are_those_of_the_same_item():
    files()
    run = start(ana, "each", log=str(LOG))
    press_through(ana, run)
    assert ana.post(f"/runs/{run}/rollback", {"reason": "no"})[0] == 200
    press_through(ana, run)
    assert LOG.read_text().split("\n")[:-1] == [
        "do alpha", "undone alpha", "end"], LOG.read_text()
    ana.post(f"/runs/{run}/close", {"result": "rolled_back"})


def a_change_asks_for_the_gates_of_both_ways_and_decides_anew():
    run = start(ana, "jumped")
    confirm(ana, run, "before")
    assert ana.step(run, "work")["state"] == "ready"
    assert ana.post(f"/runs/{run}/rollback", {"reason": "x"})[0] == 200
    assert ana.post(f"/runs/{run}/parameters",
                    {"parameters": {"size": "big"}})[0] == 200
    status, answer = ana.post(f"/runs/{run}/rollback/cancel")
    assert status == 200, answer
    assert ana.run(run)["current"] == "gate", ana.run(run)["current"]
    assert ana.step(run, "danger")["state"] == "pending"
    status, answer = ana.post(f"/runs/{run}/steps/work/execute")
    assert status == 409, answer
    assert ana.post(f"/runs/{run}/close", {"result": "succeeded"})[0] == 409
    ana.post(f"/runs/{run}/abort", {"reason": "end of the test"})


def what_was_left_out_by_a_confirmation_is_decided_anew_without_it():
    run = start(ana, "left-out")
    confirm(ana, run, "check")
    assert ana.run(run)["current"] == "second"
    body = {"decision": "approve", "plan": bob.run(run)["plan"]}
    status, answer = eve.post(f"/runs/{run}/steps/second/approve", body)
    assert status == 200, answer
    status, answer = ana.post(f"/runs/{run}/steps/check/reopen",
                              {"reason": "not really"})
    assert status == 200, answer
    assert ana.step(run, "gate")["state"] == "pending"
    assert ana.step(run, "second")["approval"]["given"] == 0, \
        ana.step(run, "second")
    skip(ana, run, "check")
    assert ana.run(run)["current"] == "gate"
    assert ana.post(f"/runs/{run}/steps/work/execute")[0] == 409
    ana.post(f"/runs/{run}/abort", {"reason": "end of the test"})


def a_step_in_front_of_all_others_is_decided_anew():
    run = start(ana, "front")
    assert ana.run(run)["current"] == "end"
    assert ana.post(f"/runs/{run}/parameters",
                    {"parameters": {"mode": "full"}})[0] == 200
    now = ana.run(run)
    assert now["current"] == "danger", now["current"]
    assert ana.step(run, "end")["state"] == "pending"
    assert ana.post(f"/runs/{run}/steps/end/execute")[0] == 409
    press_through(ana, run)
    assert ana.step(run, "danger")["state"] == "succeeded"
    assert ana.post(f"/runs/{run}/close", {"result": "succeeded"})[0] == 200


TESTS = [
    a_change_asks_for_the_gates_of_both_ways_and_decides_anew,
    what_was_left_out_by_a_confirmation_is_decided_anew_without_it,
    a_step_in_front_of_all_others_is_decided_anew,
    files_are_restored_where_their_edits_stand_in_the_reverse_order,
    a_rollback_leaves_out_what_undoes_steps_that_did_not_run,
    a_run_whose_steps_were_all_skipped_neither_succeeded_nor_rolled_back,
    a_rollback_with_nothing_to_undo_is_refused_and_changes_nothing,
    a_rollback_can_be_cancelled_until_its_first_step_is_pressed,
    a_confirmation_is_taken_back_until_a_later_step_was_pressed,
    facts_are_those_of_the_same_item,
]

if __name__ == "__main__":
    books = runbook_folder({"order": ORDER, "nothing": NOTHING,
                            "confirm": CONFIRM, "each": EACH,
                            "jumped": JUMPED, "left-out": LEFT_OUT,
                            "front": FRONT})
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator")
            bob = console.user("bob", "operator,lead")
            eve = console.user("eve", "approver")
            main(TESTS)
    finally:
        shutil.rmtree(books)
        shutil.rmtree(FOLDER)
