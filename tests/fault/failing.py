"""
failing.py: a console of which one program has one system call fail, once.

The library fail.c is built and loaded before the C library into that program
alone: its place is taken by a script, as the executor gets an environment of
its own.  Needs the programs without the sanitizers (build/).
"""
import contextlib
import errno
import mmap
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
os.environ["B"] = str(TOP / "build")    # the shim and ASan do not go together
import console                          # noqa: E402
from test_terminal import Sshd          # noqa: E402

PROGRAMS = ("countersign-keeper", "countersign-runner", "countersign-executor",
            "countersign-web")
MOST = 60           # seconds that anything may take
NO_CALL = "CALLS"    # ends the list in fail.c
ROUNDS = 5          # of visits, until the call of web that fails was made
BOOK = """---
title: A call that fails
parameters:
  folder: {label: Where it leaves its marks}
---
```sh {#near save=kept.txt}
echo x >> "$folder/near.started"
echo "one line"; echo "and another"
echo x >> "$folder/near.done"
```

```sh {#far on=libssh2}
echo x >> "$folder/far.started"
echo "one line"; echo "and another"
echo x >> "$folder/far.done"
```
"""


def calls():
    """The names of the calls that fail.c knows, in its order."""
    text = (TOP / "tests/fault/fail.c").read_text()
    names = re.search(r"enum call \{([^}]*)\}", text).group(1)
    *found, end = re.findall(r"\w+", names)
    assert end == NO_CALL and len(set(found)) == len(found) > 0, names
    return [name.lower() for name in found]


CALLS = calls()


def build(base, folder):
    """The library, and a folder of programs that load it, with what belongs to
    them beside it: all of it open to the users that the programs have."""
    base.chmod(0o755)
    for name in ("templates", "static", "nginx"):
        shutil.copytree(TOP / name, base / name, symlinks=True,
                        ignore=shutil.ignore_patterns("node_modules"))
    for made in (folder, base / "real"):
        made.mkdir()
    shim = folder / "fail.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", shim,
                    TOP / "tests/fault/fail.c", "-ldl"], check=True)
    shutil.copy(TOP / "build/countersign", folder)
    shutil.copy(TOP / "build/countersign-executor-clients", folder)
    shutil.copy(TOP / "build/countersign-compile", folder)
    shutil.copy(TOP / "build/countersign-pack", folder)
    shutil.copy(TOP / "build/countersign-compile", base / "real")
    for name in PROGRAMS:
        control = folder / (name + ".control")
        control.write_bytes(struct.pack("<i", -1).ljust(4096, b"\0"))
        control.chmod(0o666)
        shutil.copy(TOP / "build" / name, base / "real")
        script = folder / name
        script.write_text(f"#!/bin/sh\nFAIL_PROGRAM={name} FAIL_CONTROL="
            f"'{control}' LD_PRELOAD='{shim}' exec '{base}/real/{name}' "
            '"$@"\n')
        script.chmod(0o755)


class Failing(console.Console):
    """Its programs are those of build(); fail() arms one of them."""

    def __init__(self, sshd):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="cs-fail-"))
        self.programs = self.place / "build"
        build(self.place, self.programs)
        self.controls = {}
        for name in PROGRAMS:
            with open(self.programs / (name + ".control"), "r+b") as f:
                self.controls[name] = mmap.mmap(f.fileno(), 4096)
        self.books = console.runbook_folder({"fails": BOOK}, sshd.targets())
        self.real = console.BUILD
        console.BUILD = self.programs
        super().__init__(runbooks=self.books)
        self.marks = pathlib.Path(tempfile.mkdtemp(prefix="cs-marks-"))
        self.marks.chmod(0o777)     # scripts may have a user of their own

    def __exit__(self, *why):
        try:
            return super().__exit__(*why)
        finally:
            console.BUILD = self.real
            for folder in (self.place, self.books, self.marks):
                shutil.rmtree(folder, ignore_errors=True)

    def arm(self, program, call, left, error):
        c = self.controls[program]
        c[4:12] = struct.pack("<ii", left, error)
        c[12:16] = struct.pack("<i", 0)
        c[0:4] = struct.pack("<i", CALLS.index(call))

    def failed(self):
        """The number of calls that have failed since it was armed."""
        return sum(struct.unpack("<i", control[12:16])[0]
                   for control in self.controls.values())

    def disarm(self):
        """The number of calls that failed."""
        failed = 0
        for c in self.controls.values():
            c[0:4] = struct.pack("<i", -1)
            failed += struct.unpack("<i", c[12:16])[0]
            c[12:16] = struct.pack("<i", 0)
        return failed

    def counts(self, reset=False):
        """{program: {call: how often since the last reset}}"""
        found = {}
        for name, c in self.controls.items():
            numbers = struct.unpack(f"<{len(CALLS)}i",
                                    c[16:16 + 4 * len(CALLS)])
            found[name] = {k: n for k, n in zip(CALLS, numbers) if n > 0}
            if reset:
                c[16:16 + 4 * len(CALLS)] = b"\0" * (4 * len(CALLS))
        return found

    def lines(self, name):
        path = self.marks / name
        return len(path.read_text().split()) if path.exists() else 0


@contextlib.contextmanager
def over_ssh():
    """A console, with an sshd of its own as the target, and an operator."""
    work = pathlib.Path(tempfile.mkdtemp(prefix="cs-sshd-"))
    sshd = Sshd(work)
    try:
        with Failing(sshd) as c:
            yield c, c.user("ana", "operator")
    finally:
        sshd.process.terminate()
        sshd.process.wait()
        shutil.rmtree(work)


def ask(user, method, path, body=None):
    """As a person does: what is not answered is asked again."""
    try:
        return user.ask(method, path, body)
    except (OSError, ValueError, console.http.client.HTTPException) as why:
        return 0, str(why)


def model_of(user, run):
    end = time.monotonic() + MOST
    while time.monotonic() < end:
        status, answer = ask(user, "GET", f"/runs/{run}")
        if status == 200 and isinstance(answer, dict):
            return answer
        time.sleep(0.05)
    raise AssertionError(f"the page of run {run} does not come: {status} "
                         f"{answer}")


def look(user, run, name):
    return next(s for s in model_of(user, run)["steps"] if s["id"] == name)


def insist(user, path, body=None):
    """POST until it is answered: done, or refused as done before."""
    end = time.monotonic() + MOST
    while time.monotonic() < end:
        status, answer = ask(user, "POST", path, body or {})
        if status in (200, 201, 202, 409):
            return status, answer
        time.sleep(0.1)
    raise AssertionError(f"POST {path} is not answered: {status} {answer}")


def new_run(c, user):
    """The number of a run of BOOK, not started."""
    status, answer = insist(user, "/runs", {"runbook": "fails",
        "environment": "test", "parameters": {"folder": str(c.marks)}})
    assert status == 201, (status, answer)
    return answer["id"]


def settle(user, run, name):
    """Presses what is possible until the step has succeeded; no attempt may
    take longer than a minute.  The step."""
    at = f"/runs/{run}/steps/{name}"
    begun, seen = time.monotonic(), None
    for _ in range(2000):
        step = look(user, run, name)
        n = len(step["attempts"])
        if (step["state"], n) != seen:
            begun, seen = time.monotonic(), (step["state"], n)
        if step["state"] == "succeeded":
            return step
        if step["state"] == "ready":
            insist(user, at + "/execute", {"attempt": n + 1})
        elif step["state"] == "failed":
            insist(user, at + "/retry", {"attempt": n + 1})
        elif step["state"] == "unknown":
            insist(user, at + "/resolve", {"outcome": "failed",
                                           "note": "looked"})
        else:
            time.sleep(0.05)
        if n > 4 or time.monotonic() - begun > MOST + 15:
            break
    raise AssertionError(f"run {run}: {name} hangs: {step['state']} after "
                         f"{n} attempts: {step['attempts'][-1:]}")


def check(c, user, run, step):
    """A step that says succeeded has succeeded, with its whole output; nothing
    ran twice."""
    name = step["id"]
    target = "libssh2" if name == "far" else "local"
    began = [a for a in step["attempts"] for t in a["targets"]
             if t["state"] != "not_started"]
    good = [a for a in step["attempts"] if a["state"] == "succeeded"]
    done, started = c.lines(name + ".done"), c.lines(name + ".started")
    assert len(good) == 1, step
    assert 1 <= started <= len(began), (name, started, step["attempts"])
    assert done >= 1, (name, step["attempts"])
    end = time.monotonic() + MOST
    while time.monotonic() < end:
        status, text = ask(user, "GET", f"/runs/{run}/steps/{name}/attempts/"
                           f"{good[0]['n']}/{target}.txt")
        if status == 200:
            break
    assert "one line\nand another\n" in text.replace("\r", ""), (name, text)


def requests_of(run, kept):
    """Requests of people and programs, right and wrong: method, path, body,
    kind of answer."""
    step = f"/runs/{run}/steps/near"
    pages = ["/", "/runbooks", "/runbooks/fails", "/runs", "/runs?q=fails",
             "/runs/new?runbook=fails", f"/runs/{run}", f"/runs/{run}/report",
             f"/runs/{run}/preview/near", f"/runs/{run}/preflight",
             f"{step}/attempts/1", f"{step}/attempts/1/local", "/targets",
             "/users", "/secrets", "/tokens", "/password", "/login",
             "/nowhere", "/runs/999999", f"{step}/attempts/9"]
    for path in pages:
        for accept in ("text/html", "application/json"):
            yield "GET", path, None, accept
    for path in (f"/runs/{run}/report.json", f"/runs/{run}/report.csv",
                 f"/runs/{run}/events", kept,
                 f"{step}/attempts/1/local.txt",
                 f"{step}/attempts/1/local.cast", "/healthz", "/metrics"):
        yield "GET", path, None, "*/*"
    for path, body in ((f"/runs/{run}/start", {}),
                       (f"/runs/{run}/comments", {}),
                       (f"{step}/execute", {"attempt": 1}),
                       (f"{step}/execute", {"nobody": "knows"}),
                       ("/runs", {"runbook": "none", "environment": "test",
                                  "parameters": {}}),
                       ("/users", {"name": "x"}),
                       ("/login", {"name": "nobody", "password": "x" * 12})):
        yield "POST", path, body, "application/json"
    for path in (f"/runs/{run}/events", f"/events?runs={run}:0"):
        yield "STREAM", path, None, "text/event-stream"
    yield "SESSION", "/runs", None, "text/html"


def stream(c, user, path):
    """The status of an event stream that has brought its first event."""
    line = console.http.client.HTTPConnection("127.0.0.1", c.port, timeout=20)
    try:
        line.request("GET", path, headers={"Accept": "text/event-stream",
            "Authorization": "Bearer " + user.token})
        answer, seen = line.getresponse(), b""
        while answer.status == 200 and b"id:" not in seen:
            more = answer.read1(4096)
            if not more:
                return 0
            seen += more
        return answer.status
    finally:
        line.close()


def session(c, path):
    """Signs in, looks at a page, signs out."""
    headers = console.sign_in(c.base, "ana")
    if headers is None:
        return 0
    found = []
    for method, where in (("GET", path), ("POST", "/logout")):
        request = console.urllib.request.Request(c.base + where, headers=headers,
            method=method, data=b"{}" if method == "POST" else None)
        with console.urllib.request.urlopen(request, timeout=30) as answer:
            found.append(answer.status)
    return found[0] if found == [200, found[1]] else 0


def visit_one(c, user, row):
    method, path, body, accept = row
    try:
        if method == "STREAM":
            return stream(c, user, path)
        if method == "SESSION":
            return session(c, path)
        return user.ask(method, path, body, accept)[0]
    except (OSError, ValueError, console.http.client.HTTPException):
        return 0


def visit(c, user, run):
    """All of it, each asked again until it is answered as it was the first
    time, when nothing failed."""
    kept = model_of(user, run)["artifacts"][0]["url"]
    known = getattr(c, "answers", None)
    found = []
    for i, row in enumerate(requests_of(run, kept)):
        end = time.monotonic() + MOST
        while True:
            status = visit_one(c, user, row)
            if known is None or status == known[i] or status == 429:
                break
            assert time.monotonic() < end, \
                f"{row[0]} {row[1]} ({row[3]}) answers {status}, not {known[i]}"
            time.sleep(0.1)
        found.append(status)
    c.answers = known or found


def flow(c, user, before):
    """One run with both steps; before() arms what is to fail in it."""
    for path in c.marks.iterdir():
        path.unlink()
    run = new_run(c, user)
    before()
    insist(user, f"/runs/{run}/start")
    for name in ("near", "far"):
        step = settle(user, run, name)
        check(c, user, run, step)
    insist(user, f"/runs/{run}/close", {"result": "succeeded"})
    return run


def sweep(c, user, points):
    """Each point is a run of its own; what went wrong, in sentences."""
    wrong, reached = [], 0
    for i, (program, call, left, error, again) in enumerate(points):
        def before():
            c.arm(program, call, left, error)
            if again:
                c.kill(program)
        try:
            run = flow(c, user, before)
            for _ in range(ROUNDS if program == "countersign-web" else 0):
                if c.failed():
                    break
                visit(c, user, run)
        except AssertionError as why:
            wrong.append(f"{program}: {call} number {left + 1} fails with "
                         f"{errno.errorcode[error]}"
                         f"{', at its start' if again else ''}: {why}")
            print("FAILED  " + wrong[-1][:1500], flush=True)
            for program in PROGRAMS[:2] + PROGRAMS[3:]:
                c.kill(program)
            time.sleep(2)
            for row in c.sql("SELECT id FROM run WHERE ended_at IS NULL"):
                ask(user, "POST", f"/runs/{row[0]}/abort", {"reason": "x"})
        reached += c.disarm() > 0
        if i % 100 == 99:
            c.verify()
            print(f"        {i + 1} of {len(points)}", flush=True)
    print(f"        {reached} of {len(points)} calls failed in time")
    if reached <= len(points) // 2:
        wrong.append(f"{reached} of {len(points)} calls failed, of which most "
                     "should")
    end = time.monotonic() + MOST
    while c.pids("countersign-executor") and time.monotonic() < end:
        time.sleep(0.5)
    for pid in c.pids("countersign-executor"):
        wrong.append(f"the executor {pid} does not end")
    if len(c.pids("countersign-executor", standing=True)) > 1:
        wrong.append("more than one executor stands ready")
    return wrong


def count(c, user):
    """The count of each call of each program: in a run, and from its start
    until it serves."""
    for _ in range(2):      # what is done once only is done then
        flow(c, user, lambda: None)
    c.counts(reset=True)
    run = flow(c, user, lambda: None)
    counts = c.counts(reset=True)
    visit(c, user, run)
    assert set(c.answers) <= {200, 201, 204, 302, 303, 400, 401, 403, 404, 409, 422}, \
        list(zip(c.answers, requests_of(run, 1)))
    visited = c.counts(reset=True)["countersign-web"]
    for call, times in visited.items():
        was = counts["countersign-web"].get(call, 0)
        counts["countersign-web"][call] = max(was, times)
    starts = {}
    for program in PROGRAMS:
        if program == "countersign-executor":
            continue        # it starts in each run
        c.kill(program)
        time.sleep(1)
        starts[program] = c.counts(reset=True)[program]
    return counts, starts
