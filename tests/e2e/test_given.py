#!/usr/bin/env python3
"""
The things that a script is given: the addresses and secrets of targets (with=), artifacts
(uses=), programs (needs=) and the PATH of the console's machine, through the whole
console, with real servers: sshd, MariaDB, PostgreSQL, S3.  Arguments choose tests by name.
"""
import base64, contextlib, hashlib, http.server, json, os, pathlib, re, secrets, shutil, subprocess
import threading, time

import leaks
import test_look as looks
import test_sql as sql
import test_step_ssh as ssh
from console import BUILD, TOP, Console, main, runbook_folder
from http_step import artifact

WORK = pathlib.Path(ssh.WORK)
TOKEN = "tok-2718281828"
S3_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfi"
ASK = """mariadb -u "$CS_DB_USER" -N -e "SELECT CONCAT('it is ', USER())" "$CS_DB_DATABASE"
psql -At -c "SELECT 'it is ' || current_user"
"""
# Looks for a secret in command lines and in the files of the script's folder.
SEARCH = """import glob, os
secret = os.environ["CS_DB_PASSWORD"].encode()
for path in glob.glob("/proc/[0-9]*/cmdline") + [
        os.path.join(top, name) for top, _, names in os.walk(
            os.path.expanduser("~/.countersign")) for name in names]:
    try:
        with open(path, "rb") as file:
            if secret in file.read():
                print("FOUND in", path)
    except OSError:
        pass
print("searched;", os.environ["CS_SHOP_URL"], os.environ["CS_SHOP_TOKEN"])
"""
DOCUMENT = """---
title: Given
---
# Here

```bash {#here with="db billing"}
%s```

```python {#look with="db shop"}
%s```

```sh {#bucket with=bucket}
echo "$AWS_ENDPOINT_URL $CS_BUCKET_URL"
aws --endpoint-url "$AWS_ENDPOINT_URL" s3 mb s3://kept
echo hello | aws --endpoint-url "$AWS_ENDPOINT_URL" s3 cp - s3://kept/note
aws --endpoint-url "$AWS_ENDPOINT_URL" s3 ls s3://kept
```

# There

```bash {#there on=flow with="db=inside"}
```

```bash {#gate on=flow with="inside pg-inside" title="Over SSH"}
mariadb -u "$CS_INSIDE_USER" -N -e "SELECT CONCAT('it is ', USER())" "$CS_INSIDE_DATABASE"
psql -At -c "SELECT 'it is ' || current_user"
```

```python {#search on=flow with="shop inside"}
%s```
""" % (ASK, SEARCH, SEARCH.replace("CS_DB_", "CS_INSIDE_"))
DOCUMENT = DOCUMENT.replace('```bash {#there on=flow with="db=inside"}\n```\n\n', "")


def flow():
    t = ssh.SSHD.target()
    return ("{ssh: {host: %(host)s, port: %(port)s, user: %(user)s, key: %(key)s, "
            "host_key: '%(host_key)s'}}" % t)


def targets(more="", local=""):
    db, pg = sql.MARIA.target(), sql.PG.target()
    mysql = f"host: 127.0.0.1, port: {db['port']}, user: op, password: app, database: app"
    postgresql = (f"host: 127.0.0.1, port: {pg['port']}, user: {pg['user']}, password: app, "
                  f"database: {pg['database']}")
    return f"""environments:
  test:
    label: Test
{local}    targets:
      flow: {flow()}
      db: {{mysql: {{{mysql}}}}}
      inside: {{mysql: {{{mysql}, over: flow}}}}
      billing: {{postgresql: {{{postgresql}}}}}
      pg-inside: {{postgresql: {{{postgresql}, over: flow}}}}
      shop: {{http: {{url: "http://192.0.2.1/api", token: shop-token}}}}
      bucket: {{http: {{url: "{S3}/kept", aws: {{region: eu-test-1, service: s3, access_key: "acct:ana", secret_key: s3-key}}}}}}
{more}    groups:
      all: [db, inside]
"""


def set_secrets(console):
    console.cli("secret", "set", "app", stdin=sql.PASSWORD)
    console.cli("secret", "set", "shop-token", stdin=TOKEN)
    console.cli("secret", "set", "s3-key", stdin=S3_SECRET)


def create(ana, book, expect=201):
    status, run = ana.post("/runs", {"runbook": book, "environment": "test", "parameters": {}})
    assert status == expect, (status, run)
    return run["id"] if expect == 201 else run["error"]


def test_a_script_uses_targets_here_and_over_ssh():
    """With the usual client's variables, and no secret in sight."""
    books = runbook_folder({"given": DOCUMENT}, targets())
    with Console(runbooks=books) as console:
        set_secrets(console)
        ana, run = console.user("ana", "operator,approver"), None
        run = create(ana, "given")
        assert ana.post(f"/runs/{run}/start")[0] == 200
        end = ana.drive(run)
        states = {s["id"]: s["state"] for s in end["steps"]}
        assert set(states.values()) == {"succeeded"}, (states, [
            ana.output(run, s["id"], s["on"]) for s in end["steps"] if s["state"] == "failed"])
        for step, target in (("here", "local"), ("gate", "flow")):
            text = ana.output(run, step, target)
            assert "it is op@" in text and f"it is {sql.PG.target()['user']}" in text, text
        for step, target in (("look", "local"), ("search", "flow")):
            text = ana.output(run, step, target)
            assert "searched; http://192.0.2.1/api" in text and "FOUND" not in text, text
            assert TOKEN not in text and "•" * 6 in text, text
        text = ana.output(run, "bucket", "local")
        assert f"{S3} {S3}/kept" in text and "note" in text, text
        everything = json.dumps(ana.get(f"/runs/{run}")[1]) + json.dumps(
            ana.get(f"/runs/{run}/report.json")[1])
        assert not leaks.found(everything, leaks.needles(sql.PASSWORD, TOKEN, S3_SECRET))
        report = {s["id"]: s for s in ana.get(f"/runs/{run}/report.json")[1]["steps"]}
        assert report["here"]["with"] == ["db", "billing"], report["here"]
        assert "with" not in report["bucket"] or report["bucket"]["with"] == ["bucket"]


def test_they_are_held_tried_and_shown():
    books = runbook_folder({"given": DOCUMENT, "other": """# Other

```mysql {#other on=db}
SELECT 1
```
"""}, targets())
    with Console(runbooks=books) as console:
        set_secrets(console)
        ana = console.user("ana", "operator,approver")
        run = create(ana, "given")
        found = looks.by_name(looks.look(ana, run, "/preflight"))
        assert set(found) == {"local", "db", "billing", "shop", "bucket", "flow", "inside",
                              "pg-inside"}, set(found)
        assert found["db"]["state"] == "succeeded" and found["inside"]["state"] == "succeeded"
        preview = ana.get(f"/runs/{run}/preview/here")[1]
        values = {v["name"]: v for v in preview["values"]}
        assert values["CS_DB_USER"]["value"] == "op" and values["CS_DB_USER"]["target"] == "db"
        assert values["PGPASSWORD"]["is_secret"] and values["PGPASSWORD"]["value"] is None
        assert "db, billing" in preview["limits_text"], preview["limits_text"]
        html = ana.ask("GET", f"/runs/{run}/preview/here", accept="text/html")[1]
        assert "MYSQL_PWD" in html and not leaks.found(html, leaks.needles(sql.PASSWORD))
        assert ana.post(f"/runs/{run}/start")[0] == 200
        other = create(ana, "other")
        status, answer = ana.post(f"/runs/{other}/start")
        assert status == 409 and "db" in answer["error"]["message"], answer


def test_what_gives_nothing_is_refused_with_its_line():
    def book(attributes):
        return f"# One\n\n```sh {{#one {attributes}}}\ntrue\n```\n"
    books = {"none": book("with=nowhere"), "group": book("with=all"), "local": book("with=local"),
             "beside": book("on=flow with=db"), "far": book("with=inside")}
    folder = runbook_folder(books, targets())
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        for name, word in (("none", "nowhere"), ("group", "group"), ("local", "machine"),
                           ("beside", "local"), ("far", "flow")):
            error = create(ana, name, 422)
            assert error["message"].startswith("Line 3") and word in error["message"], error
            said = subprocess.run([BUILD / "countersign", "check", folder / (name + ".md")],
                                  text=True, capture_output=True).stdout
            assert "Line 3" in said, said


def test_programs_are_looked_for_with_the_path_of_the_step():
    bin = WORK / "own-bin"
    bin.mkdir(exist_ok=True)
    bin.chmod(0o755)
    ours = bin / "our-tool"
    ours.write_text(f"#!/bin/sh\necho ours\ntouch {WORK}/was-executed\n")
    ours.chmod(0o755)
    text = """# Programs

```sh {#here needs="our-tool no-such-tool"}
our-tool && echo "PATH is $PATH"
```

```sh {#there on=flow needs="ls our-tool"}
true
```

```sh {#never on=flow needs="left-out" when="environment == 'production'"}
true
```
"""
    path = f"{bin}:/usr/bin:/bin"
    books = runbook_folder({"programs": text}, targets(
        local=f"    local: {{path: \"{path}\"}}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = create(ana, "programs")
        found = looks.by_name(looks.look(ana, run, "/preflight"))
        programs = {n: {(c["state"], c["text"]) for c in t["checks"] if c["check"] == "program"}
                    for n, t in found.items()}
        assert ("ok", f"our-tool {ours}") in programs["local"], programs
        assert any(s == "failed" and "no-such-tool" in t for s, t in programs["local"])
        assert {s for s, _ in programs["flow"]} == {"ok", "failed"}, programs
        assert "left-out" not in json.dumps(found)
        assert not (WORK / "was-executed").exists(), "the preflight executed a program"
        assert ana.post(f"/runs/{run}/start")[0] == 200
        ana.drive(run)
        text = ana.output(run, "here", "local")
        assert "ours" in text and f"PATH is {path}" in text, text


# ---------------------------------------------------------------- artifacts

BYTES = bytes(range(256)) * 5000 + b"no line end"
STAT = """stat -c '%a %n' "$CS_ARTIFACTS" "$CS_ARTIFACTS"/* | sed "s,$CS_ARTIFACTS,HERE,"
sha256sum <"$CS_ARTIFACTS/clients.json"; cat "$CS_ARTIFACTS/empty"
"""


def artifacts(target, **files):
    """Artifacts of an earlier execution, as the runner names them to an executor."""
    folder = WORK / secrets.token_hex(16)
    folder.mkdir()
    for name, data in files.items():
        (folder / f"{name}{target}.save").write_bytes(data)
    return {name.replace("_", "."): {target: artifact(f"{folder.name}/{name}{target}.save", data)}
            for name, data in files.items()}


def here():
    """The folders of scripts without namespaces, also those of other consoles."""
    return set(pathlib.Path("/tmp").glob("countersign.*/local.artifacts"))


def reads(step, name):
    ssh.is_state(step, "succeeded", name=name)
    lines = step.text(name).decode().split("\n")
    assert lines[0].split()[0] == "700" and lines[1:3] == [
        "600 HERE/clients.json", "600 HERE/empty"], lines
    assert lines[3].split()[0] == hashlib.sha256(BYTES).hexdigest(), lines


def test_artifacts_are_private_files_byte_for_byte():
    """Here without namespaces and with them, over SSH, and where sh is busybox's."""
    given, before = {"clients_json": BYTES, "empty": b""}, here()
    for target in (ssh.LOCAL, ssh.SSHD.target(), ssh.SSHD.target(client="openssh")):
        reads(ssh.run(STAT, [target], artifacts=artifacts(target["name"], **given)),
              target["name"])
    ssh.leaves_nothing()
    tools = WORK / "small"
    tools.mkdir()
    for tool in ("sh", "cat", "mkdir", "setsid", "id", "rm", "tail", "head", "wc", "sleep", "ls",
                 "ps", "grep", "base64", "stat", "sed", "sha256sum"):
        (tools / tool).symlink_to(shutil.which("busybox"))
    server = ssh.Sshd("small-host", env=f"PATH={tools}")
    try:
        reads(ssh.run(STAT, [server.target()], artifacts=artifacts("flow", **given)), "flow")
        (tools / "base64").unlink()
        ssh.is_state(ssh.run("echo ran", [server.target()], artifacts=artifacts("flow", **given)),
                     "failed", "base64", exit=None)
        ssh.leaves_nothing()
    finally:
        server.stop()
    assert here() <= before


def test_more_than_a_script_is_given_executes_nothing():
    half = b"x" * (9 << 20)
    for target in (ssh.LOCAL, ssh.SSHD.target()):
        step = ssh.run("echo ran", [target], artifacts=artifacts(target["name"], a=half, b=half))
        ssh.is_state(step, "failed", "16 MB", name=target["name"], exit=None)
        assert b"ran" not in step.text(target["name"])
    gone = {"one": artifact("0" * 32 + "/one.save", b"")}
    for missing, words in ({}, "“a” (uses=)"), (gone, "changed on the disk"):
        ssh.is_state(ssh.run("echo ran", [ssh.SSHD.target()], artifacts={"a": missing}), "failed",
                     words, exit=None)


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def begun(step, target):
    """The script has read its artifact, and runs."""
    step.until(target=target, state="running")
    until(lambda: b"some text" in step.text(target))


def test_a_script_that_is_stopped_or_lost_leaves_no_artifact():
    home, before = pathlib.Path(ssh.HOME, ".countersign"), here()
    text = 'echo begun; cat "$CS_ARTIFACTS/a"; while [ ! -e "%s" ]; do sleep 0.1; done' % (WORK / "go")
    for target in (ssh.LOCAL, ssh.SSHD.target()):
        step = ssh.Step(text, [target], artifacts=artifacts(target["name"], a=b"some text\n"))
        begun(step, target["name"])
        step.stop().wait(30)
        ssh.is_state(step, "failed", "cancelled", name=target["name"], exit=None)
    assert here() <= before
    ssh.leaves_nothing()
    step = ssh.Step(text, [ssh.SSHD.target()], artifacts=artifacts("flow", a=b"some text\n"))
    begun(step, "flow")
    (folder,) = home.glob("*.artifacts")
    state = folder.with_suffix("")
    step.process.kill()
    step.process.wait()
    ssh.SSHD.cut()
    assert folder.is_dir()
    (WORK / "go").touch()
    until(lambda: re.search(r"\n[0-9a-f]{32} 0\n\Z", state.read_text()))     # it has ended
    assert not folder.exists()
    ssh.forget(str(state))


USES = """# Save

```sh {#dump save=clients.json}
printf 'a\\0b\\r\\n\\377'
```

```sh {#often on=both save=often.txt}
echo "of $CS_TARGET"
```

```sh {#maybe save=maybe.txt}
echo maybe
```

# Use

```sh {#here uses="clients.json often.txt" on=both}
stat -c %a "$CS_ARTIFACTS"
cat "$CS_ARTIFACTS/often.txt"; sha256sum "$CS_ARTIFACTS/clients.json"
```

```python {#one uses=clients.json}
import os, stat
folder = os.environ["CS_ARTIFACTS"]
print(os.listdir(folder), oct(os.stat(folder).st_mode & 0o777))
print(open(folder + "/clients.json", "rb").read())
```

```sh {#none uses=maybe.txt}
echo "this ran"
```

# For {{item}} {each="item in a, b"}

```sh {#keep save=item.txt}
echo "item $item"
```

```sh {#read uses=item.txt on=flow}
cat "$CS_ARTIFACTS"/*
```
"""


@contextlib.contextmanager
def two_hosts(book, text):
    """A console with that runbook for the targets flow and flow-2, and an operator."""
    two = f"      flow-2: {flow()}\n"
    books = runbook_folder({book: text}, targets(two).replace(
        "      all: [", "      both: [flow, flow-2]\n      all: ["))
    with Console(runbooks=books) as console:
        set_secrets(console)
        yield console, console.user("ana", "operator,approver")


def test_steps_read_what_earlier_steps_saved():
    with two_hosts("uses", USES) as (_, ana):
        run = create(ana, "uses")
        found = looks.by_name(looks.look(ana, run, "/preflight"))
        assert [c["text"] for c in found["flow"]["checks"] if c["check"] == "program"] == [
            "base64 " + shutil.which("base64")], found["flow"]
        assert ana.post(f"/runs/{run}/start")[0] == 200
        html = ana.ask("GET", f"/runs/{run}/preview/here", accept="text/html")[1]
        assert "clients.json" in html and "not kept yet" in html
        for step in ("dump", "often"):
            assert ana.press(run, ana.step(run, step))["state"] == "succeeded"
        preview = ana.get(f"/runs/{run}/preview/here")[1]
        assert {a["name"]: set(a["there"].split(", ")) for a in preview["artifacts"]} == {
            "clients.json": {"6 B (local)"}, "often.txt": {"8 B (flow)", "10 B (flow-2)"}
        }, preview["artifacts"]
        assert "clients.json, often.txt" in preview["limits_text"]
        assert ana.post(f"/runs/{run}/steps/maybe/skip", {"reason": "not today"})[0] == 200
        for step in ("here", "one", "none"):
            ana.press(run, ana.step(run, step))
        digest = hashlib.sha256(b"a\0b\r\n\xff").hexdigest()
        for target in ("flow", "flow-2"):
            lines = ana.output(run, "here", target).split("\n")
            assert lines[:2] == ["700", f"of {target}"] and lines[2].startswith(digest), lines
        assert ana.output(run, "one", "local").split("\n")[:2] == [
            "['clients.json'] 0o700", "b'a\\x00b\\r\\n\\xff'"], ana.output(run, "one", "local")
        none = ana.step(run, "none")
        assert none["state"] == "failed" and "save=maybe.txt" in none["attempts"][-1]["message"], none
        assert ana.post(f"/runs/{run}/steps/none/skip", {"reason": "as expected"})[0] == 200
        ana.drive(run)
        for item in "ab":
            assert ana.output(run, f"read.{item}", "flow") == f"item {item}\n"
        steps = {s["id"]: s for s in ana.get(f"/runs/{run}/report.json")[1]["steps"]}
        assert steps["here"]["uses"] == ["clients.json", "often.txt"], steps["here"]
        assert steps["read.b"]["uses"] != steps["read.a"]["uses"]


SEALED = """# Keep

```sh {#item secret on=both save=item.txt}
echo "item-of-$CS_TARGET-3c3c"
```

```bash {#key secret save=key.bin}
printf 'line-one-%s\\nline-two-%s\\0\\377' 5e5e 6f6f
```

# Read

```sh {#own on=both uses="item.txt key.bin" expect="^item-of-"}
cat "$CS_ARTIFACTS/item.txt"; base64 "$CS_ARTIFACTS/item.txt"
sha256sum <"$CS_ARTIFACTS/key.bin"; stat -c '%a' "$CS_ARTIFACTS/key.bin"; cat "$CS_ARTIFACTS/key.bin"
```

```sh {#pty on=flow pty uses=key.bin}
cat "$CS_ARTIFACTS/key.bin"; echo; echo over
```
"""


def test_sealed_artifacts_are_files_of_the_script_alone():
    """Over SSH; tests/e2e/test_sealed.py has the scripts of this machine."""
    with two_hosts("sealed", SEALED) as (console, ana):
        run = create(ana, "sealed")
        assert ana.post(f"/runs/{run}/start")[0] == 200
        ana.drive(run)
        assert {s["state"] for s in ana.run(run)["steps"]} == {"succeeded"}, ana.run(run)["steps"]
        digest = hashlib.sha256(b"line-one-5e5e\nline-two-6f6f\0\xff").hexdigest()
        for target in ("flow", "flow-2"):
            lines = ana.output(run, "own", target).split("\n")
            assert lines[0] == "••••••", lines
            assert lines[1].startswith(digest) and lines[2] == "600", lines
        words = [b"item-of-flow", b"line-one-5e5e", b"line-two-6f6f"]
        words += [base64.b64encode(f"item-of-{t}-3c3c\n".encode()) for t in ("flow", "flow-2")]
        for path in pathlib.Path(console.data).rglob("*"):
            for word in words:
                assert not path.is_file() or word not in path.read_bytes(), (path, word)
        ssh.leaves_nothing()


# ---------------------------------------------------------------- values in braces

class Shop(http.server.BaseHTTPRequestHandler):
    """Keeps what it gets, and answers with it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["X-User"], body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


BRACES = """# Braces

```http {#install on=store with="db shop"}
POST /{{cs_shop_token}}?port={{cs_db_port}}
Content-Type: application/json
X-User: {{cs_db_user}}

{"database": "{{cs_db_database}}", "password": "{{cs_db_password}}"}
```

```edit {#write with=db file=%s}
set password = {{cs_db_password}}
```

```sqlite {#row on=own with=db}
SELECT {{cs_db_user}} || '/' || length({{cs_db_password}});
```

```http {#lacks on=store with=db}
POST /never
Content-Type: text/plain

{{cs_db_socket}}
```
"""


def test_other_steps_have_the_values_in_braces():
    """Encoded for their place, and no secret in sight."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.got = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (WORK / "braces").mkdir()
    (WORK / "braces").chmod(0o777)
    conf = WORK / "braces" / "app.conf"
    conf.write_text("user = op\npassword = old\n")
    conf.chmod(0o666)
    WORK.chmod(0o755)
    books = runbook_folder({"braces": BRACES % conf}, targets(
        f"      store: {{http: {{url: \"http://127.0.0.1:{server.server_address[1]}\"}}}}\n"
        f"      own: {{sqlite: {{file: own.db}}}}\n"))
    (books / "own.db").touch()
    (books / "own.db").chmod(0o666)
    books.chmod(0o777)
    with Console(runbooks=books) as console:
        set_secrets(console)
        password = 'a "quoted\\ secret'
        console.cli("secret", "set", "app", stdin=password)
        ana = console.user("ana", "operator,approver")
        run = create(ana, "braces")
        preview = ana.get(f"/runs/{run}/preview/install")[1]
        values = {v["name"]: v for v in preview["values"]}
        assert set(values) == {"cs_shop_token", "cs_db_port", "cs_db_user", "cs_db_database",
                               "cs_db_password"}, values
        assert values["cs_db_user"]["value"] == "op" and values["cs_db_user"]["target"] == "db"
        assert values["cs_db_password"]["is_secret"] and values["cs_db_password"]["value"] is None
        shown = preview["filled_text"]
        assert '"database": "app"' in shown and "X-User: op" in shown, shown
        assert '"password": "••••"' in shown and "/••••?port=" in shown, shown
        edit = ana.get(f"/runs/{run}/preview/write")[1]
        assert "set password = ••••" in edit["filled_text"], edit["filled_text"]
        lacks = ana.get(f"/runs/{run}/preview/lacks")[1]
        assert "cs_db_socket" in lacks["filled_text"]
        assert ana.post(f"/runs/{run}/start")[0] == 200
        ana.drive(run)
        (path, user, body), = server.got
        assert path == f"/{TOKEN}?port={sql.MARIA.target()['port']}" and user == "op", server.got
        assert json.loads(body) == {"database": "app", "password": password}, body
        wrote = ana.step(run, "write")["attempts"][-1]
        assert f"password = {password}" in conf.read_text(), wrote
        assert f"op/{len(password)}" in ana.output(run, "row", "own")
        steps = {s["id"]: s for s in ana.run(run)["steps"]}
        assert [steps[s]["state"] for s in ("install", "write", "row", "lacks")] == [
            "succeeded", "succeeded", "succeeded", "failed"], steps
        for step, target in (("install", "store"), ("write", "local"), ("row", "own")):
            text = ana.output(run, step, target)
            assert "secret" not in text and TOKEN not in text, text
        assert "cs_db_socket" in steps["lacks"]["attempts"][-1]["message"], steps["lacks"]
        everything = json.dumps(ana.get(f"/runs/{run}")[1]) + json.dumps(
            ana.get(f"/runs/{run}/report.json")[1])
        assert "quoted" not in everything and TOKEN not in everything
        report = {s["id"]: s for s in ana.get(f"/runs/{run}/report.json")[1]["steps"]}
        assert report["install"]["with"] == ["db", "shop"]
    server.shutdown()


if __name__ == "__main__":
    ssh.prepare()
    (sql.CERT, sql.KEY), (sql.OTHER_CERT, _) = (
        sql.make_certificate("server"), sql.make_certificate("other"))
    sql.MARIA, sql.PG = sql.MariaDB(), sql.PostgreSQL()
    s3 = subprocess.Popen(["/usr/bin/python3", TOP / "tests/e2e/s3_server.py", WORK / "swift"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, S3_SECRET=S3_SECRET))
    S3 = f"http://127.0.0.1:{s3.stdout.readline().strip()}"
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        s3.stdin.close()
        s3.wait(10)
        for server in (sql.MARIA, sql.PG, ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA, ssh.ETM,
                       ssh.BARE):
            server.stop()
        for folder in (sql.WORK, ssh.WORK):
            shutil.rmtree(folder, ignore_errors=True)
