#!/usr/bin/env python3
"""
Kept outputs: save=, same-as= and "< name", through a console and against a
server of this test.  Arguments choose tests by name.
"""
import csv, hashlib, http.server, pathlib, shutil, sqlite3, subprocess, sys
import threading

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import BUILD, Console, main, runbook_folder  # noqa: E402

DUMP = b'{"items": [{"id": 12345678901234567890, "name": "caf\xc3\xa9"}],\r\n "n": 1}\n'
SECRET = "correct-horse-battery"


class Handler(http.server.BaseHTTPRequestHandler):
    """/dump gives what was imported last, or DUMP; /import takes it."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, body, kind="application/json"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        state = self.server.state
        if self.path == "/dump":
            self.answer(state["dump"])
        elif self.path == "/two/dump":
            self.answer(b"two\n")
        elif self.path == "/page":
            self.answer(b"<script>alert(1)</script>", "text/html")
        elif self.path == "/bytes":
            self.answer(bytes(range(256)), "application/octet-stream")
        elif self.path == "/secret":
            self.answer(b"x" * 100_000 + SECRET.encode() + b"y" * 100_000)
        elif self.path == "/big":
            self.answer(b"z" * ((64 << 20) + 1))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.state["got"] = (self.headers, body)
        self.server.state.setdefault("posts", []).append((self.path, body))
        if self.path == "/import":
            self.server.state["dump"] = body
        self.answer(b"{}")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.state = {"dump": DUMP}
threading.Thread(target=server.serve_forever, daemon=True).start()
URL = f"http://127.0.0.1:{server.server_address[1]}"

BOOK = """---
title: Clients
parameters:
  db_pass: {label: Password, type: secret}
---
```http {#dump on=poa save=clients.json capture="n~n.: ([0-9]+)[}]"}
GET /dump
```

```sh {#note save=note.txt}
printf 'a\\0b\\r\\n\\033[31mred'
```

```http {#import on=poa}
POST /import

< clients.json
```

```http {#parts on=poa}
POST /parts
Content-Type: multipart/form-data; boundary=X

--X
Content-Disposition: form-data; name="who"

ana
--X
Content-Disposition: form-data; name="file"; filename="clients.json"
Content-Type: application/json

< clients.json
--X
Content-Disposition: form-data; name="note"; filename="note.txt"

< note.txt
--X--
```

```http {#verify on=poa same-as=dump}
GET /dump
```

```sqlite {#rows on=db save=rows.csv}
SELECT 1 AS n, 'a "quoted", text' AS t, NULL AS x, '' AS e;
```

```http {#page on=poa save=page.html}
GET /page
```

```http {#bytes on=poa save=bytes}
GET /bytes
```

```http {#secret on=poa save=secret.txt rerun=safe}
GET /secret
```

```http {#big on=poa save=big rerun=safe}
GET /big
```

```sh {#base}
true
```
"""
TARGETS = f"""environments:
  test:
    targets:
      poa: {{http: {{url: "{URL}"}}, shared: true}}
      poa-2: {{http: {{url: "{URL}/two"}}, shared: true}}
      db: {{sqlite: {{file: tour.db}}, shared: true}}
    groups:
      both: [poa, poa-2]
"""
books = runbook_folder({"clients": BOOK}, TARGETS)
sqlite3.connect(books / "tour.db").execute("CREATE TABLE t (n)").connection.close()
console = Console(runbooks=books)
state = {}


def artifact(run, name, attempt=None):
    found = [a for a in run["artifacts"] if a["name"] == name
             and attempt in (None, a["attempt"])]
    assert len(found) == 1, (name, run["artifacts"])
    return found[0]


def download(ana, a):
    status, headers, body = console.raw("GET", a["url"], headers={
        "Authorization": "Bearer " + ana.token})
    assert status == 200, (status, body)
    return headers, body


def start(ana, book="clients"):
    status, run = ana.post("/runs", {"runbook": book, "environment": "test",
                                     "parameters": {"db_pass": SECRET}
                                     if book == "clients" else {}})
    assert status == 201, run
    ana.post(f"/runs/{run['id']}/start")
    return run["id"]


def outputs_are_kept_byte_for_byte_and_sent_back():
    ana = state["ana"] = console.user("ana", "operator,approver")
    server.state["dump"] = DUMP
    number = state["number"] = start(ana)
    run = ana.drive(number, until="rows")
    assert run["current"] == "rows", [(s["id"], s["state"]) for s in run["steps"]]
    assert server.state["dump"] == DUMP, "imported as it was dumped"
    a = artifact(run, "clients.json")
    headers, body = download(ana, a)
    assert body == DUMP and a["bytes"] == len(DUMP), body
    assert a["hash"] == hashlib.blake2b(DUMP, digest_size=32).hexdigest()
    assert a["step"] == "dump" and a["attempt"] == 1 and a["target"] == "poa"
    _, body = download(ana, artifact(run, "note.txt"))
    assert body == b"a\0b\r\n\x1b[31mred", body
    headers, body = server.state["got"]
    boundary = headers.get_boundary()
    assert len(boundary) == 32 and boundary.encode() not in DUMP
    parts = body.split(b"--" + boundary.encode())
    assert parts[0] == b"" and parts[4] == b"--\r\n", parts
    assert parts[1] == (b"\r\nContent-Disposition: form-data; name=\"who\"\r\n"
                        b"\r\nana\r\n"), parts[1]
    assert parts[2].endswith(b"\r\n\r\n" + DUMP + b"\r\n"), parts[2]
    assert parts[3].endswith(b"\r\n\r\na\0b\r\n\x1b[31mred\r\n"), parts[3]
    assert ana.get(f"/runs/{number}/artifacts/99999")[0] == 404
    assert console.raw("GET", a["url"], headers={"Accept": "application/json"})[0] \
        == 401, "nobody without an account"


def a_download_is_never_a_page():
    ana, number = state["ana"], state["number"]
    run = ana.drive(number, until="secret")
    headers, body = download(ana, artifact(run, "page.html"))
    assert body == b"<script>alert(1)</script>"
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in ", ".join(headers.get_all("Content-Security-Policy"))
    _, body = download(ana, artifact(run, "bytes"))
    assert body == bytes(range(256))


def a_result_is_kept_as_csv():
    run = state["ana"].run(state["number"])
    _, body = download(state["ana"], artifact(run, "rows.csv"))
    assert body == b'"n","t","x","e"\r\n"1","a ""quoted"", text",,""\r\n', body


def an_output_with_a_secret_in_it_is_not_kept():
    ana, number = state["ana"], state["number"]
    step = ana.press(number, ana.step(number, "secret"))
    assert step["state"] == "failed", step
    message = step["attempts"][-1]["message"]
    assert "contains the secret db_pass" in message and "secret.txt" in message
    assert not [a for a in ana.run(number)["artifacts"] if a["name"] == "secret.txt"]
    found = subprocess.run(["grep", "-rl", SECRET, str(console.data)],
                           capture_output=True, text=True).stdout
    assert found == "", "the secret stands in " + found
    ana.post(f"/runs/{number}/steps/secret/skip", {"reason": "test"})


def an_output_that_is_too_long_is_not_kept():
    ana, number = state["ana"], state["number"]
    step = ana.press(number, ana.step(number, "big"))
    message = step["attempts"][-1]["message"]
    assert step["state"] != "succeeded" and "64 MB" in message, step
    ana.post(f"/runs/{number}/steps/big/skip", {"reason": "test"})


def they_are_listed_on_page_and_report():
    ana, number = state["ana"], state["number"]
    a = artifact(ana.run(number), "clients.json")
    for path in ("", "/report"):
        status, page = ana.get(f"/runs/{number}{path}", accept="text/html")
        assert status == 200 and a["url"] in page and "clients.json" in page
    report = ana.get(f"/runs/{number}/report.json")[1]
    assert artifact(report, "clients.json")["hash"] == a["hash"]
    target = report["steps"][0]["attempts"][0]["targets"][0]
    assert target["artifact"]["id"] == a["id"], target
    text = ana.get(f"/runs/{number}/report.csv", accept="text/csv")[1]
    lines = [row for row in csv.DictReader(text.splitlines()) if row["artifact"] == a["name"]]
    assert [(row["step"], row["artifact_bytes"], row["artifact_hash"]) for row in lines] == [
        (a["step"], str(a["bytes"]), a["hash"])] and lines[0]["ended_at"], lines


DIFFER = """# Same

```sh {#one save=one.json}
printf '{"b": 1, "a": [1, 2], "n": 12345678901234567890}'
```

```sh {#as-json same-as=one}
printf '{"a":[1,2],"n":12345678901234567890,\\n"b":1}\\n'
```

```sh {#large same-as=one rerun=safe}
printf '{"a":[1,2],"n":12345678901234567891,"b":1}'
```

```sh {#text}
printf 'a\\nb\\nc\\n'
```

```sh {#text-again same-as=text rerun=safe}
printf 'a\\nB\\nc\\n'
```

```sh {#long save=long.txt}
yes | head -c 5000000
```

```sh {#long-again same-as=long rerun=safe}
yes | head -c 4999999; echo n
```

```sh {#equal same-as=text rerun=safe}
printf 'a\\nb\\nc\\n'
```
"""


def equal_outputs_pass_and_a_difference_is_shown():
    ana = state["ana"]
    (books / "differ.md").write_text(DIFFER)
    number = start(ana, "differ")
    run = ana.drive(number, until="large")
    assert run["current"] == "large", run["steps"]
    step = ana.press(number, ana.step(number, "large"))
    message = step["attempts"][-1]["message"]
    assert step["state"] == "failed" and "step one" in message, step
    text = ana.output(number, "large", "local")
    assert '-  "n": 12345678901234567890' in text, text
    assert '+  "n": 12345678901234567891' in text, text
    ana.post(f"/runs/{number}/steps/large/skip", {"reason": "test"})
    ana.press(number, ana.step(number, "text"))
    step = ana.press(number, ana.step(number, "text-again"))
    message = step["attempts"][-1]["message"]
    assert "lines missing: 1, new lines: 1" in message, message
    assert " a\n-b\n+B\n c\n" in ana.output(number, "text-again", "local")
    status, page = ana.get(f"/runs/{number}", accept="text/html")
    assert "+B" in page and "equals that of one" in page
    ana.post(f"/runs/{number}/steps/text-again/retry")
    step = ana.wait_step(number, "text-again")
    kept = [a for a in ana.run(number)["artifacts"] if a["step"] == "text-again"]
    assert [a["attempt"] for a in kept] == [1, 2], "each attempt keeps its own"
    ana.post(f"/runs/{number}/steps/text-again/skip", {"reason": "test"})
    ana.press(number, ana.step(number, "long"))
    step = ana.press(number, ana.step(number, "long-again"))
    assert "from byte 5000000 on" in step["attempts"][-1]["message"], step
    ana.post(f"/runs/{number}/steps/long-again/skip", {"reason": "test"})
    assert ana.press(number, ana.step(number, "equal"))["state"] == "succeeded"


PARTS = """# Parts

```sh {#list save=list.json}
echo '{"items": [{"id": "a", "scopes": ["r", "w"], "at": 1}, {"id": "b", "scopes": ["r"], "at": 2}]}'
```

```sh {#moved same-as="list~/items[]/id /items[]/scopes" unordered}
echo '{"n": 2, "items": [{"scopes": ["r"], "id": "b"}, {"scopes": ["w", "r"], "id": "a"}]}'
```

```sh {#swapped same-as="list~/items[]/id /items[]/scopes" unordered rerun=safe}
echo '{"items": [{"id": "a", "scopes": ["r"]}, {"id": "b", "scopes": ["r", "w"]}]}'
```

```sh {#ordered same-as="list~/items[]/id" rerun=safe}
echo '{"items": [{"id": "b"}, {"id": "a"}]}'
```

```sh {#lacking same-as="list~/items[]/id" unordered rerun=safe}
echo '{"items": [{"id": "b"}, {"name": "a"}]}'
```

```sh {#text same-as="list~/items[]/id" rerun=safe}
echo nothing
```
"""


def parts_are_compared_and_what_is_missing_fails():
    ana = state["ana"]
    (books / "parts.md").write_text(PARTS)
    number = start(ana, "parts")
    run = ana.drive(number, until="swapped")
    assert run["current"] == "swapped", run["steps"]
    assert ("(the same as the output of list, of /items[]/id /items[]/scopes, in any order; "
            "values compared: 4)") in ana.output(number, "moved", "local")
    for step, why in (("swapped", "lines missing: 3"), ("ordered", "lines missing: 2"),
                      ("lacking", "nothing at “/items/1/id”"), ("text", "it is not JSON")):
        done = ana.press(number, ana.step(number, step))
        message = done["attempts"][-1]["message"]
        assert done["state"] == "failed" and why in message, (step, message)
        ana.post(f"/runs/{number}/steps/{step}/skip", {"reason": "test"})
    assert '+      "id": "b"' in ana.output(number, "ordered", "local")
    _, page = ana.get(f"/runs/{number}/report", accept="text/html")
    assert "/items[]/id, /items[]/scopes of the JSON output equal those of list (in any order)" in page
    report = ana.get(f"/runs/{number}/report.json")[1]
    assert [(s.get("same_parts"), s.get("unordered")) for s in report["steps"][:3]] == [
        (None, None), (["/items[]/id", "/items[]/scopes"], True),
        (["/items[]/id", "/items[]/scopes"], True)], report["steps"]
    ana.post(f"/runs/{number}/close", {"result": "failed", "note": "test"})


GROUP = """# Group

```http {#dump on=both save=dump.txt}
GET /dump
```

```http {#again on=both same-as=dump}
GET /dump
```

```http {#back on=both}
POST /back

< dump.txt
```

```http {#one on=poa-2 same-as=dump}
GET /dump
```

```sh {#elsewhere same-as=dump rerun=safe}
echo two
```
"""


def each_target_has_its_own():
    ana = state["ana"]
    (books / "group.md").write_text(GROUP)
    server.state["dump"] = b"one\n"
    server.state["posts"] = []
    number = start(ana, "group")
    run = ana.drive(number)
    states = {s["id"]: s["state"] for s in run["steps"]}
    assert states == {"dump": "succeeded", "again": "succeeded", "back": "succeeded",
                      "one": "succeeded", "elsewhere": "failed"}, states
    kept = {a["target"]: a for a in run["artifacts"] if a["name"] == "dump.txt"}
    for target, body in (("poa", b"one\n"), ("poa-2", b"two\n")):
        headers, got = download(ana, kept[target])
        assert got == body
        assert f'filename="{target}-dump.txt"' in headers["Content-Disposition"]
    assert sorted(server.state["posts"]) == [("/back", b"one\n"),
                                            ("/two/back", b"two\n")]
    message = ana.step(number, "elsewhere")["attempts"][-1]["message"]
    assert "kept on 2 targets" in message and "local" in message, message


LATER = """# Not kept

```sh {#never save=never.txt rerun=safe}
exit 1
```

```http {#send on=poa rerun=safe}
POST /import

< never.txt
```
"""


def what_was_not_kept_is_not_sent():
    ana = state["ana"]
    (books / "later.md").write_text(LATER)
    number = start(ana, "later")
    ana.drive(number)
    ana.post(f"/runs/{number}/steps/never/skip", {"reason": "test"})
    server.state.pop("got", None)
    step = ana.press(number, ana.step(number, "send"))
    message = step["attempts"][-1]["message"]
    assert step["state"] == "failed" and "save=never.txt" in message, step
    assert "got" not in server.state


FILE = """# File

```http {#send on=poa}
POST /import

< ./payloads/clients.bin
```

```http {#again on=poa rerun=safe}
POST /parts
Content-Type: multipart/form-data; boundary=X

--X
Content-Disposition: form-data; name="f"

< ./payloads/clients.bin
--X--
```
"""


def a_file_of_the_runbook_folder_is_sent_as_the_plan_has_it():
    ana = state["ana"]
    data = bytes(range(256)) * 100
    (books / "payloads").mkdir()
    path = books / "payloads" / "clients.bin"
    (books / "file.md").write_text(FILE)
    body = {"runbook": "file", "environment": "test", "parameters": {}}
    status, answer = ana.post("/runs", body)
    assert status == 422 and "./payloads/clients.bin" in answer["error"]["message"]
    path.symlink_to("/etc/hostname")
    assert ana.post("/runs", body)[0] == 422, "a symbolic link is not followed"
    path.unlink()
    path.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")
    assert ana.post("/runs", body)[0] == 422, "a private key stays where it is"
    path.write_bytes(data)
    number, other = start(ana, "file"), ana.post("/runs", body)[1]
    ana.drive(number, until="again")
    assert server.state["got"][1] == data
    status, page = ana.get(f"/runs/{number}/preview/send", accept="text/html")
    assert hashlib.sha256(data).hexdigest() in page, page
    path.write_bytes(data + b"more")
    assert ana.post("/runs", body)[1]["plan"] != other["plan"], "another plan"
    server.state.pop("got")
    step = ana.press(number, ana.step(number, "again"))
    assert "not the one any more" in step["attempts"][-1]["message"], step
    assert "got" not in server.state
    path.write_bytes(data)
    ana.post(f"/runs/{number}/steps/again/retry")
    assert ana.wait_step(number, "again")["state"] == "succeeded"
    assert data in server.state["got"][1]


def a_changed_file_is_found():
    ana, number = state["ana"], state["number"]
    (books / "changed.md").write_text(
        "# C\n\n```sh {#keep save=k}\necho k\n```\n\n"
        "```http {#send on=poa rerun=safe}\nPOST /import\n\n< k\n```\n")
    number = start(ana, "changed")
    ana.drive(number, until="send")
    exec_id = console.sql("SELECT exec FROM attempt WHERE run = ?", number)[0][0]
    path = pathlib.Path(console.data, "exec", exec_id, "local.save")
    path.write_bytes(b"K\n")
    step = ana.press(number, ana.step(number, "send"))
    assert "was changed on the disk" in step["attempts"][-1]["message"], step
    shown = subprocess.run([BUILD / "countersign", "verify", "--data", console.data],
                           capture_output=True, text=True)
    assert shown.returncode == 1 and "the kept output of run" in shown.stdout, shown
    path.write_bytes(b"k\n")


def mistakes_are_found_by_check():
    for text, word in (
            ("```http {#a on=poa}\nPOST /x\n\n< nothing\n```\n", "4:1: error"),
            ("```sh {#a save=clients}\ntrue\n```\n```http {#b on=poa}\nPOST /x\n\n< client\n```\n",
             "Did you mean"),
            ("```sh {#a save=n}\ntrue\n```\n\n```sh {#b save=n}\ntrue\n```\n",
             "already"),
            ("```http {#a on=poa}\nPOST /x\n\n< ../file\n```\n", "save=name"),
            ("```http {#a on=poa}\nHEAD /x\n\nbody\n```\n", "HEAD has no body"),
            ("- [ ] Do it {#m}\n\n```sh {#b same-as=m}\ntrue\n```\n",
             "without an output")):
        path = books / "wrong.md"
        path.write_text(text)
        done = subprocess.run([BUILD / "countersign", "check", path],
                              capture_output=True, text=True)
        assert done.returncode == 1 and word in done.stdout + done.stderr, \
            (text, done.stdout, done.stderr)
        path.unlink()


with console:
    try:
        main([outputs_are_kept_byte_for_byte_and_sent_back, a_download_is_never_a_page,
              a_result_is_kept_as_csv, an_output_with_a_secret_in_it_is_not_kept,
              an_output_that_is_too_long_is_not_kept,
              they_are_listed_on_page_and_report,
              equal_outputs_pass_and_a_difference_is_shown,
              parts_are_compared_and_what_is_missing_fails,
              each_target_has_its_own, what_was_not_kept_is_not_sent,
              a_file_of_the_runbook_folder_is_sent_as_the_plan_has_it,
              a_changed_file_is_found,
              mistakes_are_found_by_check])
    finally:
        shutil.rmtree(books, ignore_errors=True)
