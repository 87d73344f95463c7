#!/usr/bin/env python3
"""Each program of the console has a system call fail once, with EIO or
ENOSPC, while a run with a local step and one over SSH is under way.

Nothing takes longer than a minute, nothing says succeeded that did not, no
attempt runs twice, and the journal is as recorded.  Here a few points of each
kind of call; tests/long/test_fail_each.py tries every one.

time limit: 15 minutes
"""
import errno
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/fault"))
import failing                              # noqa: E402
from console import main                    # noqa: E402

EVENTS = "SELECT kind FROM event WHERE run = 1 ORDER BY seq"


def points_of(counts, starts):
    """The first call of each kind and one in the middle; at the start of a
    program the first."""
    n = 0
    for program, calls in counts.items():
        for call, times in calls.items():
            for left in sorted({0, times // 2}):
                n += 1
                yield (program, call, left,
                       (errno.EIO, errno.ENOSPC)[n % 2], False)
    for program, calls in starts.items():
        for call in calls:
            n += 1
            yield program, call, 0, (errno.EIO, errno.ENOSPC)[n % 2], True


def synced(c):
    """{program: how often it waited for the disk since the last time}"""
    return {name: calls.get("fsync", 0) + calls.get("fdatasync", 0)
            for name, calls in c.counts(reset=True).items()}


def a_press_makes_durable_what_it_must_and_nothing_else():
    """The request before it is answered, that the attempt starts before it
    does; text, recording, artifact, the result of the target and of the step,
    before anybody is told."""
    with failing.over_ssh() as (c, user):
        run = failing.new_run(c, user)
        user.post(f"/runs/{run}/start")
        for step in ("near", "far"):
            synced(c)
            begin = len(c.sql(EVENTS))
            assert user.post(f"/runs/{run}/steps/{step}/execute")[0] == 202
            answered = synced(c)
            assert answered["countersign-keeper"] >= 1, answered
            user.wait_step(run, step)
            rest = synced(c)
            files = 5 if step == "near" else 4
            assert rest["countersign-executor"] + \
                answered["countersign-executor"] == files, rest
            commits = rest["countersign-keeper"] + \
                answered["countersign-keeper"]
            kinds = [row[0] for row in c.sql(EVENTS)[begin:]]
            assert kinds[:2] == ["step.requested", "step.starting"], kinds
            assert 3 <= commits <= len(kinds) + 1, (commits, kinds)
            assert rest["countersign-runner"] == 0, rest


def a_call_that_fails_once_hangs_nothing():
    with failing.over_ssh() as (c, user):
        points = list(points_of(*failing.count(c, user)))
        wrong = failing.sweep(c, user, points)
    assert not wrong, "\n".join(wrong)[:6000]


main([a_press_makes_durable_what_it_must_and_nothing_else,
      a_call_that_fails_once_hangs_nothing])
