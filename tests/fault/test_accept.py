#!/usr/bin/env python3
"""A press and the runner that is to accept it.

A press that the runner has not accepted within a minute is never started, and
the page says so; one that it has accepted is not affected, however long it
waits.  After a restart of the keeper a press that nobody accepted counts as
old.  An executor that comes after its attempt was given up does not begin; a
call that the keeper reads when nobody waits for it is not carried out.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import BUILD, Console, is_alive, main, programs, runbook_folder, wait_until  # noqa: E402
from messages import english  # noqa: E402
import wire  # noqa: E402

BOOK = """---
title: A press that waits
parameters:
  folder: {label: Where it leaves its marks}
---
```bash {#work rerun=probe}
echo start >> "$folder/started"
```

```bash {#probe .probe of=work}
test -e "$folder/started"
```

```bash {#after}
echo after >> "$folder/after"
while [ -e "$folder/stay" ]; do sleep 0.05; done
```
"""
SHORT = """---
title: Presses one after another
parameters:
  folder: {label: Where they leave their marks}
---
""" + "\n".join(f"""
```bash {{#s{n}}}
echo $PPID >> "$folder/s{n}"
while [ -e "$folder/stay" ]; do sleep 0.05; done
```
""" for n in range(5))
MINUTE_MS = 59000       # or more: the times of events are of another clock
folder = runbook_folder({"waits": BOOK, "short": SHORT})


def begin(ana, runbook="waits"):
    marks = pathlib.Path(tempfile.mkdtemp(prefix="cs-marks-"))
    marks.chmod(0o777)      # scripts may have a user of their own
    status, answer = ana.post("/runs", {"runbook": runbook,
        "environment": "test", "parameters": {"folder": str(marks)}})
    assert status == 201, answer
    ana.post(f"/runs/{answer['id']}/start")
    return answer["id"], marks


def signal_all(console, program, number):
    pids = console.pids(program)
    assert pids, program
    for pid in pids:
        os.kill(pid, number)


def press(ana, run, step="work", verb="execute"):
    status, answer = ana.post(f"/runs/{run}/steps/{step}/{verb}")
    assert status == 202, (status, answer)


def page(console, run, language):
    return console.raw("GET", f"/runs/{run}", headers={"Accept": "text/html",
        "Authorization": "Bearer " + console.somebody.token,
        "Accept-Language": language})[2].decode()


def ended(console, run):
    """The events that ended an attempt: who said so, and what."""
    return console.sql("SELECT actor, json_extract(body, '$.data.outcome'),"
        " json_extract(body, '$.data.message') FROM event"
        " WHERE run = ? AND kind = 'step.ended'", run)


def waited(console, run):
    """Milliseconds from the press to the end of the attempt, as recorded."""
    (pressed,), (end,) = console.sql(
        "SELECT at FROM event WHERE run = ? AND kind IN"
        " ('step.requested', 'step.ended') ORDER BY seq", run)
    return end - pressed


def not_accepted(console, ana, run, marks):
    """The press is over, on record, in words; a new one is possible."""
    step = ana.wait_step(run, "work", 30)
    assert step["state"] == "failed", step
    assert not (marks / "started").exists()
    assert step["attempts"][-1]["targets"][0]["state"] == "not_started", step
    (actor, outcome, message), = ended(console, run)
    message = english(json.loads(message))
    assert (actor, outcome) == ("keeper", "failed"), actor
    assert "accept" in message and "press again" in message, message
    assert message in page(console, run, "en").replace("&#39;", "'")
    assert "没有启动" in page(console, run, "zh-CN")


def presses_again(ana, run, marks):
    """The probe of the step is not asked for: nothing has begun."""
    press(ana, run, verb="retry")
    assert ana.wait_step(run, "work", 30)["state"] == "succeeded"
    assert (marks / "started").read_text() == "start\n"
    shutil.rmtree(marks)


def what_is_not_accepted_within_a_minute_is_not_started():
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        busy, marks_busy = begin(ana)
        press(ana, busy)
        assert ana.wait_step(busy, "work")["state"] == "succeeded"
        late, marks_late = begin(ana)
        # accepted, and then nothing for more than a minute
        (marks_busy / "stay").touch()
        press(ana, busy, "after")
        wait_until((marks_busy / "after").exists)
        signal_all(console, "countersign-executor", signal.SIGSTOP)
        assert ana.step(busy, "after")["state"] in ("starting", "running")
        signal_all(console, "countersign-runner", signal.SIGSTOP)
        press(ana, late)
        assert ana.wait_step(late, "work")["state"] == "failed"
        assert waited(console, late) > MINUTE_MS
        not_accepted(console, ana, late, marks_late)
        assert ana.step(busy, "after")["state"] in ("starting", "running")
        signal_all(console, "countersign-runner", signal.SIGCONT)
        signal_all(console, "countersign-executor", signal.SIGCONT)
        (marks_busy / "stay").unlink()
        # a press elsewhere must not start it either
        assert ana.wait_step(busy, "after", 30)["state"] == "succeeded"
        third, marks_third = begin(ana)
        press(ana, third)
        assert ana.wait_step(third, "work", 30)["state"] == "succeeded"
        assert not (marks_late / "started").exists()
        presses_again(ana, late, marks_late)
        shutil.rmtree(marks_busy)
        shutil.rmtree(marks_third)


def after_a_restart_of_the_keeper_a_press_counts_as_old():
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        run, marks = begin(ana)
        signal_all(console, "countersign-runner", signal.SIGSTOP)
        press(ana, run)
        console.kill("countersign-keeper")
        wait_until(lambda: ended(console, run), 20)
        signal_all(console, "countersign-runner", signal.SIGCONT)
        not_accepted(console, ana, run, marks)
        presses_again(ana, run, marks)


def what_the_keeper_reads_too_late_is_not_done():
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        run, marks = begin(ana)
        signal_all(console, "countersign-keeper", signal.SIGSTOP)
        status, answer = ana.post(f"/runs/{run}/steps/work/execute")
        assert (status, answer["error"]["code"]) == (503, "keeper_lost"), (status, answer)
        signal_all(console, "countersign-keeper", signal.SIGCONT)
        status, answer = ana.post(f"/runs/{run}/comments", {"text": "behind it"})
        assert status == 200, (status, answer)
        step = ana.step(run, "work")
        assert (step["state"], step["attempts"]) == ("ready", []), step
        assert not (marks / "started").exists()
        press(ana, run)
        assert ana.wait_step(run, "work", 30)["state"] == "succeeded"
        shutil.rmtree(marks)
        # one that nobody will wait for is answered while somebody does, also
        # where no other call makes the keeper write
        signal_all(console, "countersign-runner", signal.SIGSTOP)
        secret = (console.data / "keys/admin.secret").read_text()[:64]
        with wire.connect(str(console.data / "run/admin.sock")) as sock:
            sock.settimeout(10)
            number, answer = wire.call(sock, "setup_link", credential="key:" + secret, body={}, by=1)
            assert answer["code"] == "too_late", (number, answer)
        signal_all(console, "countersign-runner", signal.SIGCONT)


# It is late, as on a machine that was paused.
LATE = """#!/bin/sh
case $1 in -*) exec {0}/real "$@";; esac
echo $$ >{0}/late/$$
while [ -e {0}/late/$$ ]; do sleep 0.05; done
exec {0}/real "$@"
"""


def an_executor_that_was_given_up_does_not_begin():
    with programs(BUILD / "countersign-executor") as build:
        (build / "late").mkdir()
        (build / "late").chmod(0o777)
        (build / "countersign-executor").write_text(LATE.format(build))
        with Console(runbooks=folder, build=build) as console:
            ana = console.user("ana", "operator")
            run, marks = begin(ana)
            press(ana, run)
            wait_until(lambda: any((build / "late").iterdir()))
            console.kill("countersign-runner")
            step = ana.wait_step(run, "work", 30)
            assert step["state"] == "unknown", step
            waiting, = (build / "late").iterdir()
            pid = int(waiting.read_text())
            waiting.unlink()
            wait_until(lambda: not is_alive(pid))
            assert not (marks / "started").exists()
            assert ana.step(run, "work")["state"] == "unknown"
            shutil.rmtree(marks)


def sleeps(pid):
    """It waits for its message: while it starts, it runs or is about to."""
    for _ in range(5):
        if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
            return False
        time.sleep(0.1)
    return True


def stands_ready(console):
    wait_until(lambda: console.pids("countersign-executor", standing=True))
    pid, = console.pids("countersign-executor", standing=True)
    wait_until(lambda: sleeps(pid))
    return pid


@contextlib.contextmanager
def after_a_press():
    """A console with a run whose step s0 was pressed, and where that was."""
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        run, marks = begin(ana, "short")
        press(ana, run, "s0")
        ana.wait_step(run, "s0")
        yield console, ana, run, marks
        shutil.rmtree(marks)


def the_executor_that_stands_ready_takes_the_next_press():
    with after_a_press() as (console, ana, run, marks):
        pid = stands_ready(console)
        (marks / "stay").touch()
        press(ana, run, "s1")
        wait_until((marks / "s1").exists)
        assert console.pids("countersign-executor")[0] == pid, (pid, console.pids("countersign-executor"))
        assert stands_ready(console) != pid
        (marks / "stay").unlink()
        assert ana.wait_step(run, "s1")["state"] == "succeeded"
        wait_until(lambda: not is_alive(pid))

        # one that has ended is not used; one that was paused goes on
        for step, number in (("s2", signal.SIGTERM), ("s3", signal.SIGKILL), ("s4", signal.SIGSTOP)):
            pid = stands_ready(console)
            os.kill(pid, number)
            wait_until(lambda: number == signal.SIGSTOP or not is_alive(pid))
            press(ana, run, step)
            assert ana.wait_step(run, step)["state"] == "succeeded"
            assert len((marks / step).read_text().splitlines()) == 1


def the_executor_that_stands_ready_ends_with_its_runner():
    with after_a_press() as (console, *_):
        pid = stands_ready(console)
        console.kill("countersign-runner")
        wait_until(lambda: not is_alive(pid))


try:
    main([the_executor_that_stands_ready_takes_the_next_press,
          the_executor_that_stands_ready_ends_with_its_runner,
          an_executor_that_was_given_up_does_not_begin,
          what_the_keeper_reads_too_late_is_not_done, after_a_restart_of_the_keeper_a_press_counts_as_old,
          what_is_not_accepted_within_a_minute_is_not_started])
finally:
    shutil.rmtree(folder, ignore_errors=True)
