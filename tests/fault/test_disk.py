#!/usr/bin/env python3
"""A disk that is filled while a step runs: no new step starts, nothing that
was acknowledged is lost, and when there is room again all goes on.  The disk
is a small tmpfs in a mount namespace of the test's own; needs root."""
import os
import pathlib
import shutil
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import (Console, enter, left_out, main,  # noqa: E402
                     runbook_folder, wait_until)

BOOK = """---
title: While the disk fills
parameters:
  folder: {label: Where it waits for a mark}
---
```sh {#slow}
while ! [ -e "$folder/go" ]; do sleep 0.1; done
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


def begun(ana, marks):
    """A run of BOOK whose first step can be pressed."""
    status, answer = ana.post("/runs", {"runbook": "slow",
        "environment": "test", "parameters": {"folder": str(marks)}})
    assert status == 201, answer
    assert ana.post(f"/runs/{answer['id']}/start")[0] == 200
    return answer["id"]


def comments(ana, run):
    """Sends comments until one is acknowledged in the room of the ballast,
    which is given up when the first is refused; the texts of those that were
    acknowledged."""
    said = []
    for n in range(10):
        text = f"{n} " + "x" * 9000
        status, answer = ana.post(f"/runs/{run}/comments", {"text": text})
        assert status in (200, 503), (status, answer)
        if status == 200:
            said.append(text)
        if len(said) == 2:
            return said
    raise AssertionError(f"{len(said)} of 10 comments were acknowledged")


def is_served(console):
    try:
        return console.raw("GET", "/healthz")[0] == 200
    except OSError:
        return False


def are_there(ana, run, texts):
    status, page = ana.get(f"/runs/{run}", accept="text/html")
    lost = [text[:10] for text in texts if text not in page]
    assert status == 200 and not lost, (status, lost)


def presses_nothing(ana, run, step):
    """Nothing new begins on a full disk, and the message says why."""
    status, answer = ana.post(f"/runs/{run}/steps/{step}/execute")
    assert (status, answer["error"]["code"]) == (503, "disk_full"), answer
    assert "disk" in answer["error"]["message"], answer


def a_full_disk_stops_new_steps_and_loses_nothing():
    disk = pathlib.Path("/mnt")         # in a mount namespace of our own
    log = pathlib.Path(tempfile.mkdtemp(prefix="cs-disk-"))
    log.chmod(0o777)            # the steps may have a user of their own
    books = runbook_folder({"slow": BOOK})
    try:
        (disk / "data").mkdir()
        console = Console(data=disk / "data", runbooks=books)
        console.log = log / "log"
        with console:
            ana = console.user("ana", "operator")
            run, other = begun(ana, log), begun(ana, log)
            assert ana.post(f"/runs/{run}/steps/slow/execute")[0] == 202
            wait_until(lambda: ana.step(run, "slow")["state"] == "running")
            fill(disk)
            presses_nothing(ana, other, "slow")
            said = comments(ana, run)
            are_there(ana, run, said)
            (log / "go").touch()
            step = ana.wait_step(run, "slow", 20)
            assert step["state"] in ("succeeded", "unknown"), step
            presses_nothing(ana, other, "slow")
            if step["state"] == "succeeded":
                presses_nothing(ana, run, "next")
            # what was acknowledged is on the disk, and not in a process alone
            console.kill("countersign-keeper")
            console.kill("countersign-web")
            (disk / "filler").unlink()
            wait_until(lambda: is_served(console))
            are_there(ana, run, said)
            if step["state"] == "unknown":
                assert ana.post(f"/runs/{run}/steps/slow/resolve", {
                    "outcome": "succeeded", "note": "it said so"})[0] == 200
            assert ana.press(run, ana.step(run, "next"))["state"] == \
                "succeeded"
            are_there(ana, run, said)
            assert ana.press(other, ana.step(other, "slow"))["state"] == \
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
