#!/usr/bin/env python3
"""
Looks, through the whole console: the difference of an edit before the press,
what it is held against, and the preflight of a run, with real servers: sshd,
MariaDB, an HTTP server with TLS; none of them is changed by being looked at.
"""
import http.server, json, os, pathlib, shutil, ssl, threading, time

import leaks
import test_sql as sql
import test_step_ssh as ssh
from console import Console, main, runbook_folder

WORK = pathlib.Path(ssh.WORK)
FILE = WORK / "app.conf"
CLOSED = ssh.free_port()

DOCUMENT = f"""---
title: Edit it
parameters:
  version: {{default: 2.1.0}}
  word: {{type: secret}}
---
# Change

```edit {{#edit on=hosts file={FILE}}}
replace 2.0.9 -> {{{{version}}}}
ensure word={{{{word}}}}
```
"""

EVERYTHING = """---
title: Everything
parameters:
  big: {type: bool, default: false}
---
# All

```bash {#a on=flow}
true
```

```python {#b on=flow}
pass
```

```sh {#c on=closed when="big == 'true'"}
true
```

```sh {#wrong on=wrong}
true
```

```mysql {#d on=db}
DELETE FROM people
```

```http {#e on=web}
POST /never
```

```sh {#here}
true
```

# Back {.rollback}

```sh {#f on=wide undo=a}
true
```
"""


def targets(text):
    s, o = ssh.SSHD.target(), ssh.OTHER.target()
    def row(t, key=None, **more):
        fields = {"host": t["host"], "port": t["port"], "user": t["user"], "key": t["key"],
                  "host_key": f'"{key or t["host_key"]}"', **more}
        return "{ssh: {" + ", ".join(f"{k}: {v}" for k, v in fields.items()) + "}}"
    return text.format(flow=row(s), wide=row(o, client="openssh"),
                       wrong=row(s, key=o["host_key"]), closed=row({**s, "port": CLOSED}))


def start(console, ana, book, parameters):
    status, run = ana.post("/runs", {"runbook": book, "environment": "test",
                                     "parameters": parameters})
    assert status == 201, run
    return run["id"]


def look(ana, number, path, seconds=60):
    """Asks for a look and waits for its end: the answer of its page."""
    status, answer = ana.post(f"/runs/{number}{path}")
    assert status == 202, answer
    page = f"/runs/{number}/preflight" if path == "/preflight" else \
        f"/runs/{number}/preview/" + path.split("/")[2]
    key = "preflight" if path == "/preflight" else "look"
    end = time.monotonic() + seconds
    while True:
        found = ana.get(page)[1][key]
        if found and not found["is_running"]:
            return found
        assert time.monotonic() < end, found
        time.sleep(0.1)


def by_name(found):
    return {t["name"]: t for t in found["targets"]}


def test_the_difference_is_shown_before_the_press():
    FILE.write_text("version=2.0.9\nport=80\n")
    books = runbook_folder({"edit": DOCUMENT}, targets(
        "environments:\n  test:\n    label: Test\n    targets:\n      flow: {flow}\n"
        "      wide: {wide}\n    groups: {{hosts: [flow]}}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = start(console, ana, "edit", {"word": "hunter2-hunter2"})
        found = look(ana, run, "/steps/edit/look")      # before the run is started, too
        ana.post(f"/runs/{run}/start")
        diff = by_name(found)["flow"]["shown"]
        assert "-version=2.0.9" in diff and "+version=2.1.0" in diff and "+word=••••••" in diff, diff
        assert FILE.read_text() == "version=2.0.9\nport=80\n", "a look changed the file"
        assert ana.step(run, "edit")["state"] == "ready" and found["by"] == "ana"
        html = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "+version=2.1.0" in html and "hunter2" not in html, html[html.find("hunter2") - 300:][:400]

        FILE.write_text("version=2.0.9\nport=81\n")
        step = ana.press(run, ana.step(run, "edit"))
        assert step["state"] == "failed", step
        message = step["attempts"][-1]["message"]
        assert "changed since its difference was shown" in message, message
        assert FILE.read_text() == "version=2.0.9\nport=81\n"
        # what was shown counts until somebody looks again: neither a retry
        # nor another value that has nothing to do with the file undoes that
        ana.post(f"/runs/{run}/parameters", {"parameters": {"word": "hunter3-hunter3"}})
        ana.post(f"/runs/{run}/parameters", {"parameters": {"word": "hunter2-hunter2"}})
        assert ana.post(f"/runs/{run}/steps/edit/retry")[0] == 202
        step = ana.wait_step(run, "edit")
        assert step["state"] == "failed" and "was shown" in step["attempts"][-1]["message"], step
        assert FILE.read_text() == "version=2.0.9\nport=81\n"

        look(ana, run, "/steps/edit/look")
        status, answer = ana.post(f"/runs/{run}/steps/edit/retry")
        assert status == 202, answer
        step = ana.wait_step(run, "edit")
        assert step["state"] == "succeeded", step["attempts"][-1]
        assert FILE.read_text() == "version=2.1.0\nport=81\nword=hunter2-hunter2\n"
        assert ana.post(f"/runs/{run}/steps/edit/look")[0] == 409
        bo = console.user("bo", "viewer")
        assert bo.post(f"/runs/{run}/steps/edit/look")[0] == 403
        assert bo.post(f"/runs/{run}/preflight")[0] == 403


def test_an_edit_is_undone_from_its_backup():
    FILE.write_text("version=2.0.9\nport=80\n")
    FILE.chmod(0o640)
    before = FILE.read_bytes()
    other = WORK / "other.conf"
    other.write_text("a\n")
    books = runbook_folder({"edit": DOCUMENT + f"""
```edit {{#second file={other}}}
ensure b
```
"""}, targets("environments:\n  test:\n    label: Test\n    targets:\n      flow: {flow}\n"
              "    groups: {{hosts: [flow]}}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = start(console, ana, "edit", {"word": "hunter2-hunter2"})
        ana.post(f"/runs/{run}/start")
        for step in ("edit", "second"):
            assert ana.press(run, ana.step(run, step))["state"] == "succeeded"
        assert FILE.read_bytes() != before and other.read_text() == "a\nb\n"
        other.write_text("a\nb\nsomebody's later work\n")
        status, answer = ana.post(f"/runs/{run}/rollback", {"reason": "back"})
        assert status == 200, answer
        order = [s["id"] for s in ana.run(run)["steps"] if s["part"] == "rollback"]
        assert sorted(order) == ["undo-edit", "undo-second"], order
        assert ana.run(run)["current"] == "undo-second", "the last edit goes first"
        step = ana.press(run, ana.step(run, "undo-second"))
        assert step["state"] == "failed" and "was changed after this run" in \
            step["attempts"][-1]["message"], step["attempts"]
        assert other.read_text() == "a\nb\nsomebody's later work\n"
        ana.post(f"/runs/{run}/steps/undo-second/skip", {"reason": "the later work stays"})
        diff = by_name(look(ana, run, "/steps/undo-edit/look"))["flow"]["shown"]
        assert "+version=2.0.9" in diff and "-word=••••••" in diff, diff
        assert FILE.read_bytes() != before
        step = ana.press(run, ana.step(run, "undo-edit"))
        assert step["state"] == "succeeded", step["attempts"][-1]
        assert FILE.read_bytes() == before and FILE.stat().st_mode & 0o777 == 0o640
        html = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert f"Put {FILE} back" in html


def test_only_what_an_edit_changed_is_offered_to_be_put_back():
    one = WORK / "one.conf"
    one.write_text("a\n")
    lines = {"changed": "ensure b", "same": "ensure a", "failed": "replace x -> y",
             "skipped": "ensure c"}
    document = "---\ntitle: Edits\n---\n" + "".join(
        f"```edit {{#{name} on=hosts serial file={one}}}\n{text}\n```\n"
        for name, text in lines.items())
    books = runbook_folder({"edits": document}, targets(
        "environments:\n  test:\n    label: Test\n    targets:\n      flow: {flow}\n"
        "      again: {flow}\n    groups: {{hosts: [flow, again]}}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = start(console, ana, "edits", {})
        ana.post(f"/runs/{run}/start")
        for name, state in (("changed", "succeeded"), ("same", "succeeded"), ("failed", "failed")):
            assert ana.press(run, ana.step(run, name))["state"] == state
        for name in ("failed", "skipped"):
            ana.post(f"/runs/{run}/steps/{name}/skip", {"reason": "not today"})
        assert ana.post(f"/runs/{run}/rollback", {"reason": "back"})[0] == 200
        found = {s["id"]: s["state"] for s in ana.run(run)["steps"] if s["part"] == "rollback"}
        assert found == {"undo-changed": "ready", "undo-same": "skipped",
                         "undo-failed": "skipped", "undo-skipped": "skipped"}, found
        # the second target of the group found the file as it should be
        step = ana.step(run, "undo-changed")
        assert step["targets"] == ["flow"], step
        assert "Run on flow" in ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        look(ana, run, "/steps/undo-changed/look")
        step = ana.press(run, step)
        assert step["state"] == "succeeded", step
        assert [t["name"] for t in step["attempts"][0]["targets"]] == ["flow"], step
        assert one.read_text() == "a\n"


class Web(http.server.BaseHTTPRequestHandler):
    seen = []

    def handle_one_request(self):
        self.raw_requestline = self.rfile.readline(65537)
        if self.raw_requestline:
            Web.seen.append(self.raw_requestline)
        self.close_connection = True


def web_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.handle_error = lambda *_: None       # who only looks hangs up
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sql.CERT, sql.KEY)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"https://127.0.0.1:{server.server_address[1]}"


REQUESTS = """---
title: Send
parameters:
  name: {default: "a/b \\"c\\""}
  key: {type: secret}
---
# Send

```http {#send on=web timeout=9s}
PUT /v1/{{name}}?k={{key}}
X-Key: {{key}}

{"name": "{{name}}", "key": "{{key}}"}
```
"""


def test_what_a_press_sends_is_shown_and_not_sent():
    url = web_server()
    books = runbook_folder({"send": REQUESTS}, targets(
        "environments:\n  test:\n    label: Test\n    targets:\n"
        f"      web: {{{{http: {{{{url: '{url}/base', ca: {sql.CERT}}}}}}}}}\n"))
    Web.seen.clear()
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = start(console, ana, "send", {"key": "geheim & geheim"})
        ana.post(f"/runs/{run}/start")
        found = look(ana, run, "/steps/send/look")
        text = by_name(found)["web"]["shown"]
        assert f'PUT {url}/base/v1/a%2Fb%20%22c%22?k=••••••' in text, text
        assert '"name": "a/b \\"c\\""' in text and "X-Key: ••••••" in text, text
        preview = ana.get(f"/runs/{run}/preview/send")[1]
        assert preview["targets"][0]["how"] == f"at {url}/base" and "9" in preview["limits_text"]
        assert "geheim" not in json.dumps(preview) and Web.seen == []
        shown = preview["filled_text"]
        assert shown.splitlines() == [
            f"PUT {url}/base/v1/a%2Fb%20%22c%22?k=••••", "X-Key: ••••", "",
            '{"name": "a/b \\"c\\"", "key": "••••"}'], shown
        run = start(console, ana, "send", {"key": "x", "name": ".."})
        refused = ana.get(f"/runs/{run}/preview/send")[1]
        assert '"." or ".."' in refused["refused"], refused
        assert refused["filled_text"].startswith("PUT /v1/..?k="), refused


LITERALS = """---
title: Literals
parameters:
  value: {required: false}
  n: {type: number, default: -5}
---
# All

```mysql {#mysql on=db}
SELECT HEX({{value}}), {{n}}
```

```postgresql {#postgresql on=pg}
SELECT upper(encode(convert_to({{value}}, 'UTF8'), 'hex')), {{n}}
```

```sqlite {#sqlite on=lite}
SELECT hex({{value}}), {{n}}
```
"""


def test_the_preview_shows_the_literals_that_servers_read_as_the_values():
    pg = sql.PostgreSQL()
    lite = WORK / "preview.db"
    books = runbook_folder({"literals": LITERALS}, targets(
        "environments:\n  test:\n    label: Test\n    targets:\n"
        "      db: {{mysql: {{host: 127.0.0.1, user: op, database: app}}}}\n"
        "      pg: {{postgresql: {{host: 127.0.0.1, user: op, database: app}}}}\n"
        f"      lite: {{{{sqlite: {{{{file: {lite}}}}}}}}}\n"))
    ask = {"mysql": lambda text: sql.MARIA.sql(text).replace("\t", "|"),
           "postgresql": pg.sql,
           "sqlite": lambda text: ssh.subprocess.run(
               ["sqlite3", lite], input=text, text=True, check=True,
               capture_output=True).stdout.strip()}
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator")
            shown = 0
            for value in [v for v in sql.NASTY if v and len(v) < 1000]:
                status, run = ana.post("/runs", {
                    "runbook": "literals", "environment": "test",
                    "parameters": {"value": value}})
                if status != 201:
                    assert value[0] == "-" or not value.isprintable(), (value, run)
                    continue
                for kind, answer in ask.items():
                    text = ana.get(f"/runs/{run['id']}/preview/{kind}")[1]["filled_text"]
                    assert "{{value}}" not in text or value == "{{x}}", text
                    want = value.encode().hex().upper() + "|-5"
                    assert answer(text) == want, (kind, value, text)
                    shown += 1
            assert shown >= 60, shown
    finally:
        pg.stop()


def test_a_preflight_tries_each_target_and_changes_none():
    url = web_server()
    db = sql.MARIA.target()
    sql.MARIA.sql("CREATE TABLE app.people (n INT); INSERT INTO app.people VALUES (1)")
    books = runbook_folder({"all": EVERYTHING}, targets(
        "environments:\n  test:\n    label: Test\n    targets:\n      flow: {flow}\n      wide: {wide}\n"
        "      wrong: {wrong}\n      closed: {closed}\n"
        f"      db: {{{{mysql: {{{{host: 127.0.0.1, port: {db['port']}, user: op, password: app, database: app, "
        f"ca: {sql.CERT}}}}}}}}}\n      web: {{{{http: {{{{url: '{url}/base', ca: {sql.CERT}}}}}}}}}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = start(console, ana, "all", {})
        assert ana.get(f"/runs/{run}/preflight")[1]["preflight"] is None
        found = look(ana, run, "/preflight")
        names = by_name(found)
        assert set(names) == {"flow", "wide", "wrong", "db", "web", "local"}, names
        assert "not in the secret store" in names["db"]["message"], names["db"]
        console.cli("secret", "set", "app", stdin=sql.PASSWORD)
        found = look(ana, run, "/preflight")
        names = by_name(found)
        good = {n: {c["check"]: c["text"] for c in t["checks"]} for n, t in names.items()}
        assert names["wrong"]["state"] == "failed" and found["targets"][0]["name"] == "wrong"
        assert "host key" in good["wrong"]["connection"], names["wrong"]
        assert found["failed"] == 1 and found["total"] == 6, found
        for name in ("flow", "wide", "db", "web", "local"):
            assert names[name]["state"] == "succeeded", names[name]
        assert "SHA256:" in good["flow"]["connection"] and "free on" in good["flow"]["disk"]
        interpreters = [c["text"] for c in names["flow"]["checks"] if c["check"] == "interpreter"]
        assert len(interpreters) == 2 and any("Python 3" in t for t in interpreters), interpreters
        assert good["flow"]["login"] == ssh.USER and "MariaDB" in good["db"]["database"]
        assert "valid until" in good["web"]["connection"], good["web"]
        assert Web.seen == [], "the preflight sent a request"
        assert sql.MARIA.sql("SELECT n FROM app.people") == "1"
        assert not leaks.found(json.dumps(found), leaks.needles(sql.PASSWORD))
        for path in ("", "/preflight", "/report"):
            html = ana.ask("GET", f"/runs/{run}{path}", accept="text/html")[1]
            assert ("1 of 6 targets" in html) == (path != "/report"), html[-3000:]
        ana.post(f"/runs/{run}/start")
        status, answer = ana.post(f"/runs/{run}/preflight")
        assert status == 202, answer


def test_a_run_without_a_target_to_try_offers_no_preflight():
    """A person works on the target of a task: it is held, and not tried."""
    books = runbook_folder({"hand": "- [ ] Look at it {#hand on=flow}\n",
                            "both": "- [ ] Look at it {#hand on=flow}\n\n"
                                    "```sh {#here}\ntrue\n```\n"}, targets(
        "environments:\n  test:\n    targets:\n      flow: {flow}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        for book, offered in (("hand", False), ("both", True)):
            run = start(console, ana, book, {})
            for path in ("", "/preflight"):
                html = ana.ask("GET", f"/runs/{run}{path}", accept="text/html")[1]
                assert ("nothing to try" in html) != offered, html
                assert (f'action="/runs/{run}/preflight"' in html) == offered, html
            status, answer = ana.post(f"/runs/{run}/preflight")
            assert status == (202 if offered else 409), answer


def test_a_look_is_asked_for_once_and_survives_the_runner():
    books = runbook_folder({"all": EVERYTHING.replace("#c on=closed when=\"big == 'true'\"", "#c on=closed")
                            .replace("```mysql {#d on=db}\nDELETE FROM people\n```\n", "")
                            .replace("```http {#e on=web}\nPOST /never\n```\n", "")}, targets(
        "environments:\n  test:\n    label: Test\n    targets:\n      flow: {flow}\n      wide: {wide}\n"
        "      wrong: {wrong}\n      closed: {closed}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = start(console, ana, "all", {})
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(
            ana.post(f"/runs/{run}/preflight")[0])) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert sorted(answers)[0] == 202 and answers.count(202) == 1 and answers.count(409) == 5, answers
        for line in ssh.sh("pgrep", "-f", f"countersign-runner --data {console.data}").stdout.split():
            os.kill(int(line), 9)
        end = time.monotonic() + 60
        while ana.get(f"/runs/{run}/preflight")[1]["preflight"]["is_running"]:
            assert time.monotonic() < end
            time.sleep(0.2)
        found = ana.get(f"/runs/{run}/preflight")[1]["preflight"]
        assert found["failed"] == 2, found
        assert "refused" in by_name(found)["closed"]["message"], by_name(found)["closed"]


if __name__ == "__main__":
    ssh.prepare()
    sql.CERT, sql.KEY = sql.make_certificate("server")
    sql.MARIA = sql.MariaDB()
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        for server in (sql.MARIA, ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA, ssh.ETM, ssh.BARE):
            server.stop()
        for folder in (sql.WORK, ssh.WORK):
            shutil.rmtree(folder, ignore_errors=True)
