#!/usr/bin/env python3
"""A disk that is filled while a step runs: no new step starts, nothing that
was acknowledged is lost, and when there is room again all goes on.  The disk
is a small tmpfs in a mount namespace of the test's own; needs root."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main, runbook_folder  # noqa: E402

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
    disk = pathlib.Path(tempfile.mkdtemp(prefix="cs-disk-"))
    books = runbook_folder({"slow": BOOK})
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", disk],
                   check=True)
    try:
        (disk / "data").mkdir()
        console = Console(data=disk / "data", runbooks=books)
        console.log = pathlib.Path(str(disk) + ".log")
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
        subprocess.run(["umount", "-l", disk], check=False)
        shutil.rmtree(disk, ignore_errors=True)
        pathlib.Path(str(disk) + ".log").unlink(missing_ok=True)
        shutil.rmtree(books, ignore_errors=True)


if os.environ.get("CS_DISK_NS") is None:
    os.environ["CS_DISK_NS"] = "1"
    ask = [] if os.getuid() == 0 else ["sudo", "-E"]
    os.execvp((ask + ["unshare"])[0], ask + ["unshare", "-m", sys.executable,
                                             *sys.argv])
main([a_full_disk_stops_new_steps_and_loses_nothing])
