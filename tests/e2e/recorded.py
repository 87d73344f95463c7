"""recorded.py: a data folder with rows of every kind, for tests that change it.

    journal = Journal()         # starts a console, fills it, stops it
    journal.reports             # {end: the exported report's bytes}
    journal.verify()            # (exit code, what it printed)
"""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

from console import BUILD, PASSWORD, TOP, Console, runbook_folder

BOOK = """---
title: All kinds of rows
parameters:
  folder: {label: A folder}
  pass: {label: A password, type: secret}
approvals:
  - {role: approver, count: 1}
---
```sh {#word capture="word" save=out.txt}
echo hello
```

```sh {#hidden secret}
echo "the password is $pass"
```

```edit {#conf file="{{folder}}/conf"}
set a = 2
```

```sh {#asks pty interactive timeout=60s}
read -r line; echo "$line"
```

```approval {#gate role=approver count=1}
Ready?
```

```sqlite {#sql on=db}
CREATE TABLE IF NOT EXISTS t (n INTEGER);
INSERT INTO missing VALUES (1);
```

- [ ] Look at it {#look sign=approver}

```sh {#later}
echo later
```

# Back {.rollback}

```sh {#unword undo=word}
echo back
```
"""
TARGETS = """environments:
  test:
    label: Test
    targets:
      db: {sqlite: {file: %s/t.db}}
"""


LONG = bool(os.environ.get("LONG"))         # make test-long
# The build that looks at thousands of changes: that without sanitizers, which
# is several times as fast, but in make test-long.
QUICK = BUILD if LONG else TOP / "build"


def verify(*arguments, build=BUILD):
    """The exit code and what `countersign verify` printed; it must be an
    answer."""
    env = dict(os.environ, COUNTERSIGN_STRICT="1", LC_ALL="C.UTF-8")
    done = subprocess.run([build / "countersign", "verify", *arguments],
        capture_output=True, text=True, timeout=60, errors="replace", env=env)
    assert done.returncode in (0, 1) and "Sanitizer" not in done.stderr \
        and " bug: " not in done.stderr, (done.returncode,
                                          done.stderr[-3000:])
    return done.returncode, done.stdout + done.stderr


class Folder:
    """A data folder whose database is changed and put back."""

    def __init__(self, data, kept):
        self.data = data
        self.kept = kept            # the database as it was

    def verify(self, *options, build=BUILD):
        """The exit code and what it printed; it must be an answer."""
        return verify("--data", self.data, *options, build=build)

    def fresh(self):
        for ending in ("-wal", "-shm", "-journal"):
            (self.data / f"countersign.db{ending}").unlink(missing_ok=True)
        shutil.copy(self.kept, self.data / "countersign.db")
        db = sqlite3.connect(self.data / "countersign.db",
                             isolation_level=None)
        db.execute("PRAGMA synchronous = OFF")
        return db


class Journal(Folder):
    """A data folder with rows of every kind, made once."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cs-verify-"))
        self.folder.chmod(0o777)    # scripts may have a user of their own
        self.data = self.folder / "data"
        self.data.mkdir()
        (self.folder / "conf").write_text("a = 1\n")
        (self.folder / "t.db").touch()
        for name in ("conf", "t.db"):
            (self.folder / name).chmod(0o666)
        self.reports = {}
        self.books = runbook_folder({"all": BOOK}, TARGETS % self.folder)
        console = Console(data=self.data, runbooks=self.books)
        with console:
            self.fill(console)
        self.kept = self.folder / "kept.db"
        with sqlite3.connect(self.data / "countersign.db") as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.execute("PRAGMA journal_mode = DELETE")
        shutil.copy(self.data / "countersign.db", self.kept)

    def close(self):
        shutil.rmtree(self.folder)
        shutil.rmtree(self.books)

    def fill(self, console):
        ana = console.user("ana", "operator")
        eve = console.user("eve", "approver")
        ada = console.user("ada", "admin")
        assert ada.post("/secrets", {"name": "s1", "value": "hidden value"}
                        )[0] in (200, 201)
        console.raw("POST", "/login", json.dumps({"name": "ana",
            "password": PASSWORD}), {"Content-Type": "application/json",
            "Accept": "application/json"})
        for end in ("rollback", "skip", "open"):
            run = self.run(ana, eve, end)
            self.reports[end] = self.report(console, ana, run)
        run = self.change(console, ana)
        self.reports["changed"] = self.report(console, ana, run)

    def report(self, console, user, run):
        status, _, text = console.raw("GET", f"/runs/{run}/report.json",
            headers={"Authorization": "Bearer " + user.token,
                     "Accept": "application/json"})
        assert status == 200, text
        return text

    def change(self, console, ana):
        """A run that was asked for by key, and whose parameters ana changed."""
        status, _, text = console.raw("POST", "/runs", json.dumps({
            "runbook": "all", "environment": "test", "parameters": {
                "folder": "/nowhere", "pass": "pass-word"}}), {
            "Content-Type": "application/json", "Accept": "application/json",
            "Authorization": "Bearer " + ana.token,
            "Idempotency-Key": "once"})
        assert status == 201, text
        run = json.loads(text)["id"]
        status, answer = ana.post(f"/runs/{run}/parameters", {"parameters": {
            "folder": str(self.folder)}})
        assert status == 200, answer
        return run

    def run(self, ana, eve, end):
        status, answer = ana.post("/runs", {"runbook": "all",
            "environment": "test", "title": f"To {end}", "reason": "why not 升级平台",
            "parameters": {"folder": str(self.folder), "pass": "pass-word"}})
        assert status == 201, answer
        run = answer["id"]
        at = f"/runs/{run}"
        plan = ana.run(run)["plan"]
        assert eve.post(at + "/approvals", {"decision": "approve",
            "comment": "fine", "plan": plan})[0] == 200
        if end == "rollback":
            assert ana.post(at + "/preflight")[0] == 202
        assert ana.post(at + "/start")[0] == 200
        for name in ("word", "hidden"):
            assert ana.press(run, ana.step(run, name))["state"] == "succeeded"
        ana.post(at + "/steps/conf/look")
        (self.folder / "conf").write_text("a = 1\n")
        assert ana.press(run, ana.step(run, "conf"))["state"] == "succeeded"
        assert ana.post(at + "/steps/asks/execute")[0] == 202
        while ana.step(run, "asks")["state"] != "running":
            time.sleep(0.1)
        while ana.post(at + "/steps/asks/type", {"attempt": 1,
                                                 "line": "hi"})[0] != 202:
            if ana.step(run, "asks")["state"] == "succeeded":
                break
            time.sleep(0.1)
        assert ana.wait_step(run, "asks")["state"] == "succeeded"
        status, answer = eve.post(at + "/steps/gate/approve", {
            "decision": "approve", "plan": plan})
        if status == 404:
            status, answer = eve.post(at + "/steps/gate/approvals", {
                "decision": "approve", "plan": plan})
        assert status == 200, answer
        assert ana.press(run, ana.step(run, "sql"))["state"] == "failed"
        ana.post(at + "/comments", {"text": "as I thought"})
        if end == "open":
            return run
        if end == "rollback":
            status, answer = ana.post(at + "/rollback", {"reason": "no"})
            assert status == 200, answer
            ana.drive(run)
            status, answer = ana.post(at + "/close", {
                "result": "rolled_back", "note": "back"})
            assert status == 200, answer
            return run
        assert ana.post(at + "/steps/sql/skip", {"reason": "known"})[0] == 200
        assert ana.post(at + "/steps/look/confirm", {"note": "n"})[0] == 200
        assert eve.post(at + "/steps/look/sign", {"note": "s"})[0] == 200
        assert ana.press(run, ana.step(run, "later"))["state"] == "succeeded"
        status, answer = ana.post(at + "/close", {"result": "succeeded",
                                                  "note": "done"})
        assert status == 200, answer
        return run

    def twins(self, count):
        """Folders with the same in them, to be changed side by side."""
        for n in range(count):
            data = self.folder / f"data{n}"
            if not data.exists():
                shutil.copytree(self.data, data, symlinks=True,
                                ignore=shutil.ignore_patterns("run"))
            yield Folder(data, self.kept)
