#!/usr/bin/env python3
"""No file of the data folder can be read by another account of the machine,
while steps of all kinds run and afterwards, whatever umask the console was
started with; and what an older version left open is closed at its start."""
import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
import console                          # noqa: E402
from test_terminal import Sshd          # noqa: E402

BOOK = """---
title: Steps of all kinds
parameters:
  folder: {label: A folder}
  pass: {label: A password, type: secret}
---
```sh {#script capture="word" save=out.txt}
umask > "$folder/umask"; echo hello
```

```sh {#sealed secret}
echo "$pass"
```

```bash {#terminal pty interactive timeout=60s}
read -r line; echo "$line"
```

```sh {#libssh2 on=libssh2}
echo far
```

```sh {#openssh on=openssh}
echo far
```

```edit {#edit file="{{folder}}/conf"}
set a = 2
```

```copy {#copy}
{{folder}}/conf -> {{folder}}/copied
```

```sqlite {#sqlite on=db}
CREATE TABLE IF NOT EXISTS t (n INTEGER);
```
"""


def open_to_others(data):
    """The files that anybody may read, write or enter, as `mode path`."""
    found = []
    for folder, folders, files in os.walk(data):
        for path in (pathlib.Path(folder, name) for name in folders + files):
            try:
                mode = path.lstat().st_mode
            except OSError:
                continue
            if not stat.S_ISLNK(mode) and mode & 0o007:
                found.append(f"{stat.filemode(mode)} "
                             f"{path.relative_to(data)}")
    return found


class Watch(threading.Thread):
    """Looks all the time, as a file may be open for a moment only."""

    def __init__(self, data):
        super().__init__(daemon=True)
        self.data, self.found, self.over = data, set(), False

    def run(self):
        while not self.over:
            self.found.update(open_to_others(self.data))
            time.sleep(0.02)


def of_all_kinds(c, work):
    ana = c.user("ana", "operator")
    (work / "conf").write_text("a = 1\n")
    (work / "conf").chmod(0o666)
    sqlite3.connect(work / "t.db").close()
    (work / "t.db").touch()
    (work / "t.db").chmod(0o666)
    status, answer = ana.post("/runs", {"runbook": "all",
        "environment": "test", "parameters": {"folder": str(work),
                                              "pass": "pass-word"}})
    assert status == 201, answer
    run = answer["id"]
    ana.post(f"/runs/{run}/preflight")
    ana.post(f"/runs/{run}/start")
    for step in ana.run(run)["steps"]:
        name = step["id"]
        if step["part"] != "main":
            continue
        status, answer = ana.post(f"/runs/{run}/steps/{name}/execute")
        assert status == 202, (name, answer)
        while name == "terminal" and ana.step(run, name)["state"] in \
                console.BUSY:
            ana.post(f"/runs/{run}/steps/{name}/type", {"attempt": 1,
                                                        "line": "hi"})
            time.sleep(0.2)
        assert ana.wait_step(run, name)["state"] == "succeeded", \
            ana.step(run, name)
    for path in ("", "/report", "/steps/script/attempts/1/local.txt"):
        assert ana.get(f"/runs/{run}{path}", accept="text/html")[0] == 200


def no_file_is_for_others():
    work = pathlib.Path(tempfile.mkdtemp(prefix="cs-modes-"))
    work.chmod(0o777)       # scripts may have a user of their own
    sshd = Sshd(work)
    targets = sshd.targets() + \
        f"      db: {{sqlite: {{file: {work}/t.db}}}}\n"
    books = console.runbook_folder({"all": BOOK}, targets)
    old = work / "data/exec" / ("ab" * 16)
    before = os.umask(0)
    try:
        old.mkdir(parents=True)
        (old / "status").write_text("{}\n")     # of an older version
        assert open_to_others(work / "data")
        c = console.Console(data=work / "data", runbooks=books)
        watch = Watch(c.data)
        with c:
            watch.start()
            watch.found.clear()
            of_all_kinds(c, work)
            c.kill("countersign-keeper")
            c.kill("countersign-runner")
            time.sleep(1)
            watch.over = True
            watch.join()
        left = open_to_others(c.data)
        assert not watch.found and not left, sorted(watch.found) + left
        # what a step makes outside is as its own umask says
        assert (work / "umask").read_text().strip() == "0022"
    finally:
        os.umask(before)
        sshd.process.terminate()
        sshd.process.wait()
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(books)


def steps_of_all_kinds_run_in_a_chroot():
    """There the path of our own program is that of the real root, once the
    namespace of mounts is another one."""
    console.needs_root()
    root = tempfile.mkdtemp(prefix="cs-root-")
    try:
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", 'mount --rbind / "$1" && exec chroot "$1" "$2" "$3"',
             "sh", root, sys.executable, pathlib.Path(__file__).resolve()],
            capture_output=True, text=True, timeout=300, check=False, env=dict(os.environ, IN_CHROOT="1"))
        assert "1 passed, 0 failed" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
    finally:
        os.rmdir(root)


console.main([no_file_is_for_others] if "IN_CHROOT" in os.environ else
             [no_file_is_for_others, steps_of_all_kinds_run_in_a_chroot])
