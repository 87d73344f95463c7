#!/usr/bin/env python3
"""A step on the console's own machine can reach nothing of the console.

reach.py tries each file, socket and process from a script of each kind; here
it runs under a console that was started as root and as a plain user, with all
that isolates and with each mechanism switched off in turn (which builds with
sanitizers allow).  With all of them off it reaches much: it does look.
"""
import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import (ROOT, SUDO, Console, LeftOut, left_out,  # noqa: E402
                     main, may_be_root, may_divide, needs_root,
                     open_to_others, runbook_folder)

open_to_others(__file__)

# If ordinary users may make no namespaces, Landlock alone keeps their
# console's files from its scripts.
DIVIDES = may_divide()
REFUSED = "this machine refuses namespaces to ordinary users"
REACH = TOP / "tests/e2e/reach.py"
CALL = f'python3 {REACH} "$data" "$pids" "$aliases"'

BOOK = f"""---
title: What a step can reach
parameters:
  data: {{label: The data folder}}
  pids: {{label: Processes of the console, required: false}}
  aliases: {{label: Other paths of the data folder, required: false}}
---
# Reach

```bash {{#by-bash rerun=safe timeout=2m}}
{CALL}
```

```sh {{#by-sh rerun=safe timeout=2m}}
{CALL}
```

```python {{#by-python rerun=safe timeout=2m}}
import os, subprocess
subprocess.run(["python3", "{REACH}"] + [os.environ["CS_" + n]
    for n in ("DATA", "PIDS", "ALIASES")])
```

```bash {{#by-pty pty rerun=safe timeout=2m}}
{CALL}
```
"""

OTHER = """---
title: Another step at work
---
# Other

```bash {#terminal pty interactive timeout=10m}
echo waiting
read -r line
echo "typed: $line"
```
"""

FILES = """---
title: Files of the console
parameters:
  data: {label: The data folder}
  to: {label: A folder}
  database: {label: The journal}
---
# Files

```edit {#edit file="{{data}}/keys/admin.secret"}
ensure changed
```

```copy {#copy}
local:{{data}}/keys/runner.key -> {{to}}/runner.key
```

```copy {#folder}
local:{{data}}/keys/ -> {{to}}/keys/
```

```copy {#around}
local:/proc/self/cwd/../../keys/runner.key -> {{to}}/around.key
```

```copy {#into}
local:{{to}}/mine -> {{data}}/keys/runner.key
```

```sqlite {#sqlite on=journal}
SELECT count(*) FROM run
```

```sqlite {#attach on=own}
ATTACH {{database}} AS journal;
SELECT count(*) FROM journal.run
```
"""


def as_root(*command):
    subprocess.run([*SUDO, *command], check=True)


def pause_until(what, true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.2)


class Started:
    """A console, as root or as a plain user, in a folder beside which that
    user may make nothing."""

    def __init__(self, plain=False, without="", targets=None):
        self.base = pathlib.Path(f"/var/lib/cs-reach-{secrets.token_hex(4)}")
        self.data = self.base / "data"
        self.to = self.base / "to"
        if not may_be_root():
            raise LeftOut("a folder of root's is needed: root, or sudo")
        as_root("mkdir", "-m", "755", self.base)
        as_root("mkdir", "-m", "777", self.to)
        as_root("install", "-d", "-o", str(os.getuid()), "-g",
                str(os.getgid()), self.data)
        (self.to / "mine").write_text("mine\n")
        subprocess.run(["sqlite3", self.to / "own.db",
                        "CREATE TABLE t (x)"], check=True)
        os.chmod(self.to / "own.db", 0o666)
        self.books = runbook_folder(
            {"reach": BOOK, "other": OTHER, "files": FILES}, targets or (
                "environments:\n  test:\n    label: Test\n    targets:\n"
                f"      journal: {{sqlite: {{file: "
                f"{self.data}/countersign.db}}}}\n"
                f"      own: {{sqlite: {{file: {self.to}/own.db}}}}\n"))
        os.chmod(self.books, 0o755)
        self.console = Console(self.data, self.books)
        self.console.log = pathlib.Path(f"/tmp/{self.base.name}.log")
        self.console.env["COUNTERSIGN_WITHOUT"] = without
        if "everything" in without:     # what is traced finds no leaks
            self.console.without_leaks()
        if plain and ROOT:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
            self.console.prefix = [
                "setpriv", f"--reuid={nobody.pw_uid}",
                f"--regid={nobody.pw_gid}", "--clear-groups"]
            self.console.without_leaks()

    def __enter__(self):
        self.console.__enter__()
        self.ana = self.console.user("ana", "operator")
        return self

    def __exit__(self, *why):
        try:
            self.console.__exit__(*why)
        finally:
            as_root("rm", "-rf", "--one-file-system", self.base)
            shutil.rmtree(self.books, ignore_errors=True)
            self.console.log.unlink(missing_ok=True)

    def run(self, book, **values):
        status, run = self.ana.post("/runs", {
            "runbook": book, "environment": "test", "parameters": values})
        assert status == 201, run
        self.ana.post(f"/runs/{run['id']}/start")
        return run["id"]

    def skip(self, run, step):
        self.ana.post(f"/runs/{run}/steps/{step}/skip", {"reason": "tried"})

    def press(self, run, step):
        status, answer = self.ana.post(f"/runs/{run}/steps/{step}/execute")
        assert status == 202, answer
        return self.ana.wait_step(run, step, 150)

    def busy(self):
        """Another step at work; the processes of the console and of that."""
        run = self.run("other")
        self.ana.post(f"/runs/{run}/steps/terminal/execute")
        pause_until(
            "the other step does not run", lambda: self.ana.step(
                run, "terminal")["state"] == "running")
        pids = [self.console.process.pid]
        for name in ("countersign-keeper", "countersign-web",
                     "countersign-runner", "countersign-executor", "nginx"):
            pids += self.console.pids(name)
        return run, sorted(set(pids))

    def reach(self, steps, aliases=()):
        other, pids = self.busy()
        assert len(pids) >= 6, pids
        run = self.run("reach", data=str(self.data), aliases=",".join(aliases),
                       pids=",".join(map(str, pids)))
        found = set()
        for step in ("by-bash", "by-sh", "by-python", "by-pty"):
            if step not in steps:
                self.skip(run, step)
                continue
            ended = self.press(run, step)
            text = self.ana.output(run, step, "local")
            assert ended["state"] == "succeeded" and "tried all" in text, (
                step, ended["attempts"][-1], text[-2000:])
            found |= {line for line in text.splitlines()
                      if line.startswith("REACHED")}
            self.text = text
        self.other = self.ana.step(other, "terminal")["state"]
        self.ana.post(f"/runs/{other}/steps/terminal/cancel")
        self.ana.wait_step(other, "terminal")
        return sorted(found)


def nothing(found):
    assert not found, "\n".join(found)


def nothing_is_reached(plain):
    with Started(plain) as s:
        alias = []
        if DIVIDES or not plain:
            alias = [s.base / "alias"]
            as_root("mkdir", alias[0])
            as_root("mount", "--bind", s.data, alias[0])
        else:
            left_out("the data folder by another path", REFUSED)
        try:
            nothing(s.reach(("by-bash", "by-sh", "by-python", "by-pty"),
                            [str(a) for a in alias]))
            assert s.other == "running", s.other
        finally:
            for folder in alias:
                as_root("umount", "-l", folder)
        if plain or not ROOT:
            assert "NoNewPrivs 1" in s.text, s.text
        else:
            local = pwd.getpwnam("countersign-local").pw_uid
            assert s.text.split("Uid ")[1].split()[:4] == [
                str(local)] * 4, s.text
        assert "CapEff 0000000000000000" in s.text, s.text


def nothing_is_reached_from_a_console_of_root():
    needs_root()
    nothing_is_reached(False)


def nothing_is_reached_from_a_console_of_a_plain_user():
    nothing_is_reached(True)


def each_mechanism_alone_may_be_missing_as_root():
    needs_root()
    for without in ("namespaces", "user", "landlock", "seccomp"):
        print(f"        without {without}", flush=True)
        with Started(False, without) as s:
            found = s.reach(("by-python",))
        if without == "user":       # devices of disks are root's
            found = [f for f in found if "the disk" not in f]
        nothing(found)


def each_mechanism_alone_may_be_missing_as_a_plain_user():
    for without in ("namespaces", "landlock", "seccomp"):
        if without == "landlock" and not DIVIDES:
            left_out("without landlock", REFUSED)
            continue
        print(f"        without {without}", flush=True)
        with Started(True, without) as s:
            nothing(s.reach(("by-python",)))


def without_all_of_them_much_is_reached():
    with Started(True, "namespaces,landlock,seccomp") as s:
        found = "\n".join(s.reach(("by-bash",)))
        for what in ("read keys/runner.key", "write countersign.db",
                     "signal process"):
            assert what in found, (what, found)
    if ROOT:
        with Started(False, "everything") as s:
            found = "\n".join(s.reach(("by-bash",)))
            for what in ("read keys/runner.key", "talk to admin.sock",
                         "type into another terminal", "signal process"):
                assert what in found, (what, found)


def files_are_not_reached(plain):
    with Started(plain) as s:
        run = s.run("files", data=str(s.data), to=str(s.to),
                    database=f"{s.data}/countersign.db")
        keys = {p.name: p.read_bytes() for p in (s.data / "keys").iterdir()}
        for step in ("edit", "copy", "folder", "around", "into", "sqlite",
                     "attach"):
            ended = s.press(run, step)
            assert ended["state"] == "failed", (step, ended)
            s.skip(run, step)
        assert keys == {p.name: p.read_bytes()
                        for p in (s.data / "keys").iterdir()}
        left = sorted(p.name for p in s.to.rglob("*") if "key" in p.name
                      and p.is_file())
        assert not left, left


def edit_copy_and_sqlite_of_root_do_not_reach_the_files_either():
    needs_root()
    files_are_not_reached(False)


def edit_copy_and_sqlite_of_a_plain_user_do_not_reach_the_files_either():
    if not DIVIDES:
        raise LeftOut(REFUSED)
    files_are_not_reached(True)


main([nothing_is_reached_from_a_console_of_root,
      nothing_is_reached_from_a_console_of_a_plain_user,
      each_mechanism_alone_may_be_missing_as_root,
      each_mechanism_alone_may_be_missing_as_a_plain_user,
      without_all_of_them_much_is_reached,
      edit_copy_and_sqlite_of_root_do_not_reach_the_files_either,
      edit_copy_and_sqlite_of_a_plain_user_do_not_reach_the_files_either])
