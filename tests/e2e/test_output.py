#!/usr/bin/env python3
"""A script may print anything: 1 GB, bytes that are no text, a line of 10 MB,
terminal escapes and markup.  The display is clean, the console answers
meanwhile, and a step stays small.  On the plain build: memory is measured."""
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
