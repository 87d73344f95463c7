#!/usr/bin/env python3
"""
Secret output: a step with the attribute "secret" leaves its output where the
keeper alone can open it, and who looked at it on record.  With save= it is an
artifact that later steps can read, and nobody else.  Arguments choose tests by
name.
"""
import base64, csv, hashlib, http.server, json, pathlib, shutil, sqlite3, subprocess, sys, threading

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import BUILD, Console, main, runbook_folder, wait_until  # noqa: E402

# The steps' output; none of it stands in the document.
SAID = {name: f"{name}-4f7d{i}c91" for i, name in enumerate(
    ("plain", "stderr", "reject", "typed", "body", "row", "error", "first",
     "last", "role"))}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        body = SAID["body"].encode()
        self.send_response(500 if self.path == "/wrong" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        """Keeps what it gets, and answers with it, once more in base64."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, body))
        body += b"\n" + base64.b64encode(body) + b"\n"
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.got = []
threading.Thread(target=server.serve_forever, daemon=True).start()

BOOK = f"""---
title: Tokens
parameters:
  folder: {{label: Folder, type: text}}
  pass: {{label: Password, type: secret}}
---
```sh {{#plain secret expect="^plain-"}}
cat "$folder/plain"; cat "$folder/stderr" >&2; echo "known $pass"
```

```sh {{#reject secret reject=reject}}
cat "$folder/reject"
```

```sh {{#exits secret rerun=safe}}
cat "$folder/reject"; exit 3
```

```sh {{#asks secret pty quiet=1s}}
printf 'Token? '; read -r x; echo "you said $x"
cat "$folder/typed"; sleep 3
```

```answers {{}}
/Token/ => {{{{pass}}}}
```

```http {{#body secret}}
GET http://127.0.0.1:{server.server_address[1]}/
```

```http {{#wrong secret expect=nothing}}
GET http://127.0.0.1:{server.server_address[1]}/wrong
```

```sqlite {{#row on=db secret}}
SELECT t FROM said;
```

```sqlite {{#error on=db secret}}
INSERT INTO checked SELECT * FROM said;
```

```sh {{#long secret}}
cat "$folder/first"
i=0; while [ $i -lt 20000 ]; do echo "\U0001f511 $i ............................"; i=$((i + 1)); done
cat "$folder/last"
```

```sh {{#late secret timeout=1s}}
cat "$folder/plain"; sleep 60
```

```sh {{#role secret role=admin}}
cat "$folder/role"
```
"""

# A secret as Kubernetes has it, and one of bytes that are no text.
VAULT = json.dumps({"items": [
    {"id": "first-a71c", "pin": 90210733, "data": {
        "password": base64.b64encode(b"open-sesame-55e1").decode()}},
    {"id": "second-b82d", "pin": 90210744, "data": {
        "key": base64.b64encode(b"BEGIN KEY\nabacus-6f6f\nEND KEY\n").decode()}}]}, indent=1)
KEY = bytes(range(256)) + b"\nkey-material-77a3\0rest-of-key-4d4d\n"
CLEAR = ("first-a71c", "90210733", "second-b82d", "90210744", "open-sesame-55e1",
         "abacus-6f6f", "key-material-77a3", "rest-of-key-4d4d",
         *(base64.b64encode(text).decode() for text in (
             b"open-sesame-55e1", b"BEGIN KEY\nabacus-6f6f\nEND KEY\n")))

VAULT_BOOK = """---
title: Vault
parameters:
  folder: {label: Folder, type: text}
---
# Keep

```sh {#dump secret save=vault.json}
cat "$folder/vault.json"
```

```sh {#key secret save=key.bin}
cat "$folder/key.bin"
```

```sh {#large secret save=large.txt rerun=safe}
head -c 524289 /dev/zero | tr '\\0' x
```

```sh {#empty secret save=empty.txt}
true
```

# Read

```http {#send on=srv}
POST /vault

< vault.json
```

```http {#each on=srv foreach=dump~/items}
POST /items/{{item/id}}
Content-Type: application/json

{"pin": {{item/pin}}, "data": {{item/data}}}
```

```bash {#script uses="vault.json key.bin empty.txt"}
stat -c %s "$CS_ARTIFACTS/empty.txt"
sha256sum "$CS_ARTIFACTS"/* | cut -d ' ' -f 1
cat "$CS_ARTIFACTS"/*
tr -d '\\n' <"$CS_ARTIFACTS/vault.json" | sed 's/.*"password": "\\([^"]*\\)".*/\\1/' | base64 -d
echo
base64 "$CS_ARTIFACTS/key.bin"
base64 -w 0 "$CS_ARTIFACTS/vault.json"
```

```sh {#nothing}
echo "artifacts: ${CS_ARTIFACTS-none}"; find /tmp/countersign.* -name vault.json -o -name key.bin 2>/dev/null
grep -rl "$(cat "$folder/word")" /proc/$PPID/environ /proc/[0-9]*/cmdline 2>/dev/null
echo looked
```

# Compare

```sh {#same secret same-as=dump}
tr -d '\\n' <"$folder/vault.json"
```

```sh {#differs secret same-as=dump rerun=safe}
echo '{"items": [], "more": "more-than-that-8c8c"}'
```

# Leak

```sh {#captures uses=vault.json capture="pin~(90210...)" rerun=safe}
cat "$CS_ARTIFACTS/vault.json"
```

```sh {#saves uses=vault.json save=copy.json rerun=safe}
cat "$CS_ARTIFACTS/vault.json"
```

```sh {#rejects uses=vault.json reject="9021" rerun=safe}
cat "$CS_ARTIFACTS/vault.json"
```

```sh {#resaves secret uses=vault.json save=copy.json.2}
cat "$CS_ARTIFACTS/vault.json"
```
"""

books = runbook_folder({"tokens": BOOK, "vault": VAULT_BOOK})
folder = pathlib.Path(books, "said")
folder.mkdir()
for name, text in SAID.items():
    (folder / name).write_text(text + "\n")
(folder / "vault.json").write_text(VAULT)
(folder / "key.bin").write_bytes(KEY)
(folder / "word").write_text("open-sesame")
with sqlite3.connect(books / "a.db") as made:
    made.execute("CREATE TABLE said (t TEXT)")
    made.execute("INSERT INTO said VALUES (?)", (SAID["row"],))
    made.execute("CREATE TABLE checked (t TEXT)")
    made.execute("CREATE TRIGGER no BEFORE INSERT ON checked BEGIN SELECT "
                 f"RAISE(ABORT, '{SAID['error']}'); END")
(books / "targets.yml").write_text(f"""environments:
  test:
    targets:
      db: {{sqlite: {{file: {books}/a.db}}}}
      srv: {{http: {{url: "http://127.0.0.1:{server.server_address[1]}"}}}}
""")
PASS = "horse-battery-9"
state = {}


def reveal(user, step, attempt=1, target="local", **more):
    return user.ask("POST", f"/runs/{state['run']}/steps/{step}/reveal",
                    {"attempt": attempt, "target": target}, **more)


def text_of(step, **more):
    status, answer = reveal(state["ana"], step, **more)
    assert status == 200, (step, status, answer)
    return answer["text"]


def press(step):
    number, ana = state["run"], state["admin"]
    status, answer = ana.ask("POST", f"/runs/{number}/steps/{step}/execute", {})
    assert status == 202, (step, answer)
    ended = ana.wait_step(number, step)
    if ended["state"] == "failed":
        ana.post(f"/runs/{number}/steps/{step}/skip", {"reason": "expected"})
    return ended


def the_output_is_sealed_and_shown_to_who_may():
    status, answer = state["ana"].post("/runs", {
        "runbook": "tokens", "environment": "test",
        "parameters": {"folder": str(folder), "pass": PASS}})
    assert status == 201, answer
    run = state["run"] = answer["id"]
    state["ana"].post(f"/runs/{run}/start")
    ended = press("plain")
    assert ended["state"] == "succeeded", ended
    target = ended["attempts"][-1]["targets"][0]
    assert target["sealed"] is True and target["bytes"] > 0, target
    said = text_of("plain")
    assert said.splitlines() == [SAID["plain"], SAID["stderr"],
                                 "known ••••••"], said
    shown = state["ana"].output(run, "plain", "local")
    assert shown.startswith("The output of this step is kept sealed."), shown
    for user in (state["viewer"], state["approver"]):
        status, answer = reveal(user, "plain")
        assert status == 403, (status, answer)


def what_fails_says_so_without_what_was_printed():
    step = press("reject")
    assert step["state"] == "failed", step
    assert "matches \"reject\" (its reject): it is sealed." in \
        step["attempts"][-1]["message"], step
    assert SAID["reject"] in text_of("reject")
    step = press("exits")
    assert "exited with 3" in step["attempts"][-1]["message"], step
    step = press("asks")
    assert step["state"] == "succeeded", step
    said = text_of("asks")
    assert SAID["typed"] in said and "you said ••••••" in said, said


def requests_and_statements_are_sealed_with_what_the_server_said():
    db = {"target": "db"}
    assert press("body")["state"] == "succeeded"
    assert SAID["body"] in text_of("body")
    step = press("wrong")
    assert step["state"] == "failed" and step["attempts"][-1]["message"] == \
        "It failed on local: the reason is in the sealed output.", step
    said = text_of("wrong")
    assert "500" in said and SAID["body"] in said, said
    assert press("row")["state"] == "succeeded"
    assert SAID["row"] in text_of("row", **db)
    step = press("error")
    assert step["state"] == "failed" and "sealed output" in \
        step["attempts"][-1]["message"], step
    assert SAID["error"] in text_of("error", **db)


def of_a_long_output_the_beginning_and_the_end_are_kept():
    step = press("long")
    target = step["attempts"][-1]["targets"][0]
    said = text_of("long")
    assert said.startswith(SAID["first"]) and said.endswith(
        SAID["last"] + "\n"), (said[:80], said[-80:])
    note = f"\n[... {target['dropped']} bytes of output were left out here ...]\n"
    assert note in said, target
    assert len(said.encode()) - len(note) == \
        target["bytes"] - target["dropped"] <= 512 * 1024, target


def what_was_printed_before_a_timeout_is_there():
    step = press("late")
    message = step["attempts"][-1]["message"]
    assert step["state"] == "failed" and "timeout" in message, step
    assert SAID["plain"] in text_of("late")


def the_role_of_the_step_decides():
    assert press("role")["state"] == "succeeded"
    assert reveal(state["ana"], "role")[0] == 403
    status, answer = reveal(state["admin"], "role")
    assert status == 200 and SAID["role"] in answer["text"], answer


def the_page_shows_it_once_and_says_that_it_is_on_record():
    run, ana = state["run"], state["ana"]
    page = f"/runs/{run}/steps/plain/attempts/1/local"
    status, html = ana.ask("GET", page, accept="text/html")
    assert status == 200 and "Show the output to me" in html, html
    assert SAID["plain"] not in html and ".cast" not in html, html
    status, html = reveal(ana, "plain", accept="text/html")
    assert status == 200 and SAID["plain"] in html, (status, html)
    assert "It is on record that you looked" in html, html
    status, html = state["viewer"].ask("GET", page, accept="text/html")
    assert "people with the role operator" in html and \
        "Show the output to me" not in html, html
    events = ana.get(f"/runs/{run}/events?after=0")[1]["events"]
    seen = [e for e in events if e["kind"] == "step.revealed"
            and e["data"]["step"] == "plain"]
    assert len(seen) == 2 and seen[0]["actor"] == "ana" and \
        seen[0]["data"]["target"] == "local", seen
    status, html = ana.ask("GET", f"/runs/{run}/report", accept="text/html")
    assert "looked at the sealed output" in html, html


def what_is_not_there_is_not_shown():
    for step, more, code in (("plain", {"attempt": 2}, 404),
                             ("plain", {"target": "web1"}, 404),
                             ("plain", {"target": "../../keys/output"}, 404),
                             ("plain", {"target": ""}, 404),
                             ("nothing", {}, 404)):
        status, answer = reveal(state["ana"], step, **more)
        assert status == code, (step, more, status, answer)


def no_other_place_has_it():
    run, ana = state["run"], state["ana"]
    places = {}
    for file in pathlib.Path(console.data).rglob("*"):
        if file.is_file():
            places[str(file)] = file.read_bytes()
    places["log"] = console.log.read_bytes()
    for path in (f"/runs/{run}", f"/runs/{run}/report", f"/runs/{run}/preview/plain"):
        places[path] = ana.ask("GET", path, accept="text/html")[1].encode()
    for path in (f"/runs/{run}/report.json", f"/runs/{run}/events?after=0"):
        places[path] = str(ana.get(path)).encode()
    for where, data in places.items():
        for text in (*SAID.values(), PASS):
            assert text.encode() not in data, (where, text)
    assert len(places) > 20, places.keys()


def a_changed_file_is_found():
    file = next(pathlib.Path(console.data).glob("exec/*/local.sealed"))
    was = file.read_bytes()
    exec_id = file.parent.name
    step = console.sql("SELECT step FROM attempt WHERE exec = ?", exec_id)[0][0]
    user = state["admin"] if step == "role" else state["ana"]
    try:
        file.write_bytes(was[:-1] + bytes([was[-1] ^ 1]))
        status, answer = reveal(user, step)
        assert status == 409 and "not the one that is on record" in str(answer), \
            answer
        done = subprocess.run([BUILD / "countersign", "verify", "--data",
                               console.data], capture_output=True, text=True)
        assert done.returncode == 1 and "the sealed output of run" in \
            done.stdout, done
    finally:
        file.write_bytes(was)


# ---------------------------------------------------------------- artifacts

def vault_step(name, verb="execute", skip=True):
    """Presses the step; its state, the message and the recorded output."""
    ana, number = state["admin"], state["vault"]
    status, answer = ana.post(f"/runs/{number}/steps/{name}/{verb}", {})
    assert status == 202, (name, answer)
    ended = ana.wait_step(number, name)
    if ended["state"] == "failed" and skip:
        ana.post(f"/runs/{number}/steps/{name}/skip", {"reason": "expected"})
    last = ended["attempts"][-1]
    return ended["state"], last["message"] or "", ana.output(
        number, name, last["targets"][0]["name"])


def kept(name):
    (found,) = [a for a in state["ana"].run(state["vault"])["artifacts"] if a["name"] == name]
    return found


def box_of(step):
    exec_id = console.sql("SELECT exec FROM attempt WHERE run = ? AND step = ?",
                          state["vault"], step)[0][0]
    return pathlib.Path(console.data, "exec", exec_id, "local.save")


def nothing_is_clear(text):
    for word in CLEAR:
        assert word not in text, (word, text)


def an_artifact_of_secret_output_is_sealed():
    ana = state["ana"]
    status, answer = ana.post("/runs", {"runbook": "vault", "environment": "test",
                                        "parameters": {"folder": str(folder)}})
    assert status == 201, answer
    run = state["vault"] = answer["id"]
    ana.post(f"/runs/{run}/start")
    html = ana.ask("GET", f"/runs/{run}/preview/send", accept="text/html")[1]
    assert "vault.json" in html and "redacted in the output" in html, html
    assert vault_step("dump")[0] == vault_step("key")[0] == "succeeded"
    a, data = kept("vault.json"), box_of("dump").read_bytes()
    assert a["sealed"] is True and a["bytes"] == len(VAULT), a
    assert a["hash"] == hashlib.blake2b(data, digest_size=32).hexdigest()
    assert len(data) == len(VAULT) + 48 and b"sesame" not in data
    (event,) = [e["data"] for e in ana.get(f"/runs/{run}/events?after=0")[1]["events"]
                if e["kind"] == "step.target_ended" and e["data"]["step"] == "dump"]
    assert event["artifact"] == {"name": "vault.json", "bytes": len(VAULT),
                                 "hash": a["hash"], "sealed": True}, event


def one_that_is_too_long_fails_its_step():
    outcome, message, _ = vault_step("large")
    assert outcome == "failed" and "524289 bytes" in message and "512 KB" in message, message
    assert not [a for a in state["ana"].run(state["vault"])["artifacts"]
                if a["name"] == "large.txt"]
    assert vault_step("empty")[0] == "succeeded" and kept("empty.txt")["bytes"] == 0


def a_changed_box_is_refused():
    path, verb = box_of("dump"), "execute"
    was = path.read_bytes()
    try:
        for data in (was[:-1] + bytes([was[-1] ^ 1]), box_of("key").read_bytes(), VAULT.encode()):
            path.write_bytes(data)
            outcome, message, _ = vault_step("send", verb, skip=False)
            assert outcome == "failed" and "was changed on the disk" in message, message
            verb = "retry"
            done = subprocess.run([BUILD / "countersign", "verify", "--data",
                                   console.data], capture_output=True, text=True)
            assert done.returncode == 1 and "the kept output of run" in done.stdout, done
    finally:
        path.write_bytes(was)
    assert not server.got


def a_dry_run_shows_the_requests_and_not_what_stands_in_it():
    run, ana = state["vault"], state["ana"]
    status, answer = ana.post(f"/runs/{run}/steps/each/look")
    assert status == 202, answer
    wait_until(lambda: not (ana.get(f"/runs/{run}/preview/each")[1]["look"] or
                            {"is_running": True})["is_running"])
    (target,) = ana.get(f"/runs/{run}/preview/each")[1]["look"]["targets"]
    assert "/items/••••••" in str(target) and "item 2 of 2" in str(target), target
    nothing_is_clear(str(target))
    assert not server.got


def requests_send_it_and_nobody_sees_it():
    outcome, message, text = vault_step("send", "retry")
    assert outcome == "succeeded", (message, text)
    assert server.got.pop() == ("/vault", VAULT.encode())
    nothing_is_clear(text)
    assert "< vault.json" in text and "••••••" in text, text
    outcome, message, text = vault_step("each")
    assert outcome == "succeeded", (message, text)
    sent = [(path, json.loads(body)) for path, body in server.got]
    items = json.loads(VAULT)["items"]
    assert sent == [(f"/items/{i['id']}", {"pin": i["pin"], "data": i["data"]})
                    for i in items], sent
    nothing_is_clear(text)
    assert "POST" in text and "item 2 of 2" in text and "/items/••••••" in text, text


def a_script_has_it_as_a_file():
    outcome, message, text = vault_step("script")
    assert outcome == "succeeded", (message, text)
    assert text.split("\n")[0] == "0", text
    assert text.split("\n")[1:4] == [hashlib.sha256(data).hexdigest() for data in (
        b"", KEY, VAULT.encode())], text
    nothing_is_clear(text)
    for data in (VAULT.encode(), KEY):
        assert base64.b64encode(data).decode()[:60] not in text, text


def a_step_that_does_not_read_it_has_nothing():
    outcome, message, text = vault_step("nothing")
    assert outcome == "succeeded" and text == "artifacts: none\nlooked\n", (message, text)
    run, ana = state["vault"], state["ana"]
    (books / "thief.md").write_text("# T\n\n```sh {#take uses=vault.json}\ntrue\n```\n")
    status, answer = ana.post("/runs", {"runbook": "thief", "environment": "test",
                                        "parameters": {}})
    assert status == 422 and "vault.json" in str(answer), answer
    (books / "thief.md").unlink()
    for user in (ana, state["viewer"], state["admin"]):
        seq = kept("vault.json")["id"]
        status, answer = user.get(f"/runs/{run}/artifacts/{seq}")
        assert status == 403 and answer["error"]["code"] == "sealed" and \
            f"/runs/{run}/steps/dump/attempts/1/local" in answer["error"]["message"], answer


def people_see_it_by_a_reveal_on_record():
    run, ana, a = state["vault"], state["ana"], kept("vault.json")
    status, page = ana.get(a["url"])
    assert status == 200 and page["can_reveal"] is True, page
    status, answer = ana.post(page["reveal_url"], {"attempt": 1, "target": "local"})
    assert status == 200 and answer["text"] == VAULT, answer
    seen = [e for e in ana.get(f"/runs/{run}/events?after=0")[1]["events"]
            if e["kind"] == "step.revealed"]
    assert len(seen) == 1 and seen[0]["actor"] == "ana", seen


def it_is_compared_by_a_secret_step_alone():
    outcome, message, _ = vault_step("same")
    assert outcome == "succeeded", message
    outcome, message, text = vault_step("differs")
    assert outcome == "failed" and "step dump" in message, message
    assert "more-than-that" not in text + message
    status, answer = state["admin"].post(f"/runs/{state['vault']}/steps/differs/reveal",
                                         {"attempt": 1, "target": "local"})
    assert status == 200 and "more-than-that" in answer["text"], answer
    nothing_is_clear(answer["text"])


def what_reads_it_cannot_pass_it_on():
    for name, word in (("captures", "pin"), ("saves", "that stands in a sealed artifact"),
                       ("rejects", "its reject")):
        outcome, message, text = vault_step(name)
        assert outcome == "failed" and word in message, (name, message)
        nothing_is_clear(text + message)
    assert vault_step("resaves")[0] == "succeeded"
    a = kept("copy.json.2")
    assert a["sealed"] is True and a["bytes"] == len(VAULT), a


def pages_and_reports_say_that_it_is_sealed():
    run, ana, a = state["vault"], state["ana"], kept("vault.json")
    for path in ("", "/report"):
        status, html = ana.get(f"/runs/{run}{path}", accept="text/html")
        assert status == 200 and a["hash"] in html and "sealed" in html, html
        assert f"/artifacts/{a['id']}" not in html, html
    report = ana.get(f"/runs/{run}/report.json")[1]
    found = {k["name"]: k for k in report["artifacts"]}["vault.json"]
    assert found["sealed"] is True and found["hash"] == a["hash"], found
    text = ana.get(f"/runs/{run}/report.csv", accept="text/csv")[1]
    (row,) = [row for row in csv.DictReader(text.splitlines()) if row["artifact"] == "vault.json"]
    assert (row["artifact_sealed"], row["artifact_hash"]) == ("true", a["hash"]), row


def no_place_has_the_content_of_it():
    run, ana = state["vault"], state["ana"]
    places = {str(file): file.read_bytes() for file in pathlib.Path(console.data).rglob("*")
              if file.is_file()}
    places["log"] = console.log.read_bytes()
    pages = [f"/runs/{run}", f"/runs/{run}/report"] + [
        f"/runs/{run}/preview/{s['id']}" for s in ana.run(run)["steps"]]
    for path in pages:
        places[path] = ana.ask("GET", path, accept="text/html")[1].encode()
    for path in (f"/runs/{run}", f"/runs/{run}/report.json", f"/runs/{run}/events?after=0"):
        places["json " + path] = json.dumps(ana.get(path)[1], ensure_ascii=False).encode()
    for where, data in places.items():
        for word in CLEAR:
            assert word.encode() not in data, (where, word)
    assert len(places) > 60, places.keys()


def mistakes_are_found_by_check():
    for text, word in (
            ('```sh {#a capture=x secret}\ntrue\n```\n', "capture= takes"),
            ('```sh {#a pty interactive secret}\ntrue\n```\n',
             "nobody could see the terminal"),
            ('```sh {#a secret}\ntrue\n```\n\n```sh {#b same-as=a}\ntrue\n```\n',
             "Write “secret” here as well")):
        path = books / "wrong.md"
        path.write_text("# W\n\n" + text)
        done = subprocess.run([BUILD / "countersign", "check", path],
                              capture_output=True, text=True)
        assert done.returncode == 1 and word in done.stdout + done.stderr, \
            (text, done.stdout, done.stderr)
        path.unlink()


console = Console(runbooks=books)
with console:
    try:
        for name, roles in (("ana", "operator"), ("viewer", ""),
                            ("approver", "approver"),
                            ("admin", "operator,admin")):
            state[name] = console.user(name, roles)
        main([the_output_is_sealed_and_shown_to_who_may,
              what_fails_says_so_without_what_was_printed,
              requests_and_statements_are_sealed_with_what_the_server_said,
              of_a_long_output_the_beginning_and_the_end_are_kept,
              what_was_printed_before_a_timeout_is_there,
              the_role_of_the_step_decides,
              the_page_shows_it_once_and_says_that_it_is_on_record,
              what_is_not_there_is_not_shown, no_other_place_has_it,
              a_changed_file_is_found,
              an_artifact_of_secret_output_is_sealed, one_that_is_too_long_fails_its_step,
              a_changed_box_is_refused,
              a_dry_run_shows_the_requests_and_not_what_stands_in_it, requests_send_it_and_nobody_sees_it, a_script_has_it_as_a_file,
              a_step_that_does_not_read_it_has_nothing, people_see_it_by_a_reveal_on_record,
              it_is_compared_by_a_secret_step_alone, what_reads_it_cannot_pass_it_on,
              pages_and_reports_say_that_it_is_sealed,
              no_place_has_the_content_of_it, mistakes_are_found_by_check])
    finally:
        shutil.rmtree(books, ignore_errors=True)
