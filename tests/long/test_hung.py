#!/usr/bin/env python3
"""A step's process that is stopped, or hangs: the page says since when, a
person or the step's timeout ends it, and nobody takes it for a success.

Stopped is what SIGSTOP does; "hangs" is a process that the test traces, which
SIGCONT does not wake.  All runs wait at the same time.
"""
import ctypes
import os
import pathlib
import shutil
import signal
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import (ROOT, Console, Results, left_out,  # noqa: E402
                     runbook_folder, wait_until)

SEIZE, INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000
BOOK = """---
title: Steps whose process hangs
---
# Work

```sh {#long}
echo begun
sleep 1000
echo ended
```

```sh {#short timeout=30s}
echo begun
sleep 1000
echo ended
```

```sh {#done timeout=20s}
echo begun
sleep 8
echo ended
```
"""
libc = ctypes.CDLL(None, use_errno=True)


def processes(execution):
    """(main, its targets') of an execution."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            name = pathlib.Path(f"/proc/{pid}/comm").read_text()
            parent = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[1]
        except OSError:
            continue
        if words[1:2] == [execution.encode()] and name.startswith("countersign-exe"):
            found.append((int(pid), int(parent)))
    pids = {pid for pid, _ in found}
    return ([p for p, parent in found if parent not in pids],
            [p for p, parent in found if parent in pids])


class Run:
    def __init__(self, c, user, skipped, step):
        self.c, self.user, self.step = c, user, step
        status, answer = user.post("/runs", {"runbook": "hung", "environment": "test",
                                             "parameters": {}})
        assert status == 201, answer
        self.id = answer["id"]
        user.post(f"/runs/{self.id}/start")
        for name in skipped:
            status, answer = user.post(f"/runs/{self.id}/steps/{name}/skip", {"reason": "x"})
            assert status in (200, 202), answer
        status, answer = user.post(f"/runs/{self.id}/steps/{step}/execute")
        assert status == 202, answer
        wait_until(lambda: "begun" in (user.output(self.id, step, "local") or ""))
        self.exec, = c.sql("SELECT exec FROM attempt WHERE run = ? AND step = ?",
                           self.id, step)[0]
        (self.main,), (self.target,) = processes(self.exec)

    def state(self):
        return self.user.step(self.id, self.step)

    def note(self):
        return self.state()["attempts"][-1]["targets"][0].get("note") or ""

    def cancel(self):
        status, answer = self.user.post(f"/runs/{self.id}/steps/{self.step}/cancel")
        assert status in (200, 202), answer

    def end(self, seconds, state, *words):
        self.user.wait_step(self.id, self.step, seconds)
        step = self.state()
        message = step["attempts"][-1]["message"]
        assert step["state"] == state, (step["state"], message)
        for word in words:
            assert word in message, (word, message)

    def leaves_nothing(self):
        wait_until(lambda: processes(self.exec) == ([], []), 60)
        wait_until(lambda: not self.script(), 10)

    def script(self):
        return [p for p in filter(str.isdigit, os.listdir("/proc"))
                if self.exec in _text(f"/proc/{p}/cmdline")]


def _text(path):
    try:
        return pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""


def hold(pid, held):
    """Until it is killed: its parent hears of that after us."""
    if all(libc.ptrace(request, pid, None, None) == 0 for request in (SEIZE, INTERRUPT)):
        held.set()
        try:
            while os.WIFSTOPPED(os.waitpid(pid, WALL)[1]):
                pass
        except ChildProcessError:
            pass


def hang(*pids):
    for pid in pids:
        held = threading.Event()
        threading.Thread(target=hold, args=(pid, held), daemon=True).start()
        assert held.wait(10), f"{pid} cannot be traced"


def says_since_when(run):
    wait_until(lambda: "no sign of life since 20" in run.note(), 40)
    assert "UTC" in run.note() and "ends it" in run.note(), run.note()
    page = run.user.get(f"/runs/{run.id}", accept="text/html")
    assert "no sign of life since" in str(page), "the page does not say it"


def one_that_was_stopped_is_cancelled(c, user):
    run = Run(c, user, [], "long")
    for pid in (run.main, run.target):
        os.kill(pid, signal.SIGSTOP)
    says_since_when(run)
    run.cancel()
    run.end(60, "failed", "cancelled")
    run.leaves_nothing()


def one_that_goes_on_says_so(c, user):
    run = Run(c, user, [], "long")
    os.kill(run.main, signal.SIGSTOP)
    says_since_when(run)
    os.kill(run.main, signal.SIGCONT)
    wait_until(lambda: "goes on" in run.note(), 30)
    run.cancel()
    run.end(60, "failed", "cancelled")
    run.leaves_nothing()


def one_whose_timeout_passed_while_it_was_stopped_ends(c, user):
    run = Run(c, user, ["long"], "short")
    for pid in (run.main, run.target):
        os.kill(pid, signal.SIGSTOP)
    says_since_when(run)
    assert "so does its timeout" in run.note(), run.note()
    run.end(60, "failed", "its timeout")
    run.leaves_nothing()


def one_that_is_only_watched_by_a_stopped_process_succeeds(c, user):
    run = Run(c, user, ["long", "short"], "done")
    os.kill(run.main, signal.SIGSTOP)
    run.end(90, "succeeded")
    run.leaves_nothing()


def one_that_hangs_is_ended_when_somebody_cancels(c, user):
    run = Run(c, user, [], "long")
    hang(run.main, run.target)
    says_since_when(run)
    run.cancel()
    run.end(90, "unknown", "did not answer, and was ended")
    run.leaves_nothing()


def one_that_hangs_is_ended_by_its_timeout(c, user):
    run = Run(c, user, ["long"], "short")
    hang(run.main, run.target)
    says_since_when(run)
    run.end(120, "unknown", "did not answer, and was ended")
    run.leaves_nothing()


def a_target_s_process_that_hangs_is_ended_by_its_timeout(c, user):
    run = Run(c, user, ["long"], "short")
    hang(run.target)
    wait_until(lambda: "no sign of life for a minute" in run.note(), 90)
    run.end(60, "unknown", "did not answer, and was ended")
    run.leaves_nothing()


def one_of_an_earlier_runner_is_watched_too(c, user):
    run = Run(c, user, [], "long")
    hang(run.main, run.target)
    c.kill("countersign-runner")
    says_since_when(run)
    run.cancel()
    run.end(120, "unknown", "did not answer, and was ended")
    run.leaves_nothing()


TESTS = [v for k, v in list(globals().items()) if k.startswith(("one_", "a_target"))]


def main():
    chosen = [t for t in TESTS if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    # The runner that dies would be seen by the others.
    last = one_of_an_earlier_runner_is_watched_too
    for test in chosen if not ROOT else []:
        if "hang" in test.__name__ or test is last:
            left_out(test.__name__.replace("_", " "), "only root may trace "
                     "what is not dumpable")
            chosen = [t for t in chosen if t is not test]
    folder = runbook_folder({"hung": BOOK})
    results, lock = Results(), threading.Lock()
    try:
        with Console(runbooks=folder) as c:
            user = c.user("ana", "operator")

            def one(test):
                why = ""
                try:
                    test(c, user)
                except Exception as e:
                    why = f"{type(e).__name__}: {e}"
                with lock:
                    results.check(test.__name__.replace("_", " "), not why, why)

            for group in ([t for t in chosen if t is not last],
                          [last] if last in chosen else []):
                threads = [threading.Thread(target=one, args=(t,)) for t in group]
                for t in threads:
                    t.start()
                    time.sleep(0.2)
                for t in threads:
                    t.join()
            code = results.end()
            if code:
                sys.exit(code)
    finally:
        shutil.rmtree(folder)


main()
