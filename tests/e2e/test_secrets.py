#!/usr/bin/env python3
"""
30 secrets, raw and in base64, URL, hex, JSON and shell quotes, printed a byte
at a time by each kind of step: they are in no recording, status, page, log,
database and process list.
"""
import http.server, json, os, pathlib, shutil, sqlite3, threading
import time, urllib.parse

import leaks
import test_copy as copy
import test_sql as sql
import test_step_ssh as ssh
from console import Console, main, runbook_folder
from leaks import FORMS, forms

WORK = pathlib.Path(ssh.WORK)
SECRETS = ["hunter2!", "s3cr3t-Passw0rd", "pa$$ word", "it's \"quoted\"", "back\\slash\\end", "`id`$(id)",
           "a=b&c=d?e#f", "100%sure+50%25", "<tag>&amp;</tag>", "semi;colon|pipe", "tab\there", "üñïçødé",
           "日本語の秘密", "🔑key🔑", "{\"json\": [1]}", "///+++===", "....----....", "AKIATESTNOTAREALKEY0",
           "wNotAReal/Key+ofAnyBody/0123456789abcdef", "kq7z", "9f86d081884c7d659a2feaa0c55ad015",
           "postgres://op:geheim@db/x", "a" * 60, "aab" * 21, "x\u202ey\u200bz", "'single'", "\"double\"",
           "trailing\\", "(?i)^re.*gex$", "first of three\nsecond of three\nthird of three\n"]
VALUES = {f"s{i}": text for i, text in enumerate(SECRETS)}

PRINT = FORMS + f'''
import os, sys
for i in range({len(SECRETS)}):
    for form in forms(os.environ["CS_S%d" % i]):
        for byte in (form + "\\n").encode():
            os.write(1 + i % 2, bytes([byte]))
        os.write(1, ("in the middle " + form + " of a line\\n").encode())
'''


NEEDLES = leaks.needles(*SECRETS)


def clean(data, where):
    found = leaks.found(data, NEEDLES)
    assert not found, f"in {where}: {found[0]}"


def clean_folder(folder, but=()):
    count = 0
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and path.name not in but:
            clean(path.read_bytes(), path)
            count += 1
    return count


def hidden(kind, text, target, state="succeeded", **more):
    """Runs the step; its folder holds nothing; what it has recorded."""
    step = ssh.run(text, [target], kind=kind, secrets=VALUES, mask=SECRETS, text_line=1, **more)
    clean_folder(step.dir)
    clean(step.errors.encode(), "the errors of the process")
    assert step.done()["state"] == state, (step.lines(), step.text(target["name"])[-2000:])
    return step.text(target["name"]).decode()


def test_scripts():
    for target in (ssh.LOCAL, ssh.SSHD.target(), ssh.SSHD.target(client="openssh")):
        text = hidden("python", PRINT, target)
        assert text.count("••••••") >= 12 * len(SECRETS) and "in the middle" in text
        text = hidden("sh", "set -x\nprintf '%s\\n' \"$s0\" \"$s2\" >&2\nfalse \"$s3\"", target, "failed")
        assert "••••••" in text


def test_terminals():
    for target in (ssh.LOCAL, ssh.SSHD.target()):
        text = hidden("python", PRINT, target, pty=True)
        assert text.count("••••••") >= 12 * len(SECRETS)
        text = hidden("sh", "printf 'Name: '; read -r a; echo \"got $a\"; stty -echo; printf 'Word: '\n"
                      "read -r b; stty echo; echo \"and $b\"", target, pty=True, timeout_ms=20000,
                      answers="/^Name: $/ => {{s1}}\n/^Word: $/ => {{s2}}\n")
        assert "got ••••••" in text and "and ••••••" in text, text


def test_interactive_steps():
    """Secrets that the script prints or somebody types are masked as they come."""
    lines = [text for text in SECRETS if text.isprintable() and len(text) < 50]
    for target in (ssh.LOCAL, ssh.SSHD.target(), ssh.SSHD.target(client="openssh")):
        step = ssh.Step(PRINT + "print('ready')\nfor line in sys.stdin:\n    print('got', line)\n",
                        [target], kind="python", pty=True, interactive=True, secrets=VALUES,
                        mask=SECRETS, timeout_ms=60000)
        typist = ssh.Keys(step, target["name"])
        while b"ready" not in step.text(target["name"]):
            time.sleep(0.02)
        for n, line in enumerate(lines, 1):
            for byte in line.encode() + b"\r":
                typist.type(bytes([byte]))
            while step.text(target["name"]).count(b"got ") < n:
                time.sleep(0.02)
        typist.type(b"\x04")
        step.wait()
        clean_folder(step.dir)
        clean(step.errors.encode(), "the errors of the process")
        clean(step.cast(target["name"]).encode(), "the recording, its events joined")
        text = step.text(target["name"]).decode()
        assert step.done()["state"] == "succeeded", (step.lines(), text[-2000:])
        assert text.count("got ••••••") == len(lines), text[-2000:]
        assert text.count("••••••") >= 12 * len(SECRETS) + 2 * len(lines)


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with all forms of what it was sent, a byte at a time."""
    protocol_version = "HTTP/1.0"

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert list(sent.values()) == SECRETS, sent
        assert self.headers["X-Key"] == SECRETS[0]
        assert urllib.parse.parse_qs(self.path.split("?")[1])["q"] == [SECRETS[2]]
        self.send_response(200)
        self.send_header("X-Echo", self.headers["X-Key"])
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        for text in SECRETS[:10]:
            for form in forms(text):
                for byte in (form + "\n").encode():
                    self.wfile.write(bytes([byte]))
        self.wfile.write("\n".join(f for s in SECRETS for f in forms(s)).encode())

    def log_message(self, *args):
        pass


def test_http():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    target = {"name": "web", "kind": "http", "url": f"http://127.0.0.1:{server.server_address[1]}"}
    body = json.dumps({n: "{{" + n + "}}" for n in VALUES})
    head = "POST /x?q={{s2}}\nX-Key: {{s0}}\nContent-Type: application/json\n\n"
    text = hidden("http", head + body, target)
    assert "200 OK" in text and "••••••" in text
    hidden("http", head.replace("/x", "{{s21}}") + body, target, "failed")
    hidden("http", head + body, {**target, "url": "http://127.0.0.1:1"}, "failed")
    server.shutdown()


def test_sql_statements():
    sets = {"mysql": (sql.MARIA.target(), "TO_BASE64({0})", "HEX({0})"),
            "postgresql": (sql.PG.target(), "encode(convert_to(CAST({0} AS text), 'UTF8'), 'base64')",
                           "encode(convert_to(CAST({0} AS text), 'UTF8'), 'hex')"),
            "sqlite": ({"name": "db", "kind": "sqlite", "file": str(WORK / "s.db")}, "HEX({0})", "QUOTE({0})")}
    (WORK / "s.db").touch()
    for kind, (target, *encoded) in sets.items():
        text = "".join(f"SELECT {{{{{n}}}}} AS a;\n" + "".join(
            f"SELECT {e.format('{{' + n + '}}')} AS b;\n" for e in encoded) for n in VALUES)
        assert "••••••" in hidden(kind, text, target)
        for wrong in ("SELECT {{s1}} FROM nowhere_{{s0}};", "SELECT CAST({{s1}} AS integer) FROM a b c;"):
            hidden(kind, wrong, target, "failed")
    hidden("postgresql", "SELECT CAST({{s1}} AS integer);", sets["postgresql"][0], "failed")


def test_edits():
    for target in (ssh.LOCAL, ssh.SSHD.target()):
        path = WORK / f"edit-{target['name']}"
        path.write_text("".join(f"old{i}={text}\n" for i, text in enumerate(SECRETS)))
        # set refuses a value that goes on in the next line: a quote is open, or a backslash ends it
        lines = [f"set old{i} = new" for i, text in enumerate(SECRETS[:-1])
                 if text[0] not in "\"'" and text[-1] != "\\"]
        assert len(lines) > 20
        lines += [f"ensure {{{{{n}}}}}" for n, v in VALUES.items() if "\n" not in v]
        text = hidden("edit", "\n".join(lines), target, file=str(path))
        assert "+••••••" in text and "Backup: " in text, text
        hidden("edit", "ensure x", target, "failed", file=str(WORK / "none") + "/{{s5}}")
        hidden("edit", "replace {{s1}}not there -> nor this {{s2}}", target, "failed", file=str(path))


def test_copies():
    folder = WORK / "copied"
    folder.mkdir()
    names = [n for n, v in VALUES.items() if "/" not in v and "\n" not in v][::3]
    lines = "".join(f"{folder.parent}/s.db -> a:{folder}/{{{{{n}}}}}\n" for n in names)
    (WORK / "s.db").touch()
    for text, state in ((lines, "succeeded"), (f"a:/none/{{{{{names[0]}}}}} -> {folder}/x", "failed"),
                        (f"{folder}/ -> a:{folder}-2/", "succeeded")):
        step = copy.copy(text, secrets=VALUES, mask=SECRETS).wait()
        clean_folder(step.dir)
        assert step.done()["state"] == state, step.lines()
    assert len(list((WORK / "copied-2").iterdir())) == len(names)


def test_captures_and_messages():
    whole = [{"name": "v", "how": "whole"}]
    for n in VALUES:
        hidden("sh", f"printf %s \"${n}\"", ssh.LOCAL, "failed", captures=whole)
    hidden("sh", "printf '%s\\n' \"$s1\"", ssh.LOCAL, "failed", reject=".*")
    hidden("sh", "echo x", ssh.LOCAL, "failed", expect="^y$")


# ------------------------------------------------------ the whole console

DOCUMENT = """---
title: Secrets
parameters:
%s---
# All of it

Prose with {{s1}}.

```python {#print timeout=60s}
%s```

```sh {#slow}
sleep 1; echo "$s0" "$s18"; exit 3
```

```edit {#edit file=%s}
ensure {{s1}}
```
"""


class Processes(threading.Thread):
    """Looks at every command line, and at the environment of our programs."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.names, self.stop = [], set(), False

    def run(self):
        while not self.stop:
            for pid in filter(str.isdigit, os.listdir("/proc")):
                self.look(pid)
            time.sleep(0.02)

    def look(self, pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                line = f.read()
            name = line.split(b"\0")[0].rsplit(b"/")[-1]
            if name.startswith(b"countersign"):
                self.names.add(name)
                with open(f"/proc/{pid}/environ", "rb") as f:
                    line += f.read()
        except OSError:
            return
        self.seen += [(line, n) for n in NEEDLES if len(n) > 7 and n in line]


PAGES = ["", "/report", "/report.json", "/report.csv", "/preview/print", "/preview/slow", "/preview/edit",
         "/events?after=0", "/parameters", "/steps/print/attempts/1/local", "/steps/print/attempts/1/local.txt",
         "/steps/print/attempts/1/local.cast", "/steps/slow/attempts/1/local.txt"]


def pages(ana, number):
    for path in [f"/runs/{number}{page}" for page in PAGES] + ["/", "/runs", "/runbooks/secrets"]:
        for accept in ("text/html", "application/json"):
            status, text = ana.ask("GET", path, accept=accept)
            assert status in (200, 404, 406), (path, status, text)
            clean(json.dumps(text, ensure_ascii=False).encode() if not isinstance(text, str)
                  else text.encode(), f"GET {path}")


def test_through_the_console():
    names = "".join(f"  {n}: {{type: secret, multiline: true}}\n" for n in VALUES)
    (WORK / "edited").write_text("a\n")
    folder = runbook_folder({"secrets": DOCUMENT % (names, PRINT, WORK / "edited")})
    processes = Processes()
    processes.start()
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator,approver")
        status, run = ana.post("/runs", {"runbook": "secrets", "environment": "test", "title": "t",
                                         "parameters": VALUES})
        assert status == 201, run
        ana.post(f"/runs/{run['id']}/start")
        for step in ("print", "slow", "edit"):
            end = ana.press(run["id"], ana.step(run["id"], step))
            assert end["state"] == ("failed" if step == "slow" else "succeeded"), end
            if step == "slow":
                ana.post(f"/runs/{run['id']}/steps/slow/skip", {"reason": "it is to fail"})
        pages(ana, run["id"])
        console.cli("secret", "set", "stored", stdin=SECRETS[18])
        assert clean_folder(console.data) > 8
        clean(console.log.read_bytes(), "the log")
        with sqlite3.connect(f"file:{next(console.data.glob('*.db'))}?mode=ro", uri=True) as db:
            clean("\n".join(db.iterdump()).encode(), "the database")
        processes.stop = True
        processes.join()
    assert processes.seen == [], processes.seen[:3]
    assert len(processes.names) >= 4, processes.names
    assert (WORK / "edited").read_text() == "a\n" + SECRETS[1] + "\n"


if __name__ == "__main__":
    ssh.prepare()
    sql.CERT, sql.KEY = sql.make_certificate("server")
    copy.A = copy.B = ssh.Sshd("files", extra="Subsystem sftp internal-sftp")
    sql.MARIA, sql.PG = sql.MariaDB(), sql.PostgreSQL()
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        for server in (sql.MARIA, sql.PG, copy.A, ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA,
                       ssh.ETM, ssh.BARE):
            server.stop()
        for folder in (sql.WORK, ssh.WORK):
            shutil.rmtree(folder, ignore_errors=True)
