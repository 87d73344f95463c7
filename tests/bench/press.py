#!/usr/bin/env python3
"""
tests/bench/press.py: the C files that one press goes through.

Builds everything with -finstrument-functions (press.c writes what runs),
starts the console, opens the run's live stream, presses a step over SSH,
fetches its output as a page does, and lists the files that hold a function
which ran until its last output byte.
"""
import collections
import http.client
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build/press"
os.environ["B"] = str(BUILD)
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, runbook_folder                  # noqa: E402
from test_terminal import Sshd, until                        # noqa: E402

BOOK = """# Press
```sh {#say on=libssh2}
echo the last byte
```
"""
WORK = pathlib.Path(tempfile.gettempdir(), "countersign-press")


def build():
    BUILD.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-std=c17", "-Wall", "-O1", "-fPIE", f'-DPRESS="{WORK}"', "-c",
                    TOP / "tests/bench/press.c", "-o", BUILD / "press.o"], check=True)
    subprocess.run(["make", "-s", f"-j{os.cpu_count()}", f"B={BUILD.relative_to(TOP)}",
                    "CFLAGS=-O1 -g -fno-inline -finstrument-functions "
                    "-finstrument-functions-exclude-file-list=/usr/",
                    f"LINK=-pie -Wl,-z,relro,-z,now {BUILD}/press.o", "all"],
                   cwd=TOP, check=True)


def files_of(calls):
    """{file: functions} of lines "PROGRAM OFFSET"."""
    offsets = collections.defaultdict(set)
    for line in calls.splitlines():
        program, offset = line.split()
        offsets[program].add(offset)
    found = collections.defaultdict(set)
    for program, those in offsets.items():
        lines = subprocess.run(
            ["addr2line", "-f", "-e", BUILD / program], input="\n".join(those),
            capture_output=True, text=True, check=True).stdout.splitlines()
        for function, place in zip(lines[::2], lines[1::2]):
            path = place.split(":")[0]
            if "/fcgi/" in path or path.startswith("fcgi/"):
                found[path[path.rindex("fcgi/") + 5:]].add(function)
    return found


def press(sshd):
    books = runbook_folder({"press": BOOK}, sshd.targets())
    switch, calls = WORK / "on", WORK / "calls"
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = ana.post("/runs", {"runbook": "press", "environment": "test",
                                 "parameters": {}})[1]["id"]
        ana.post(f"/runs/{run}/start")
        live = http.client.HTTPConnection("127.0.0.1", console.port, timeout=60)
        live.request("GET", f"/runs/{run}/events?after=0", headers={
            "Authorization": "Bearer " + ana.token, "Accept": "text/event-stream"})
        stream = live.getresponse()
        until(lambda: b"run.started" in stream.readline())
        for _ in range(40):             # each worker has shown the page
            ana.get(f"/runs/{run}", accept="text/html")
        switch.write_text("1")
        assert ana.post(f"/runs/{run}/steps/say/execute")[0] == 202
        until(lambda: b"step.running" in stream.readline())
        until(lambda: "the last byte" in ana.output(run, "say", "libssh2", 1))
        switch.write_text("0")
        ana.wait_step(run, "say")
        text = calls.read_text()
        live.close()
    shutil.rmtree(books)
    return text


def main():
    build()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(mode=0o755)
    (WORK / "on").write_text("0")
    (WORK / "calls").touch(mode=0o666)
    (WORK / "calls").chmod(0o666)
    (WORK / "sshd").mkdir()
    sshd = Sshd(WORK / "sshd")
    try:
        found = files_of(press(sshd))
    finally:
        sshd.process.terminate()
        sshd.process.wait()
        shutil.rmtree(WORK)
    sources = sorted(f for f in found if f.endswith(".c"))
    for path in sources:
        print(f"{len(found[path]):4} {path}")
    folders = collections.Counter(f.split("/")[0] for f in sources)
    print("\n" + ", ".join(f"{f} {n}" for f, n in folders.most_common()))
    print(f"{len(sources)} C files, {sum(len(found[f]) for f in sources)} functions")


main()
