#!/usr/bin/env python3
"""
Secret output: a step with the attribute "secret" leaves its output where the
keeper alone can open it, and who looked at it on record.  Arguments choose
tests by name.
"""
import http.server, pathlib, shutil, sqlite3, subprocess, sys, threading

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import BUILD, Console, main, runbook_folder  # noqa: E402

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


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
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

books = runbook_folder({"tokens": BOOK})
folder = pathlib.Path(books, "said")
folder.mkdir()
for name, text in SAID.items():
    (folder / name).write_text(text + "\n")
with sqlite3.connect(books / "a.db") as made:
    made.execute("CREATE TABLE said (t TEXT)")
    made.execute("INSERT INTO said VALUES (?)", (SAID["row"],))
    made.execute("CREATE TABLE checked (t TEXT)")
    made.execute("CREATE TRIGGER no BEFORE INSERT ON checked BEGIN SELECT "
                 f"RAISE(ABORT, '{SAID['error']}'); END")
(books / "targets.yml").write_text(
    f"environments:\n  test:\n    targets:\n      db: {{sqlite: {{"
    f"file: {books}/a.db}}}}\n")
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


def mistakes_are_found_by_check():
    for text, word in (
            ('```sh {#a capture=x secret}\ntrue\n```\n', "capture= takes"),
            ('```sh {#a pty interactive secret}\ntrue\n```\n',
             "nobody could see the terminal"),
            ('```sh {#a save=x secret}\ntrue\n```\n', "kept for everybody")):
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
              a_changed_file_is_found, mistakes_are_found_by_check])
    finally:
        shutil.rmtree(books, ignore_errors=True)
