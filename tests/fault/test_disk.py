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
                     runbook_folder)

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


if not enter("CS_DISK_NS", ["--mount"], "mount -t tmpfs -o size=200m,"
             f"uid={os.getuid()},gid={os.getgid()} tmpfs /mnt"):
    left_out("a disk that is full", "a file system is mounted for it: it "
             "needs root, or sudo without a password")
    sys.exit(0)
main([a_full_disk_stops_new_steps_and_loses_nothing])
