#!/usr/bin/env python3
"""
http steps against a server of this test, with and without TLS.

countersign-executor-clients gets its job spec on standard input as from the
runner; what is checked is its status, its recording, and what the server really received.
STEP names the program.  Arguments choose tests by name.
"""
import base64, gzip, hashlib, hmac, http.server, json, os, pathlib, secrets, shutil, signal
import socket, ssl, subprocess, sys, tempfile, threading, time, urllib.parse

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, free_port, main, runbook_folder  # noqa: E402
from http_step import HttpStep, artifact  # noqa: E402

WORK = tempfile.mkdtemp(prefix="cs-http.")
TOKEN = "token-that-nobody-may-see"
PASSWORD = "pa:ss word \u00e9 nobody sees"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.seen.append((self.command, self.path, self.headers, body))
        path = self.path.split("?")[0].removeprefix("/api")
        kind = path.split("/")[2] if path.startswith("/do/") else ""
        try:
            getattr(self, "do_" + kind, self.echo)()
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def echo(self):
        self.answer(200, json.dumps({"method": self.command, "items": [
            {"id": 4711}], "auth": self.headers.get("Authorization")}).encode(),
            [("Content-Type", "application/json"), ("X-Trace", "t-42")])

    def do_status(self):
        self.answer(int(self.path.split("/do/status/")[1]), b"sorry, it broke\n")

    def do_redirect(self):
        self.answer(302, b"", [("Location", "/elsewhere")])

    def do_to(self):
        """/do/to/STATUS/ADDRESS"""
        status, to = self.path.split("/", 4)[3:]
        self.answer(int(status), b"", [("Location", urllib.parse.unquote(to))])

    def do_again(self):
        """A redirect to itself, for ever."""
        self.answer(302, b"", [("Location", "/do/again?" + "x" * len(self.path))])

    def do_reset(self):
        """Lost at first, there then."""
        if sum(1 for s in self.server.seen if s[1] == self.path) < 2:
            self.do_lost()
        else:
            self.answer(200, b"there\n")

    def do_second(self):
        """503 at first, 200 then."""
        n = sum(1 for s in self.server.seen if s[1] == self.path)
        self.answer(200 if n > 1 else 503, b"n\n")

    def do_slow(self):
        time.sleep(20)

    def do_lost(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def do_cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"the beginning")
        self.close_connection = True

    def do_endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    def do_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-More: " + b"y" * 1000 + b"\r\n")

    def do_bomb(self):
        data = gzip.compress(b"\0" * (200 << 20), 6)
        self.answer(200, data, [("Content-Encoding", "gzip")])

    def do_gzip(self):
        self.answer(200, gzip.compress(b'{"a": [1, 2]}'),
                    [("Content-Encoding", "gzip")])

    def do_binary(self):
        self.answer(200, bytes(range(256)))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, tls=None, clients=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        self.port = self.server_address[1]
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls + ".pem", tls + ".key")
            if clients:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(clients)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *args):
        pass


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=WORK)


def make_ca(name):
    """An authority NAME-ca.pem, and NAME.pem for 127.0.0.1 by it."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", name + "-ca.key", "-out", name + "-ca.pem",
            "-days", "2", "-subj", "/CN=" + name)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=srv")
    pathlib.Path(WORK, name + ".ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", name + ".csr", "-CA", name + "-ca.pem", "-CAkey",
            name + "-ca.key", "-CAcreateserial", "-out", name + ".pem", "-days", "2",
            "-extfile", name + ".ext")


def Step(text, target=None, **more):
    return HttpStep(WORK, text, target or {"url": plain.url}, **more)


def run(text, target=None, **more):
    return Step(text, target, **more).wait()


def requests_are_sent_and_answers_shown():
    plain.seen.clear()
    s = run("GET /v1/clients?a=1\nX-Mine: yes\n\n### next\nPOST /v1/clients\n\n"
            '{"name": "{{who}}"}', {"url": plain.url + "/base/",
            "headers": {"X-Team": "blue"}}, values={"who": 'A "B"'})
    s.ended("succeeded")
    first, second = plain.seen
    assert first[:2] == ("GET", "/base/v1/clients?a=1"), first
    assert first[2]["X-Mine"] == "yes" and first[2]["X-Team"] == "blue"
    assert first[2]["Idempotency-Key"] is None
    assert second[2]["Idempotency-Key"] == s.exec + "-2-1", second[2]
    assert second[2]["Content-Type"] == "application/json"
    assert second[3] == b'{"name": "A \\"B\\""}', second[3]
    for line in (f"GET {plain.url}/base/v1/clients?a=1\n", "X-Mine: yes\n",
                 "HTTP/1.1 200 OK\n", "X-Trace: t-42\n", '      "id": 4711\n'):
        assert line in s.text, (line, s.text)


def captures_are_of_the_last_answer():
    s = run("GET /a\n###\nPUT /b", captures=[
        {"name": "m", "how": "pointer", "what": "/method"},
        {"name": "id", "how": "pointer", "what": "/items/0/id"},
        {"name": "trace", "how": "regex", "what": "^X-Trace: (.*)$"}],
        expect="4711")
    s.ended("succeeded")
    assert s.end["captures"] == {"m": "PUT", "id": "4711", "trace": "t-42"}, s.end
    run("GET /a", expect="4712").ended("failed", "4712")
    run("GET /a", reject="items").ended("failed", "items")
    run("GET /a?items=4712", reject="4712").ended("succeeded")
    s = run("GET /do/gzip", captures=[{"name": "a", "how": "pointer",
                                       "what": "/a/1"}]).ended("succeeded")
    assert s.end["captures"] == {"a": "2"}


def status_says_what_success_is():
    plain.seen.clear()
    s = run("POST /do/status/500\n###\nGET /after")
    s.ended("failed", "500", "2xx", "POST")
    assert "sorry, it broke" in s.text
    assert len(plain.seen) == 1, "nothing follows a request that failed"
    run("GET /do/status/404", status="200,404").ended("succeeded")
    run("GET /a", status="201").ended("failed", "200 OK", "201")
    run("HEAD /a").ended("succeeded")


def redirects_are_not_followed_unasked():
    plain.seen.clear()
    run("GET /do/redirect").ended("failed", "302", plain.url + "/elsewhere",
                                  "status=302", "redirects=1")
    run("GET /do/redirect", status="3xx").ended("succeeded")
    assert [s[1] for s in plain.seen] == ["/do/redirect"] * 2, plain.seen


def to(status, address):
    return f"/do/to/{status}/" + urllib.parse.quote(address, safe="")


def redirects_are_followed_where_asked_for():
    plain.seen.clear()
    s = run("GET /do/redirect", {"url": plain.url, "token": TOKEN}, redirects=1)
    s.ended("succeeded")
    assert [q[1] for q in plain.seen] == ["/do/redirect", "/elsewhere"]
    assert plain.seen[1][2]["Authorization"] == "Bearer " + TOKEN
    assert "--- redirected ---\nGET " + plain.url + "/elsewhere" in s.text, s.text
    plain.seen.clear()
    run("POST " + to(303, "/got") + "\n\n{}", redirects=2).ended("succeeded")
    assert [(q[0], q[3]) for q in plain.seen] == [("POST", b"{}"), ("GET", b"")]
    assert plain.seen[1][2]["Content-Type"] is None
    plain.seen.clear()
    run("POST " + to(307, "/got") + "\n\n{}", redirects=2).ended("succeeded")
    assert [(q[0], q[3]) for q in plain.seen] == [("POST", b"{}")] * 2
    plain.seen.clear()
    run("GET /do/again", redirects=3).ended("failed", "after the 3")
    assert len(plain.seen) == 4


def a_redirect_takes_no_credentials_to_another_server():
    other.seen.clear()
    secret = {"url": plain.url, "token": TOKEN, "headers": {"X-Key": "k-e-y"}}
    text = "GET " + to(302, other.url + "/x") + "\nCookie: a=b\nAccept: */x"
    run(text, secret, redirects=2).ended("succeeded")
    got = other.seen[-1][2]
    assert got["Authorization"] is None and got["X-Key"] is None
    assert got["Cookie"] is None and got["Accept"] == "*/x", got
    # nor there and back again
    back = other.url + to(302, plain.url + "/back")
    run("GET " + to(302, back), secret, redirects=3).ended("succeeded")
    assert plain.seen[-1][1] == "/back", plain.seen[-1]
    assert plain.seen[-1][2]["Authorization"] is None
    n = len(other.seen)
    run("POST " + to(307, other.url + "/x") + "\n\nsecret", secret,
        redirects=2).ended("failed", "another server")
    run("DELETE " + to(302, other.url + "/x"), secret, redirects=2).ended(
        "failed", "another server")
    assert len(other.seen) == n
    tls_target = {"url": tls.url, "ca": WORK + "/right-ca.pem"}
    run("GET " + to(302, plain.url + "/x"), tls_target, redirects=2).ended(
        "failed", "is not encrypted")
    run("GET " + to(302, tls.url + "/x"), {**tls_target, "url": plain.url},
        redirects=2).ended("succeeded")
    for address in ("http://169.254.169.254/latest/", "http://[::ffff:0.0.0.0]/"):
        run("GET " + to(302, address), redirects=2).ended("failed", "was not sent",
                                                         "credentials")
    run("GET " + to(302, "file:///etc/passwd"), redirects=2).ended("failed", "302")
    run("GET " + to(302, other.url.replace("//", "//u:p@") + "/x"),
        redirects=2).ended("failed", "name or password")


def a_client_certificate_is_shown():
    ca = WORK + "/right-ca.pem"
    target = {"url": strict.url, "ca": ca}
    run("GET /a", target).ended("failed", "client certificate", "cert:")
    assert strict.seen == []
    run("POST /a", {**target, "cert": WORK + "/right.pem",
                    "cert_key": WORK + "/right.key"}).ended("succeeded")
    run("GET /a", {**target, "cert": WORK + "/wrong.pem",
                   "cert_key": WORK + "/wrong.key"}).ended("failed")
    run("POST /a", {**target, "cert": WORK + "/right.pem",
                    "cert_key": WORK + "/wrong.key"}).ended(
        "failed", "was not sent", "cert_key:")
    assert len(strict.seen) == 1


def a_read_that_was_lost_is_no_doubt():
    run("GET /do/lost").ended("failed", "not complete", "sent again")
    plain.seen.clear()
    run("GET /do/reset", every_ms=100, within_ms=20000).ended("succeeded")
    assert len(plain.seen) == 2
    run("HEAD /do/slow", every_ms=100, within_ms=900, timeout_ms=300).ended(
        "failed", "not answered within")
    run("POST /do/lost", every_ms=100, within_ms=5000).ended("unknown")


def credentials_are_sent_and_hidden():
    plain.seen.clear()
    s = run("GET /a", {"url": plain.url, "token": TOKEN}).ended("succeeded")
    assert plain.seen[-1][2]["Authorization"] == "Bearer " + TOKEN
    assert TOKEN not in s.text
    s = run("GET /a", {"url": plain.url, "user": "op", "password": PASSWORD})
    s.ended("succeeded")
    sent = base64.b64encode(f"op:{PASSWORD}".encode()).decode()
    assert plain.seen[-1][2]["Authorization"] == "Basic " + sent
    assert sent not in s.text and PASSWORD not in s.text
    assert "Basic \u2022\u2022\u2022\u2022\u2022\u2022\"" in s.text, \
        "nothing of user and password is left to read: " + s.text
    s = run("GET /a\nAuthorization: Bearer {{t}}", {"url": plain.url,
            "token": TOKEN}, secrets={"t": "another-secret-token"})
    assert plain.seen[-1][2]["Authorization"] == "Bearer another-secret-token"
    assert "another-secret-token" not in s.text
    n = len(plain.seen)
    run("GET /a", {"url": plain.url, "token": "a\r\nEvil: 1"}).ended(
        "failed", "token", "secret store")
    run(f"GET http://localhost:{plain.port}/a", {"url": plain.url,
        "token": TOKEN}).ended("failed", "another server", "Line 7")
    assert len(plain.seen) == n


def signed(sign, text="POST /hook?a=1\nContent-Type: text/plain\n\n{{body}}", **more):
    """The headers of a request that a target with this sign: has sent."""
    s = run(text, {"url": plain.url + "/base", "sign": {"secret": TOKEN, **sign}}, **more)
    s.ended("succeeded")
    assert TOKEN not in s.text and TOKEN not in "".join(
        p.read_text(errors="replace") for p in pathlib.Path(s.dir).iterdir() if p.is_file())
    return s, plain.seen[-1]


def mac(text, hash=hashlib.sha256):
    return hmac.new(TOKEN.encode(), text, hash)


def requests_are_signed_as_their_receivers_compare():
    values = {"values": {"body": "h\u00e9 {}\n"}}
    body = "h\u00e9 {}\n".encode()
    s, seen = signed({"hmac": "sha256", "header": "X-Signature"}, **values)
    assert seen[3] == body and seen[2]["X-Signature"] == mac(body).hexdigest()
    assert "X-Signature: (HMAC-SHA256 of {body})" in s.text, s.text
    _, seen = signed({"hmac": "sha256", "header": "X-Hub-Signature-256",
                      "value": "sha256={hex}"}, **values)  # GitHub
    assert seen[2]["X-Hub-Signature-256"] == "sha256=" + mac(body).hexdigest()
    _, seen = signed({"hmac": "sha1", "header": "X-Hub-Signature", "value": "sha1={hex}"},
                     "POST /hook\n")
    assert seen[2]["X-Hub-Signature"] == "sha1=" + mac(b"", hashlib.sha1).hexdigest()
    s, seen = signed({"header": "X-Gitlab-Token", "value": "{secret}"}, **values)  # GitLab
    assert seen[2]["X-Gitlab-Token"] == TOKEN and "X-Gitlab-Token: (a secret)" in s.text
    _, seen = signed({"hmac": "sha256", "header": "Stripe-Signature",
                      "text": "{timestamp}.{body}", "value": "t={timestamp},v1={hex}"}, **values)
    at, v1 = seen[2]["Stripe-Signature"].split(",")
    assert abs(time.time() - int(at[2:])) < 300, at
    assert v1 == "v1=" + mac(at[2:].encode() + b"." + body).hexdigest()
    _, seen = signed({"hmac": "sha256", "header": "X-Mac", "timestamp": "X-Time", "value": "{base64}",
                      "text": "{timestamp}\n{method}\n{path}\n{body}"}, **values)
    assert base64.b64decode(seen[2]["X-Mac"]) == mac(
        f"{seen[2]['X-Time']}\nPOST\n/base/hook?a=1\n".encode() + body).digest()
    _, seen = signed({"hmac": "sha256", "header": "X-Signature"},
                     "GET /own\nX-Signature: mine")
    assert seen[2].get_all("X-Signature") == ["mine"]
    n = len(other.seen)
    run(f"GET /do/to/302/{urllib.parse.quote(other.url + '/x', '')}", {"url": plain.url, "sign": {
        "hmac": "sha256", "secret": TOKEN, "header": "X-Signature"}}, redirects=1).ended("succeeded")
    assert len(other.seen) == n + 1 and other.seen[-1][2]["X-Signature"] is None
    run("GET /a", {"url": plain.url, "sign": {"header": "X-A", "value": "{secret}",
                                              "secret": "a\r\nEvil: 1"}}).ended("failed", "sign")


def nasty():
    yield from ['"', "'", "\\", "a b", "%41", "%", "&x=1", "+", "=", "#", "?", "/",
                "../../etc", ";", "$(id)", "`id`", "{{v}}", "}}", "\u202eabc", "\u200b",
                "\U0001f600", "\x7f", "\x01", "\t", "a\nb", "a\r\nX: y", "-x", " a ",
                "null", "1", "</a>", "\u00e9" * 1000, "a" * 65536, "\ufeff", "\n\n"]


def nasty_values_arrive_byte_for_byte_or_are_refused():
    text = ('POST /p?q={{v}}\n\n{"v": "{{v}}", "w": "<{{v}}>"}\n###\n'
            "POST /p\nContent-Type: application/x-www-form-urlencoded\n\nv={{v}}&w=1\n"
            "###\nPOST /p\nContent-Type: text/plain\n\n<{{v}}>")
    for v in nasty():
        plain.seen.clear()
        if len(v) < 60000:
            run(text, values={"v": v}).ended("succeeded")
            one, two, three = plain.seen
            query = urllib.parse.parse_qs(one[1].split("?", 1)[1])
            assert query["q"] == [v], (v, one[1])
            assert json.loads(one[3]) == {"v": v, "w": f"<{v}>"}, (v, one[3])
            assert urllib.parse.parse_qs(two[3].decode()) == {"v": [v], "w": ["1"]}
            assert three[3] == f"<{v}>".encode(), (v, three[3])
        else:
            run('POST /p\n\n{"v": "{{v}}"}', values={"v": v}).ended("succeeded")
            assert json.loads(plain.seen[0][3]) == {"v": v}
        plain.seen.clear()
        s = run("GET /p\nX-V: {{v}}\nX-After: 1", values={"v": v}) \
            if len(v) < 60000 else None
        if s and s.end["state"] == "succeeded":
            got = plain.seen[0][2]
            assert got["X-V"].encode("latin-1").decode() == v, (v, got["X-V"])
            assert got["X-After"] == "1" and got["X"] is None
        elif s:
            s.ended("failed", "Nothing was sent", "line 8")
            assert plain.seen == [] and (v != v.strip() or any(
                c < " " or c == "\x7f" for c in v)), repr(v)


def a_slow_answer_is_of_unknown_outcome():
    begin = time.monotonic()
    run("POST /do/slow", timeout_ms=700).ended(
        "unknown", "time limit", "POST", "not known")
    assert time.monotonic() - begin < 8
    run("POST /do/lost").ended("unknown", "not complete", "not known")
    s = run("GET /do/cut").ended("failed", "not complete")
    assert "the beginning" in s.text


def a_cancel_after_sending_is_of_unknown_outcome():
    plain.seen.clear()
    s = Step("POST /do/slow")
    end = time.monotonic() + 20
    while not plain.seen and time.monotonic() < end:
        time.sleep(0.02)
    pid = int(pathlib.Path(s.dir, "pid").read_text())
    os.kill(pid, signal.SIGTERM)
    s.wait(10).ended("unknown", "cancelled", "not known")


def a_cancel_before_sending_is_failed():
    with socket.socket() as deaf:      # accepts nothing, answers no TLS
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        s = Step("POST /a", {"url": f"https://127.0.0.1:{deaf.getsockname()[1]}"})
        time.sleep(1)
        os.kill(int(pathlib.Path(s.dir, "pid").read_text()), signal.SIGTERM)
        s.wait(10).ended("failed", "cancelled", "before")


def endless_answers_and_bombs_are_cut_off():
    for what in ("endless", "bomb"):
        s = run(f"GET /do/{what}").ended("failed", "16 MB", "cut off")
        assert len(s.text) < 400_000, len(s.text)
    run("POST /do/endless").ended("unknown", "16 MB", "cut off")
    s = run("GET /do/headers").ended("failed")
    assert len(s.text) < 400_000, len(s.text)


def what_is_no_text_is_not_poured_out():
    s = run("GET /do/binary").ended("succeeded")
    assert "(256 bytes that are not text)" in s.text, s.text


def unreachable_servers_are_clear_sentences():
    port = free_port()
    run("POST /a", {"url": f"http://127.0.0.1:{port}"}).ended(
        "failed", "was not sent", "nothing answers", str(port))
    run("GET /a", {"url": "http://no-such-host.invalid"}).ended(
        "failed", "was not sent", "no-such-host.invalid", "DNS")
    for address in ("0.0.0.0", "[::ffff:0.0.0.0]", "169.254.169.254"):
        run("GET /a", {"url": f"http://{address}:{plain.port}"}).ended(
            "failed", "was not sent", "link-local")
    run("GET /a", {"url": f"https://127.0.0.1:{plain.port}"}).ended(
        "failed", "was not sent")


def tls_needs_the_right_authority():
    run("GET /a", {"url": tls.url}).ended(
        "failed", "was not sent", "not trusted", "ca: FILE")
    run("GET /a", {"url": tls.url, "ca": WORK + "/right-ca.pem"}).ended("succeeded")
    n = len(tls.seen)
    run("GET /a", {"url": tls.url, "ca": WORK + "/wrong-ca.pem"}).ended(
        "failed", "not trusted")
    run("GET /a", {"url": tls.url, "ca": WORK + "/missing.pem"}).ended(
        "failed", "cannot be read", "missing.pem")
    run("GET /a", {"url": f"https://localhost:{tls.port}",
                   "ca": WORK + "/right-ca.pem"}).ended("failed", "not trusted")
    assert len(tls.seen) == n


def mistakes_send_nothing():
    plain.seen.clear()
    run("POST /a\n###\nGET /{{unknown}}").ended("failed", "line 9", "unknown")
    run("POST /a\n###\nnonsense").ended("failed", "Line 9")
    run("POST /a\n###\nGET file:///etc/passwd").ended("failed", "Line 9")
    assert plain.seen == []


def a_try_that_fails_is_followed_by_another():
    plain.seen.clear()
    s = run("POST /do/second", every_ms=200, within_ms=20000).ended("succeeded")
    keys = [q[2]["Idempotency-Key"] for q in plain.seen]
    assert keys == [s.exec + "-1-1", s.exec + "-1-2"], keys


def list_artifact(text):
    """An artifact of an earlier execution, as the runner names it."""
    folder = secrets.token_hex(16)
    os.mkdir(os.path.join(WORK, folder))
    pathlib.Path(WORK, folder, "poa.save").write_bytes(text)
    return {"list": {"poa": artifact(f"{folder}/poa.save", text)}}


def for_each(text, data, pointer="/data", **more):
    if pointer is not None:
        more["foreach_pointer"] = pointer
    return run(text, foreach_artifact="list", artifacts=list_artifact(data), **more)


THREE = b'{"data": [{"id": "a/1", "n": 1.10}, {"id": "b", "n": 2},\n {"id":"c"}]}'


def requests_are_sent_for_each_member_of_a_list():
    plain.seen.clear()
    s = for_each("POST /x/{{item/id}}\n\n{{item}}\n###\nDELETE /x/{{item/id}}",
                 THREE).ended("succeeded")
    sent = plain.seen
    assert [(q[0], q[1]) for q in sent] == [
        (m, "/x/" + i) for i in ("a%2F1", "b", "c") for m in ("POST", "DELETE")]
    assert [q[3] for q in sent[::2]] == [
        b'{"id": "a/1", "n": 1.10}', b'{"id": "b", "n": 2}', b'{"id":"c"}']
    keys = [q[2]["Idempotency-Key"] for q in sent[::2]]
    assert len(set(keys)) == 3, keys
    assert "--- item 2 of 3 ---" in s.text and "3 of 3 items were sent" in s.text
    assert "resume" not in s.end, s.end


def a_list_that_cannot_be_taken_whole_sends_nothing():
    plain.seen.clear()
    for_each("GET /x/{{item/n}}", THREE).ended(
        "failed", "Item 3 of 3", "Nothing was sent", "/n")
    for_each("GET /x/{{item}}", THREE).ended("failed", "Item 1 of 3", "an object")
    for_each("GET /x", THREE, "/none").ended("failed", "Nothing was sent", "/none")
    for_each("GET /x", THREE, "/data/0").ended("failed", "no list")
    for_each("GET /x", b"data: []").ended("failed", "Nothing was sent")
    many = json.dumps(list(range(1001))).encode()
    for_each("GET /x", many, None).ended("failed", "1001 items", "1000")
    run("GET /x", foreach_artifact="list").ended("failed", "Nothing was sent")
    assert plain.seen == []
    s = for_each("GET /x/{{item}}", b"[]", None).ended("succeeded")
    assert plain.seen == [] and "list is empty: nothing is sent" in s.text, s.text
    for_each("GET /x/{{item}}", b"[7]", None).ended("succeeded")
    assert [q[1] for q in plain.seen] == ["/x/7"]


def a_list_stops_at_the_first_failure_and_goes_on_there():
    text, codes = "DELETE /do/status/{{item}}", b"[200, 201, 500, 202, 500]"
    plain.seen.clear()
    s = for_each(text, codes, None).ended("failed", "Item 3 of 5", "500")
    assert s.end["resume"] == {"statement": 3, "of": 5}, s.end
    assert len(plain.seen) == 3
    plain.seen.clear()
    s = for_each(text, codes, None, from_statement={"poa": 4},
                 skipped={"poa": [3]}).ended("failed", "Item 5 of 5")
    assert [q[1][-3:] for q in plain.seen] == ["202", "500"]
    assert s.end["resume"] == {"statement": 5, "of": 5}, s.end
    s = for_each(text, codes, None, from_statement={"poa": 6},
                 skipped={"poa": [3, 5]}).ended("succeeded")
    assert "0 of 5 items were sent; those before" in s.text, s.text
    for_each(text, codes, None, from_statement={"poa": 6}).ended(
        "failed", "cannot start at item 6 of 5")
    s = for_each("POST /do/lost?{{item}}", b"[1, 2]", None).ended(
        "unknown", "Item 1 of 2")
    assert s.end["resume"] == {"statement": 1, "of": 2}, s.end


BOOK = """---
title: Clients
parameters:
  name: {label: Name}
---
```http {#ask on=poa capture="id=/items/0/id"}
GET /v1/clients?name={{name}}
```

```sh {#use}
echo "the id is $id"
```

```http {#whole}
GET URL/v1/other/{{id}}
```

```sh {#codes on=local}
echo '{"data": [{"code": 200}, {"code": 500}, {"code": 202}]}'
```

```http {#each on=poa foreach=codes~/data}
DELETE /do/status/{{item/code}}
```

# Rollback {.rollback}

```http {#back on=poa foreach=codes~/data undo=each}
POST /back

{{item}}
```
"""


def a_list_in_a_run(ana, number):
    """It failed at its second member; a retry leaves that out."""
    step = ana.step(number, "each")
    assert step["state"] == "failed", step
    assert "Item 2 of 3" in step["attempts"][-1]["targets"][0]["message"], step
    page = ana.get(f"/runs/{number}", accept="text/html")[1]
    assert "Retry from item 2 of 3" in page and "Skip item 2 and go on" in page
    preview = ana.get(f"/runs/{number}/preview/each", accept="text/html")[1]
    assert "for each member of /data in the output of codes" in preview, preview
    assert "/do/status/{{item/code}}" in preview, preview
    tls.seen.clear()
    status, answer = ana.post(f"/runs/{number}/steps/each/retry", {
        "from": "next", "reason": "it is gone"})
    assert status == 202, answer
    assert ana.wait_step(number, "each")["state"] == "succeeded"
    assert [q[1] for q in tls.seen] == ["/api/do/status/202"], tls.seen
    page = ana.get(f"/runs/{number}", accept="text/html")[1]
    assert "Skipped items: 2" in page, page
    report = ana.get(f"/runs/{number}/report", accept="text/html")[1]
    assert "skipped item 2 and went on" in report, report
    ana.post(f"/runs/{number}/rollback", {"reason": "back"})
    ana.drive(number)
    assert [json.loads(q[3]) for q in tls.seen[1:]] == [
        {"code": 200}, {"code": 500}, {"code": 202}], tls.seen


def through_the_console_with_a_stored_token():
    books = runbook_folder({"clients": BOOK.replace("URL", plain.url)},
                           "environments:\n  test:\n    targets:\n"
                           f"      poa: {{http: {{url: \"{tls.url}/api\", "
                           "token: poa-token, ca: ca.pem, "
                           "headers: {X-Team: blue}, sign: {hmac: sha256, "
                           "secret: hook-key, header: X-Signature, text: '{path}'}}}\n")
    shutil.copy(WORK + "/right-ca.pem", books / "ca.pem")
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator")
            console.cli("secret", "set", "poa-token", stdin=TOKEN)
            console.cli("secret", "set", "hook-key", stdin=PASSWORD)
            status, run = ana.post("/runs", {
                "runbook": "clients", "environment": "test",
                "parameters": {"name": "a&b"}})
            assert status == 201, run
            number = run["id"]
            ana.post(f"/runs/{number}/start")
            before = len(tls.seen)
            status, page = ana.get(f"/runs/{number}/preview/ask", accept="text/html")
            assert status == 200 and "each answer has status 2xx" in page, page
            assert "each request signed in the header X-Signature (HMAC-sha256)" in page, page
            run = ana.drive(number)
            assert all(s["state"] == "succeeded" for s in run["steps"]
                       if s["id"] not in ("each", "back")), run
            sent = tls.seen[before]
            assert sent[1] == "/api/v1/clients?name=a%26b", sent[1]
            assert sent[2]["Authorization"] == "Bearer " + TOKEN
            assert sent[2]["X-Team"] == "blue"
            assert sent[2]["X-Signature"] == hmac.new(
                PASSWORD.encode(), sent[1].encode(), hashlib.sha256).hexdigest()
            assert "the id is 4711" in ana.output(number, "use", "local")
            assert plain.seen[-1][1] == "/v1/other/4711"
            text = ana.output(number, "ask", "poa")
            assert "HTTP/1.1 200 OK" in text and TOKEN not in text, text
            a_list_in_a_run(ana, number)
            for file in console.data.rglob("*"):
                if file.is_file():
                    assert TOKEN.encode() not in file.read_bytes(), file
                    assert PASSWORD.encode() not in file.read_bytes(), file
    finally:
        shutil.rmtree(books, ignore_errors=True)


make_ca("right")
make_ca("wrong")
plain, other = Server(), Server()
tls, strict = Server(WORK + "/right"), Server(WORK + "/right", WORK + "/right-ca.pem")
try:
    main([requests_are_sent_and_answers_shown, captures_are_of_the_last_answer,
          status_says_what_success_is, redirects_are_not_followed_unasked,
          redirects_are_followed_where_asked_for,
          a_redirect_takes_no_credentials_to_another_server,
          a_client_certificate_is_shown, a_read_that_was_lost_is_no_doubt,
          credentials_are_sent_and_hidden,
          requests_are_signed_as_their_receivers_compare,
          nasty_values_arrive_byte_for_byte_or_are_refused,
          a_slow_answer_is_of_unknown_outcome,
          a_cancel_after_sending_is_of_unknown_outcome,
          a_cancel_before_sending_is_failed,
          endless_answers_and_bombs_are_cut_off, what_is_no_text_is_not_poured_out,
          unreachable_servers_are_clear_sentences, tls_needs_the_right_authority,
          mistakes_send_nothing, a_try_that_fails_is_followed_by_another,
          requests_are_sent_for_each_member_of_a_list,
          a_list_that_cannot_be_taken_whole_sends_nothing,
          a_list_stops_at_the_first_failure_and_goes_on_there,
          through_the_console_with_a_stored_token])
finally:
    shutil.rmtree(WORK, ignore_errors=True)
