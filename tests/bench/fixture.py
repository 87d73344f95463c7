"""
The console that is measured, over 100,000 runs with one of 60 steps in work,
and beside it the references: nginx with the console's own configuration
before a folder of static files and before the smallest FastCGI page.
"""
import json
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ.setdefault("B", str(TOP / "build"))
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import BUILD, Console, free_port, runbook_folder  # noqa: E402
from sshd import settings  # noqa: E402

RUNS = 100_000
WITH_STEPS = 300
PRESSES = 20
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin:/usr/local/sbin")


def sixty_steps():
    """An upgrade as teams write them: ten parts of five steps, with text, a
    table and manual steps between the scripts, and ten to go back; 30 are
    done in the run."""
    text = ["---", "title: Upgrade of the platform to 2.4.0",
            "summary: Sixty steps, as large upgrades have them",
            "owner: platform team", "parameters:",
            "  version: {label: Target version, default: 2.4.0}",
            "  instances: {label: Instances, type: number, default: 4}",
            "---", "Read the release notes of {{version}} first.", ""]
    for n in range(1, 11):
        text += [
            f"# Part {n}: service group {n}", "",
            f"The services of group {n} are stopped, replaced by those of "
            "**{{version}}** and started again; `systemctl` says how they "
            "are. Nobody but the *operator on duty* does this.", "",
            "| service | port | instances |", "|---|---|---|",
            f"| gateway-{n} | 80{n:02} | {{{{instances}}}} |",
            f"| worker-{n} | 90{n:02} | {{{{instances}}}} |", "",
            f"- [ ] Announce the maintenance of group {n} {{#announce-{n}}}",
            "", f"Back up the settings of group {n}", "",
            f"```sh {{#backup-{n} timeout=10m}}",
            f"set -eu; echo \"backing up group {n} before $version\"",
            "for i in 1 2 3 4 5 6; do echo \"settings $i: ok\"; done", "```",
            "", "> [!WARNING]", "> Sessions end here.", "",
            f"```bash {{#stop-{n} title=\"Stop group {n}\" rerun=safe}}",
            "set -o pipefail", f"echo \"gateway-{n}: stopped\"",
            f"echo \"worker-{n}: stopped\"", "```", "",
            f"```sh {{#install-{n} title=\"Install into group {n}\" "
            "expect=finished reject=ERROR}",
            "echo \"installing $version on $instances instances\"",
            "echo \"Upgrading process finished\"", "```", "",
            f"- [ ] Group {n} answers on its health page {{#check-{n} "
            "sign=approver}" if n > 9 else
            f"- [ ] Group {n} answers on its health page {{#check-{n}}}", ""]
    text += ["# Rollback {.rollback}", ""]
    for n in range(1, 11):
        text += [f"```sh {{#restore-{n} undo=install-{n} "
                 f"title=\"Restore group {n}\"}}",
                 f"echo \"group {n} restored\"", "```", ""]
    return "\n".join(text)


def presses(target):
    on = "" if target == "local" else f" on={target}"
    return f"---\ntitle: Presses {target}\n---\n" + "".join(
        f"\n```sh {{#s{i}{on}}}\necho first; exit 0\n```\n"
        for i in range(PRESSES + 2))


LOUD = "---\ntitle: Loud\n---\n```sh {#loud}\nyes | head -c 1500000000\n```\n"


def brief_steps():
    return "---\ntitle: Brief steps\n---\n" + "".join(
        f"\n```sh {{#s{i}}}\nsleep 0.025\n```\n" for i in range(200))


class Sshd:
    """An sshd of our own on loopback, and who may log in."""

    def __init__(self, folder, more=""):
        self.folder = folder
        self.port = free_port()
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        for name in ("host", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                            "-f", folder / name], check=True)
        (folder / "conf").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\n"
            f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/key.pub\n"
            f"{settings()}PermitRootLogin yes\nPidFile none\n"
            f"SetEnv HOME={folder}\n{more}")
        self.process = subprocess.Popen(
            [SSHD, "-D", "-f", folder / "conf", "-E", folder / "log"])

    def targets(self):
        pinned = " ".join((self.folder / "host.pub").read_text().split()[:2])
        user = subprocess.run(["id", "-un"], check=True, text=True,
                              capture_output=True).stdout.strip()
        return ("environments:\n  test:\n    label: Test\n    targets:\n"
                f"      host: {{ssh: {{host: 127.0.0.1, port: {self.port}, "
                f"user: {user}, key: {self.folder}/key, "
                f"host_key: \"{pinned}\"}}}}\n"
                "  production: {label: Production, production: true}\n")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class References:
    """nginx as the console configures it, before what does next to nothing."""

    def __init__(self, folder, workers):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        for part in ("static", "run/nginx", "exec"):
            (folder / part).mkdir(parents=True)
        (folder / "static/8k.html").write_bytes(b"x" * 8192)
        for path in (folder, folder / "static"):
            path.chmod(0o755)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "run/web.sock"))
        (folder / "run/web.sock").chmod(0o666)
        listener.listen(511)
        text = (TOP / "nginx/countersign.conf.in").read_text()
        user = subprocess.run(["id", "-un"], check=True, text=True,
                              capture_output=True).stdout.strip()
        for name, value in {"DATA": folder, "LISTEN": f"127.0.0.1:{self.port}",
                            "TLS": "", "USER": user, "STATIC": folder / "static"}.items():
            text = text.replace(f"@{name}@", str(value))
        (folder / "nginx.conf").write_text(text)
        self.processes = [
            subprocess.Popen([BUILD / "bench/page", str(workers)],
                             stdin=listener),
            subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-p",
                              folder, "-e", folder / "run/error.log"])]
        listener.close()

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


def fill_history(data):
    """100,000 runs as rows alone; the console has to be down."""
    chance = random.Random(1)
    db = sqlite3.connect(data / "countersign.db")
    text = "# A run of long ago\n\n```sh {#a}\ntrue\n```\n"
    db.execute("INSERT INTO document VALUES (?, ?)", ("0" * 64, text))
    books = ["poa", "metis", "xpulse", "loonflow", "fate"]
    results = ["succeeded"] * 8 + ["failed", "rolled_back"]
    begin = 1_700_000_000_000

    def rows():
        for i in range(1, RUNS + 1):
            at = begin + i * 300_000
            book = chance.choice(books)
            yield (i, f"Upgrade {book} to 1.{i % 40}.{i % 7}",
                   f"Change {10_000 + i}: what the release notes ask for",
                   book, "0" * 64, chance.choice(["test", "production"]),
                   i % 2, "completed", chance.choice(results), "main", 9,
                   "1" * 64, at, '{"version":"1.4.1"}', "{}", "{}", "[]", 12, 12,
                   chance.choice(["ana", "bo", "chen"]), at, "ana", at + 60_000,
                   "ana", at + 900_000)

    with db:
        db.executemany(
            "INSERT INTO run (id, title, reason, runbook, document, "
            "environment, production, state, result, mode, seq, plan, "
            "plan_at, parameters, sealed, targets, approvals, steps_total, steps_done, "
            "created_by, created_at, started_by, started_at, ended_by, "
            "ended_at) VALUES (" + ", ".join("?" * 25) + ")", rows())
        db.executemany(
            "INSERT INTO step (run, id, part, position, optional, state, "
            "attempts, by, at) "
            "VALUES (?, ?, 'main', ?, 0, 'succeeded', 1, 'ana', ?)",
            ((RUNS - n, f"s{p}", p, begin) for n in range(WITH_STEPS)
             for p in range(12)))
    db.close()


class Fixture:
    """All of it, in one temporary folder on a real disk."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cs-bench-",
                                                    dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.parts = []
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        (self.folder / "sshd").mkdir(mode=0o700)
        self.sshd = Sshd(self.folder / "sshd")
        self.parts.append(self.sshd)
        self.books = runbook_folder(
            {"sixty": sixty_steps(), "local": presses("local"),
             "ssh": presses("host"), "brief": brief_steps(), "loud": LOUD, "one": LOUD.replace("yes | head -c 1500000000", "echo done"),
             "talk": "---\ntitle: Talk\n---\n- [ ] Look\n"}, self.sshd.targets())
        self.console = Console(self.folder / "data", self.books,
                               options=("--output-limit", "4000"))
        self.user = self.console.user("ana", "operator,approver")
        fill_history(self.folder / "data")
        self.console.env.pop("COUNTERSIGN_STRICT")
        self.console.start()
        self.parts.append(self.console)
        # but for their parent, the live hub and its renderer
        workers = len(self.console.pids("countersign-web")) - 3
        self.parts.append(References(self.folder / "reference", workers))
        self.references = self.parts[-1]
        self.run = self.started("sixty")
        self.talk = self.started("talk")

    def __exit__(self, *_):
        for part in reversed(self.parts):
            part.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(getattr(self, "books", self.folder), ignore_errors=True)

    def started(self, book):
        status, answer = self.user.post("/runs", {
            "runbook": book, "environment": "test", "parameters": {}})
        assert status == 201, answer
        status, more = self.user.post(f"/runs/{answer['id']}/start")
        assert status == 200, more
        return answer["id"]

    def session(self):
        """The cookie of a person who signed in, as browsers have it."""
        from console import PASSWORD
        _, headers, _ = self.console.raw(
            "POST", "/login", json.dumps({"name": "ana", "password": PASSWORD}),
            {"Content-Type": "application/json"})
        return headers["Set-Cookie"].split(";")[0]

    def bring_half_way(self, steps=30):
        for _ in range(steps):
            run = self.user.run(self.run)
            step = next(s for s in run["steps"] if s["id"] == run["current"])
            self.user.press(self.run, step)

    def wait_ready(self):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1",
                                          self.references.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the reference nginx does not start")
