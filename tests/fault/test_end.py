#!/usr/bin/env python3
"""kill -9 of every process of a console, one by one, and of `serve` itself.

After each, the console serves again by itself on the same port with new
processes, and a step can be executed; after `serve` is stopped or was killed,
no process of the console is left but the steps that go on, of which it says
how many.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, LeftOut, main, runbook_folder  # noqa: E402

BOOK = """---
title: Steps while processes die
---
# Work

```bash {#work rerun=safe}
echo worked
```

```bash {#long rerun=safe timeout=2m}
echo begun
sleep 12
echo ended
```
"""

folder = runbook_folder({"work": BOOK})
PROGRAMS = ("nginx", "countersign-web", "countersign-keeper",
            "countersign-runner")


def wait(what, true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s: {what}")
        time.sleep(0.05)


def stat_of(pid):
    """(parent, group) of a process that lives, else None."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rsplit(") ", 1)[1].split()
    return None if fields[0] == "Z" else (int(fields[1]), int(fields[2]))


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def tree(root):
    """The processes of the console beneath root, by number and name; the
    steps and what they run are not."""
    found = {root}
    table = {int(p): stat_of(p) for p in os.listdir("/proc") if p.isdigit()}
    grown = True
    while grown:
        new = {p for p, s in table.items() if s and s[0] in found
               and p not in found and name_of(p) != "countersign-exe"}
        found |= new
        grown = bool(new)
    return {p: name_of(p) for p in found - {root} if name_of(p)}


def whole(console):
    """All programs are there, each with its children."""
    names = sorted(tree(console.process.pid).values())
    return (names.count("nginx") >= 3 and names.count("countersign-kee") >= 1
            and names.count("countersign-run") >= 1
            and names.count("countersign-web") >= 4)


def healthy(console):
    try:
        return console.raw("GET", "/healthz")[0] == 200
    except OSError:
        return False


def execute(ana, step):
    """A run whose first step is executed as soon as somebody takes it."""
    state = {}

    def done():
        try:
            if "run" not in state:
                status, run = ana.post("/runs", {
                    "runbook": "work", "environment": "test"})
                if status != 201:
                    return False
                state["run"] = run["id"]
                return False
            if ana.run(state["run"])["state"] == "ready":
                ana.post(f"/runs/{state['run']}/start")
            at = ana.step(state["run"], step)["state"]
            if at == "ready":
                ana.post(f"/runs/{state['run']}/steps/{step}/execute")
            return at == "succeeded"
        except (OSError, AssertionError, TypeError, KeyError):
            return False
    wait(f"the step {step} has not succeeded", done, 60)
    return state["run"]


def begin_long(ana):
    run = execute(ana, "work")
    ana.post(f"/runs/{run}/steps/long/execute")
    wait("the long step does not run",
         lambda: ana.step(run, "long")["state"] == "running")
    return run


def left(pids):
    return {p: n for p, n in pids.items() if stat_of(p) is not None}


def no_kill_of_one_process_needs_a_person():
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        wait("not all programs run", lambda: whole(console))
        victims = dict(tree(console.process.pid))
        assert len(victims) >= 9, victims
        for pid, name in sorted(victims.items()):
            if stat_of(pid) is None:
                continue        # it ended with one that was killed
            os.kill(pid, signal.SIGKILL)
            wait(f"{name} {pid} does not end", lambda: stat_of(pid) is None)
            wait(f"the console is not whole after {name} {pid} was killed",
                 lambda: whole(console) and healthy(console))
            execute(ana, "work")
        again = tree(console.process.pid)
        assert not set(again) & set(victims), (victims, again)


def a_kill_of_nginx_leaves_nobody_on_the_port():
    with Console(runbooks=folder) as console:
        wait("not all programs run", lambda: whole(console))
        before = {p: n for p, n in tree(console.process.pid).items()
                  if n == "nginx"}
        master = next(p for p in before
                      if stat_of(p)[0] == console.process.pid)
        os.kill(master, signal.SIGKILL)
        wait("nginx's workers live on", lambda: not left(before), 10)
        wait("it does not serve", lambda: healthy(console))


def stopping_leaves_only_steps_and_says_how_many():
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        run = begin_long(ana)
        pids = tree(console.process.pid)
        process = console.process
        process.terminate()
        said = process.stdout.read().decode()
        process.wait(20)
        assert not left(pids), left(pids)
        assert re.search(r"stopped; 1 step goes on", said), said
        console.start()
        step = ana.wait_step(run, "long")
        assert step["state"] == "succeeded", step
        process = console.process
        process.terminate()
        said = process.stdout.read().decode()
        process.wait(20)
        assert said.rstrip().endswith("stopped"), said
        console.start()


def serve_killed_starts_again_on_the_same_port():
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        run = begin_long(ana)
        pids = tree(console.process.pid)
        console.process.kill()
        console.process.wait()
        console.start()         # at once, while the others still end
        wait("processes of the first console live on",
             lambda: not left(pids), 10)
        assert ana.wait_step(run, "long")["state"] == "succeeded"


def kill_serve_and_nginx(console):
    with console:
        ana = console.user("ana", "operator")
        wait("not all programs run", lambda: whole(console))
        pids = tree(console.process.pid)
        masters = [p for p, n in pids.items() if n == "nginx"
                   and stat_of(p)[0] == console.process.pid]
        os.kill(console.process.pid, signal.SIGSTOP)
        for pid in masters + [console.process.pid]:
            os.kill(pid, signal.SIGKILL)
        console.process.wait()
        console.start()
        wait("processes of the first console live on",
             lambda: not left(pids), 10)
        execute(ana, "work")


def serve_and_nginx_killed_at_once_start_again():
    kill_serve_and_nginx(Console(runbooks=folder))


def serve_and_nginx_killed_in_a_chroot_start_again():
    if os.getuid() != 0:
        raise LeftOut("only root may make a chroot")
    closed = pathlib.Path(tempfile.mkdtemp(prefix="cs-end-"))
    (closed / "root").mkdir()
    # In a folder of root alone nginx has a view of its own (cli/view.c).
    console = Console(closed / "data", folder)
    console.prefix = ["unshare", "--mount", "sh", "-c",
                      'mount --rbind / "$0" && exec chroot "$0" "$@"',
                      closed / "root"]
    try:
        kill_serve_and_nginx(console)
    finally:
        shutil.rmtree(closed)


def a_port_of_another_program_is_said_to_be_in_use():
    with Console(runbooks=folder) as console:
        data = pathlib.Path(tempfile.mkdtemp(prefix="cs-end-"))
        try:
            done = subprocess.run(
                [console.process.args[0], "serve", "--data", data,
                 "--runbooks", folder, "--port", str(console.port)],
                env=console.env, capture_output=True, text=True, timeout=60)
            assert done.returncode == 1, done
            assert "in use by another program" in done.stderr, done.stderr
            assert healthy(console)
        finally:
            shutil.rmtree(data)


try:
    main([no_kill_of_one_process_needs_a_person,
          a_kill_of_nginx_leaves_nobody_on_the_port,
          stopping_leaves_only_steps_and_says_how_many,
          serve_killed_starts_again_on_the_same_port,
          serve_and_nginx_killed_at_once_start_again,
          serve_and_nginx_killed_in_a_chroot_start_again,
          a_port_of_another_program_is_said_to_be_in_use])
finally:
    shutil.rmtree(folder, ignore_errors=True)
