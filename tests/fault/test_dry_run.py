#!/usr/bin/env python3
"""A preflight, while the runner is killed at one of its system calls: the
next runner goes on with it, or begins it anew, as it changes nothing.  It has
ended only once each target has answered.

time limit: 15 minutes
"""
import pathlib
import signal
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/fault"))
import failing                              # noqa: E402
from console import main                    # noqa: E402

RUNNER = "countersign-runner"
KINDS = ("mkdir", "open", "write", "fork", "close", "inotify", "read", "send",
         "recv", "flock", "waitpid")
POINTS = 4          # of each kind of call


def preflight(user, run):
    """Asks for it; what it came to."""
    failing.insist(user, f"/runs/{run}/preflight")
    end = time.monotonic() + failing.MOST
    while time.monotonic() < end:
        status, answer = failing.ask(user, "GET", f"/runs/{run}/preflight")
        if status == 200 and answer["preflight"] and not answer[
                "preflight"]["is_running"]:
            return answer["preflight"]
        time.sleep(0.05)
    raise AssertionError(f"it does not end: {answer}")


def points_of(c, user, run):
    """Some of the calls that the runner makes for one preflight."""
    preflight(user, run)
    c.counts(reset=True)
    preflight(user, run)
    counts = c.counts(reset=True)[RUNNER]
    for kind in KINDS:
        times = counts.get(kind, 0)
        yield from ((kind, left) for left in
                    sorted({times * i // POINTS for i in range(POINTS)})
                    if left < times)


def a_preflight_survives_the_runner_at_each_call():
    with failing.over_ssh() as (c, user):
        run = failing.new_run(c, user)
        points, killed = list(points_of(c, user, run)), 0
        for kind, left in points:
            c.arm(RUNNER, kind, left, -signal.SIGKILL)
            found = preflight(user, run)
            killed += c.disarm() > 0
            states = {t["name"]: t["state"] for t in found["targets"]}
            assert found["failed"] == 0 and found["message"] is None and \
                states == {"local": "succeeded", "libssh2": "succeeded"}, (
                    kind, left, found)
        print(f"        {killed} of {len(points)} calls ended the runner")
        assert killed > len(points) // 2


main([a_preflight_survives_the_runner_at_each_call])
