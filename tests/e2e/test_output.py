#!/usr/bin/env python3
"""A script may print anything: 1 GB, bytes that are no text, a line of 10 MB,
terminal escapes and markup.  The display is clean, the console answers
meanwhile, and a step stays small.  On the plain build: memory is measured."""
import json
import os
import pathlib
import shutil
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main, runbook_folder  # noqa: E402

STEP_MB = 64
WORKER_MB = 48

BOOK = """---
title: Loud scripts
---
```sh {#gigabyte}
echo first line
yes "a line of output that repeats itself, over and over again" | head -c 1073741824
echo
echo last line
```

```bash {#binary}
head -c 300000 /dev/urandom
printf '\\0\\377\\376end\\n'
```

```python {#long}
print("x" * 10_000_000)
print("after")
```

```bash {#escapes expect="<script>"}
printf '\\033[31mred\\033[0m <script>alert(1)</script> \\033]8;;http://evil/\\007link\\033]8;;\\007\\n'
printf '\\033[2J\\033[H\\033]0;title\\007plain\\n'
```

```bash {#children}
(sleep 30; echo late) &
echo "the script has ended"
```

```sh {#missing cwd=/nowhere/at/all}
echo never
```
"""

books = runbook_folder({"loud": BOOK})


def peak_kb(pids):
    """The most memory (VmHWM, which counts shared pages) of one process."""
    most = 0
    for pid in pids:
        try:
            for line in open(f"/proc/{pid}/status"):
                if line.startswith("VmHWM:"):
                    most = max(most, int(line.split()[1]))
        except OSError:
            pass
    return most


def said_in(recording):
    """The texts of the events, in order of time, as a player shows them."""
    head, *events = map(json.loads, recording.decode().splitlines())
    assert head["version"] == 2, head
    times = [e[0] for e in events]
    assert times == sorted(times), "times go back"
    return "".join(what for _, kind, what in events if kind == "o")


def the_recording_is_derived(console, user, run, text):
    """Of a text of 64 MB, by a worker that stays small; in ranges, too."""
    path = f"/runs/{run}/steps/gigabyte/attempts/1/local.cast"

    def ask(method="GET", **headers):
        return console.raw(method, path, headers={
            "Authorization": "Bearer " + user.token, **headers})

    status, headers, whole = ask()
    assert (status, int(headers["Content-Length"])) == (200, len(whole))
    assert said_in(whole) == text.replace("\n", "\r\n")
    assert ask("HEAD")[1]["Content-Length"] == str(len(whole))
    size = len(whole)
    for asked, part in (("0-999", whole[:1000]), ("-100", whole[-100:]),
                        ("40000000-40000999", whole[40000000:40001000]),
                        (f"{size - 5}-", whole[-5:])):
        status, headers, got = ask(Range="bytes=" + asked)
        assert (status, got) == (206, part), (asked, status, len(got))
    assert ask(Range=f"bytes={size}-")[0] == 416
    most = peak_kb(console.pids("countersign-web"))
    assert 0 < most < WORKER_MB * 1024, f"a worker took {most} KB"


def a_recording_of_an_older_version_is_a_file(console, user, run):
    """Its executor wrote it beside the text, and no times."""
    file, = (p for p in console.data.glob("exec/*/local.txt")
             if p.stat().st_size < 500 and b"plain" in p.read_bytes())
    times, cast = file.with_suffix(".times"), file.with_suffix(".cast")
    kept = times.read_bytes()
    times.unlink()
    cast.write_text('{"version": 2}\n[0.001, "o", "as it was"]\n')
    shutil.copystat(file, cast)
    shutil.chown(cast, file.stat().st_uid, file.stat().st_gid)
    status, said = user.get(f"/runs/{run}/steps/escapes/attempts/1/local.cast",
                            accept="*/*")
    assert (status, said) == (200, cast.read_text()), (status, said)
    cast.unlink()
    times.write_bytes(kept)
    shutil.copystat(file, times)
    shutil.chown(times, file.stat().st_uid, file.stat().st_gid)


def loud_scripts_are_recorded_and_shown_cleanly():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        _, answer = ana.post("/runs", {"runbook": "loud",
                             "environment": "test", "parameters": {}})
        run = answer["id"]
        ana.post(f"/runs/{run}/start")

        assert ana.post(f"/runs/{run}/steps/gigabyte/execute")[0] == 202
        most, asked = 0, 0
        end = time.monotonic() + 120
        while time.monotonic() < end:
            most = max(most, peak_kb(console.pids("countersign-executor")))
            step = ana.step(run, "gigabyte")     # the console answers
            asked += 1
            if asked % 8 == 1:      # of a text with a hole
                early = console.raw("GET", f"/runs/{run}/steps/gigabyte/"
                    "attempts/1/local.cast", headers={
                        "Authorization": "Bearer " + ana.token})[2]
            if step["state"] not in ("requested", "starting", "running"):
                break
            time.sleep(0.05)
        assert step["state"] == "succeeded", step
        assert 0 < most < STEP_MB * 1024, f"a step took {most} KB"
        target = step["attempts"][0]["targets"][0]
        assert target["dropped"] > 0, target
        text = ana.output(run, "gigabyte", "local")
        assert text.startswith("first line\n"), text[:100]
        assert text.endswith("last line\n"), text[-100:]
        assert len(text) < 80 << 20, len(text)
        assert "first line" in said_in(early)
        the_recording_is_derived(console, ana, run, text)

        ana.press(run, ana.step(run, "binary"))
        text = ana.output(run, "binary", "local")
        assert text.rstrip().endswith("end"), text[-20:]

        step = ana.press(run, ana.step(run, "long"))
        assert step["state"] == "succeeded", step
        text = ana.output(run, "long", "local")
        assert text.count("x") == 10_000_000 and "after" in text

        step = ana.press(run, ana.step(run, "escapes"))
        assert step["state"] == "succeeded", step
        status, page = ana.get(f"/runs/{run}", accept="text/html")
        assert status == 200
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "\x1b" not in page and "http://evil" not in page.replace(
            "&#x2F;", "/").split("<pre")[0]

        a_recording_of_an_older_version_is_a_file(console, ana, run)

        step = ana.press(run, ana.step(run, "children"))
        assert step["state"] == "succeeded", step

        step = ana.press(run, ana.step(run, "missing"))
        assert step["state"] == "failed", step
        message = step["attempts"][0]["targets"][0]["message"]
        assert "/nowhere/at/all" in message, message


try:
    main([loud_scripts_are_recorded_and_shown_cleanly])
finally:
    shutil.rmtree(books, ignore_errors=True)
