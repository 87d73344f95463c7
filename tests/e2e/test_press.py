#!/usr/bin/env python3
"""Presses: twice, by two people at once, from an old page, without a right."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import Console, main, runbook_folder, wait_until  # noqa: E402

PRESSES = 200

MANY = "---\ntitle: Many steps\nparameters:\n  marks: {label: File}\n---\n" + \
    "".join(f"\n```sh {{#s{i}}}\necho {i} >> \"$marks\"\n```\n"
            for i in range(PRESSES))

RETRY = """---
title: Fails once
parameters:
  word: {label: Word, default: wrong}
  pass: {label: Password, type: secret}
  note: {label: Note, required: false, default: none}
approvals: []
---
```sh {#try expect="right" rerun=safe}
echo "the word is $word"
[ "$(printf %s "$pass" | sha256sum | cut -c1-16)" = 123dd1f7a7c1f8ee ] || { echo "ERROR: wrong password"; exit 3; }
```

# Back {.rollback}

```sh {#undo-it undo=try}
echo undone
```
"""

APPROVED = """---
title: Four eyes
approvals:
  - {role: approver, count: 1}
---
- [ ] Look at it {#look role=dba sign=auditor}

```sh {#one}
echo one
```
"""

PROBED = """---
title: Probed
parameters:
  version: {label: Version, default: 1.5.0}
---
- [ ] Announce the window for {{version}} {#announce}

# Upgrade to {{version}}

```sh {#up title="Go to {{version}}" rerun=probe}
exit 4
```

```sh {#is-up .probe of=up title="Is {{version}} there?"}
exit 1
```
"""

# Steps do not see the console's data, and run as a user of their own.
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="cs-press-"))
FOLDER.chmod(0o777)
books = runbook_folder({"probed": PROBED, "many": MANY, "retry": RETRY, "approved": APPROVED})


def started(person, book, parameters=None, **more):
    status, answer = person.post("/runs", {"runbook": book,
        "environment": "test", "parameters": parameters or {}, **more})
    assert status == 201, answer
    return answer["id"]


def two_people_press_at_once_200_times():
    with Console(runbooks=books) as console:
        people = [console.user("ana", "operator"),
                  console.user("bo", "operator")]
        marks = FOLDER / "marks"
        run = started(people[0], "many", {"marks": str(marks)})
        people[0].post(f"/runs/{run}/start")
        for i in range(PRESSES):
            answers = [None, None]
            gate = threading.Barrier(2)

            def press(n):
                gate.wait()
                answers[n] = people[n].post(f"/runs/{run}/steps/s{i}/execute")
            threads = [threading.Thread(target=press, args=(n,))
                       for n in (0, 1)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            codes = sorted(a[0] for a in answers)
            assert codes == [202, 409], (i, answers)
            winner = 0 if answers[0][0] == 202 else 1
            refusal = answers[1 - winner][1]["error"]
            assert ("ana", "bo")[winner] in refusal["message"], refusal
            step = people[0].wait_step(run, f"s{i}")
            assert step["state"] == "succeeded", step
            assert len(step["attempts"]) == 1, step
        assert marks.read_text().split() == [str(i) for i in range(PRESSES)]
        status, answer = people[0].post(f"/runs/{run}/close",
                                        {"result": "succeeded"})
        assert status == 200, answer


def verify_the_exported_report(console, ana, run):
    """It verifies as it is, and not with one letter changed."""
    _, _, text = console.raw("GET", f"/runs/{run}/report.json", headers={
        "Authorization": "Bearer " + ana.token, "Accept": "application/json"})
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        report.write_bytes(text)
        assert "as recorded" in console.cli("verify", str(report))
        whole = json.loads(text)
        for path, new in (
                (("result",), "succeeded"), (("created_by",), "bob"),
                (("reason",), "another"), (("document_text",), "# Other\n"),
                (("parameters", next(iter(whole["parameters"]))), "x"),
                (("steps", 0, "state"), "skipped"),
                (("steps", 0, "title"), "Another"),
                (("steps", 0, "text"), "true"),
                (("steps", 0, "attempts", 0, "by"), "bob"),
                (("steps", 0, "attempts", 0, "exit"), 7),
                (("steps", 0, "attempts", 0, "targets", 0, "hash"), "0" * 64),
                (("steps", 0, "attempts"), []), (("steps",), []),
                (("comments",), [{"by": "ana", "text": "all well"}]),
                (("events", 0), whole["events"][0].replace("ana", "bob"))):
            changed = at = json.loads(text)
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = new
            report.write_text(json.dumps(changed))
            try:
                console.cli("verify", str(report))
            except AssertionError as why:
                assert "NOT as recorded" in str(why), why
                continue
            raise AssertionError(f"{path} was changed unseen")


def told(user, path, body, accept, language="zh-CN"):
    request = urllib.request.Request(user.base + path, json.dumps(body).encode(), {
        "Authorization": "Bearer " + user.token, "Accept": accept,
        "Accept-Language": language, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            raise AssertionError(f"{path}: {answer.status}")
    except urllib.error.HTTPError as refused:
        return refused.read().decode()


def times_woken(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("voluntary_ctxt_switches:")[1].split()[0])


def hub_of(console):
    """The process of countersign-web that has the events of the streams."""
    for pid in console.pids("countersign-web"):
        links = [os.readlink(p) for p in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
        if "anon_inode:[eventpoll]" in links:
            return pid
    raise AssertionError("there is no hub")


def wakes_unread(hub):
    """Commits that the keeper has counted for the hub, and that woke it not yet."""
    text = pathlib.Path(f"/proc/{hub}/fdinfo/4").read_text()
    return int(text.split("eventfd-count:")[1].split()[0], 16)


def read_until(stream, seq):
    while (line := stream.readline()) != f"id: {seq}\n".encode():
        assert line != b"", f"the stream ended before event {seq}"


def the_live_hub_is_woken_by_commits_and_does_not_ask():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = started(ana, "many", {"marks": "none"})
        live = http.client.HTTPConnection("127.0.0.1", console.port, timeout=20)
        live.request("GET", f"/runs/{run}/events?after=0", headers={
            "Authorization": "Bearer " + ana.token,
            "Accept": "text/event-stream"})
        stream = live.getresponse()
        seq = ana.run(run)["seq"]
        read_until(stream, seq)
        hub = hub_of(console)
        before = times_woken(hub)
        time.sleep(2)
        woken = times_woken(hub) - before
        assert woken < 15, f"{woken} times in 2 s in which nothing happened"
        for n in range(3):
            wait_until(lambda: wakes_unread(hub) == 0)
            os.kill(hub, signal.SIGSTOP)
            try:
                assert ana.post(f"/runs/{run}/comments", {"text": str(n)})[0] == 200
                wait_until(lambda: wakes_unread(hub) > 0)   # behind the answer
            finally:
                os.kill(hub, signal.SIGCONT)
            read_until(stream, seq + 1 + n)
        wait_until(lambda: wakes_unread(hub) == 0)  # by the hub, when it is woken
        live.close()


def a_refusal_is_told_in_the_language_of_the_person():
    with Console(runbooks=books) as console:
        ana, bo = console.user("ana", "operator"), console.user("bo", "viewer")
        run = started(ana, "retry", {"pass": "guess of 7", "word": "right"})
        path = f"/runs/{run}/steps/try/execute"
        page = told(ana, path, {}, "text/html")
        assert "运行的状态是“就绪”" in page and "The run is" not in page, page
        assert "The run is ready." in told(ana, path, {}, "text/html", "en")
        # a program reads the same sentence, and a code that never changes
        for language, text in (("en", 'This takes the role "operator", which bo does not have.'),
                               ("zh-CN", "此操作需要角色“operator”，bo 没有该角色。")):
            error = json.loads(told(bo, path, {}, "application/json", language))["error"]
            assert error["code"] == "role_needed" and error["message"] == text, error
        ana.post(f"/runs/{run}/start")
        assert ana.post(path)[0] == 202
        ana.wait_step(run, "try")
        page = told(ana, path, {}, "text/html")
        assert "ana 已先操作" in page, page
        page = told(ana, f"/runs/{run}/steps/try/skip", {"reason": " "}, "text/html")
        assert "请写几句说明" in page, page


def a_wrong_password_is_changed_and_the_retry_succeeds():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = started(ana, "retry", {"pass": "guess of 7", "word": "right"})
        assert ana.run(run)["parameters"]["pass"] is None
        assert ana.run(run)["parameters"]["note"] == "none"
        ana.post(f"/runs/{run}/start")
        assert ana.post(f"/runs/{run}/steps/try/execute")[0] == 202
        step = ana.wait_step(run, "try")
        assert step["state"] == "failed", step
        assert "exited with 3" in step["attempts"][0]["message"], step
        assert "ERROR: wrong password" in ana.output(run, "try", "local")
        plan = ana.run(run)["plan"]
        status, answer = ana.post(f"/runs/{run}/parameters",
                                  {"parameters": {"pass": "open sesame 42", "note": ""}})
        assert status == 200, answer
        assert ana.run(run)["parameters"]["note"] == "", "emptied is empty"
        assert ana.run(run)["plan"] != plan
        # a press from the page of the first attempt comes too late
        status, answer = ana.post(f"/runs/{run}/steps/try/retry",
                                  {"attempt": 1})
        assert status == 409, answer
        assert ana.post(f"/runs/{run}/steps/try/retry",
                        {"attempt": 2})[0] == 202
        step = ana.wait_step(run, "try")
        assert step["state"] == "succeeded", step
        assert [a["n"] for a in step["attempts"]] == [1, 2]
        status, answer = ana.post(f"/runs/{run}/rollback")
        assert status == 200, answer
        assert ana.post(f"/runs/{run}/steps/undo-it/execute")[0] == 202
        assert ana.wait_step(run, "undo-it")["state"] == "succeeded"
        status, _ = ana.post(f"/runs/{run}/close", {"result": "succeeded"})
        assert status == 409, "a run that was rolled back did not succeed"
        status, answer = ana.post(f"/runs/{run}/close",
                                  {"result": "rolled_back"})
        assert status == 200, answer
        wrong = books / "targets.yml"
        was = wrong.read_text()
        wrong.write_text("environments:\n  test: {lable: Test}\n")
        for path in "/runs/new?runbook=retry", "/runbooks/retry":
            html = ana.ask("GET", path, accept="text/html")[1]
            assert "targets.yml has mistakes" in html, html
        wrong.write_text(was)
        html = ana.ask("GET", f"/runs/{run}/report", accept="text/html")[1]
        assert "pass: another secret, note: none → " in html, html
        verify_the_exported_report(console, ana, run)
        for path in console.data.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert b"open sesame 42" not in data, path
                assert b"guess of 7" not in data or path.suffix == ".conf", path
        assert "open sesame 42" not in console.log.read_text()


def four_eyes_for_approval_and_signature():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver,dba,auditor")
        bo = console.user("bo", "approver,auditor")
        cy = console.user("cy", "")
        run = started(ana, "approved")
        found = ana.run(run)
        assert found["state"] == "awaiting_approval", found
        decision = {"decision": "approve", "plan": found["plan"]}
        assert ana.post(f"/runs/{run}/start")[0] == 409
        assert ana.post(f"/runs/{run}/approvals", decision)[0] == 403
        assert cy.post(f"/runs/{run}/approvals", decision)[0] == 403
        status, _ = bo.post(f"/runs/{run}/approvals",
                            {"decision": "approve", "plan": "0" * 64})
        assert status == 409, "another plan than that of the run"
        assert bo.post(f"/runs/{run}/approvals", decision)[0] == 200
        assert ana.post(f"/runs/{run}/start")[0] == 200
        assert bo.post(f"/runs/{run}/steps/look/confirm",
                       {"note": "x"})[0] == 403
        assert ana.post(f"/runs/{run}/steps/look/confirm",
                        {"note": "seen"})[0] == 200
        assert ana.step(run, "look")["state"] == "awaiting_signature"
        assert ana.post(f"/runs/{run}/steps/look/sign",
                        {"note": "me"})[0] == 403
        assert bo.post(f"/runs/{run}/steps/look/sign",
                       {"note": "right"})[0] == 200
        assert ana.step(run, "look")["state"] == "confirmed"
        # the roles count when the step is executed
        console.cli("user", "roles", "bo", "--roles", "auditor")
        status, answer = ana.post(f"/runs/{run}/steps/one/execute")
        assert status == 409, answer
        assert answer["error"]["code"] == "approvals_missing", answer
        assert ana.step(run, "one")["state"] == "ready"
        console.cli("user", "roles", "bo", "--roles", "approver")
        assert ana.post(f"/runs/{run}/steps/one/execute")[0] == 202
        assert ana.wait_step(run, "one")["state"] == "succeeded"


def a_rejected_plan_stays_rejected_until_that_is_taken_back():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        bo = console.user("bo", "approver")
        dan = console.user("dan", "approver")
        run = started(ana, "approved")
        plan = ana.run(run)["plan"]

        def decide(person, decision, comment=""):
            return person.post(f"/runs/{run}/approvals", {
                "decision": decision, "plan": plan, "comment": comment})

        assert decide(bo, "reject")[0] == 422, "without a reason"
        assert decide(bo, "reject", "the hook is away")[0] == 200
        status, answer = decide(dan, "approve")
        assert status == 409 and "bo rejected this" in str(answer), answer
        assert ana.run(run)["state"] == "awaiting_approval"
        assert ana.post(f"/runs/{run}/start")[0] == 409
        html = ana.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "bo rejected this plan, and only they" in html, html
        assert "approve" not in dan.run(run)["can"], dan.run(run)["can"]
        assert "approve" in bo.run(run)["can"], bo.run(run)["can"]
        html = bo.ask("GET", f"/runs/{run}", accept="text/html")[1]
        assert "You rejected this plan." in html and "Reject" not in html
        assert decide(bo, "reject", "again")[0] == 409
        assert decide(bo, "approve")[0] == 200
        assert ana.run(run)["state"] == "ready"
        assert decide(bo, "approve")[0] == 409
        assert [g["decision"] for g in ana.run(run)["approvals"]["given"]] \
            == ["approve"]


def a_probe_says_what_it_found_and_titles_have_their_values():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = started(ana, "probed")
        ana.post(f"/runs/{run}/start")

        def page(path=""):
            return ana.ask("GET", f"/runs/{run}{path}", accept="text/html")[1]

        assert "Confirm: Announce the window for 1.5.0" in page()
        ana.post(f"/runs/{run}/steps/announce/confirm", {"note": "done"})
        ana.post(f"/runs/{run}/steps/up/execute")
        assert ana.wait_step(run, "up")["state"] == "failed"
        assert ana.post(f"/runs/{run}/steps/is-up/execute")[0] == 202
        assert ana.wait_step(run, "is-up")["state"] == "succeeded"
        html = page()
        assert "Found: it has not taken effect" in html, html
        assert "Its probe found that it has not taken effect. The script " \
            "exited with 4" in html, html
        for path in "", "/report", "/preview/up", "/steps/up/attempts/1/local":
            assert "Go to 1.5.0" in page(path) and "{{version}}" not in \
                page(path).replace("<code>", "").split("What it runs")[0], path
        assert "Found: it has not taken effect" in page("/report")
        for path in "", "/report", "/report.csv":
            assert "Upgrade to 1.5.0" in page(path), path
        assert ana.post(f"/runs/{run}/steps/up/retry")[0] == 202
        ana.wait_step(run, "up")


try:
    main([two_people_press_at_once_200_times,
          the_live_hub_is_woken_by_commits_and_does_not_ask,
          a_refusal_is_told_in_the_language_of_the_person,
          a_wrong_password_is_changed_and_the_retry_succeeds,
          a_rejected_plan_stays_rejected_until_that_is_taken_back,
          a_probe_says_what_it_found_and_titles_have_their_values,
          four_eyes_for_approval_and_signature])
finally:
    shutil.rmtree(books, ignore_errors=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
