#!/usr/bin/env python3
"""Lists stay small, in pages and as JSON: secrets, tokens, targets, those of an
attempt, sessions; and what one account may have open."""
import json
import re
import shutil
import socket
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


if __name__ == "__main__":
    try:
        main([a_runbook_that_fits_no_environment_has_no_button,
              a_run_that_a_person_ended_has_not_failed_at_a_skipped_step,
              secrets_tokens_and_targets_come_fifty_at_a_time,
              an_attempt_shows_the_targets_that_need_a_person,
              sessions_are_listed_and_ended,
              an_account_has_a_bounded_number_of_streams])
    finally:
        shutil.rmtree(FOLDER)
