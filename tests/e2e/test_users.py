#!/usr/bin/env python3
"""As whom the console's programs and its steps run.

Started as root, nothing but `serve`, the runner and its steps is root, as
/proc/PID/status says; an old data folder of root's is taken over; outputs are
for nginx's group; the console works from a folder that nobody else may enter.
A step has countersign-local, the user of its environment or its own, and root
only where the environment says so, which each preview tells.  Started as a
plain user, user= is refused, and where namespaces are refused too, production
refuses the step unless it says that it may be so.
"""
import contextlib
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
os.environ["COUNTERSIGN_WITHOUT"] = ""
from console import (BUILD, ROOT, Console, main,  # noqa: E402
                     needs_root, open_to_others, runbook_folder)

open_to_others(__file__)

NOBODY = pwd.getpwnam("nobody")
LOCAL = "countersign-local"

BOOK = """---
title: Who am I
---
# Who

```sh {#plain rerun=safe}
id -un; echo "home $HOME"; pwd; printf 'bell\\a\\n'
sudo -n true 2>&1 | head -1
```

```bash {#other user=games rerun=safe}
id -un; echo "$USER"
```

```python {#python rerun=safe}
import os, pwd
print(pwd.getpwuid(os.getuid()).pw_name)
```
"""

ROOT_BOOK = """---
title: Root
---
# Root

```sh {#as-root user=root rerun=safe}
id -un
```
"""

TARGETS = """environments:
  test: {label: Test}
  games: {label: Games, local: {user: games}}
  whole: {label: Whole, local: {user: root}}
  none: {label: None, local: false}
  production: {label: Production, production: true}
  accepted: {label: Accepted, production: true, local: {unconfined: true}}
"""


def books(extra=None):
    folder = runbook_folder({"who": BOOK, "root": ROOT_BOOK, **(extra or {})},
                            TARGETS)
    os.chmod(folder, 0o755)
    return folder


def begin(ana, book, environment):
    status, run = ana.post("/runs", {"runbook": book,
                                     "environment": environment})
    if status != 201:
        return run["error"]
    ana.post(f"/runs/{run['id']}/start")
    return run["id"]


def executed(ana, run, step):
    status, answer = ana.post(f"/runs/{run}/steps/{step}/execute")
    assert status == 202, answer
    return ana.wait_step(run, step)


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {key: re.search(rf"^{key}:\s*(.*)$", text, re.M).group(1).split()
            for key in ("Uid", "Gid", "Groups", "CapEff", "CapPrm")}


def only_the_runner_is_root():
    needs_root()
    folder = books()
    users = {"countersign-keeper": "countersign-keeper",
             "countersign-web": "countersign-web",
             "nginx": "countersign-nginx"}
    try:
        with Console(runbooks=folder) as console:
            ana = console.user("ana", "operator")
            run = begin(ana, "who", "test")
            executed(ana, run, "plain")
            for program, user in users.items():
                want = str(pwd.getpwnam(user).pw_uid)
                shell = pwd.getpwnam(user).pw_shell
                assert shell.endswith(("nologin", "false")), (user, shell)
                pids = [int(p) for p in os.listdir("/proc") if p.isdigit()
                        and in_console(int(p), console.process.pid)
                        and comm(p) == program[:15]]
                assert pids, program
                for pid in pids:
                    s = status_of(pid)
                    assert s["Uid"] == [want] * 4, (program, s)
                    assert int(s["CapEff"][0], 16) == 0, (program, s)
                    assert int(s["CapPrm"][0], 16) == 0, (program, s)
                    assert "0" not in s["Gid"] + s["Groups"], (program, s)
            outputs_are_for_nginx_alone(console)
    finally:
        shutil.rmtree(folder)


def comm(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def in_console(pid, root):
    while pid > 1:
        if pid == root:
            return True
        try:
            text = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        pid = int(text.rsplit(") ", 1)[1].split()[1])
    return False


def outputs_are_for_nginx_alone(console):
    group = grp.getgrnam("countersign-nginx").gr_gid
    seen = 0
    for path in [console.data, *console.data.rglob("*")]:
        s = path.lstat()
        assert stat.S_IMODE(s.st_mode) & 0o007 == 0 or path.parent.name in (
            "keys", "nginx"), (path, oct(s.st_mode))
        if path.suffix in (".txt", ".times", ".cast") and "exec" in path.parts:
            seen += 1
            assert (s.st_uid, s.st_gid) == (0, group), path
            assert stat.S_IMODE(s.st_mode) & 0o777 == 0o640, (path, s)
    assert seen >= 2, seen
    shut = subprocess.run(["setpriv", f"--reuid={LOCAL}", f"--regid={LOCAL}",
                           "--clear-groups", "ls", console.data],
                          capture_output=True)
    assert shut.returncode != 0


def an_old_data_folder_is_taken_over():
    needs_root()
    folder = books()
    data = pathlib.Path(tempfile.mkdtemp(prefix="cs-old-"))
    try:
        with Console(data, runbooks=folder) as console:
            ana = console.user("ana", "operator")
            run = begin(ana, "who", "test")
            executed(ana, run, "plain")
            console.stop()
            for path in [data, *data.rglob("*")]:
                os.chown(path, 0, 0, follow_symlinks=False)
                os.chmod(path, 0o755 if path.is_dir() else 0o644)
            console.start()
            assert "plain" in json.dumps(ana.run(run))
            assert LOCAL in ana.output(run, "plain", "local")
            status, _, text = console.raw(
                "GET", f"/runs/{run}/steps/plain/attempts/1/local.cast",
                headers={"Authorization": "Bearer " + ana.token})
            assert status == 200 and b"version" in text, status
            executed(ana, run, "other")
            outputs_are_for_nginx_alone(console)
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(data, ignore_errors=True)


# The capabilities of root in a container that was given nothing more.
IN_CONTAINER = ["setpriv", "--inh-caps=-all", "--bounding-set=-all" + "".join(
    f",+{name}" for name in "chown dac_override fowner fsetid kill setgid setuid "
    "setpcap net_bind_service sys_chroot setfcap".split())]


@contextlib.contextmanager
def closed_folder():
    """A console in a folder of root's, with the rights 0700."""
    closed = pathlib.Path(tempfile.mkdtemp(prefix="cs-closed-"))
    made = books()
    try:
        shutil.copytree(made, closed / "runbooks")
        os.chmod(closed / "runbooks", 0o755)
        for name in ("templates", "static", "nginx"):
            shutil.copytree(TOP / name, closed / name, symlinks=True,
                            ignore=shutil.ignore_patterns("node_modules"))
        (closed / "build").mkdir()
        for program in BUILD.glob("countersign*"):
            shutil.copy(program, closed / "build")
        console = Console(closed / "data", closed / "runbooks")
        console.log = closed / "log"
        console.build = closed / "build"
        yield console
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(made)
        shutil.rmtree(closed, ignore_errors=True)


def works_with(console, capabilities):
    """A step, the pages and a new runbook, by programs that have these."""
    with console:
        ana = console.user("ana", "operator")
        run = begin(ana, "who", "test")
        assert executed(ana, run, "plain")["state"] == "succeeded"
        for path in ("/static/icon.svg", "/healthz", "/login"):
            status, _, _ = console.raw("GET", path)
            assert status == 200, (path, status)
        (console.runbooks / "late.md").write_text(ROOT_BOOK)
        status, page = ana.get("/runbooks/late")
        assert status == 200, (status, page)
        for name in ("countersign-web", "countersign-keeper"):
            for pid in console.pids(name):
                assert int(status_of(pid)["CapEff"][0], 16) == capabilities, name


def it_works_where_nobody_else_may_enter():
    needs_root()
    with closed_folder() as console:
        works_with(console, 0)


def it_works_there_with_the_rights_of_a_container():
    """No mounts, and no right to read alone (CAP_DAC_READ_SEARCH)."""
    needs_root()
    with closed_folder() as console:
        console.prefix = IN_CONTAINER
        works_with(console, 1 << 1)
        assert "the right to read and write all files" in console.log.read_text()


def steps_have_the_user_that_is_said():
    needs_root()
    folder = books()
    try:
        with Console(runbooks=folder) as console:
            ana = console.user("ana", "operator")
            run = begin(ana, "who", "test")
            assert executed(ana, run, "plain")["state"] == "succeeded"
            text = ana.output(run, "plain", "local")
            home = pwd.getpwnam(LOCAL).pw_dir
            assert text.startswith(f"{LOCAL}\nhome {home}\n{home}\n"), text
            assert executed(ana, run, "other")["state"] == "succeeded"
            assert ana.output(run, "other", "local") == "games\ngames\n"
            said = ana.get(f"/runs/{run}/preview/plain", accept="text/html")[1]
            assert f"as {LOCAL}, isolated from the console" in said
            run = begin(ana, "who", "games")
            executed(ana, run, "plain")
            assert ana.output(run, "plain", "local").startswith("games\n")
            run = begin(ana, "who", "whole")
            executed(ana, run, "plain")
            assert ana.output(run, "plain", "local").startswith("root\n")
            said = ana.get(f"/runs/{run}/preview/plain", accept="text/html")[1]
            assert "as root, with all of its rights" in said
            run = begin(ana, "root", "whole")
            assert executed(ana, run, "as-root")["state"] == "succeeded"
            run = begin(ana, "root", "test")
            step = executed(ana, run, "as-root")
            assert step["state"] == "failed"
            assert "local: {user: root}" in step["attempts"][-1]["message"]
            error = begin(ana, "who", "none")
            assert error["code"] == "local_forbidden", error
            page = ana.get("/targets", accept="text/html")[1]
            assert "as root, with all of its rights" in page
            assert "the environment forbids steps on this machine" in page
    finally:
        shutil.rmtree(folder)


class Plain:
    """A console of a plain user."""

    def __init__(self, folder, without=""):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="cs-plain-"))
        os.chmod(self.base, 0o755)
        (self.base / "data").mkdir()
        self.console = Console(self.base / "data", folder)
        self.console.env["COUNTERSIGN_WITHOUT"] = without
        if ROOT:
            os.chown(self.base / "data", NOBODY.pw_uid, NOBODY.pw_gid)
            self.console.without_leaks()
            self.console.prefix = ["setpriv", f"--reuid={NOBODY.pw_uid}",
                                   f"--regid={NOBODY.pw_gid}",
                                   "--clear-groups"]

    def __enter__(self):
        self.console.__enter__()
        return self.console, self.console.user("ana", "operator")

    def __exit__(self, *why):
        try:
            self.console.__exit__(*why)
        finally:
            shutil.rmtree(self.base, ignore_errors=True)


def a_plain_user_cannot_become_another():
    folder = books()
    try:
        with Plain(folder) as (console, ana):
            run = begin(ana, "who", "test")
            assert executed(ana, run, "plain")["state"] == "succeeded"
            step = executed(ana, run, "other")
            assert step["state"] == "failed", step
            assert "cannot become games" in step["attempts"][-1]["message"]
            done = subprocess.run(
                [*console.prefix, BUILD / "countersign", "check",
                 "--runbooks", folder], capture_output=True, text=True,
                env=console.env)
            assert done.returncode == 1 and re.search(
                r"who\.md:\d+:1: error: user=games on this machine",
                done.stdout), done
            ana.post(f"/runs/{run}/preflight")
            end = time.monotonic() + 60
            while "cannot become games" not in json.dumps(
                    ana.get(f"/runs/{run}/preflight")[1]):
                assert time.monotonic() < end
                time.sleep(0.2)
    finally:
        shutil.rmtree(folder)


def production_refuses_what_cannot_be_isolated():
    folder = books()
    try:
        with Plain(folder, "namespaces") as (console, ana):
            run = begin(ana, "who", "production")
            step = executed(ana, run, "plain")
            assert step["state"] == "failed", step
            said = step["attempts"][-1]["message"]
            assert "local: {unconfined: true}" in said, said
            for environment in ("accepted", "test"):
                run = begin(ana, "who", environment)
                step = executed(ana, run, "plain")
                assert step["state"] == "succeeded", step
                page = ana.get(f"/runs/{run}/preview/plain",
                               accept="text/html")[1]
                assert "not isolated from the console" in page
            assert "are not isolated from the console" in (
                console.log.read_text())
    finally:
        shutil.rmtree(folder)


def a_missing_user_is_named_with_what_to_do():
    needs_root()
    folder = books()
    data = pathlib.Path(tempfile.mkdtemp(prefix="cs-missing-"))
    passwd = data / "passwd"
    passwd.write_text("".join(
        line for line in pathlib.Path("/etc/passwd").open()
        if not line.startswith("countersign-web:")))
    try:
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/passwd && '
             'exec "$@"', passwd, BUILD / "countersign", "serve", "--data",
             data / "data", "--runbooks", folder, "--port", "1"],
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, done
        assert "countersign-web is missing" in done.stderr, done.stderr
        assert "make users" in done.stderr, done.stderr
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(data, ignore_errors=True)


main([only_the_runner_is_root, an_old_data_folder_is_taken_over,
      it_works_where_nobody_else_may_enter,
      it_works_there_with_the_rights_of_a_container,
      steps_have_the_user_that_is_said,
      a_plain_user_cannot_become_another,
      production_refuses_what_cannot_be_isolated,
      a_missing_user_is_named_with_what_to_do])
