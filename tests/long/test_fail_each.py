#!/usr/bin/env python3
"""Every system call of every program of the console fails once, with EIO and
with ENOSPC, over a run with a local step and one over SSH (tests/fault/
failing.py says what must hold).  Arguments: names of programs, of calls,
or a part like 2/5 of all points.

time limit: 360 minutes
"""
import errno
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/fault"))
import failing                              # noqa: E402
from console import Results                 # noqa: E402

# Of a call that is made more often than this, so many are tried.
MOST = 60


def some(times):
    step = max(1, times // MOST)
    return range(0, times, step)


def points_of(counts, starts):
    for program, calls in counts.items():
        for call, times in calls.items():
            for left in some(times):
                for error in (errno.EIO, errno.ENOSPC):
                    yield program, call, left, error, False
    for program, calls in starts.items():
        for call, times in calls.items():
            for left in some(times):
                for error in (errno.EIO, errno.ENOSPC):
                    yield program, call, left, error, True


def main():
    results = Results()
    with failing.over_ssh() as (c, user):
        points = list(points_of(*failing.count(c, user)))
        named = [a for a in sys.argv[1:] if a in failing.PROGRAMS]
        points = [p for p in points if not named or p[0] in named]
        calls = [a for a in sys.argv[1:] if a in failing.CALLS]
        points = [p for p in points if not calls or p[1] in calls]
        for a in sys.argv[1:]:
            if "/" in a:
                part, of = map(int, a.split("/"))
                points = points[part - 1::of]
        print(f"        {len(points)} points", flush=True)
        wrong = failing.sweep(c, user, points)
    results.check(f"{len(points)} calls fail once and hang nothing",
                  not wrong, f"{len(wrong)} did")
    sys.exit(results.end())


main()
