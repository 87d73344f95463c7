#!/usr/bin/env python3
"""Sessions and accounts: how they begin and end, what tokens may, who is
slowed down, and what of it is on record."""
import html
import json
import pathlib
import re
import socket
import sqlite3
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import (PASSWORD, TOP, Console, main, runbook_folder,  # noqa: E402
                     sign_in, wait_until)

DOCUMENT = """---
title: Signed
parameters:
  word: {label: Word, default: hello}
  lines: {label: Lines, type: list, required: false}
  loud: {label: Loud, type: bool, default: false}
  size: {label: Size, choices: [small, large]}
  pass: {label: Password, type: secret}
approvals:
  - {role: approver, count: 1}
---
```sh {#say sign=auditor}
echo "$word"
```

- [ ] Look {#look}
"""
books = runbook_folder({"signed": DOCUMENT})
NEW = "quite different words now"


class Browser:
    """Cookies and forms, as a browser without scripts has them."""

    def __init__(self, console, **headers):
        self.console = console
        self.headers = headers
        self.cookies = {}
        self.page = ""
        self.at = "/"

    def ask(self, method, path, fields=None, **more):
        headers = {"Accept": "text/html", **self.headers, **more}
        body = None
        if self.cookies:
            headers["Cookie"] = "; ".join(
                f"{k}={v}" for k, v in self.cookies.items())
        if method == "POST":
            headers["Referer"] = self.console.base + self.at
            headers["Origin"] = headers.get("Origin", self.console.base)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(fields or [], doseq=True)
        status, got, data = self.console.raw(method, path, body, headers)
        for line in got.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        self.page = data.decode()
        self.got = got
        if method == "GET":
            self.at = path
        return status

    def post(self, path, fields=(), **more):
        token = re.search(r'name="_csrf" value="([0-9a-f]*)"', self.page)
        return self.ask("POST", path, [("_csrf", token.group(1) if token else
                                        ""), *fields], **more)

    def sign_in(self, name, password=PASSWORD, **more):
        self.ask("GET", "/login")
        return self.post("/login", [("name", name), ("password", password),
                                    ("back", "/")], **more)

    def value(self, name):
        """Of the input or textarea of that name on the page."""
        found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"',
                          self.page) or re.search(
            rf'<textarea[^>]*name="{name}"[^>]*>\n?([^<]*)<', self.page)
        return html.unescape(found.group(1)) if found else None


def events(console, kind):
    return [json.loads(body) for body, in console.sql(
        "SELECT body FROM event WHERE run = 0 AND kind = ? ORDER BY seq",
        kind)]


def refused(answer, status, code):
    assert answer[0] == status and answer[1]["error"]["code"] == code, answer


def session(console, name, password=PASSWORD):
    """A JSON client with a session."""
    headers = sign_in(console.base, name, password)
    assert headers, f"{name} cannot sign in"

    def ask(method, path, body=None):
        status, _, data = console.raw(
            method, path, None if body is None else json.dumps(body),
            headers)
        return status, json.loads(data) if data else None
    return ask


def a_dead_session_does_not_stand_in_the_way():
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        ana = Browser(console)
        assert ana.sign_in("ana") == 303
        assert ana.ask("GET", "/") == 200
        for dead in (ana.cookies["session"][::-1], "0" * 64):
            ana.cookies["session"] = dead
            assert ana.ask("GET", "/healthz") == 200
            ana.cookies["session"] = dead
            assert ana.ask("GET", "/") == 303
            assert "session" not in ana.cookies, "its cookie is taken back"
            ana.cookies["session"] = dead
            assert ana.post("/login", [("name", "ana"),
                                       ("password", PASSWORD)]) == 303
            assert ana.ask("GET", "/") == 200
            ana.cookies["session"] = dead
            assert ana.ask("POST", "/logout", []) == 303
        status, _, _ = console.raw("POST", "/login", json.dumps(
            {"name": "ana", "password": PASSWORD}), {
                "Cookie": "session=" + "1" * 64,
                "Content-Type": "application/json"})
        assert status == 200, status
        assert ana.sign_in("ana") == 303
        ana.ask("GET", "/password")
        assert ana.post("/password", [("old", PASSWORD),
                                      ("password", NEW)]) == 303
        assert ana.ask("GET", "/") == 303, "its session ended"
        assert ana.sign_in("ana", NEW) == 303
        assert ana.ask("GET", "/") == 200


def signing_in_and_out_and_the_end_of_sessions_are_on_record():
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        ana = Browser(console)
        assert ana.sign_in("ana", "wrong words entirely") == 401
        assert ana.sign_in("hunter2-mistyped-secret") == 401
        assert ana.sign_in("ana") == 303
        assert ana.ask("GET", "/") == 200
        assert ana.post("/logout") == 303
        assert ana.sign_in("ana") == 303
        console.cli("user", "password", "ana", "--password-stdin",
                    stdin=NEW + "\n")
        failed = [e["data"] for e in events(console, "session.failed")]
        assert failed[0]["account"] == "ana", failed
        assert failed[1]["unknown_name"] and "account" not in failed[1]
        opened = events(console, "session.opened")
        closed = events(console, "session.closed")
        ended = events(console, "session.ended")
        assert [e["actor"] for e in opened] == ["ana", "ana"]
        assert closed[0]["data"]["session"] == opened[0]["data"]["session"]
        assert ended[0]["data"]["sessions"] == [opened[1]["data"]["session"]]
        assert ended[0]["data"]["why"] == "password_changed"
        assert ana.sign_in("ana", NEW) == 303
        console.stop()
        with sqlite3.connect(console.data / "countersign.db") as db:
            db.execute("UPDATE session SET expires_at = 1")
        db.close()
        console.start()
        assert ana.ask("GET", "/") == 303
        assert ana.sign_in("ana", NEW) == 303
        ended = events(console, "session.ended")[-1]
        opened = events(console, "session.opened")
        assert (ended["actor"], ended["data"]["why"],
                ended["data"]["session"]) == (
            "keeper", "expired", opened[-2]["data"]["session"]), ended
        for path in console.data.glob("countersign.db*"):
            assert b"mistyped-secret" not in path.read_bytes(), path
        assert "mistyped-secret" not in console.log.read_text()
        stranger = Browser(console)
        for n in range(40):
            stranger.sign_in(f"nobody{n}")
        assert len(events(console, "session.failed")) <= 25


def passwords_that_are_set_are_long_and_in_no_list():
    with Console(runbooks=books) as console:
        console.user("boss", "admin")
        boss = session(console, "boss")
        for password, code in (
                ("eleven char", "bad_password"), ("密码密码", "bad_password"),
                ("password1234", "known_password"),
                ("qwertyuiop12", "known_password"),
                ("Summer2024!!", "known_password"),
                ("aaaaaaaaaaaaaaa", "known_password"),
                ("countersign123", "known_password"),
                ("marcello-2024", "password_is_name"),
                ("MarcelloMarcello1!", "password_is_name")):
            refused(boss("POST", "/users", {
                "name": "marcello", "password": password}), 422, code)
            refused(boss("POST", "/users/boss/password", {
                "password": password.replace("arcello", "oss"),
                "old": PASSWORD}), 422,
                code if "arcello" not in password else "known_password") \
                if code != "password_is_name" else None
        assert boss("POST", "/users", {"name": "marcello", "password":
                                       "green boat 7 ladders"})[0] == 201


def names_of_our_own_and_names_alike_are_refused():
    with Console(runbooks=books) as console:
        console.user("boss", "admin")
        console.user("Ana", "operator")
        boss = session(console, "boss")
        for name in ("runner", "Runner", "KEEPER", "local", "Local",
                     "nobody"):
            refused(boss("POST", "/users", {"name": name, "password": NEW}),
                    422, "name_taken")
        for name in ("ana", "ANA", "Ana"):
            refused(boss("POST", "/users", {"name": name, "password": NEW}),
                    409, "account_exists")


def a_stranger_who_guesses_does_not_lock_the_owner_out():
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        console.user("bo", "operator")
        ana, stranger = Browser(console), Browser(console)
        assert ana.sign_in("ana") == 303
        ana.cookies.pop("session")
        for _ in range(8):
            status = stranger.sign_in("ana", "guessing some words")
            if status == 429:
                break
        assert status == 429, status
        said = re.search(r"try again in (\d+ min )?\d+ s", stranger.page)
        assert said, "it says how long"
        assert stranger.sign_in("ana") == 429, "also with the right one"
        assert ana.sign_in("ana") == 303, "a browser that is known"
        assert stranger.sign_in("bo") == 303, "another account from there"
        for _ in range(12):
            status = ana.sign_in("ana", "who has forgotten it")
            ana.cookies.pop("session", None)
            if status == 429:
                break
        assert status == 429, "a known browser has a count of its own"


def a_browser_is_known_by_a_cookie_that_we_made_for_that_account():
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        console.user("eve", "operator")
        ana, eve = Browser(console), Browser(console)
        planted = "ab" * 32
        ana.cookies["device"] = planted
        assert ana.sign_in("ana") == 303
        made = ana.cookies["device"]
        assert made != planted, "a made-up one is replaced"
        ana.cookies.pop("session")
        assert ana.sign_in("ana") == 303
        assert ana.cookies["device"] == made, "one that we made is kept"

        # One that is eve's own stands for ana no more than that.
        assert eve.sign_in("eve") == 303
        hers = eve.cookies["device"]
        shared = Browser(console)
        shared.cookies["device"] = hers
        assert shared.sign_in("ana") == 303
        assert shared.cookies["device"] != hers
        for cookie in (planted, hers):
            stranger = Browser(console)
            for _ in range(8):
                stranger.cookies["device"] = cookie
                status = stranger.sign_in("ana", "guessing some words")
                if status == 429:
                    break
            assert status == 429
            again = Browser(console)
            again.cookies["device"] = cookie
            assert again.sign_in("ana") == 429, "as a stranger"
        ana.cookies.pop("session")
        assert ana.sign_in("ana") == 303, "a browser that is known"
        shared.cookies.pop("session")
        assert shared.sign_in("ana") == 303, "the other one as well"
        shared.cookies.pop("session")
        cookie = shared.cookies["device"]
        assert shared.sign_in("eve") == 303
        assert shared.cookies["device"] == cookie, "of two accounts"


def a_form_from_another_origin_is_refused():
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        ana = Browser(console)
        assert ana.sign_in("ana", Origin="https://evil.example") == 403
        assert ana.sign_in("ana", Origin="null") == 403
        assert ana.sign_in("ana") == 303
        ana.ask("GET", "/")
        assert ana.post("/logout", Origin="http://127.0.0.1") == 403
        assert ana.post("/logout", Origin=console.base.replace(
            "127.0.0.1", "localhost")) == 403
        assert ana.post("/logout") == 303
        policy = ana.got["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';"), policy
        assert "HttpOnly" in ana.got["Set-Cookie"]


def cookies_of_tls_are_of_this_host_alone():
    """Our own nginx says whether there is TLS; a client cannot."""
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        liar = Browser(console, **{"X-Forwarded-Proto": "https"})
        assert liar.sign_in("ana") == 303
        assert "session" in liar.cookies and "__Host-session" not in \
            liar.cookies, liar.cookies
        secure = Fcgi(console)
        head, _ = secure.ask("POST", "/login", json.dumps(
            {"name": "ana", "password": PASSWORD}))
        cookies = re.findall(r"(?m)^Set-Cookie: (.*?)\r?$", head)
        assert len(cookies) == 2, head
        for cookie in cookies:
            assert re.match(r"__Host-(session|device)=[0-9a-f]{64}; Path=/; "
                            "HttpOnly; SameSite=Lax; Secure", cookie), cookie
        value = cookies[0].split(";")[0].split("=")[1]
        assert "Status: 200" in secure.ask(
            "GET", "/tokens", cookie="__Host-session=" + value)[0]
        assert "Status: 401" in secure.ask(
            "GET", "/tokens", cookie="session=" + value)[0], \
            "one of plain HTTP does not count"


class Fcgi:
    """Requests over TLS as nginx passes them on, to the socket of web."""

    def __init__(self, console):
        self.path = str(console.data / "run/web.sock")

    def ask(self, method, uri, body="", cookie=""):
        pairs = {"REQUEST_METHOD": method, "REQUEST_URI": uri,
                 "CONTENT_TYPE": "application/json" if body else "",
                 "CONTENT_LENGTH": str(len(body)), "HTTP_COOKIE": cookie,
                 "HTTP_ACCEPT": "application/json",
                 "REMOTE_ADDR": "127.0.0.1",
                 "HTTP_X_FORWARDED_PROTO": "https"}
        params = b"".join(bytes([len(k), len(v)]) + k.encode() + v.encode()
                          for k, v in pairs.items())

        def record(kind, data):
            return bytes([1, kind, 0, 1]) + len(data).to_bytes(2, "big") \
                + b"\0\0" + data
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(self.path)
            s.sendall(record(1, b"\0\1\0\0\0\0\0\0") + record(4, params)
                      + record(4, b"")
                      + (record(5, body.encode()) if body else b"")
                      + record(5, b""))
            got = b""
            while chunk := s.recv(65536):
                got += chunk
        out = b""
        while len(got) >= 8:
            size = int.from_bytes(got[4:6], "big")
            if got[1] == 6:
                out += got[8:8 + size]
            got = got[8 + size + got[6]:]
        head, _, text = out.decode().partition("\r\n\r\n")
        return head, text


def a_form_comes_back_filled_in_after_signing_in():
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        console.user("vi", "operator")
        ana = Browser(console)
        assert ana.sign_in("ana") == 303
        assert ana.ask("GET", "/runs/new?runbook=signed") == 200
        fields = [("runbook", "signed"), ("environment", "test"),
                  ("param_word", "\"<b>&amp;' 汉字"),
                  ("param_lines", "one\ntwo\n"),
                  ("param_loud", "false"), ("param_loud", "true"),
                  ("param_size", "large"), ("_secret", "param_pass"),
                  ("param_pass", "never-carried-secret"),
                  ("title", "Keep me"), ("reason", "two\nlines")]
        ana.cookies["session"] = "2" * 64
        assert ana.post("/runs", fields) == 401
        assert "never-carried-secret" not in ana.page
        assert console.sql("SELECT count(*) FROM run") == [(0,)]
        carried = [(n, html.unescape(v)) for n, v in re.findall(
            r'<input type="hidden" name="(carry\w*)" value="([^"]*)"',
            ana.page)]
        wrong = [("name", "ana"), ("password", "not this one at all")]
        assert ana.post("/login", carried + wrong) == 401
        carried = [(n, html.unescape(v)) for n, v in re.findall(
            r'<input type="hidden" name="(carry\w*)" value="([^"]*)"',
            ana.page)]
        assert ana.post("/login", carried + [("name", "ana"), (
            "password", PASSWORD)]) == 200
        page = ana.page
        assert "never-carried-secret" not in page
        main_part = page[page.index("<main"):]
        assert main_part.index("Type the secret again") < \
            main_part.index("<h1"), "it says so before anything else"
        assert ana.value("param_word") == "\"<b>&amp;' 汉字", page
        assert ana.value("param_lines") == "one\ntwo\n"
        assert ana.value("title") == "Keep me"
        assert ana.value("reason") == "two\nlines"
        assert re.search(r'name="param_loud" value="true"[^>]* checked', page)
        assert re.search(r'value="large"[^>]* selected', page)
        assert re.search(r'value="test"[^>]* checked', page)
        again = [(n, v) for n, v in fields if n != "param_pass"]
        assert ana.post("/runs", again + [("param_pass", "typed again")]) \
            == 303, ana.page
        run = int(ana.got["Location"].split("/")[2].split("#")[0])
        status, made = session(console, "ana")("GET", f"/runs/{run}")
        assert made["title"] == "Keep me", made
        assert made["parameters"]["word"] == "\"<b>&amp;' 汉字"

        # A form of an older session, where one has signed in meanwhile.
        assert ana.ask("GET", f"/runs/{run}") == 200
        assert ana.sign_in("ana") in (303,)
        ana.ask("GET", f"/runs/{run}")
        stale = [("_csrf", "3" * 64), ("text", "a comment")]
        assert ana.ask("POST", f"/runs/{run}/comments", stale) == 403
        assert ana.value("text") == "a comment", ana.page
        assert ana.post(f"/runs/{run}/comments",
                        [("text", "a comment")]) == 303

        # Nothing is lost either if the page has no such form any more.
        ana.cookies["session"] = "4" * 64
        assert ana.post(f"/runs/{run}/steps/look/confirm",
                        [("note", "what I saw")]) == 401
        carried = [(n, html.unescape(v)) for n, v in re.findall(
            r'<input type="hidden" name="(carry\w*)" value="([^"]*)"',
            ana.page)]
        assert ana.post("/login", carried + [("name", "ana"), (
            "password", PASSWORD)]) == 200
        assert "what I saw" in ana.page and "has changed" in ana.page

        # Bounded, and said.
        ana.cookies["session"] = "5" * 64
        assert ana.post(f"/runs/{run}/comments",
                        [("text", "x" * 270000)]) == 401
        assert "256 KB" in ana.page and len(ana.page) < 60000


def each_form_of_commands_def():
    """(verb, path, {field: is it a secret}) of the rows with a path and texts."""
    text = (TOP / "fcgi/plan/commands.def").read_text()
    below = {"COMMAND": "", "RUN": "/runs/1", "STEP": "/runs/1/steps/one"}
    for kind, verb, path, row in re.findall(r'^(COMMAND|RUN|STEP)\((\w+),.*?"(/[^"]*)",(.*)\)', text, re.M):
        fields = {name: kind == "SECRET" for name, kind in
                  re.findall(r"(?:NEED|MAY)\((\w+), (TEXT|WORDS|SECRET)", row)}
        if fields and verb not in ("login", "setup"):
            yield verb, below[kind] + path, fields


def no_secret_field_of_a_command_is_carried_through_a_sign_in():
    seen = 0
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        ana = Browser(console)
        assert ana.sign_in("ana") == 303
        for verb, path, fields in each_form_of_commands_def():
            ana.cookies["session"] = "6" * 64
            typed = {name: f"typed-in-{name}-{verb}" for name in fields}
            assert ana.post(path.replace(":name", "ana"), list(typed.items())) == 401, (verb, path, ana.page[:300])
            for name, secret in fields.items():
                assert (typed[name] in ana.page) == (not secret), (verb, name)
                seen += secret
    assert seen >= 7, seen
    # what a page does not show as it is typed is a secret
    hidden = {name for page in (TOP / "templates").glob("*.html")
              for name in re.findall(r'name="(\w+)" type="password"', page.read_text())}
    assert hidden <= {"password", "old", "value"}, hidden


def tokens_have_scopes_and_an_end():
    with Console(runbooks=books) as console:
        console.user("ana", "operator,approver")
        console.user("boss", "admin,approver")
        ana, boss = session(console, "ana"), session(console, "boss")
        lines = console.cli("token", "list", "ana").splitlines()
        assert lines[0].split("\t")[4] == "read,run", lines
        left = time.mktime(time.strptime(
            lines[0].split("\t")[5][:19], "%Y-%m-%dT%H:%M:%S")) - time.time()
        assert 88 < left / 86400 < 91, lines
        run = ana("POST", "/runs", {
            "runbook": "signed", "environment": "test", "parameters":
            {"pass": "some secret", "size": "small"}})[1]
        plan = run["plan"] if "plan" in run else ana(
            "GET", f"/runs/{run['id']}")[1]["plan"]
        decision = {"decision": "approve", "plan": plan}
        path = f"/runs/{run['id']}/approvals"

        def token(*args):
            return console.cli("token", "add", "boss", *args).strip()

        def with_token(token, method, path, body=None):
            status, _, data = console.raw(
                method, path, None if body is None else json.dumps(body),
                {"Authorization": "Bearer " + token, "Accept":
                 "application/json", "Content-Type": "application/json"})
            return status, json.loads(data)
        refused(with_token(token("--name", "a"), "POST", path, decision), 403,
                "scope_needed")
        reader = token("--name", "b", "--scope", "read")
        assert with_token(reader, "GET", path.rsplit("/", 1)[0])[0] == 200
        refused(with_token(reader, "POST", path.rsplit("/", 1)[0]
                           + "/comments", {"text": "x"}), 403, "scope_needed")
        runner = token("--name", "c", "--scope", "run")
        refused(with_token(runner, "GET", "/runs"), 403, "scope_needed")
        short = token("--name", "d", "--expires", "1s")
        wait_until(lambda: with_token(short, "GET", "/runs")[0] == 401)
        for wrong in (["--scope", "approve"], ["--scope", "read,run,approve"],
                      ["--scope", "all"], ["--expires", "10y"],
                      ["--expires", "0"]):
            try:
                token("--name", "e", *wrong)
            except AssertionError:
                continue
            raise AssertionError(f"{wrong} made a token")
        wanted = {"name": "mine", "scopes": ["read", "approve"]}
        refused(ana("POST", "/tokens", wanted), 422, "wrong_password")
        refused(ana("POST", "/tokens", {**wanted, "password": NEW}), 422,
                "wrong_password")
        refused(boss("POST", "/users/ana/tokens", {
            **wanted, "password": PASSWORD}), 403, "scope_own")
        full = token("--name", "f")
        refused(with_token(full, "POST", "/tokens", {
            **wanted, "password": PASSWORD}), 403, "scope_needed")
        refused(with_token(reader, "POST", "/tokens", {"name": "g"}), 403,
                "scope_needed")
        assert boss("POST", "/users/ana/tokens", {"name": "h"})[0] == 201
        status, made = boss("POST", "/tokens", {
            **wanted, "password": PASSWORD})
        assert status == 201 and made["scopes"] == ["read", "approve"], made
        assert with_token(made["token"], "POST", path, decision)[0] == 200
        assert console.sql("SELECT by FROM approval") == [("boss",)]


def a_reset_is_confirmed_by_a_third_person_before_it_counts():
    with Console(runbooks=books) as console:
        for name, roles in (("ana", "operator"), ("bo", "approver"),
                            ("cy", "approver"), ("boss", "admin,approver"),
                            ("dan", "operator")):
            console.user(name, roles)
        ana, boss, cy = (session(console, n) for n in ("ana", "boss", "cy"))
        bo_token = console.cli("token", "add", "bo", "--name", "x").strip()
        run = ana("POST", "/runs", {
            "runbook": "signed", "environment": "test", "parameters":
            {"pass": "some secret", "size": "small"}})[1]["id"]
        plan = ana("GET", f"/runs/{run}")[1]["plan"]
        decision = {"decision": "approve", "plan": plan}
        path = f"/runs/{run}/approvals"
        assert boss("POST", "/users/bo/password", {"password": NEW})[0] == 200
        assert console.raw("GET", "/runs", None, {
            "Authorization": "Bearer " + bo_token})[0] == 401
        bo = session(console, "bo", NEW)
        refused(bo("POST", path, decision), 403, "password_not_own")
        assert "approve" not in bo("GET", f"/runs/{run}")[1]["can"]
        confirm = "/users/bo/confirm-reset"
        refused(cy("POST", confirm, {}), 409, "reset_not_own")
        assert cy("GET", "/")[1]["resets"] == []
        assert "boss" in bo("GET", "/")[1]["own_reset"]
        assert bo("POST", "/password", {"old": NEW, "password":
                                        "changed by whom though"})[0] == 200
        bo = session(console, "bo", "changed by whom though")
        refused(bo("POST", path, decision), 403, "reset_open")
        for who in (boss, bo, session(console, "dan")):
            refused(who("POST", confirm, {}), 403, "reset_not_yours")
        cy_token = console.cli("token", "add", "cy", "--name", "x").strip()
        assert console.raw("POST", confirm, "{}", {
            "Authorization": "Bearer " + cy_token,
            "Content-Type": "application/json"})[0] == 403
        home = cy("GET", "/")[1]
        assert [r["name"] for r in home["resets"]] == ["bo"], home
        assert boss("GET", "/")[1]["resets"] == []
        assert cy("POST", confirm, {})[0] == 200
        refused(cy("POST", confirm, {}), 409, "no_reset")
        assert bo("POST", path, decision)[0] == 200
        confirmed = events(console, "account.reset_confirmed")
        assert confirmed[0]["actor"] == "cy" and \
            confirmed[0]["data"]["reset_by"] == "boss", confirmed

        # An account that was reset confirms nobody else's.
        for name in ("cy", "bo"):
            assert boss("POST", f"/users/{name}/password",
                        {"password": NEW})[0] == 200
        refused(session(console, "cy", NEW)("POST", confirm, {}), 403,
                "reset_not_yours")


def own_password(console, name):
    """Signs in with the password that an admin gave, chooses another one."""
    given = session(console, name, NEW)
    assert given("POST", "/password", {
        "old": NEW, "password": f"green ladders for {name[::-1]} 7"})[0] == 200
    return session(console, name, f"green ladders for {name[::-1]} 7")


def created(ana):
    run = ana("POST", "/runs", {
        "runbook": "signed", "environment": "test", "parameters":
        {"pass": "some secret", "size": "small"}})[1]["id"]
    return f"/runs/{run}/approvals", {
        "decision": "approve", "plan": ana("GET", f"/runs/{run}")[1]["plan"]}


def a_small_team_whose_admin_makes_all_accounts_can_work():
    """The first admin comes from the link that the console printed."""
    with Console(runbooks=books) as console:
        assert console.raw("POST", "/setup", json.dumps(
            {"key": console.setup_key, "name": "ana", "password": PASSWORD}),
            {"Content-Type": "application/json"})[0] in (200, 201)
        ana = session(console, "ana")
        for name in ("ben", "cy"):
            assert ana("POST", "/users", {
                "name": name, "roles": ["approver"], "password": NEW})[0] == 201
        path, decision = created(ana)
        refused(session(console, "ben", NEW)("POST", path, decision), 403,
                "password_not_own")
        ben, cy = own_password(console, "ben"), own_password(console, "cy")
        refused(ana("POST", "/users/ben/confirm-reset", {}), 403,
                "reset_not_yours")
        refused(cy("POST", "/users/ben/confirm-reset", {}), 403,
                "reset_not_yours")
        assert ben("GET", "/")[1]["own_reset"] is None
        assert ben("POST", path, decision)[0] == 200
        given = ben("GET", path.rsplit("/", 1)[0])[1]["approvals"]["given"][0]
        assert given["reset_by"] == "ana", given

        # Somebody whose account the machine made vouches for all others.
        console.user("root", "admin")
        root = session(console, "root")
        path, decision = created(ana)
        refused(ben("POST", path, decision), 403, "reset_open")
        assert [r["name"] for r in root("GET", "/")[1]["resets"]] == [
            "ben", "cy"]
        assert root("POST", "/users/cy/confirm-reset", {})[0] == 200
        assert cy("POST", "/users/ben/confirm-reset", {})[0] == 200
        assert ben("POST", path, decision)[0] == 200
        given = ben("GET", path.rsplit("/", 1)[0])[1]["approvals"]["given"][0]
        assert given["reset_by"] is None, given


def who_could_confirm_still_counts_after_the_admin_took_that_away():
    for how in ("disabled", "roles", "reset"):
        with Console(runbooks=books) as console:
            for name, roles in (("cy", "approver"), ("bo", "approver"),
                                ("boss", "admin,operator")):
                console.user(name, roles)
            boss = session(console, "boss")
            body = {"disabled": {"disabled": True}, "roles": {"roles": []},
                    "reset": {"password": NEW}}[how]
            assert boss("POST", "/users/cy" + (
                "/password" if how == "reset" else ""), body)[0] == 200
            assert boss("POST", "/users/bo/password",
                        {"password": NEW})[0] == 200
            bo = own_password(console, "bo")
            path, decision = created(boss)
            refused(bo("POST", path, decision), 403, "reset_open")


def a_reset_that_nobody_can_confirm_stands_beside_what_is_given():
    with Console(runbooks=books) as console:
        for name, roles in (("boss", "admin"), ("bo", "approver,auditor"),
                            ("ana", "operator")):
            console.user(name, roles)
        ana, boss = session(console, "ana"), session(console, "boss")
        run = ana("POST", "/runs", {
            "runbook": "signed", "environment": "test", "parameters":
            {"pass": "some secret", "size": "small"}})[1]["id"]
        path = f"/runs/{run}"
        plan = ana("GET", path)[1]["plan"]
        assert boss("POST", "/users/bo/password", {"password": NEW})[0] == 200
        bo = own_password(console, "bo")
        assert bo("POST", path + "/approvals", {
            "decision": "approve", "plan": plan})[0] == 200
        assert ana("POST", path + "/start", {})[0] == 200
        assert ana("POST", path + "/steps/say/execute", {})[0] == 202

        def say():
            return next(s for s in ana("GET", path)[1]["steps"]
                        if s["id"] == "say")
        wait_until(lambda: say()["state"] == "awaiting_signature")
        assert bo("POST", path + "/steps/say/sign", {})[0] == 200
        at = events(console, "account.password_set")[0]["at"]
        for where in (path, path + "/report.json"):
            found = ana("GET", where)[1]
            found = found.get("run", found)
            given = found["approvals"]["given"][0]
            signed = next(s for s in found["steps"]
                          if s["id"] == "say")["signatures"][0]
            for one in (given, signed):
                assert (one["reset_by"], one["reset_at"]) == ("boss", at), one
        words = f'password reset by boss at <time datetime="{at}">'
        headers = {**sign_in(console.base, "ana"), "Accept": "text/html"}
        report = console.raw("GET", path + "/report", None, headers)[2]
        assert report.decode().count(words) == 2, report.decode()
        assert words in console.raw("GET", path, None, headers)[2].decode()


class Stream:
    """An event stream that is open, with the headers of who asked."""

    def __init__(self, console, path, headers):
        self.socket = socket.create_connection(("127.0.0.1", console.port))
        lines = "".join(f"{k}: {v}\r\n" for k, v in {
            **headers, "Accept": "text/event-stream"}.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            f"{lines}Connection: close\r\n\r\n".encode())
        self.text = b""
        while b"retry:" not in self.text:
            self.text += self.read(20)

    def read(self, seconds):
        self.socket.settimeout(seconds)
        data = self.socket.recv(65536)
        assert data, self.text
        return data

    def seconds_to_end(self, most=50):
        begin = time.monotonic()
        self.socket.settimeout(1)
        while time.monotonic() < begin + most:
            try:
                if not self.socket.recv(65536):
                    return time.monotonic() - begin
            except TimeoutError:
                pass
        raise AssertionError("the stream goes on")


def a_stream_ends_with_what_it_was_opened_with():
    with Console(runbooks=books) as console:
        boss = None
        for name, roles in (("boss", "admin"), ("ana", "operator"),
                            ("bo", "operator"), ("cy", "operator"),
                            ("dan", "operator"), ("eve", "operator")):
            console.user(name, roles)
        boss = session(console, "boss")
        run = session(console, "ana")("POST", "/runs", {
            "runbook": "signed", "environment": "test", "parameters":
            {"pass": "some secret", "size": "small"}})[1]["id"]
        one, many = f"/runs/{run}/events", f"/events?runs={run}:0"
        token = console.cli("token", "add", "eve", "--name", "s").strip()
        who = {n: sign_in(console.base, n) for n in ("ana", "bo", "cy",
                                                    "dan")}
        who["eve"] = {"Authorization": "Bearer " + token}
        who["short"] = {"Authorization": "Bearer " + console.cli(
            "token", "add", "eve", "--name", "t", "--expires", "25s").strip()}
        streams = {(n, path): Stream(console, path, h)
                   for n, h in who.items() for path in (one, many)}

        def ends(name, seconds=2):
            for path in (one, many):
                took = streams.pop((name, path)).seconds_to_end()
                assert took < seconds, (name, path, took)
        assert boss("POST", "/users/ana", {"disabled": True})[0] == 200
        ends("ana")
        assert console.raw("POST", "/logout", "", {
            **who["bo"]})[0] == 200
        ends("bo")
        assert boss("POST", "/users/cy/password", {"password": NEW})[0] == 200
        ends("cy")
        console.cli("token", "revoke", "eve", "--name", "s")
        ends("eve")
        ends("short", 40)
        for (name, _), stream in streams.items():
            assert stream.read(20), f"the one of {name} goes on"
        assert [n for n, _ in streams] == ["dan", "dan"]


def the_only_admin_has_a_way_on_the_machine():
    with Console(runbooks=books) as console:
        console.user("boss", "admin,approver")
        console.cli("user", "password", "boss", "--password-stdin",
                    stdin=NEW + "\n")
        assert sign_in(console.base, "boss") is None
        session(console, "boss", NEW)
        done = events(console, "account.password_set")[-1]
        assert done["actor"] == "local" and done["data"]["reset"], done
        assert "countersign user password" in console.raw(
            "GET", "/login", None, {"Accept": "text/html"})[2].decode()


def limits_count_characters_and_a_refused_form_comes_back():
    """Characters of Unicode, whatever the browser counts."""
    with Console(runbooks=books) as console:
        console.user("ana", "operator")
        for language, title, text, reason in (
                ("en", "The title is too long: 200 characters at most.", "The text is too long", "The reason is too long"),
                ("zh-CN", "标题太长：最多 200 个字符。", "文本太长", "理由太长")):
            b = Browser(console, **{"Accept-Language": language})
            b.sign_in("ana")
            fields = [("runbook", "signed"), ("environment", "test"), ("param_word", "你好 <😀>"), ("param_loud", "false"),
                      ("param_loud", "true"), ("param_size", "large"), ("param_pass", "hidden word"),
                      ("reason", "因为 😀\nso")]
            for full in ("好" * 200, "😀" * 200, "é" * 200):
                b.ask("GET", "/runs/new?runbook=signed")
                most = int(re.search(r'name="title" maxlength="(\d+)"', b.page)[1])
                assert len(full.encode("utf-16-le")) // 2 <= most, most
                assert b.post("/runs", [*fields, ("title", full)]) == 303, b.page
                run = b.got["Location"]
                assert b.ask("GET", run) == 200 and full in b.page, b.page
            b.ask("GET", "/runs/new?runbook=signed")
            assert b.post("/runs", [*fields, ("title", "😀" * 201)]) == 422
            assert title in b.page, b.page
            assert b.value("title") == "😀" * 201 and b.value("reason") == "因为 😀\nso", b.page
            assert b.value("param_word") == "你好 <😀>" and "hidden word" not in b.page, b.page
            assert re.search(r'name="param_loud" value="true"[^>]* checked', b.page), b.page
            assert '<option value="large" selected>' in b.page, b.page
            # on the page of a run, with its fold open
            b.ask("GET", run)
            assert b.post(run + "/comments", [("text", "好" * 10000)]) == 303
            b.ask("GET", run)
            assert b.post(run + "/comments", [("text", "😀" * 10001)]) == 422
            assert text in b.page and b.value("text") == "😀" * 10001, b.page[:3000]
            b.ask("GET", run)
            assert b.post(run + "/abort", [("reason", "啊" * 10001)]) == 422
            assert reason in b.page and b.page.count("啊" * 10001) == 1, b.page[:3000]
            fold = b.page[:b.page.index("啊")].rindex("<details")
            assert b.page[fold:].startswith('<details class="ask" name="action" open>'), b.page[fold:fold + 99]
            assert b.page.count('<details class="ask" name="action" open>') == 1, b.page
            # a name is refused with what was typed, and a token's choices too
            b.ask("GET", "/tokens")
            assert b.post("/tokens", [("name", "a" * 65), ("scopes", "run"), ("expires", "7d")]) == 422
            assert b.value("name") == "a" * 65, b.page
            assert re.search(r'value="run"[^>]* checked', b.page), b.page
            assert not re.search(r'value="read"[^>]* checked', b.page), b.page
            assert re.search(r'<option value="7d"[^>]* selected', b.page), b.page


main([a_dead_session_does_not_stand_in_the_way,
      signing_in_and_out_and_the_end_of_sessions_are_on_record,
      passwords_that_are_set_are_long_and_in_no_list,
      names_of_our_own_and_names_alike_are_refused,
      a_stranger_who_guesses_does_not_lock_the_owner_out,
      a_browser_is_known_by_a_cookie_that_we_made_for_that_account,
      a_form_from_another_origin_is_refused,
      cookies_of_tls_are_of_this_host_alone,
      a_form_comes_back_filled_in_after_signing_in,
      no_secret_field_of_a_command_is_carried_through_a_sign_in,
      tokens_have_scopes_and_an_end,
      a_reset_is_confirmed_by_a_third_person_before_it_counts,
      a_small_team_whose_admin_makes_all_accounts_can_work,
      who_could_confirm_still_counts_after_the_admin_took_that_away,
      a_reset_that_nobody_can_confirm_stands_beside_what_is_given,
      a_stream_ends_with_what_it_was_opened_with,
      the_only_admin_has_a_way_on_the_machine,
      limits_count_characters_and_a_refused_form_comes_back])
