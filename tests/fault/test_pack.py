#!/usr/bin/env python3
"""The packer is killed before each of its system calls, each of them fails,
and the disk is full: no byte of what executions left is lost, and the next
pass completes what one has begun.

time limit: 20 minutes"""
import atexit
import errno
import fcntl
import os
import pathlib
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
sys.path.insert(0, str(TOP / "tests/fault"))
from failing import CALLS  # noqa: E402  (sets B: the shim and ASan do not go together)
from console import (BUILD, Console, is_alive, main, runbook_folder,  # noqa: E402
                     wait_until)

BOOK = """---
title: Leave something
---
```sh {#one save=kept.txt}
echo first
```

```python {#two}
import random
for n in range(20000):
    print(n, random.getrandbits(200))
```

- [ ] Look at it {#end}
"""
POINTS = 5          # of one system call, at the most
PACKER = BUILD / "countersign-pack"

work = pathlib.Path(tempfile.mkdtemp(prefix="cs-pack-"))
atexit.register(shutil.rmtree, work, ignore_errors=True)
left = work / "left"        # a data folder with a closed run, as it was left
here = work / "here"        # a copy of it, on which the packer works
shim = work / "fail.so"
control = work / "control"


def make_left():
    """The runner is stopped before the run is closed, so that nothing packs."""
    left.mkdir()
    with Console(data=left, runbooks=runbook_folder({"leave": BOOK})) as console:
        ana = console.user("ana", "operator")
        run = ana.post("/runs", {"runbook": "leave", "environment": "test"})[1]["id"]
        assert ana.post(f"/runs/{run}/start")[0] == 200
        ana.drive(run, until="end")
        ana.drive(run)
        wait_until(lambda: not list(left.glob("exec/*/lock")))
        runner, = console.pids("countersign-runner")
        os.kill(runner, signal.SIGSTOP)
        status, answer = ana.post(f"/runs/{run}/close", {"result": "succeeded"})
        assert status == 200, answer
        console.process.kill()
        console.process.wait()
        os.kill(runner, signal.SIGCONT)
        wait_until(lambda: not is_alive(runner))
        console.process = None
        time.sleep(1)
    ended = sqlite3.connect(left / "countersign.db").execute(
        "SELECT ended_at FROM run").fetchone()[0]
    wait_until(lambda: time.time() * 1000 > ended + 6000)


def tree(data):
    """{name: (bytes, time, mode)} of what executions left."""
    return {str(p.relative_to(data)): (p.read_bytes(), int(p.stat().st_mtime), p.stat().st_mode)
            for p in sorted(data.glob("exec/*/*")) if p.is_file()}


def copy():
    shutil.rmtree(here, ignore_errors=True)
    shutil.copytree(left, here, symlinks=True, ignore=shutil.ignore_patterns("*.sock"))


def pack(call=None, skip=0, error=0):
    """A pass of the packer, of which one call fails, or is the end of it.  The
    exit code, and whether that call was made."""
    control.write_bytes(struct.pack("<iii", CALLS.index(call) if call else -1, skip,
                                    error).ljust(4096, b"\0"))
    done = subprocess.run([PACKER, "--data", here], capture_output=True, text=True, timeout=120,
                          env={"LD_PRELOAD": str(shim), "FAIL_CONTROL": str(control),
                               "FAIL_PROGRAM": "countersign-pack"})
    return done.returncode, struct.unpack("<i", control.read_bytes()[12:16])[0] > 0


def counts():
    numbers = struct.unpack(f"<{len(CALLS)}i", control.read_bytes()[16:16 + 4 * len(CALLS)])
    return {k: n for k, n in zip(CALLS, numbers) if n}


def reopen():
    """The journal of before the end, as after a restore."""
    db = sqlite3.connect(here / "countersign.db")
    db.execute("UPDATE run SET state = 'running', ended_at = NULL")
    db.commit()
    db.close()


def check_packed(what):
    """All is in one pack, verify passes, and it gives back each byte."""
    assert not list(here.glob("exec/*")), (what, list(here.glob("exec/*/*")))
    assert [str(p.relative_to(here)) for p in here.glob("packs/*/*")] == ["packs/0/1"], what
    done = subprocess.run([BUILD / "countersign", "verify", "--data", here],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (what, done.stdout)
    reopen()
    assert pack()[0] == 0 and not list(here.glob("packs/*/*")), what
    assert tree(here) == expected, (what, tree(here).keys())


def is_refused(code):
    """The packer ends with this code, and leaves everything where it is."""
    before = tree(here)
    assert pack()[0] == code
    assert tree(here) == before and not list(here.glob("packs/*/*")), tree(here).keys()


def sql(text):
    db = sqlite3.connect(here / "countersign.db")
    db.execute(text)
    db.commit()
    db.close()


def test_what_is_not_over_by_its_events_stays():
    copy()
    sql("DELETE FROM event WHERE kind = 'run.closed'")
    is_refused(0)
    copy()
    sql("UPDATE event SET body = replace(body, 'kept.txt', 'gone.txt') WHERE run = 1")
    is_refused(0)
    copy()
    sql("UPDATE attempt SET exec = '" + "0" * 32 + "' WHERE step = 'one'")
    (here / "exec" / ("0" * 32)).mkdir()
    is_refused(0)


def test_an_executor_that_goes_on_keeps_its_folder():
    copy()
    lock = next(here.glob("exec/*")) / "lock"
    with open(lock, "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        is_refused(1)
    assert pack()[0] == 0
    check_packed("lock")


def test_what_is_no_file_of_an_execution_stays():
    copy()
    folder = next(here.glob("exec/*"))
    (folder / "folder").mkdir()
    is_refused(0)
    (folder / "folder").rmdir()
    (folder / "link").symlink_to("/etc/passwd")
    is_refused(0)
    (folder / "link").unlink()
    (folder / ("n" * 90)).touch()
    is_refused(0)
    (folder / ("n" * 90)).unlink()
    shutil.copytree(here / "exec", work / "exec")
    assert pack()[0] == 0
    shutil.copytree(work / "exec", here / "exec", dirs_exist_ok=True)
    next(here.glob("exec/*/local.txt")).write_text("another content")
    before = pathlib.Path(here / "packs/0/1").read_bytes()
    assert pack()[0] == 0
    assert (here / "packs/0/1").read_bytes() == before and len(list(here.glob("exec/*"))) == 2


def points(of):
    """Some of the calls, the first and the last of each kind among them."""
    for call, n in of.items():
        if call not in ("mmap", "stat", "fcntl"):
            some = min(n, POINTS)
            for i in range(some):
                yield call, i * (n - 1) // max(1, some - 1)


def is_killed_at(call, skip):
    """A pass of the packer that is killed before the call; False where it
    ends without that call."""
    code, made = pack(call, skip, -signal.SIGKILL)
    assert code == (-signal.SIGKILL if made else 0), (call, skip, code)
    return made


def check_most_made(made):
    """The points were those that the packer comes to."""
    assert sum(made) > len(made) // 2, f"{sum(made)} of {len(made)} calls were made"
    print(f"        {sum(made)} of {len(made)} calls were made")


def test_a_packer_that_is_killed_at_any_point_loses_nothing():
    copy()
    assert pack() == (0, False)
    of = counts()
    assert {"write", "fsync", "rename", "unlink"} <= of.keys(), of
    check_packed("whole")
    made = []
    for call, skip in points(of):
        copy()
        made.append(is_killed_at(call, skip))
        assert pack()[0] == 0, (call, skip)
        check_packed((call, skip))
    check_most_made(made)


def test_unpacking_that_is_killed_at_any_point_loses_nothing():
    copy()
    assert pack()[0] == 0
    reopen()
    packed = work / "packed"
    shutil.copytree(here, packed)
    assert pack()[0] == 0
    made = []
    for call, skip in points(counts()):
        shutil.rmtree(here)
        shutil.copytree(packed, here)
        made.append(is_killed_at(call, skip))
        assert pack()[0] == 0 and not list(here.glob("packs/*/*")), (call, skip)
        assert tree(here) == expected, (call, skip, tree(here).keys())
    check_most_made(made)


def test_a_call_that_fails_or_a_full_disk_leaves_the_folders_for_later():
    copy()
    assert pack()[0] == 0
    of = {k: n for k, n in counts().items()
          if k in ("write", "fsync", "rename", "unlink", "mkdir", "open", "pread", "chmod")}
    failed = []
    for call, skip in points(of):
        copy()
        full = call in ("write", "fsync", "mkdir", "open")
        code, made = pack(call, skip, errno.ENOSPC if full else errno.EIO)
        failed.append(made)
        if code != 0:
            assert made, (call, skip, code)
            assert not list(here.glob("packs/*/*.new")) or call == "unlink", (call, skip)
        packs = [p.stat().st_ino for p in here.glob("packs/*/1")]
        if not packs:
            assert tree(here) == expected, (call, skip)
        assert pack()[0] == 0, (call, skip)
        if packs:               # it is complete, and not written again
            assert packs == [p.stat().st_ino for p in here.glob("packs/*/1")], (call, skip)
        check_packed((call, skip))
    check_most_made(failed)


subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", shim, TOP / "tests/fault/fail.c", "-ldl"],
               check=True)
make_left()
expected = {k: v for k, v in tree(left).items() if k.rpartition("/")[2] not in ("pid", "alive")}
if __name__ == "__main__":
    main([
        test_what_is_not_over_by_its_events_stays,
        test_an_executor_that_goes_on_keeps_its_folder,
        test_what_is_no_file_of_an_execution_stays,
        test_a_packer_that_is_killed_at_any_point_loses_nothing,
        test_unpacking_that_is_killed_at_any_point_loses_nothing,
        test_a_call_that_fails_or_a_full_disk_leaves_the_folders_for_later,
    ])
