#!/usr/bin/env python3
"""
Steps in a terminal of their own, with answers, here and over SSH: a deployer
with a menu (deploy.py), against the real console and a real sshd.
"""
import getpass
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import console
import leaks
from messages import said_in
from sshd import cut, settings

USER = getpass.getuser()
SECRET = "hunter2 'of' \"the\" lake"
DEPLOY = pathlib.Path(__file__).resolve().parent / "deploy.py"
BOOK = """---
title: Terminals
parameters:
  version: {{label: Version, default: 2.1.0}}
  db_pass: {{label: Password, type: secret}}
---
# Deploy
{steps}
"""
STEP = """
```sh {{#menu-{on} on={on} pty timeout=20s expect="^Deployed release 2.1.0$" capture="release~Deployed release (.*)"}}
exec python3 {deploy} {out}
```

```answers {{#replies-{on}}}
# the menu comes twice: the lines take turns
/choose .*: $/ => 2
/choose .*: $/ => 4
/sure \\(y\\/n\\)/ => y
/Password of the database:/ => {{{{db_pass}}}}
/Which version/ => {{{{version}}}}
```
"""
LIKE = """
```sh {{#again pty timeout=20s expect="^Deployed release 2.1.0$"}}
exec python3 {deploy} {out}
```

```answers {{like=menu-openssh}}
/choose .*: $/ => 3
/choose .*: $/ => 4
```
"""
MORE = """
```sh {#plain}
test -t 0 || echo no terminal
```

```bash {#asks pty quiet=1s timeout=3s}
read -p "Format the disk? " answer
```

```sh {#code pty rerun=safe}
stty size; printf 'one\\rtwo\\n'; exit 7
```
"""
HANGS = """
```sh {#hangs-HOST on=HOST pty}
trap 'echo interrupted; exit 3' TERM
echo waiting
while :; do sleep 0.1; done
```

```answers {#none-HOST}
/no such prompt/ => x
```
"""


class Sshd:
    """An sshd of our own, and how the two clients reach it."""

    def __init__(self, work):
        self.work = work
        self.port = console.free_port()
        for name in ("host", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                            work / name], check=True)
        shutil.copy(work / "key.pub", work / "authorized")
        (work / "home").mkdir()
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        (work / "conf").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {work}/host\n"
            f"AuthorizedKeysFile {work}/authorized\n{settings()}"
            f"PermitRootLogin yes\nSetEnv HOME={work}/home\nPidFile none\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f",
                                         work / "conf", "-E", work / "log"],
                                        stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        until(lambda: "listening" in self.log())

    def cut(self):
        cut(self.process.pid)

    def log(self):
        path = self.work / "log"
        return path.read_text() if path.exists() else ""

    def targets(self):
        pinned = " ".join((self.work / "host.pub").read_text().split()[:2])
        return "environments:\n  test:\n    targets:\n" + "".join(
            f"      {client}:\n        ssh: {{host: 127.0.0.1, port: {self.port}, "
            f"user: {USER}, key: {self.work}/key, host_key: \"{pinned}\", "
            f"client: {client}}}\n" for client in ("libssh2", "openssh"))


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise AssertionError("what was waited for did not come")
        time.sleep(0.1)


def main(results, work):
    sshd = Sshd(work)
    try:
        talk(results, work, sshd)
    finally:
        sshd.process.terminate()
        sshd.process.wait()


def talk(results, work, sshd):
    hosts = ("local", "libssh2", "openssh")
    steps = "".join(STEP.format(on=on, deploy=DEPLOY, out=work / f"got-{on}")
                    for on in hosts)
    steps += LIKE.format(deploy=DEPLOY, out=work / "got-again")
    steps += MORE + "".join(HANGS.replace("HOST", h) for h in hosts)
    runbooks = console.runbook_folder({"term": BOOK.format(steps=steps)},
                                      sshd.targets())
    with console.Console(runbooks=runbooks) as c:
        ana = c.user("ana", "operator")
        status, made = ana.post("/runs", {
            "runbook": "term", "environment": "test",
            "parameters": {"db_pass": SECRET}})
        results.check("a run with terminals can be created", status == 201, made)
        run = made["id"]
        ana.post(f"/runs/{run}/start", {})
        menus(results, ana, run, work)
        again(results, ana, run, work)
        endings(results, ana, run, hosts)
        found = leaks.found_in(c.data, leaks.needles(SECRET))
        results.check("the password is in no file of the data folder, in no "
                      "form", found == [], found)
        home = work / "home"
        until(lambda: not any((home / ".countersign").glob("*")))
        results.check("nothing of the terminals is left on the targets", True)


def menus(results, ana, run, work):
    for on in ("local", "libssh2", "openssh"):
        name = f"menu-{on}"
        ana.press(run, ana.step(run, name))
        step = ana.wait_step(run, name)
        text = ana.output(run, name, on)
        good = step["state"] == "succeeded"
        results.check(f"a menu is answered, {on}", good, (step, text))
        if not good:
            continue
        results.check(f"the password arrives byte for byte, {on}",
                      (work / f"got-{on}").read_text() == SECRET)
        results.check(f"the terminal has a size and a name, {on}",
                      "80 columns, xterm" in text, text)
        results.check(f"two lines with one prompt take turns, {on}",
                      "You chose deploy back end" in text and "Bye" in text, text)
        results.check(f"the text has neither escapes nor CR, {on}",
                      "\x1b" not in text and "\r" not in text and
                      "evil" not in text and "Welcome" in text, repr(text))
        results.check(f"a progress bar does not flood the text, {on}",
                      text.count("%") == 2 and "100% ####" in text, text)
        cast = ana.ask("GET", f"/runs/{run}/steps/{name}/attempts/1/{on}.cast",
                       accept="*/*")[1]
        results.check(f"the recording has the terminal as it was, {on}",
                      "\\u001b[32m" in cast and cast.count("%") == 51,
                      cast[:300])


def again(results, ana, run, work):
    """The answers of another step, but for one prompt."""
    text = ana.get(f"/runs/{run}/preview/again")[1]
    results.check("the preview of like= has all lines", [
        line.split(" => ")[-1] for line in text["answers"].splitlines()] ==
        ["3", "4", "y", "{{db_pass}}", "{{version}}"], text)
    ana.press(run, ana.step(run, "again"))
    step = ana.wait_step(run, "again")
    text = ana.output(run, "again", "local")
    results.check("a menu is answered like another, but for one prompt",
                  step["state"] == "succeeded" and "Bye" in text and
                  text.count("You chose") == 1 and
                  "You chose deploy front end" in text and
                  (work / "got-again").read_text() == SECRET, (step, text))


def endings(results, ana, run, hosts):
    ana.press(run, ana.step(run, "plain"))
    results.check("a step without pty has no terminal",
                  ana.wait_step(run, "plain")["state"] == "succeeded" and
                  "no terminal" in ana.output(run, "plain", "local"))
    ana.press(run, ana.step(run, "asks"))
    step = ana.wait_step(run, "asks")
    said = said_in(ana.get(f"/runs/{run}/events?after=0")[1]["events"])
    results.check("a prompt that nobody answers ends with the timeout, which "
                  "names it", step["state"] == "failed" and re.search(
                      "after 3 s .its timeout.*Format the disk", said), said)
    results.check("its silence was noted with the last line",
                  re.search("printed nothing for 1 s.*Format the disk", said), said)
    ana.post(f"/runs/{run}/steps/asks/skip", {"reason": "seen"})
    ana.press(run, ana.step(run, "code"))
    step = ana.wait_step(run, "code")
    text = ana.output(run, "code", "local")
    results.check("the exit code arrives", step["state"] == "failed" and
                  step["attempts"][-1]["exit"] == 7, step)
    results.check("of a line that was drawn over the last state remains",
                  "24 80\none\ntwo\n" == text, repr(text))
    ana.post(f"/runs/{run}/steps/code/skip", {"reason": "seen"})
    for on in hosts:
        name = f"hangs-{on}"
        ana.post(f"/runs/{run}/steps/{name}/execute")
        until(lambda: ana.step(run, name)["attempts"] and "waiting" in
              str(ana.output(run, name, on)))
        ana.post(f"/runs/{run}/steps/{name}/cancel", {})
        step = ana.wait_step(run, name)
        results.check(f"a step in a terminal is cancelled, {on}",
                      step["state"] == "failed" and
                      "interrupted" in ana.output(run, name, on), step)
        ana.post(f"/runs/{run}/steps/{name}/skip", {"reason": "seen"})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="cs-terminal.") as folder:
        outcome = console.Results()
        main(outcome, pathlib.Path(folder))
        sys.exit(outcome.end())
