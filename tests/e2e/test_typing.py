#!/usr/bin/env python3
"""
Interactive steps, typed into through the API by two people, here and over a
real sshd: what arrives, who is on record, and that a password is nowhere.
"""
import base64
import json
import pathlib
import secrets
import sys
import tempfile

import console
import leaks
from test_terminal import DEPLOY, Sshd, until

PASSWORD = "typed 'by' \"hand\" \u6c49\u5b57"
PARTS = PASSWORD[:9], PASSWORD[9:]
HOSTS = ("local", "libssh2", "openssh")
BOOK = """---
title: Typing
---
# Deploy
"""
STEP = """
```sh {{#menu-{on} on={on} pty interactive expect="^Deployed release 2.1.0$"}}
exec python3 {deploy} {out}
```
"""
COUNTS = """
```python {{#counts-{on} on={on} pty interactive}}
import os, tty
tty.setraw(0)
print("waiting")
got = b""
while not got.endswith(b"."):
    got += os.read(0, 4096)
open("{out}", "wb").write(got)
```
"""
SIZES = """
```python {{#sizes-{on} on={on} pty interactive every=1s within=60s}}
import os, signal, sys
def tell(*_):
    size = os.get_terminal_size()
    print(f"<{{size.columns}}x{{size.lines}}>", flush=True)
signal.signal(signal.SIGWINCH, tell)
tell()
while (line := input()) not in ("end", "again"):
    print("got", line)
sys.exit(line == "again")
```
"""
MORE = """
```sh {#plain pty}
echo waiting; sleep 600
```

```python {#deaf-HOST on=HOST pty interactive}
import time, pathlib, tty
tty.setraw(0)
print("waiting")
for n in range(600):
    time.sleep(0.1)
    print("still here", n)
```
"""


def main(results, work):
    sshd = Sshd(work)
    try:
        talk(results, work, sshd)
    finally:
        sshd.process.terminate()
        sshd.process.wait()


def talk(results, work, sshd):
    text = BOOK + "".join(STEP.format(on=on, deploy=DEPLOY, out=work / f"got-{on}")
                          for on in HOSTS)
    text += "".join(COUNTS.format(on=on, out=work / f"count-{on}")
                    for on in HOSTS)
    text += "".join(SIZES.format(on=on) for on in HOSTS)
    plain, deaf = MORE.split("\n\n", 1)
    text += plain + "".join("\n\n" + deaf.replace("HOST", h)
                            for h in ("local", "libssh2"))
    runbooks = console.runbook_folder({"type": text}, sshd.targets())
    with console.Console(runbooks=runbooks) as c:
        people = [c.user("ana", "operator"), c.user("ben", "operator"),
                  c.user("vic", "viewer")]
        ana = people[0]
        status, made = ana.post("/runs", {"runbook": "type",
                                          "environment": "test"})
        results.check("a run with an interactive step can be created",
                      status == 201, made)
        run = made["id"]
        ana.post(f"/runs/{run}/start", {})
        for on in HOSTS:
            Menu(results, people, run, on, work).answer(c)
        for on in HOSTS:
            Numbered(results, ana, run, on).counts(c, work / f"count-{on}",
                                                   sshd)
        for on in HOSTS:
            resizes(results, people, run, on, sshd)
        refusals(results, ana, run)
        for on in ("local", "libssh2"):
            floods(results, ana, run, on)
        the_password_is_nowhere(results, c, ana, run)
        results.check("no socket to type into is left in the data folder",
                      list(pathlib.Path(c.data).rglob("*.keys")) == [])


def the_password_is_nowhere(results, c, ana, run):
    """In no form, neither whole nor one of the parts that it was typed in."""
    needles = leaks.needles(PASSWORD, *PARTS)
    found = leaks.found_in(c.data, needles)
    results.check("the password is in no file of the data folder",
                  found == [], found)
    found = leaks.found(c.log.read_bytes(), needles)
    results.check("nor in a log", found == [], found)
    for accept in ("text/html", "application/json"):
        status, headers, page = c.raw("GET", f"/runs/{run}", headers={
            "Accept": accept, "Authorization": "Bearer " + ana.token})
        found = leaks.found(page, needles)
        results.check(f"nor in a page ({accept})", status == 200 and
                      accept in headers["Content-Type"] and found == [],
                      (status, found))


class Menu:
    def __init__(self, results, people, run, on, work):
        self.results, self.people, self.run = results, people, run
        self.on, self.name, self.work = on, f"menu-{on}", work

    def type(self, person, text, **more):
        data = base64.b64encode(text.encode()).decode()
        return self.people[person].post(
            f"/runs/{self.run}/steps/{self.name}/type",
            {"attempt": 1, "data": data, **more})

    def wait(self, text, count=1):
        ana = self.people[0]
        until(lambda: str(ana.output(self.run, self.name, self.on))
              .count(text) >= count)

    def answer(self, c):
        check, on = self.results.check, self.on
        ana = self.people[0]
        ana.post(f"/runs/{self.run}/steps/{self.name}/execute", {})
        until(lambda: ana.step(self.run, self.name)["attempts"] and
              "Please choose" in str(ana.output(self.run, self.name, on)))
        status, headers, cast = c.raw(
            "GET", f"/runs/{self.run}/steps/{self.name}/attempts/1/{on}.cast",
            headers={"Authorization": "Bearer " + ana.token,
                     "Range": "bytes=1-"})
        check(f"the bytes of the terminal are read on while it runs, {on}",
              status == 206 and headers["Content-Range"] and
              b"Please choose" in cast, (status, cast[:300]))
        status, said = self.type(2, "2\r")
        check(f"a viewer may not type, {on}", status == 403, said)
        status, said = self.type(0, "2\r")
        check(f"an operator types, {on}", status == 200, said)
        self.wait("Are you sure")
        if on != "openssh":
            killed = c.kill("countersign-runner")
            until(lambda: set(c.pids("countersign-runner")) - set(killed))
            until(lambda: self.type(1, "y")[0] == 200)
        else:
            self.type(1, "y")
        self.type(1, "\r")
        self.wait("Password of")
        for part in *PARTS, "\r":
            self.type(1, part, target=on)
        self.wait("Which version")
        for key in "2.1.0":
            self.type(0, key)
        self.type(0, "\x7f0\r")
        self.wait("Please choose", 2)
        ana.post(f"/runs/{self.run}/steps/{self.name}/type",
                 {"attempt": 1, "line": "4"})
        step = ana.wait_step(self.run, self.name)
        text = ana.output(self.run, self.name, on)
        check(f"the menu was answered by hand, after the runner was killed, "
              f"{on}", step["state"] == "succeeded", (step, text))
        check(f"the password arrived byte for byte, {on}",
              (self.work / f"got-{on}").read_text() == PASSWORD)
        check(f"the recording shows the echo, {on}",
              "You chose deploy back end" in text, text)
        self.record()

    def record(self):
        check, on = self.results.check, self.on
        _, events = self.people[0].get(f"/runs/{self.run}/events?after=0")
        events = events if isinstance(events, list) else events["events"]
        typed = [e["actor"] for e in events if e["kind"] == "step.typed" and
                 e["data"]["step"] == self.name]
        check(f"each who typed is on record once, {on}",
              typed == ["ana", "ben"], typed)
        status, said = self.type(0, "x")
        check(f"an ended attempt takes nothing more, {on}", status == 409, said)


class Numbered:
    """A page that numbers what it types, and is not believed too early."""

    def __init__(self, results, ana, run, on, kind="counts"):
        self.results, self.ana, self.on = results, ana, on
        self.run, self.name = run, f"{kind}-{on}"
        self.id, self.text, self.arrived = secrets.token_hex(16), b"", 0

    def send(self, start, data, **more):
        return self.ana.post(f"/runs/{self.run}/steps/{self.name}/type", {
            "attempt": 1, "typist": self.id, "from": start,
            "data": base64.b64encode(data).decode(), **more})

    def again(self):
        """Sends what has not arrived; true when all has."""
        status, said = self.send(self.arrived, self.text[self.arrived:][:4096])
        if status == 200:
            self.arrived = max(self.arrived, said["arrived"])
        return self.arrived == len(self.text)

    def counts(self, c, out, sshd):
        check, on, ana = self.results.check, self.on, self.ana
        ana.post(f"/runs/{self.run}/steps/{self.name}/execute", {})
        until(lambda: ana.step(self.run, self.name)["attempts"] and
              "waiting" in str(ana.output(self.run, self.name, on)))
        for bad in ({"typist": "x" * 32}, {"from": -1}, {"typist": ""}):
            status, said = self.send(0, b"x", **bad)
            check(f"a wrong number is refused, {on}", status == 422,
                  (bad, said))
        for n in range(200):
            key = b"%d," % n
            self.text += key
            status, _ = self.send(len(self.text) - len(key), key)
            if n % 7 == 3:
                self.send(len(self.text) - len(key), key)
            if n % 11 == 5:
                self.send(len(self.text) + 3, b"a gap")
            if n in (50, 100) and on != "openssh":
                killed = c.kill("countersign-runner")
            if n in (60, 110) and on != "openssh":
                until(lambda: set(c.pids("countersign-runner")) - set(killed))
            if n == 150 and on == "local":
                c.kill("countersign-keeper")
            if n in (80, 140) and on != "local":
                sshd.cut()
        until(self.again)
        self.text += b"."
        until(lambda: self.again() or
              ana.step(self.run, self.name)["state"] != "running")
        step = ana.wait_step(self.run, self.name)
        got = out.read_bytes() if out.exists() else b""
        check(f"no key is lost nor doubled, {on}", got == self.text,
              (step, got, self.text))


def resizes(results, people, run, on, sshd):
    """The terminal is as large as the window of the one who typed last."""
    check, name = results.check, f"sizes-{on}"
    ana, ben = (Numbered(results, p, run, on, "sizes") for p in people[:2])
    ana.ana.post(f"/runs/{run}/steps/{name}/execute", {})

    def shows(text):
        until(lambda: ana.ana.step(run, name)["attempts"] and
              text in str(ana.ana.output(run, name, on)))

    def says(typist, text, columns, rows):
        status, said = typist.send(len(typist.text), text.encode(),
                                   columns=columns, rows=rows)
        typist.text += text.encode()
        return status, said

    shows("<80x24>")
    for size in ((19, 24), (501, 24), (80, 4), (80, 201), (80, 0)):
        status, said = says(ana, "", *size)
        check(f"a size out of bounds is refused, {on}",
              status == 422 and "columns" in str(said), said)
    status, said = says(ana, "", 90, 30)
    check(f"who has not typed sets no size, {on}", status == 200, said)
    says(ana, "one\r", 100, 31)
    shows("got one")
    shows("<100x31>")
    says(ana, "", 101, 31)
    shows("<101x31>")
    says(ben, "", 70, 20)
    says(ben, "two\r", 500, 200)
    shows("<500x200>")
    says(ana, "", 110, 40)
    if on != "local":
        sshd.cut()
    says(ben, "three\r", 60, 19)
    shows("got three")
    shows("<60x19>")
    says(ben, "again\r", 60, 19)
    until(lambda: str(ana.ana.output(run, name, on)).count("<60x19>") == 2 or
          str(ana.ana.output(run, name, on)).count("<80x24>") == 2)
    says(ben, "end\r", 60, 19)
    step = ana.ana.wait_step(run, name)
    text = ana.ana.output(run, name, on)
    check(f"nobody else sets it, {on}", step["state"] == "succeeded" and
          "<90" not in text and "<70" not in text and "<110" not in text,
          (step, text))
    cast = ana.ana.ask("GET", f"/runs/{run}/steps/{name}/attempts/1/{on}.cast",
                       accept="*/*")[1]
    sizes = [e[2] for e in map(json.loads, cast.splitlines()[1:])
             if e[1] == "r"]
    check(f"the recording has each size, {on}", sizes == [
        "100x31", "101x31", "500x200", "60x19"], sizes)
    _, events = ana.ana.get(f"/runs/{run}/events?after=0")
    events = events if isinstance(events, list) else events["events"]
    check(f"a size alone is no typing on record, {on}", [
        e["actor"] for e in events if e["kind"] == "step.typed" and
        e["data"]["step"] == name] == ["ana", "ben"])


def refusals(results, ana, run):
    where = f"/runs/{run}/steps/plain"
    ana.post(where + "/execute", {})
    until(lambda: ana.step(run, "plain")["state"] == "running")
    status, said = ana.post(where + "/type", {"attempt": 1, "line": "x"})
    results.check("a step that is not interactive takes nothing",
                  status == 409 and "interactive" in str(said), said)
    ana.post(where + "/cancel", {})
    ana.wait_step(run, "plain")
    ana.post(where + "/skip", {"reason": "seen"})


def floods(results, ana, run, on):
    """A program that reads nothing is still shown, and can be cancelled."""
    name = f"deaf-{on}"
    where = f"/runs/{run}/steps/{name}"
    ana.post(where + "/execute", {})
    until(lambda: ana.step(run, name)["attempts"] and
          "still here" in str(ana.output(run, name, on)))
    for body in ({"attempt": 2, "line": "x"}, {"attempt": 1, "data": "?"},
                 {"attempt": 1, "data": "", "line": "x"},
                 {"attempt": 1, "line": "x" * 4096},
                 {"attempt": 1, "line": "x", "target": "other"}):
        status, said = ana.post(where + "/type", body)
        results.check(f"a wrong request is refused, {on}",
                      status in (400, 409, 422), (body, said))
    for _ in range(30):
        status, said = ana.post(where + "/type",
                                {"attempt": 1, "line": "x" * 4000})
        if status != 200:
            results.check("typing without end", False, said)
    before = len(ana.output(run, name, on))
    until(lambda: len(ana.output(run, name, on)) > before + 100)
    results.check(f"what is not read does not stop the output, {on}", True)
    ana.post(where + "/cancel", {})
    step = ana.wait_step(run, name)
    results.check(f"an interactive step is cancelled, {on}",
                  step["state"] == "failed", step)
    ana.post(where + "/skip", {"reason": "seen"})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="cs-typing.") as folder:
        outcome = console.Results()
        main(outcome, pathlib.Path(folder))
        sys.exit(outcome.end())
