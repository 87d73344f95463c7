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
import shutil
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/fault"))
import failing                              # noqa: E402
from console import main                    # noqa: E402
from test_terminal import Sshd              # noqa: E402


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


def a_call_that_fails_once_hangs_nothing():
    work = pathlib.Path(tempfile.mkdtemp(prefix="cs-sshd-"))
    sshd = Sshd(work)
    try:
        with failing.Failing(sshd) as c:
            user = c.user("ana", "operator")
            points = list(points_of(*failing.count(c, user)))
            wrong = failing.sweep(c, user, points)
        assert not wrong, "\n".join(wrong)[:6000]
    finally:
        sshd.process.terminate()
        sshd.process.wait()
        shutil.rmtree(work)


main([a_call_that_fails_once_hangs_nothing])
