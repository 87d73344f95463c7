#!/usr/bin/env python3
"""A disk that is filled while a step runs: no new step starts, nothing that
was acknowledged is lost, and when there is room again all goes on.  The disk
is a small tmpfs in a mount namespace of the test's own; needs root."""
import os
import pathlib
import shutil
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import (Console, enter, left_out, main,  # noqa: E402
                     runbook_folder, wait_until)

BOOK = """---
title: While the disk fills
---
```sh {#slow}
sleep 2
echo finished
```

```sh {#next}
echo next
```
"""

LARGE = """---
title: Much output
---
```sh {#large}
head -c 23000000 /dev/urandom | base64
```
"""


def fill(folder):
    """Takes all the room that there is."""
    with open(folder / "filler", "wb", buffering=0) as f:
        block = b"x" * 65536
        while block:
            try:
                f.write(block)
            except OSError:
                block = block[:len(block) // 2]


def a_full_disk_stops_new_steps_and_loses_nothing():
    disk = pathlib.Path("/mnt")         # in a mount namespace of our own
    log = pathlib.Path(tempfile.mkdtemp(prefix="cs-disk-"))
    books = runbook_folder({"slow": BOOK})
    try:
        (disk / "data").mkdir()
        console = Console(data=disk / "data", runbooks=books)
        console.log = log / "log"
        with console:
            ana = console.user("ana", "operator")
            _, answer = ana.post("/runs", {"runbook": "slow",
                "environment": "test", "parameters": {}})
            run = answer["id"]
            ana.post(f"/runs/{run}/start")
            assert ana.post(f"/runs/{run}/steps/slow/execute")[0] == 202
            time.sleep(0.5)
            fill(disk)
            status, answer = ana.post(f"/runs/{run}/comments",
                                      {"text": "x" * 9000})
            assert status in (200, 503), (status, answer)
            step = ana.wait_step(run, "slow", 20)
            assert step["state"] in ("succeeded", "unknown"), step
            # nothing new begins on a full disk, and the message says why
            if step["state"] == "succeeded":
                status, answer = ana.post(f"/runs/{run}/steps/next/execute")
                assert status == 503, (status, answer)
                assert "disk" in answer["error"]["message"], answer
            (disk / "filler").unlink()
            if step["state"] == "unknown":
                assert ana.post(f"/runs/{run}/steps/slow/resolve", {
                    "outcome": "succeeded", "note": "it said so"})[0] == 200
            assert ana.press(run, ana.step(run, "next"))["state"] == \
                "succeeded"
            console.verify()
    finally:
        shutil.rmtree(log, ignore_errors=True)
        shutil.rmtree(books, ignore_errors=True)


def a_run_that_ends_on_a_full_disk_is_packed_when_there_is_room():
    """Its pack would have more bytes than the keeper's ballast gives back."""
    disk = pathlib.Path("/mnt")
    log = pathlib.Path(tempfile.mkdtemp(prefix="cs-disk-"))
    books = runbook_folder({"large": LARGE})
    try:
        console = Console(data=disk / "large", runbooks=books)
        console.log = log / "log"
        with console:
            ana = console.user("ana", "operator")
            run = ana.post("/runs", {"runbook": "large", "environment": "test"})[1]["id"]
            assert ana.post(f"/runs/{run}/start")[0] == 200
            assert ana.press(run, ana.step(run, "large"))["state"] == "succeeded"
            whole = ana.output(run, "large", "local")
            folder, = (disk / "large/exec").iterdir()
            assert ana.post(f"/runs/{run}/close", {"result": "succeeded"})[0] == 200
            fill(disk)
            wait_until(lambda: "not packed now: No space left" in console.log.read_text())
            assert (folder / "local.txt").exists()
            _, _, end = console.raw(
                "GET", f"/runs/{run}/steps/large/attempts/1/local.txt", headers={
                    "Authorization": "Bearer " + ana.token, "Range": "bytes=-100000"})
            assert end.decode() == whole[-100000:]
            (disk / "filler").unlink()
            wait_until(lambda: not folder.exists(), 180)
            assert ana.output(run, "large", "local") == whole and len(whole) > 30_000_000
    finally:
        shutil.rmtree(log, ignore_errors=True)
        shutil.rmtree(books, ignore_errors=True)


if not enter("CS_DISK_NS", ["--mount"], "mount -t tmpfs -o size=200m,"
             f"uid={os.getuid()},gid={os.getgid()} tmpfs /mnt"):
    left_out("a disk that is full", "a file system is mounted for it: it "
             "needs root, or sudo without a password")
    sys.exit(0)
main([a_full_disk_stops_new_steps_and_loses_nothing,
      a_run_that_ends_on_a_full_disk_is_packed_when_there_is_room])
