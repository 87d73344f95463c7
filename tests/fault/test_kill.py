#!/usr/bin/env python3
"""kill -9 of each program at ten points of a running step.

No step runs twice, no acknowledged event is missing, nothing says succeeded
that did not, the console serves again (how soon is printed), a step that lived
through it is finished with its result, one that died is unknown until its
probe or a person settles it.
"""
import pathlib
import shutil
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main, runbook_folder  # noqa: E402

POINTS = 10
LINES = 12

BOOK = """---
title: A step to be killed
parameters:
  folder: {label: Where it leaves its marks}
---
# Work

```bash {#work rerun=probe}
echo start >> "$folder/started"
for i in $(seq 1 %d); do echo "line $i"; sleep 0.1; done
echo done >> "$folder/finished"
```

```bash {#probe .probe of=work}
test -e "$folder/finished"
```

```bash {#after}
echo after
```
""" % LINES

folder = runbook_folder({"killed": BOOK})


def count(path):
    return len(path.read_text().splitlines()) if path.exists() else 0


def press(ana, run, step):
    """Presses until somebody acknowledges it; a refusal while a program is
    down is no acknowledgement."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            status, answer = ana.post(f"/runs/{run}/steps/{step}/execute",
                                      {"attempt": 1})
        except OSError:
            status, answer = 0, {}
        if status == 202:
            return answer["seq"]
        if status == 409:
            return 0    # the first press had arrived, its answer had not
        time.sleep(0.05)
    raise AssertionError(f"nobody took the press: {status} {answer}")


def wait_healthy(console):
    """Until it serves again; how long that took, in seconds."""
    begin = time.monotonic()
    while time.monotonic() - begin < 20:
        try:
            if console.raw("GET", "/healthz")[0] == 200:
                return time.monotonic() - begin
        except OSError:
            pass
        time.sleep(0.01)
    raise AssertionError("it does not serve again")


def begin_run(ana):
    marks = pathlib.Path(tempfile.mkdtemp(prefix="cs-marks-"))
    status, answer = ana.post("/runs", {"runbook": "killed",
        "environment": "test", "parameters": {"folder": str(marks)}})
    assert status == 201, answer
    run = answer["id"]
    ana.post(f"/runs/{run}/start")
    return run, marks


def settled(console, ana, run, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            step = ana.step(run, "work")
        except (OSError, AssertionError):
            time.sleep(0.1)
            continue
        if step["state"] in ("succeeded", "failed", "unknown"):
            return step
        time.sleep(0.1)
    raise AssertionError(f"work stayed {step['state']}")


def lives_through(program):
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        slowest = 0
        for point in range(POINTS):
            run, marks = begin_run(ana)
            if point == 0:      # the program dies as the press arrives
                console.kill(program)
            seq = press(ana, run, "work")
            time.sleep(point * 0.15)
            killed = console.kill(program)
            assert killed or point == 0, f"no {program} to kill"
            slowest = max(slowest, wait_healthy(console))
            step = settled(console, ana, run)
            if step["state"] == "failed":   # the runner had not heard of it
                assert program == "countersign-keeper", (point, step)
                assert count(marks / "started") == 0, (point, step)
                assert "press again" in step["attempts"][-1]["message"], step
                assert ana.post(f"/runs/{run}/steps/work/retry")[0] == 202
                step = settled(console, ana, run)
            assert step["state"] == "succeeded", (point, step)
            assert count(marks / "started") == 1, point
            assert count(marks / "finished") == 1, point
            lines = ana.output(run, "work", "local").split()
            assert lines.count("line") == LINES, (point, lines)
            assert ana.run(run)["seq"] >= seq
            console.verify()
            shutil.rmtree(marks)
        print(f"        {program}: served again after {slowest:.2f} s at most")


def a_killed_web_costs_nothing():
    lives_through("countersign-web")


def a_killed_keeper_costs_nothing():
    lives_through("countersign-keeper")


def a_killed_runner_costs_nothing():
    lives_through("countersign-runner")


def a_killed_step_is_unknown_until_it_is_settled():
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        for point in range(POINTS):
            run, marks = begin_run(ana)
            press(ana, run, "work")
            time.sleep(0.03 + point * 0.1)
            while not console.kill("countersign-executor"):
                assert ana.step(run, "work")["state"] in ("requested",
                    "starting", "running"), point
            step = settled(console, ana, run)
            if step["state"] == "failed":       # it had not begun its work
                assert count(marks / "started") == 0, (point, step)
                continue
            assert step["state"] == "unknown", (point, step)
            status, _ = ana.post(f"/runs/{run}/steps/after/execute")
            assert status == 409, "a step after one in doubt was executed"
            status, _ = ana.post(f"/runs/{run}/steps/work/retry")
            assert status == 409, "a step in doubt was executed again"
            time.sleep(1.6)     # the script itself may have gone on
            assert count(marks / "started") <= 1
            if point % 2 == 0:
                status, answer = ana.post(
                    f"/runs/{run}/steps/probe/execute")
                assert status == 202, answer
                ana.wait_step(run, "probe")
                wanted = "succeeded" if (marks / "finished").exists() \
                    else "failed"
            else:
                status, answer = ana.post(f"/runs/{run}/steps/work/resolve",
                    {"outcome": "failed", "note": "looked on the host"})
                assert status == 200, answer
                wanted = "failed"
            assert ana.step(run, "work")["state"] == wanted, point
            console.verify()
            shutil.rmtree(marks)


def a_killed_serve_takes_nothing_with_it_but_itself():
    console = Console(runbooks=folder)
    with console:
        ana = console.user("ana", "operator")
        run, marks = begin_run(ana)
        press(ana, run, "work")
        time.sleep(0.4)
        console.process.kill()
        console.process.wait()
        time.sleep(0.3)
        console.start()
        step = settled(console, ana, run)
        assert step["state"] == "succeeded", step
        assert count(marks / "started") == 1
        shutil.rmtree(marks)


try:
    main([a_killed_web_costs_nothing, a_killed_keeper_costs_nothing,
          a_killed_runner_costs_nothing,
          a_killed_step_is_unknown_until_it_is_settled,
          a_killed_serve_takes_nothing_with_it_but_itself])
finally:
    shutil.rmtree(folder, ignore_errors=True)
