"""
console.py: a console of its own for a test, started, asked and stopped.

    with Console(data, runbooks, port) as console:
        ana = console.user("ana", "operator,approver")
        status, body = ana.post("/runs", {"runbook": "hello", ...})

B names the folder of the programs (build/asan).  Every wait is bounded.  The
end of the block stops the console and fails where its log has a sanitizer's
line, or where `countersign verify` does not pass.
"""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("B", TOP / "build/asan")).resolve()
# Scripts on this machine are isolated as for anybody, but keep the user of
# the test, who owns the folders that it gives them.  test_isolation.py has
# the user too.  Honoured by builds with sanitizers alone.
os.environ.setdefault("COUNTERSIGN_WITHOUT", "user")
PASSWORD = "a long enough password"
BUSY = ("requested", "starting", "running")
EXEC = re.compile("[0-9a-f]{32}")       # the id of an execution
ROOT = os.geteuid() == 0
SUDO = [] if ROOT else ["sudo", "-n"]   # for what a test needs root for
# At a time limit (tests/run), what a test has started ends in order.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


class User:
    """One person's token, and what can be asked with it.  Makes a token that
    may approve and sign, as a person does: signed in, before the first
    request."""

    def __init__(self, base, token, approves=None):
        self.base = base
        self.token = token
        self.approves = approves

    def make_approving(self):
        name, self.approves = self.approves, None
        self.token = approving_token(self.base, name) or self.token

    def ask(self, method, path, body=None, accept="application/json"):
        """The status and the answer: JSON where it is JSON, else text.  A
        request goes over a connection of its own."""
        if self.approves:
            self.make_approving()
        request = urllib.request.Request(
            self.base + urllib.parse.quote(path, safe="/?&=%:,~+"), method=method)
        request.add_header("Accept", accept)
        request.add_header("Authorization", "Bearer " + self.token)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as fault:
            status, data = fault.code, fault.read()
        text = data.decode("utf-8", "replace")
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None):
        return self.ask("POST", path, body if body is not None else {})

    def run(self, number):
        status, run = self.get(f"/runs/{number}")
        if status != 200:
            raise AssertionError(f"GET /runs/{number}: {status} {run}")
        return run

    def step(self, number, name):
        return next(s for s in self.run(number)["steps"] if s["id"] == name)

    def output(self, number, name, target, attempt=None):
        """The recorded text of one attempt (the last) on one target."""
        if attempt is None:
            attempt = self.step(number, name)["attempts"][-1]["n"]
        return self.get(f"/runs/{number}/steps/{name}/attempts/{attempt}/"
                        f"{target}.txt", accept="text/plain")[1]

    def wait_step(self, number, name, seconds=120):
        """Until the step is not at work any more; the step."""
        end = time.monotonic() + seconds
        while True:
            step = self.step(number, name)
            if step["state"] not in BUSY:
                return step
            if time.monotonic() > end:
                raise AssertionError(f"{name} is {step['state']} after "
                                     f"{seconds} seconds")
            time.sleep(0.2)

    def press(self, number, step):
        """Does what the button of the next step does."""
        verb = "confirm" if step["kind"] == "manual" else "execute"
        body = {"understood": True} if step["irreversible"] else {}
        status, answer = self.post(
            f"/runs/{number}/steps/{step['id']}/{verb}", body)
        if status not in (200, 202):
            raise AssertionError(f"{verb} {step['id']}: {status} {answer}")
        return self.wait_step(number, step["id"])

    def drive(self, number, until=None):
        """
        Presses through the run until the step `until` is next, one does not
        succeed, or the run has ended.  Returns the run.
        """
        for _ in range(100):
            run = self.run(number)
            if run["state"] != "running" or run["current"] in (None, until):
                return run
            step = next(s for s in run["steps"] if s["id"] == run["current"])
            if step["state"] != "ready":
                return run
            self.press(number, step)
        raise AssertionError(f"run {number} does not end")


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text()[:-1]
    except OSError:
        return ""


def is_alive(pid):
    """False also of one that has ended and whose parent has not asked."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def wait_until(holds, seconds=60, every=0.1):
    """Until it holds; what it then gave."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} seconds")
        time.sleep(every)
    return found


def sign_in(base, name, password=PASSWORD):
    """The cookie header and the form token of a new session; None where the
    console refuses.  A machine that is busy with hashing answers 503: signing
    in again changes nothing."""
    body = json.dumps({"name": name, "password": password}).encode()
    request = urllib.request.Request(base + "/login", body, {
        "Content-Type": "application/json", "Accept": "application/json"})
    for last in (False, False, True):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                set_cookie = answer.headers.get_all("Set-Cookie")
            break
        except urllib.error.HTTPError as refusal:
            if refusal.code in (401, 403):
                return None
            assert refusal.code == 503 and not last, refusal.read()
    session = next(c.split(";")[0] for c in set_cookie
                   if c.startswith("session="))
    token = hashlib.blake2b(b"form token of session "
                            + session.split("=")[1].encode(), digest_size=32)
    return {"Cookie": session, "X-CSRF-Token": token.hexdigest(),
            "Content-Type": "application/json", "Accept": "application/json"}


def approving_token(base, name, token="approving"):
    """A token with all scopes, made in a session; None where refused."""
    headers = sign_in(base, name)
    if headers is None:
        return None
    request = urllib.request.Request(base + "/tokens", json.dumps({
        "name": token, "scopes": ["read", "run", "approve"],
        "password": PASSWORD}).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())["token"]


def open_to_others(script):
    """
    If other users cannot reach this checkout (it stands under /root, say),
    goes on in a copy of what the test needs, and ends this process with it.
    """
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.getuid() != 0 or subprocess.run(
            [*nobody, "test", "-r", script], check=False).returncode == 0:
        return
    copy = pathlib.Path(tempfile.mkdtemp(prefix="cs-open-"))
    copy.chmod(0o755)
    for name in ("templates", "static", "nginx", "runbooks", "tests/e2e"):
        shutil.copytree(TOP / name, copy / name, symlinks=True,
                        ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(BUILD, copy / "build/asan", symlinks=True,
                    ignore=shutil.ignore_patterns("obj", "tests"))
    (copy / "Makefile").write_bytes((TOP / "Makefile").read_bytes())
    env = {k: v for k, v in os.environ.items() if k != "B"}
    try:
        code = subprocess.run(
            [sys.executable, copy / "tests/e2e" / pathlib.Path(script).name,
             *sys.argv[1:]], cwd=copy, env=env, check=False).returncode
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    sys.exit(code)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def runbook_folder(documents, targets=None):
    """A temporary runbook folder, {name: text}; the caller removes it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cs-books-"))
    folder.chmod(0o755)         # the console's programs are not root
    for name, text in documents.items():
        (folder / (name + ".md")).write_text(text)
    (folder / "targets.yml").write_text(targets or
        "environments:\n  test: {label: Test}\n"
        "  production: {label: Production, production: true}\n")
    return folder


def database_folder():
    """A temporary folder with SQLite databases: `whole.sqlite` has a table
    `host`, and `broken.sqlite` lacks it; the caller removes it."""
    folder = tempfile.mkdtemp(prefix="cs-databases-")
    for name, table in (("whole", "host"), ("broken", "other")):
        with sqlite3.connect(f"{folder}/{name}.sqlite") as db:
            db.execute(f"CREATE TABLE {table} (version TEXT)")
        os.chmod(f"{folder}/{name}.sqlite", 0o666)
    os.chmod(folder, 0o777)     # the console's steps have a user of their own
    return folder


def in_browser(console, script, **more):
    """True if the suite tests/browser/SCRIPT passed against this console;
    `more` goes into its environment."""
    return subprocess.run(
        ["node", script], cwd=TOP / "tests/browser", check=False,
        env=dict(os.environ, BASE_URL=console.base, PASSWORD=PASSWORD, **more)).returncode == 0


@contextlib.contextmanager
def programs(program=BUILD / "countersign-compile"):
    """A folder of the console's programs, in which one can be replaced; it
    stands there as `real`, too, where the console may execute it."""
    top = pathlib.Path(tempfile.mkdtemp(prefix="cs-programs-"))
    top.chmod(0o755)
    build = top / "build/asan"
    build.mkdir(parents=True)
    for name in "templates", "static", "nginx":
        shutil.copytree(TOP / name, top / name, symlinks=True,
                        ignore=shutil.ignore_patterns("node_modules"))
    for each in BUILD.glob("countersign*"):
        shutil.copy(each, build)
    shutil.copy(program, build / "real")
    try:
        yield build
    finally:
        shutil.rmtree(top)


class Console:
    def __init__(self, data=None, runbooks=None, port=None, options=(),
                 build=None):
        self.build = pathlib.Path(build or BUILD)
        self.options = options
        self.temporary = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="cs-"))
        self.runbooks = pathlib.Path(runbooks or TOP / "runbooks")
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = self.data.with_name(self.data.name + ".log")
        self.process = None
        self.prefix = []            # a command that becomes another user
        self.setup_key = None
        self.somebody = None        # who may look
        self.env = dict(os.environ, COUNTERSIGN_STRICT="1", LC_ALL="C.UTF-8")
        if os.getuid() != 0:
            self.without_leaks()

    def without_leaks(self):
        """For programs that may not be looked into by their own user."""
        self.env["ASAN_OPTIONS"] = f'{self.env.get("ASAN_OPTIONS", "")}:detect_leaks=0'

    def cli(self, *args, stdin=""):
        done = subprocess.run(
            [*self.prefix, self.build / "countersign", *args, "--data", self.data,
             "--runbooks", self.runbooks], input=stdin, text=True,
            capture_output=True, timeout=60, env=self.env)
        if done.returncode != 0:
            raise AssertionError(
                f"countersign {' '.join(map(str, args))}: {done.returncode} "
                f"{done.stderr.strip()} {done.stdout.strip()[-2000:]}")
        return done.stdout

    def user(self, name, roles):
        self.cli("user", "add", name, "--roles", roles, "--password-stdin",
                 stdin=PASSWORD + "\n")
        token = self.cli("token", "add", name, "--name", "test").strip()
        more = set(roles.split(",")) - {"", "operator", "admin", "viewer"}
        self.somebody = User(self.base, token, name if more else None)
        return self.somebody

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*self.prefix, self.build / "countersign", "serve", "--data",
                 self.data, "--runbooks", self.runbooks, "--port", str(self.port),
                 *self.options],
                cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=log, env=self.env)
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            end = time.monotonic() + 30
            said = ""
            while time.monotonic() < end and selector.select(1) is not None:
                if self.process.poll() is not None:
                    break
                if not selector.select(0):
                    continue
                said += os.read(self.process.stdout.fileno(), 4096).decode()
                link = re.search(r"setup\?key=([0-9a-f]+)", said)
                self.setup_key = link.group(1) if link else self.setup_key
                if "ready: " in said:
                    return
        self.stop()
        raise AssertionError("The console did not start: "
                             + self.log.read_text()[-2000:])

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, _):
        good = kind is None or (kind is SystemExit and not value.code)
        try:
            try:
                if good and self.somebody and self.process:
                    self.check_reports()
            finally:
                self.stop()
                self.print_warnings()
            if good:
                self.check()
        finally:
            if self.temporary:
                shutil.rmtree(self.data, ignore_errors=True)
                self.log.unlink(missing_ok=True)

    def print_warnings(self):
        """SQLite's complaints, which explain many a 503."""
        for line in self.log.read_text(errors="replace").splitlines():
            if " warning: database: " in line:
                print("        " + line)

    def check(self):
        """No line of a sanitizer or of a slow loop (base/turn.h) in the log;
        the journal is as recorded."""
        log = self.log.read_text(errors="replace")
        for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:",
                     " bug: ", "slow turn: "):
            if word in log:
                raise AssertionError(log[max(0, log.index(word) - 200):][:4000])
        self.verify()

    def check_reports(self):
        """The reports of the last runs verify offline, each by itself."""
        for number, in self.sql("SELECT id FROM run ORDER BY id DESC LIMIT 5"):
            report = self.log.with_name(self.log.name + ".report.json")
            status, _, text = self.raw(
                "GET", f"/runs/{number}/report.json", headers={
                    "Authorization": "Bearer " + self.somebody.token,
                    "Accept": "application/json"})
            if status != 200:
                raise AssertionError(f"the report of run {number}: {status}")
            report.write_bytes(text)
            try:
                self.cli("verify", report)
            finally:
                report.unlink()

    def verify(self):
        return self.cli("verify")

    def raw(self, method, path, body=None, headers=None):
        """One request as it stands: status, headers, bytes."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            c.request(method, path, body, headers or {})
            answer = c.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            c.close()

    def sql(self, text, *args):
        db = sqlite3.connect(f"file:{self.data}/countersign.db?mode=ro",
                             uri=True)
        try:
            return db.execute(text, args).fetchall()
        finally:
            db.close()

    def serves(self, pid, args):
        """True where the process serves this folder.  Of a program that
        nobody may look into, only root sees the working folder; an executor
        then names its execution."""
        if str(self.data) in args:
            return True
        try:
            return os.readlink(f"/proc/{pid}/cwd").startswith(str(self.data))
        except PermissionError:
            if args[1].startswith("--stand-by"):
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
                parent = stat.rpartition(")")[2].split()[1]
                return self.serves(parent, pathlib.Path(f"/proc/{parent}/cmdline").read_text().split("\0"))
            return EXEC.fullmatch(args[1]) is not None \
                and (self.data / "exec" / args[1]).exists() \
                and name_of(pid) == os.path.basename(args[0])[:15]

    def pids(self, program, standing=False):
        """The processes of one of our programs that serve this folder; or the
        executors that wait for an execution."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                args = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                args = args.decode("utf-8", "replace").split("\0")
                if os.path.basename(args[0]) == program and self.serves(
                        pid, args) and standing == args[1].startswith("--stand-by"):
                    found.append(int(pid))
            except OSError:
                continue
        return found

    def kill(self, program):
        """kill -9 of all processes of the program, until they are gone, with
        what they held; their ids."""
        killed = self.pids(program)
        for pid in killed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(lambda: not any(map(is_alive, killed)), every=0.01)
        return killed


class LeftOut(Exception):
    """A test, or a part of it, cannot be done here; why."""


def left_out(what, why="it needs root"):
    """Says what a test leaves out where it is started by an ordinary user."""
    print(f"left out: {what}: {why}", flush=True)


def needs_root():
    if not ROOT:
        raise LeftOut("it needs root")


def may_be_root():
    """True as root, and where sudo asks for no password."""
    return ROOT or succeeds("sudo", "-n", "true")


def succeeds(*command):
    try:
        return subprocess.run(command, capture_output=True, timeout=60,
                              check=False).returncode == 0
    except FileNotFoundError:
        return False


def may_divide():
    """True where an ordinary user may make namespaces here: in a chroot and
    in many containers nobody may, and steps of its console are not isolated."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return succeeds(*(nobody if ROOT else []), "unshare", "--user", "true")


def enter(mark, unshare, script):
    """Goes on in namespaces of its own in which root has run the script, as
    who we are; `mark` is then in the environment.  False: they are refused."""
    if mark in os.environ:
        return True
    if not succeeds(*SUDO, "unshare", *unshare, "true"):
        return False
    os.environ[mark] = "1"
    back = [] if ROOT else ["setpriv", f"--reuid={os.getuid()}",
                            f"--regid={os.getgid()}", "--init-groups"]
    command = [*SUDO, *([] if ROOT else ["-E"]), "unshare", *unshare, "sh",
               "-c", script + ' && exec "$@"', "sh", *back, sys.executable,
               *sys.argv]
    os.execvp(command[0], command)


class Results:
    """Counts, and prints each as it comes."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, good, why=""):
        self.passed += bool(good)
        self.failed += not good
        print(("ok      " if good else "FAILED  ") + what
              + ("" if good or why == "" else f"\n        {why}"), flush=True)
        return good

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def main(tests):
    """Runs functions named for what they hold, says which did, and exits."""
    results = Results()
    unknown = set(sys.argv[1:]) - {test.__name__ for test in tests}
    if unknown:
        sys.exit(f"no such test: {' '.join(sorted(unknown))}")
    for test in tests:
        if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
            continue
        begin = time.monotonic()
        why = ""
        try:
            test()
        except LeftOut as reason:
            left_out(test.__name__.replace("_", " "), reason)
            continue
        except Exception:
            why = traceback.format_exc()
        took = f" ({time.monotonic() - begin:.1f} s)"
        results.check(test.__name__.replace("_", " ") + took, why == "", why)
    sys.exit(results.end())
