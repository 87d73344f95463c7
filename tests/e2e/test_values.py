#!/usr/bin/env python3
"""
Over 400 nasty strings through every kind of parameter into every kind of
step: each arrives byte for byte, or is refused with a reason before anything
is done.  Nothing of them is executed: no canary appears.

Parameters go through the whole console; the kinds of step get their values in
orders as the runner writes them, each against its real server.
"""
import http.server, json, pathlib, re, secrets, shutil, threading, time, urllib.parse

import test_copy as copy
import test_sql as sql
import test_step_ssh as ssh
from console import Console, main, runbook_folder
from nasty import NASTY, no_canary

WORK = pathlib.Path(ssh.WORK)
VALUES = {f"v{i}": text for i, text in enumerate(NASTY)}
LINES = {k: v for k, v in VALUES.items() if not re.search("[\r\n]", v)}
SHORT = {k: v for k, v in VALUES.items() if len(v.encode()) < 8000}


class Server(http.server.ThreadingHTTPServer):
    """Keeps what it was sent."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        self.target = {"name": "web", "kind": "http",
                       "url": f"http://127.0.0.1:{self.server_address[1]}"}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def run(self, text, values):
        self.seen.clear()
        return ssh.run(text, [self.target], kind="http", values=values, text_line=1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.path, self.headers, body))
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args):
        pass


def results():
    """A file that a step may write, and what it holds later."""
    return WORK / f"out-{secrets.token_hex(4)}"


def script(names, path):
    """One printf of all variables, NUL between them: no process but the shell."""
    words = " ".join(f'"${name}"' for name in names)
    return f"printf '%s\\0' {words} >'{path}'\n"


def arrived(path, names):
    got = path.read_bytes().split(b"\0")[:-1]
    assert len(got) == len(names), (len(got), len(names))
    for name, value in zip(names, got):
        assert value == VALUES[name].encode(), (VALUES[name][:80], value[:80])
    no_canary()


# ---------------------------------------------------- kinds of parameter

KINDS = {"text": "type: text", "dash": "type: text, dash: true",
         "lines": "type: text, multiline: true", "secret": "type: secret",
         "secret-lines": "type: secret, multiline: true, dash: true"}


def may_be(kind, text):
    if re.search("[\r\n]", text) and "lines" not in kind:
        return False
    return not text.startswith("-") or kind in ("dash", "secret-lines")


def document(kind, names, path):
    rows = "".join(f"  {n}: {{{KINDS[kind]}}}\n" for n in names)
    return (f"---\ntitle: {kind}\nparameters:\n{rows}---\n# Write\n\n"
            f"```sh {{#write}}\n{script(names, path)}```\n")


def test_each_kind_of_parameter_takes_a_string_whole_or_refuses_it():
    paths, documents, names = {}, {}, {}
    for kind in KINDS:
        names[kind] = [n for n, v in VALUES.items() if may_be(kind, v)]
        paths[kind] = results()
        documents[kind] = document(kind, names[kind], paths[kind])
        documents["one-" + kind] = document(kind, ["v"], WORK / "never")
    folder = runbook_folder(documents)
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        for kind in KINDS:
            takes_all(ana, kind, names[kind])
            arrived(paths[kind], names[kind])
            refuses_the_rest(ana, kind)
    assert not (WORK / "never").exists()


def create(ana, runbook, values):
    return ana.post("/runs", {"runbook": runbook, "environment": "test",
                              "title": "t", "reason": "r", "parameters": values})


def takes_all(ana, kind, names):
    status, run = create(ana, kind, {n: VALUES[n] for n in names})
    assert status == 201, (kind, status, run)
    status, answer = ana.post(f"/runs/{run['id']}/start")
    assert status in (200, 202), answer
    step = ana.press(run["id"], ana.step(run["id"], "write"))
    assert step["state"] == "succeeded", (kind, step["attempts"][-1])


def refuses_the_rest(ana, kind):
    for text in [v for v in NASTY if not may_be(kind, v)] + ["x" * 65537, "a\0b"]:
        status, answer = create(ana, "one-" + kind, {"v": text})
        assert status in (400, 422), (kind, text[:40], status, answer)
        assert status == 400 or "v" in answer["error"]["field"], answer
        assert answer["error"]["message"], answer


# --------------------------------------------------------- kinds of step

def test_scripts():
    names = list(VALUES)
    for target in (ssh.LOCAL, ssh.SSHD.target(), ssh.SSHD.target(client="openssh")):
        for kind in ("sh", "bash"):
            path = results()
            ssh.is_state(ssh.run(script(names, path), [target], kind=kind, values=VALUES),
                         "succeeded", name=target["name"])
            arrived(path, names)
        path = results()
        text = ("import os\n" + f"with open('{path}', 'wb') as f:\n"
                f"    for i in range({len(names)}):\n"
                "        f.write(os.environb[b'CS_V%d' % i] + b'\\0')\n")
        ssh.is_state(ssh.run(text, [target], kind="python", values=VALUES),
                     "succeeded", name=target["name"])
        arrived(path, names)


READER = """import sys
with open('%s', 'wb') as f:
    for i in range(%d):
        print('Line %%d: ' %% i, end='', flush=True)
        f.write(sys.stdin.buffer.readline())
"""


def typeable(text):
    return len(text.encode()) <= 4095 and not re.search("[\x00-\x1f\x7f]", text)


def test_answers():
    """As many in a reply as fit into the line of a terminal."""
    replies = [[]]
    for name, text in VALUES.items():
        if typeable(text):
            if len(" ".join(VALUES[n] for n in replies[-1] + [name]).encode()) > 4095:
                replies.append([])
            replies[-1].append(name)
    answers = "".join(f"/Line {i}: $/ => " + " ".join(f"{{{{{n}}}}}" for n in names) + "\n"
                      for i, names in enumerate(replies))
    for target in (ssh.LOCAL, ssh.SSHD.target()):
        path = results()
        ssh.is_state(ssh.run(READER % (path, len(replies)), [target], kind="python", pty=True,
                             values=VALUES, answers=answers, timeout_ms=60000),
                     "succeeded", name=target["name"])
        assert path.read_bytes().decode().split("\n")[:-1] == [
            " ".join(VALUES[n] for n in names) for names in replies]
    for name in [n for n, text in VALUES.items() if not typeable(text)]:
        path = results()
        ssh.is_state(ssh.run(READER % (path, 1), [ssh.LOCAL], kind="python", pty=True,
                             values=VALUES, timeout_ms=5000, 
                             answers=f"/Line 0: $/ => {{{{{name}}}}}\n"),
                     "failed", "Nothing was started", name="local")
        assert not path.exists()
    no_canary()


def test_interactive_steps():
    """The script has the values, and gets every string that somebody types."""
    names, typed = list(VALUES), b"\0".join(v.encode() for v in VALUES.values()) + b"\0END"
    for target in (ssh.LOCAL, ssh.SSHD.target(), ssh.SSHD.target(client="openssh")):
        path, keys = results(), results()
        step = ssh.Step("import os, tty\ntty.setraw(0)\nprint('ready')\n"
                        f"with open('{path}', 'wb') as f:\n    for i in range({len(names)}):\n"
                        "        f.write(os.environb[b'CS_V%d' % i] + b'\\0')\n"
                        f"got = b''\nwhile not got.endswith(b'\\0END'):\n    got += os.read(0, 65536)\n"
                        f"open('{keys}', 'wb').write(got)\n", [target], kind="python", pty=True,
                        interactive=True, values=VALUES, timeout_ms=120000)
        typist = ssh.Keys(step, target["name"])
        while b"ready" not in step.text(target["name"]):
            time.sleep(0.02)
        typist.type(typed)
        ssh.is_state(step.wait(), "succeeded", name=target["name"])
        arrived(path, names)
        assert keys.read_bytes() == typed
    no_canary()


def test_bodies_of_http():
    body = json.dumps({n: "{{" + n + "}}" for n in VALUES})
    form = "&".join(f"{n}={{{{{n}}}}}" for n in VALUES)
    ssh.is_state(WEB.run(
        f"POST /json\nContent-Type: application/json\n\n{body}\n###\nPOST /form\n"
        f"Content-Type: application/x-www-form-urlencoded\n\n{form}", VALUES),
        "succeeded", name="web")
    one, two = WEB.seen
    assert json.loads(one[2]) == VALUES
    assert urllib.parse.parse_qs(two[2].decode(), keep_blank_values=True,
                                 strict_parsing=True) == {n: [v] for n, v in VALUES.items()}
    no_canary()


def test_addresses_of_http():
    sent = {n: v for n, v in SHORT.items() if v not in (".", "..")}
    ssh.is_state(WEB.run("\n###\n".join(f"GET /p/{{{{{n}}}}}?q={{{{{n}}}}}" for n in sent),
                         sent), "succeeded", name="web")
    for value, seen in zip(sent.values(), WEB.seen, strict=True):
        url = urllib.parse.urlsplit(seen[0])
        assert urllib.parse.unquote(url.path) == "/p/" + value, (value, url)
        assert urllib.parse.parse_qs(url.query)["q"] == [value], (value, url)
    for value in (".", ".."):
        ssh.is_state(WEB.run("GET /a/{{v}}/b", {"v": value}), "failed", name="web")
        assert WEB.seen == []
    no_canary()


def test_headers_of_http():
    def fits(v):
        return v == v.strip(" \t") and not re.search("[\x00-\x08\x0a-\x1f\x7f]", v)
    good = {n: v for n, v in SHORT.items() if fits(v)}
    ssh.is_state(WEB.run("\n###\n".join(f"GET /p\nX-V: {{{{{n}}}}}\nX-After: 1" for n in good),
                         good), "succeeded", name="web")
    for value, seen in zip(good.values(), WEB.seen, strict=True):
        assert seen[1]["X-V"].encode("latin-1").decode() == value, (value, seen[1]["X-V"])
        assert seen[1]["X-After"] == "1" and seen[1]["X-Injected"] is None
    for value in [v for v in SHORT.values() if not fits(v)]:
        ssh.is_state(WEB.run("GET /p\nX-V: {{v}}", {"v": value}), "failed",
                     "Nothing was sent", "line 2", name="web")
        assert WEB.seen == []
    no_canary()


def test_sql_statements():
    for kind, server, encoded in (
            ("mysql", sql.MARIA, "LOWER(HEX({{%s}}))"),
            ("postgresql", sql.PG, "encode(convert_to(CAST({{%s}} AS text), 'UTF8'), 'hex')")):
        text = "\n".join(f"SELECT '<{n}>' AS n, {encoded % n} = '{v.encode().hex()}' AS same;"
                         for n, v in SHORT.items())
        step = sql.good(sql.run(kind, text, server.target(), values=SHORT))
        found = re.findall(r"<(v\d+)> \| (\w+)", step.text)
        assert found == [(n, "1" if kind == "mysql" else "t") for n in SHORT], found
    path = results()
    path.touch()
    text = "CREATE TABLE t (n TEXT, v TEXT);\n" + "\n".join(
        f"INSERT INTO t VALUES ('{n}', {{{{{n}}}}});" for n in VALUES)
    sql.good(sql.run("sqlite", text, {"name": "db", "kind": "sqlite", "file": str(path)},
                     values=VALUES))
    with sql.sqlite3.connect(path) as db:
        assert dict(db.execute("SELECT n, v FROM t")) == VALUES
    no_canary()


def test_edits():
    for target in (ssh.LOCAL, ssh.SSHD.target()):
        path = results()
        path.write_text("")
        text = "\n".join(f"set {n} = {{{{{n}}}}}" for n in LINES)
        ssh.is_state(ssh.run(text, [target], kind="edit", file=str(path), values=LINES,
                             text_line=1), "succeeded", name=target["name"])
        lines = path.read_bytes().decode().split("\n")
        assert lines[:-1] == [f"{n}={v}" for n, v in LINES.items()]
        for name in [n for n in VALUES if n not in LINES]:
            ssh.is_state(ssh.run(f"ensure {{{{{name}}}}}", [target], kind="edit",
                                 file=str(path), values=VALUES, text_line=1),
                         "failed", name=target["name"])
        assert path.read_bytes().decode().split("\n") == lines
    no_canary()


def test_copies():
    def fits(v):
        return len(v.encode()) <= 255 and "/" not in v and v not in (".", "..")
    good = {n: v for n, v in LINES.items() if fits(v)}
    source, folder = results(), results()
    source.write_text("what is copied\n")
    folder.mkdir()
    for to, names in (("", list(good)), ("a:", list(good)[::10])):
        step = copy.copy("\n".join(f"{source} -> {to}{folder}/{{{{{n}}}}}" for n in names),
                         values=good).wait()
        ssh.is_state(step, "succeeded", name="local")
    assert sorted(p.name for p in folder.iterdir()) == sorted(good.values())
    step = copy.copy(f"a:{folder}/ -> {results()}/").wait()
    ssh.is_state(step, "succeeded", name="local")
    for value in [v for v in VALUES.values() if not fits(v) and len(v) < 100]:
        step = copy.copy(f"{source} -> {folder}/{{{{v}}}}", values={"v": value}).wait()
        ssh.is_state(step, "failed", name="local")
    assert len(list(folder.iterdir())) == len(good)
    no_canary()


if __name__ == "__main__":
    ssh.prepare()
    sql.CERT, sql.KEY = sql.make_certificate("server")
    copy.A = copy.B = ssh.Sshd("files", extra="Subsystem sftp internal-sftp")
    sql.MARIA, sql.PG, WEB = sql.MariaDB(), sql.PostgreSQL(), Server()
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        for server in (sql.MARIA, sql.PG, copy.A, ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA,
                       ssh.ETM, ssh.BARE):
            server.stop()
        for folder in (sql.WORK, ssh.WORK):
            shutil.rmtree(folder, ignore_errors=True)
