#!/usr/bin/env python3
"""Lists stay small, in pages and as JSON: secrets, tokens, targets, those of an
attempt, sessions; and what one account may have open.  Lists and pages of runs
say of the same thing the same, and to everybody whom to ask."""
import json
import pathlib
import re
import shutil
import socket
import sqlite3
import tempfile

from console import Console, main, runbook_folder, sign_in, wait_until

GROUP = 70


def names(prefix, count):
    return [f"{prefix}{i:03}" for i in range(count)]


FOLDER = tempfile.mkdtemp(prefix="cs-lists-")
TARGETS = ("environments:\n  test:\n    label: Test\n    local: {unconfined: true}\n    targets:\n" + "".join(
    f"      {n}: {{sqlite: {{file: {FOLDER}/{n}.db}}}}\n" for n in names("db", GROUP)) + "".join(
    f"      web{i:03}: {{http: {{url: 'http://web{i}.example/', token: key{i:03}}}}}\n" for i in range(60)) +
    f"    groups:\n      dbs: [{', '.join(names('db', GROUP))}]\n")
BOOK = """# Fill

```sqlite {#fill on=dbs expect="1"}
SELECT count(*) FROM there;
```
"""


def keys(rows):
    return [row["name"] for row in rows]


def all_of(ask, path, key):
    """The pages of a list, each from the next_url of the one before."""
    pages = []
    while path:
        status, answer = ask(path)
        assert status == 200, answer
        pages.append(answer[key])
        assert len(pages[-1]) <= 50, len(pages[-1])
        path = answer["next_url"]
    return pages


def links(page, rel):
    return re.findall(rf'rel="{rel}" href="([^"]+)"', page)


def secrets_tokens_and_targets_come_fifty_at_a_time():
    with Console(runbooks=runbook_folder({"fill": BOOK}, TARGETS)) as console:
        ana = console.user("ana", "operator,admin")
        for n in names("s", 70):
            assert ana.post("/secrets", {"name": n, "value": "v"})[0] == 201
        pages = all_of(ana.get, "/secrets", "secrets")
        assert [len(p) for p in pages] == [50, 20] and sum(map(keys, pages), []) == names("s", 70)
        found = ana.get("/secrets")[1]
        assert found["missing_count"] == 60 and len(found["missing"]) == 50, found["missing_count"]
        page = ana.get("/secrets", accept="text/html")[1]
        assert page.count("/delete\"") == 50 and links(page, "next") == ["/secrets?after=s049"], links(page, "next")
        page = ana.get("/secrets?after=s049", accept="text/html")[1]
        assert page.count("/delete\"") == 20 and links(page, "first") == ["/secrets?after="], page
        assert keys(ana.get("/secrets?q=S06")[1]["secrets"]) == names("s", 70)[60:]
        for n in names("t", 60):
            assert ana.post("/users/ana/tokens", {"account": "ana", "name": n})[0] == 201
        pages = all_of(ana.get, "/tokens", "tokens")
        assert len(sum(pages, [])) >= 60 and set(names("t", 60)) <= set(sum(map(keys, pages), []))
        targets = ana.get("/targets")[1]["environments"][0]
        assert targets["count"] == 130 and len(targets["targets"]) == 50
        assert len(targets["groups"][0]["members"]) == 50 and targets["groups"][0]["count"] == GROUP
        seen, path = [], "/targets/test"
        while path:
            one = ana.get(path)[1]["environments"][0]
            seen += keys(one["targets"])
            path = one["next_url"]
        assert seen == names("db", GROUP) + names("web", 60), seen
        assert ana.get("/targets/test?q=dbs")[1]["environments"][0]["count"] == GROUP
        page = ana.get("/targets", accept="text/html")[1]
        assert len(page) < 60000 and "/targets/test?after=db049" in page and "/targets/test?q=dbs" in page, len(page)


def an_attempt_shows_the_targets_that_need_a_person():
    with Console(runbooks=runbook_folder({"fill": BOOK}, TARGETS)) as console:
        ana = console.user("ana", "operator,admin")
        run = ana.post("/runs", {"runbook": "fill", "environment": "test"})[1]["id"]
        ana.post(f"/runs/{run}/start")
        assert ana.post(f"/runs/{run}/steps/fill/execute", {})[0] == 202
        step = ana.wait_step(run, "fill")
        assert step["state"] == "failed", step
        last = step["attempts"][-1]
        assert last["targets_count"] == GROUP and keys(last["targets"]) == names("db", 50), last["targets_count"]
        assert {t["state"] for t in last["targets"]} == {"failed"}
        assert last["targets_url"] == f"/runs/{run}/steps/fill/attempts/1"
        seen, path = [], last["targets_url"]
        while path:
            one = ana.get(path)[1]
            seen += keys(one["hosts"])
            path = one["next_url"]
        assert seen == names("db", GROUP), seen
        page = ana.get(f"/runs/{run}", accept="text/html")[1]
        assert re.search(rf"\b{GROUP} ×", page), "equal failures of all targets are one"
        report = ana.get(f"/runs/{run}/report.csv", accept="text/csv")[1]
        assert len([line for line in report.splitlines() if line.startswith('"fill",')]) == GROUP, report


def events(console, kind):
    return [json.loads(body) for body, in console.sql("SELECT body FROM event WHERE run = 0 AND kind = ? ORDER BY seq", kind)]


def sessions_are_listed_and_ended():
    with Console() as console:
        for name, roles in (("ana", "operator"), ("bo", "operator"), ("boss", "admin")):
            console.user(name, roles)

        def client(name, agent):
            headers = dict(sign_in(console.base, name), **{"User-Agent": agent, "Accept": "application/json"})

            def ask(method, path, body=None):
                status, _, data = console.raw(method, path, None if body is None else json.dumps(body), headers)
                return status, json.loads(data) if data else None
            return ask
        ana, other, third = (client("ana", "x") for _ in range(3))
        bo, boss = client("bo", "x"), client("boss", "x")
        status, found = ana("GET", "/sessions")
        assert status == 200 and len(found["sessions"]) == 3, found
        assert [s["is_this"] for s in found["sessions"]].count(True) == 1, found
        assert all(s["address"] == "127.0.0.1" for s in found["sessions"]), found
        mine = next(s for s in other("GET", "/sessions")[1]["sessions"] if s["is_this"])
        status, answer = bo("POST", f"/sessions/{mine['id']}/end", {})
        assert status == 404 and answer["error"]["code"] == "no_such_session", answer
        assert bo("GET", "/users/ana/sessions")[0] == 403
        assert bo("POST", "/users/ana/sessions/end", {})[0] == 403
        assert ana("POST", f"/sessions/{mine['id']}/end", {})[0] == 200
        assert other("GET", "/sessions")[0] == 401
        ended = events(console, "session.ended")[-1]
        assert ended["actor"] == "ana" and ended["data"] == {
            "account": "ana", "why": "asked", "sessions": [mine["id"]]}, ended
        assert ana("POST", "/users/ana/sessions/end", {})[0] == 200
        assert third("GET", "/sessions")[0] == 401 and ana("GET", "/sessions")[0] == 200
        assert len(boss("GET", "/users/ana/sessions")[1]["sessions"]) == 1
        assert boss("GET", "/users/nobody/sessions")[0] == 404
        assert boss("POST", "/users/ana/sessions/end", {})[0] == 200
        assert ana("GET", "/sessions")[0] == 401
        # the use of a session is noted, once it is some minutes ago
        assert console.sql("SELECT count(*) FROM session WHERE used_at IS NOT NULL") == [(0,)]
        assert bo("GET", "/sessions")[0] == 200


def an_account_has_a_bounded_number_of_streams():
    """However many tokens it has; the streams of others are not refused."""
    with Console(runbooks=runbook_folder({"fill": BOOK}, TARGETS)) as console:
        ana, bo = console.user("ana", "operator"), console.user("bo", "operator")
        tokens = [console.cli("token", "add", "ana", "--name", f"n{i}").strip() for i in range(3)]
        run = ana.post("/runs", {"runbook": "fill", "environment": "test"})[1]["id"]

        def stream(token, path=f"/events?runs={run}:0&parts=en"):
            s = socket.create_connection(("127.0.0.1", console.port), timeout=30)
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{console.port}\r\nAuthorization: Bearer {token}\r\n"
                      "Accept: text/event-stream\r\n\r\n".encode())
            return s, int(s.recv(13).split()[1])
        opened = [stream(tokens[i % 3]) for i in range(34)]
        assert [status for _, status in opened] == [200] * 32 + [429] * 2, opened
        assert stream(bo.token)[1] == 200
        assert stream(tokens[0], f"/runs/{run}/events?after=0")[1] == 200, "one that shows no page"
        for s, _ in opened[:3]:
            s.close()
        wait_until(lambda: stream(tokens[1])[1] == 200)


BROKEN = """# Work

```sh {#breaks}
exit 5
```

```sh {#later}
true
```
"""


def a_run_that_a_person_ended_has_not_failed_at_a_skipped_step():
    with Console(runbooks=runbook_folder({"broken": BROKEN})) as console:
        ana = console.user("ana", "operator")
        run = ana.post("/runs", {"runbook": "broken", "environment": "test"})[1]["id"]
        assert ana.post(f"/runs/{run}/start")[0] == 200
        assert ana.press(run, ana.step(run, "breaks"))["state"] == "failed"
        assert ana.post(f"/runs/{run}/steps/breaks/skip", {"reason": "known"})[0] == 200
        assert ana.post(f"/runs/{run}/abort", {"reason": "orders are wrong"})[0] == 200
        row, = ana.get("/runs")[1]["runs"]
        assert row["failed_title"] is None and row["failure"] == "orders are wrong", row


def a_runbook_that_fits_no_environment_has_no_button():
    books = {"here": "# A\n```sh {#a}\ntrue\n```\n", "nowhere": "# A\n```sh {#a on=missing}\ntrue\n```\n"}
    with Console(runbooks=runbook_folder(books)) as console:
        ana = console.user("ana", "operator")

        def buttons(book):
            status, _, page = console.raw("GET", f"/runs/new?runbook={book}", headers={
                "Authorization": "Bearer " + ana.token, "Accept": "text/html"})
            assert status == 200, status
            return page.count(b">Create the run<"), page.count(b"can run in no environment")
        assert buttons("here") == (1, 0) and buttons("nowhere") == (0, 1)


SAY = """---
approvals: [{role: approver, count: 1}]
---
# Work

- [ ] Confirm that all is well {#well}
- [ ] Note the ticket {#ticket sign=approver capture="ticket" pattern="[A-Z]+-[0-9]+" message="A ticket, such as CHG-4711"}

```sh {#change rerun=probe}
exit 3
```

```sh {#look .probe of=change}
exit 1
```

# Rollback {.rollback}

```sh {#back undo=change}
sleep 60
```
"""
ASK = 'ask-link"'


def card(page, step):
    return re.search(rf'<details class="step[^>]*id="step-{step}".*?(?=<details class="step|<div id="finish")', page, re.S)[0]


def button(page, text):
    """The classes of the button or link with that text."""
    return re.search(rf'class="(btn[^"]*)"[^>]*>\s*{re.escape(text)}', page)[1].split()


def pages_of_a_run_say_the_same_to_all():
    with Console(runbooks=runbook_folder({"say": SAY})) as console:
        ana = console.user("ana", "operator,approver")
        bo, cy, vi = (console.user(n, r) for n, r in (("bo", "approver"), ("cy", "approver"), ("vi", "lead")))

        def row(who):
            return who.get("/runs")[1]["runs"][0]

        def html(who, path="", language="en"):
            who.get("/")    # has the token of a person
            _, _, text = console.raw("GET", f"/runs/{run}{path}", headers={
                "Authorization": "Bearer " + who.token, "Accept": "text/html", "Accept-Language": language})
            return text.decode()
        run = ana.post("/runs", {"runbook": "say", "environment": "test"})[1]["id"]
        assert row(bo)["waiting_for"] == "Approve the plan" and row(bo)["current_title"] is not None
        assert row(vi)["current_title"] == "May approve: bo, cy", row(vi)
        assert "May approve: bo, cy" in vi.get("/runs", accept="text/html")[1]
        assert html(vi).count(ASK) == 1 and html(ana).count(ASK) == 1
        bo.post(f"/runs/{run}/approvals", {"decision": "approve", "plan": ana.run(run)["plan"]})

        # who may not start, resume or close the run reads who may, and has the link
        asked = "Who has it: ana."
        assert html(bo).count(ASK) == 1 and asked in html(bo) and ASK not in html(ana).split('id="step-')[0]
        ana.post(f"/runs/{run}/start")
        ana.post(f"/runs/{run}/pause")
        panel = html(vi).split('id="panel"')[1].split("</section>")[0]
        assert ASK in panel and asked in panel, panel
        ana.post(f"/runs/{run}/resume")

        # no verb is said twice
        for language in ("en", "zh-CN"):
            assert "Confirm that all is well" in html(ana, language=language)
            assert not re.search("(Confirm: |确认：)Confirm", html(ana, language=language))
        assert row(ana)["waiting_for"] == "Confirm that all is well", row(ana)
        ana.post(f"/runs/{run}/steps/well/confirm")

        # a refused value: in words, once; the pattern is a detail
        words, pattern = "A ticket, such as CHG-4711", "[A-Z]+-[0-9]+"
        page = card(html(ana), "ticket")
        assert page.count(words) == 1 and page.count(pattern) == 1, page
        for value, error in (("none", words), ("A" * 66000, "The value is too long")):
            status, _, text = console.raw("POST", f"/runs/{run}/steps/ticket/confirm", f"value={value}", {
                "Authorization": "Bearer " + ana.token, "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "text/html"})
            page = card(text.decode(), "ticket")
            assert status >= 400 and [page.count(t) for t in (error, words, pattern)] == [1, 1, 1], page.replace(value, "VALUE")
        ana.post(f"/runs/{run}/steps/ticket/confirm", {"value": "CHG-1"})

        # who did the work does not sign it, and is not in the list of those who may
        page = card(html(ana), "ticket")
        assert "May sign: bo, cy<" in page.replace("\n", "") and page.count(ASK) == 1, page
        assert "Nobody signs their own work" in page
        assert "May sign: bo, cy" in card(html(vi), "ticket") and ASK in card(html(vi), "ticket")
        assert ASK not in card(html(cy), "ticket")
        assert cy.post(f"/runs/{run}/steps/ticket/sign")[0] == 200

        # a probe has one answer, wherever it is shown
        assert ana.press(run, ana.step(run, "change"))["state"] == "failed"
        assert ana.post(f"/runs/{run}/steps/look/execute", {})[0] == 202
        ana.wait_step(run, "look")
        no = "Found: it has not taken effect"
        page = card(html(ana), "look")
        assert page.count(no) == 2 and "is-succeeded" not in page and "Succeeded" not in page, page
        line = next(part for part in html(ana, "/timeline").split("<li ") if "#step-look" in part)
        assert no in line and "is-succeeded" not in line, line
        line = html(ana, "/report").split('id="report-look"')[1].split("</tbody>")[0]
        assert no in line and "is-succeeded" not in line and "Succeeded" not in line, line
        assert no in html(ana, "/steps/look/attempts/1") and no in html(ana, "/steps/look/attempts/1/local")

        # why a run is rolled back stands in the lists; what runs is not ended by one press
        assert ana.post(f"/runs/{run}/rollback", {"reason": "orders are wrong"})[0] == 200
        assert row(ana)["rollback_why"] == "Rollback: orders are wrong", row(ana)
        for path in ("/", "/runs"):
            assert "orders are wrong" in ana.get(path, accept="text/html")[1], path
        assert ana.post(f"/runs/{run}/steps/back/execute", {})[0] == 202
        wait_until(lambda: ana.step(run, "back")["state"] == "running")
        assert re.search(r'<details class="ask">\s*<summary class="btn danger">Stop this step…</summary>\s*'
                         rf'<form method="post" action="/runs/{run}/steps/back/cancel"', html(ana))
        assert ana.post(f"/runs/{run}/steps/back/cancel", {})[0] == 200
        ana.wait_step(run, "back")
        assert ana.post(f"/runs/{run}/steps/back/skip", {"reason": "by hand"})[0] == 200
        finish = html(bo).split('id="finish"')[1].split("</section>")[0]
        assert ASK in finish and asked in finish and "<form" not in finish, finish
        assert ana.post(f"/runs/{run}/close", {"result": "failed"})[0] == 200
        assert row(ana)["rollback_why"] == "Rollback: orders are wrong", row(ana)

        status, _, text = console.raw("GET", "/users", headers={
            "Authorization": "Bearer " + vi.token, "Accept": "text/html"})
        assert status == 403 and b"Nobody has this role." in text and b"Somebody who has" not in text, text


def what_is_held_and_what_failed_is_said_first():
    folder = pathlib.Path(FOLDER)
    few = TARGETS.replace("    groups:\n", "    groups:\n      few: [db001, db002, db003]\n")
    book = BOOK.replace("on=dbs", "on=few")
    with Console(runbooks=runbook_folder({"fill": book}, few)) as console:
        ana = console.user("ana", "operator")
        first, second = (ana.post("/runs", {"runbook": "fill", "environment": "test"})[1]["id"] for _ in range(2))

        def html(path):
            return ana.get(path, accept="text/html")[1]
        assert "primary" in button(html(f"/runs/{second}"), "Start the run")
        assert ana.post(f"/runs/{first}/start")[0] == 200
        page = html(f"/runs/{second}")
        assert "primary" not in button(page, "Start the run")
        assert "primary" in button(page, f"#{first} ") and f'href="/runs/{first}"' in page
        assert button(page, f"See run #{first}")
        assert 'form="do-start"' not in page

        def make(name, table):
            with sqlite3.connect(folder / f"{name}.db") as db:
                db.execute(f"CREATE TABLE {table} AS SELECT 1")
            (folder / f"{name}.db").chmod(0o666)
        folder.chmod(0o777)
        for name, table in (("db001", "there"), ("db002", "other"), ("db003", "other")):
            make(name, table)
        assert ana.press(first, ana.step(first, "fill"))["state"] == "failed"
        failures = html(f"/runs/{first}").split('class="plain failures"')[1].split("</ul>")[0]
        assert re.search(r"<li>\s*<strong>\s*2 × db002, db003\s*</strong>", failures), failures
        for name in ("db002", "db003"):
            make(name, "there")
        assert ana.post(f"/runs/{first}/steps/fill/retry", {"targets": "failed"})[0] == 202
        assert ana.wait_step(first, "fill")["state"] == "succeeded"
        line = html(f"/runs/{first}/report").split('id="report-fill"')[1].split("</tr>")[1]
        assert "3 targets" in line, line
        assert 'class="done is-succeeded"' in html(f"/runs/{first}")
        assert re.search('class="row-progress is-succeeded"', html("/"))
        assert "–" not in html("/targets").split("<tbody>")[1].split("</tbody>")[0]


def a_stranger_does_not_learn_which_runs_exist():
    with Console(runbooks=runbook_folder({"up": "# Up\n- [ ] Look {#look}\n"})) as console:
        ana = console.user("ana", "operator")
        run = ana.post("/runs", {"runbook": "up", "environment": "test"})[1]["id"]

        def links(headers):
            _, _, page = console.raw("GET", f"/runs/{run}/nonsense", headers={"Accept": "text/html", **headers})
            return page.count(f'href="/runs/{run}"'.encode())
        assert links({"Authorization": "Bearer " + ana.token}) == 1 and links({}) == 0


UNPROVEN = """# Work

```sh {#change rerun=probe}
exit 3
```

```sqlite {#look .probe of=change on=db}
SELECT 1;
```

# Rollback {.rollback}

```sh {#back undo=change}
true
```
"""


def nothing_without_evidence_is_green():
    """A probe that gave no answer (only an exit status is one), and a run whose rollback is done."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cs-unproven-"))
    folder.chmod(0o777)
    sqlite3.connect(folder / "t.db").close()
    (folder / "t.db").chmod(0o666)
    targets = f"environments:\n  test: {{label: Test, targets: {{db: {{sqlite: {{file: {folder}/t.db}}}}}}}}\n"
    with Console(runbooks=runbook_folder({"up": UNPROVEN}, targets)) as console:
        ana = console.user("ana", "operator")
        run = ana.post("/runs", {"runbook": "up", "environment": "test"})[1]["id"]
        ana.post(f"/runs/{run}/start")
        assert ana.press(run, ana.step(run, "change"))["state"] == "failed"
        assert ana.post(f"/runs/{run}/steps/look/execute", {})[0] == 202
        assert ana.wait_step(run, "look")["attempts"][-1]["state"] == "succeeded"
        for path in ("", "/report", "/steps/look/attempts/1", "/steps/look/attempts/1/db"):
            page = ana.get(f"/runs/{run}{path}", accept="text/html")[1]
            assert "Gave no answer" in page and "Found: it has taken effect" not in page, path
        look = card(ana.get(f"/runs/{run}", accept="text/html")[1], "look")
        assert "is-succeeded" not in look, look
        assert ana.step(run, "change")["state"] == "failed", "nothing is settled"
        ana.post(f"/runs/{run}/rollback", {"reason": "as a test"})
        assert ana.press(run, ana.step(run, "back"))["state"] == "succeeded"
        assert 'class="done is-succeeded"' not in ana.get(f"/runs/{run}", accept="text/html")[1]
        assert "row-progress is-succeeded" not in ana.get("/", accept="text/html")[1]
    shutil.rmtree(folder)


if __name__ == "__main__":
    try:
        main([pages_of_a_run_say_the_same_to_all,
              a_runbook_that_fits_no_environment_has_no_button,
              a_run_that_a_person_ended_has_not_failed_at_a_skipped_step,
              secrets_tokens_and_targets_come_fifty_at_a_time,
              an_attempt_shows_the_targets_that_need_a_person,
              sessions_are_listed_and_ended,
              an_account_has_a_bounded_number_of_streams,
              what_is_held_and_what_failed_is_said_first,
              nothing_without_evidence_is_green,
              a_stranger_does_not_learn_which_runs_exist])
    finally:
        shutil.rmtree(FOLDER)
