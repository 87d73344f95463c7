#!/usr/bin/env python3
"""A run is created once for one Idempotency-Key; nobody chooses for others."""
import hashlib
import json
import pathlib
import re
import shutil
import sys
import threading
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import Console, main, needs_root, runbook_folder, sign_in  # noqa: E402

BOOK = """---
title: Choices
parameters:
  size: {label: Size, choices: [small, large]}
  shade: {label: Shade, choices: [dark, light], default: light}
  extra: {label: Extra, choices: [one, two], required: false}
  pass: {label: Password, type: secret, required: false}
---
- [ ] Done {#done}
"""

BACK = """---
title: Only a way back
---
# Back {.rollback}

```sh {#back}
true
```
"""

WHEN = """---
title: Perhaps nothing
parameters:
  deep: {label: Deep, type: bool, default: false}
---
- [ ] Done {#done when="deep"}
"""

SENDS = """---
title: Sends large files
---
""" + "\n".join(f"""```http {{#put-{n} on=api}}
PUT /{n}

< ./large-{n}.bin
```
""" for n in range(4))

API = """environments:
  test:
    targets:
      api: {http: {url: "http://127.0.0.1:9"}}
"""

books = runbook_folder({"choices": BOOK, "back": BACK, "perhaps": WHEN})


def create(console, person, key, **body):
    """POST /runs as it stands: status, the answer, Location."""
    status, headers, text = console.raw("POST", "/runs", json.dumps(
        dict({"runbook": "choices", "environment": "test"}, **body)).encode(),
        {"Authorization": "Bearer " + person.token,
         "Content-Type": "application/json", "Accept": "application/json",
         **({"Idempotency-Key": key} if key is not None else {})})
    return status, json.loads(text), headers["Location"]


def good(reply):
    assert reply[0] in (200, 201, 202), reply
    return reply[1]


def runs(console):
    return console.sql("SELECT count(*) FROM run")[0][0]


def the_same_key_gives_the_same_run():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        bo = console.user("bo", "operator")
        small = {"parameters": {"size": "small", "pass": "hunter2-hunter2"}}
        status, first, location = create(console, ana, "k-1", **small)
        assert status == 201, first
        # the order of the members does not make it another request
        status, again, other = create(console, ana, "k-1", **{"parameters": {
            "pass": "hunter2-hunter2", "size": "small"}})
        assert (status, again["id"], other) == (201, first["id"], location)
        assert again["plan"] == first["plan"] and runs(console) == 1
        for more in ({"parameters": {"size": "large"}}, {"title": "Another"},
                     {"parameters": {"size": "small", "pass": "other"}}):
            status, answer, _ = create(console, ana, "k-1",
                                       **dict(small, **more))
            assert status == 422, answer
            assert answer["error"]["code"] == "key_reused", answer
        assert runs(console) == 1
        # the keys of people are their own; without one each is a run
        assert create(console, bo, "k-1", **small)[1]["id"] != first["id"]
        assert create(console, ana, None, **small)[1]["id"] != first["id"]
        for bad in ("", "a b", "x" * 256, "ü"):
            status, answer, _ = create(console, ana, bad.encode(), **small)
            assert status == 422, (bad, status, answer)
        # it holds after a restart, and is in the journal that verify replays
        console.stop()
        console.start()
        assert create(console, ana, "k-1", **small)[1]["id"] == first["id"]
        body = console.sql("SELECT body FROM event WHERE run = ? AND"
                           " kind = 'run.created'", first["id"])[0][0]
        assert json.loads(body)["data"]["request_key"] == "k-1"
        assert "hunter2" not in body


def twenty_requests_at_once_with_one_key_give_one_run():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(create(
            console, ana, "at-once", parameters={"size": "small"})))
            for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert {a[0] for a in answers} == {201}, answers
        assert len({a[1]["id"] for a in answers}) == 1 and runs(console) == 1


def a_failed_request_leaves_its_key_free():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        assert create(console, ana, "k")[0] == 422      # no size
        assert create(console, ana, "k",
                      parameters={"size": "small"})[0] == 201


def form(console, session):
    _, _, page = console.raw("GET", "/runs/new?runbook=choices", headers={
        "Cookie": session["Cookie"], "Accept": "text/html"})
    return page.decode()


def post_form(console, session, **fields):
    fields["_csrf"] = session["X-CSRF-Token"]
    status, headers, _ = console.raw("POST", "/runs", urllib.parse.urlencode(
        fields), {"Cookie": session["Cookie"], "Accept": "text/html",
                  "Content-Type": "application/x-www-form-urlencoded"})
    return status, headers["Location"]


def a_form_that_is_sent_twice_creates_one_run():
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        session = sign_in(console.base, "ana")
        number = re.search(r'name="number" value="([0-9a-f]{32})"',
                           form(console, session)).group(1)
        fields = {"runbook": "choices", "environment": "test",
                  "number": number, "param_size": "small"}
        first = post_form(console, session, **fields)
        assert first[0] == 303, first
        assert post_form(console, session, **fields) == first
        assert runs(console) == 1
        # a form that was changed is another request
        fields["param_size"] = "large"
        assert post_form(console, session, **fields)[1] != first[1]
        assert runs(console) == 2


def a_choice_without_default_is_chosen_by_nobody():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        for body in ({}, {"parameters": {}}, {"parameters": {"size": ""}}):
            status, answer, _ = create(console, ana, None, **body)
            assert status == 422, answer
            assert answer["error"]["field"] == "size", answer
        status, answer, _ = create(console, ana, None,
                                   parameters={"size": "small"})
        assert status == 201, answer
        found = ana.run(answer["id"])["parameters"]
        assert (found["size"], found["shade"], found["extra"]) == (
            "small", "light", ""), found
        session = sign_in(console.base, "ana")
        page = form(console, session)
        selects = dict(re.findall(r'<select[^>]*name="param_(\w+)"[^>]*>(.*?)'
                                  r"</select>", page, re.S))
        # what a browser selects: the option that says so, else the first
        assert selects["size"].startswith('<option value="">'), selects
        assert "selected" not in selects["size"]
        assert selects["extra"].startswith('<option value="">'), selects
        assert '<option value="light" selected>' in selects["shade"]
        assert '<option value="">' not in selects["shade"]
        assert re.search(r'<select[^>]*name="param_size"[^>]* required', page)
        status, _ = post_form(console, session, runbook="choices",
                              environment="test", param_size="")
        assert status == 422, status


def a_run_without_a_step_to_do_is_refused_and_never_called_done():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        session = sign_in(console.base, "ana")
        for name in ("back", "perhaps"):
            status, answer, _ = create(console, ana, None, runbook=name)
            assert status == 422, answer
            assert answer["error"]["code"] == "no_steps", answer
            for language, text in (("en", "This run would have no steps: "),
                                   ("zh-CN", "这次运行不会有任何步骤")):
                _, _, page = console.raw("POST", "/runs", urllib.parse.urlencode(
                    {"runbook": name, "environment": "test",
                     "_csrf": session["X-CSRF-Token"]}),
                    {"Cookie": session["Cookie"], "Accept": "text/html",
                     "Accept-Language": language,
                     "Content-Type": "application/x-www-form-urlencoded"})
                assert text in page.decode(), page.decode()
        assert runs(console) == 0
        # a change of the parameters leaves nothing of the run
        run = good(ana.post("/runs", {
            "runbook": "perhaps", "environment": "test",
            "parameters": {"deep": "true"}}))["id"]
        good(ana.post(f"/runs/{run}/start"))
        good(ana.post(f"/runs/{run}/parameters", {
            "parameters": {"deep": "false"}}))
        page = good(ana.ask("GET", f"/runs/{run}", accept="text/html"))
        assert "No step was executed" in page, page
        assert "All steps are done" not in page
        assert 'value="succeeded"' not in page and 'value="failed"' in page
        home = good(ana.ask("GET", "/", accept="text/html"))
        assert "All steps are done" not in home, home
        status, answer = ana.post(f"/runs/{run}/close",
                                  {"result": "succeeded"})
        assert answer["error"]["code"] == "nothing_done", answer
        good(ana.post(f"/runs/{run}/close", {"result": "failed"}))


def read_by(pid):
    """The bytes that its one thread has read, without those of its children."""
    for line in open(f"/proc/{pid}/task/{pid}/io"):
        if line.startswith("rchar: "):
            return int(line.split()[1])
    raise AssertionError("no rchar")


def large_files_are_hashed_beside_the_loop():
    """64 MB, of which the keeper itself reads nothing."""
    needs_root()
    folder = runbook_folder({"sends": SENDS}, API)
    for n in range(4):
        (folder / f"large-{n}.bin").write_bytes(bytes([n]) * (16 << 20))
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        sent = {"runbook": "sends", "parameters": {}}
        (keeper,) = console.pids("countersign-keeper")
        before = read_by(keeper)
        run = good(create(console, ana, None, **sent))["id"]
        assert read_by(keeper) - before < 1 << 20, (before, read_by(keeper))
        known = json.loads(console.sql("SELECT targets FROM run WHERE id = ?", run)[0][0])
        for n in range(4):
            content = (folder / f"large-{n}.bin").read_bytes()
            entry = known[f"./large-{n}.bin"]
            assert entry["sha256"] == hashlib.sha256(content).hexdigest(), entry
            assert entry["bytes"] == 16 << 20, entry
        (folder / "large-2.bin").write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
        for _ in range(2):      # a private key, and then no file at all
            status, answer, _ = create(console, ana, None, **sent)
            assert (status, answer["error"]["code"]) == (422, "no_such_file"), answer
            assert "large-2.bin" in answer["error"]["message"], answer
            (folder / "large-2.bin").unlink(missing_ok=True)
        assert runs(console) == 1
    shutil.rmtree(folder)


try:
    main([large_files_are_hashed_beside_the_loop,
          a_run_without_a_step_to_do_is_refused_and_never_called_done,
          the_same_key_gives_the_same_run,
          twenty_requests_at_once_with_one_key_give_one_run,
          a_failed_request_leaves_its_key_free,
          a_form_that_is_sent_twice_creates_one_run,
          a_choice_without_default_is_chosen_by_nobody])
finally:
    shutil.rmtree(books, ignore_errors=True)
