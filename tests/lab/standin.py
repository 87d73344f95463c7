"""
standin.py: the common part of the lab's stand-ins: a JSON server, state in a
file, statements to a MariaDB.  It lies beside them in /opt/lab of each host.

A stand-in has a class with Standin as its base and a table `routes`: (method,
path as a regular expression, function(request, match)).  The function returns
(status, body) or (status, body, headers); a body that is no text or bytes is
sent as JSON.  An address that the table has under other methods alone is
answered by `not_allowed`, one that it does not have by `not_found`.
"""
import base64
import contextlib
import fcntl
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

BODY_BYTES = 16 << 20


class Refused(Exception):
    """Ends a request with an answer: Refused(status, body)."""


class State:
    """A dictionary in a file.  `with state as s:` reads it, keeps others out
    and writes it again at the end (not after an error)."""

    def __init__(self, path, start):
        self.path = pathlib.Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = self.path.with_suffix(".lock")
        if not self.path.exists():
            self.write(start)

    def write(self, value):
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(value, indent=1, ensure_ascii=False))
        new.rename(self.path)

    def read(self):
        return json.loads(self.path.read_text())

    @contextlib.contextmanager
    def change(self):
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            value = self.read()
            yield value
            self.write(value)


class Standin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    routes = ()

    def log_message(self, *_):
        pass

    def json(self):
        """The body as JSON.  Refused by `bad_body` where it is none."""
        try:
            return json.loads(self.body.decode())
        except ValueError as fault:
            raise self.bad_body(str(fault)) from None

    def bad_body(self, why):
        return Refused(400, {"error": why})

    def not_found(self):
        return 404, {"error": "not found"}

    def not_allowed(self, methods):
        return 405, {"error": "method not allowed"}, {
            "Allow": ", ".join(methods)}

    def allowed(self):
        """Called before each route: Refused, where one may not."""

    def find(self):
        others = []
        for method, pattern, function in self.routes:
            match = re.fullmatch(pattern, self.path_only)
            if match and method == self.command:
                return function(self, match)
            others += [method] if match else []
        return self.not_allowed(others) if others else self.not_found()

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        self.path_only = urllib.parse.unquote(url.path)
        self.query = dict(urllib.parse.parse_qsl(url.query, True))
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES:
            self.close_connection = True
            return self.answer(413, {"error": "too large"})
        self.body = self.rfile.read(length)
        try:
            self.allowed()
            self.answer(*self.find())
        except Refused as refused:
            self.answer(*refused.args)
        except Exception:
            traceback.print_exc()
            self.answer(500, {"error": "internal error"})

    def answer(self, status, body="", headers=()):
        kind = "text/plain; charset=utf-8"
        if not isinstance(body, (str, bytes)):
            kind = "application/json; charset=utf-8"
            body = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        headers = dict(headers)
        self.send_header("Content-Type", headers.pop("Content-Type", kind))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_one


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request, address):
        """A client that goes away is no fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)


def serve(handler, port, tls=None):
    """Serves for ever; `tls` is the path of NAME.crt and NAME.tls without
    their endings."""
    server = Server(("", port), handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls + ".crt", tls + ".tls")
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class SqlError(Exception):
    """The words of the server."""


def sql(statements, client="/etc/lab/client.cnf"):
    """Executes statements with the mariadb client of the host; the rows of
    what they select, as lists of texts (None for NULL)."""
    done = subprocess.run(
        ["mariadb", f"--defaults-file={client}", "--default-character-set="
         "utf8mb4", "-N", "-B"], input=statements, text=True,
        capture_output=True, timeout=60)
    if done.returncode != 0:
        raise SqlError(done.stderr.strip())
    return [[None if field == "NULL" else unescaped(field)
             for field in line.split("\t")]
            for line in done.stdout.splitlines()]


def unescaped(field):
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "0": "\0"}.get(
        m[1], m[1]), field)


def quoted(text):
    """A text as a literal of SQL."""
    return "NULL" if text is None else "'" + str(text).replace(
        "\\", "\\\\").replace("'", "''") + "'"


def basic(header):
    """Name and password of an Authorization header, or (None, None)."""
    with contextlib.suppress(ValueError):
        if header and header.lower().startswith("basic "):
            name, _, word = base64.b64decode(header[6:]).decode().partition(":")
            return name, word
    return None, None


# ---- a client of S3 --------------------------------------------------------

def hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class S3:
    """Requests signed with version 4 of Amazon's signature: S3(url, region,
    access key, secret key).get(path), .put(path, data)."""

    def __init__(self, url, region, access_key, secret_key):
        self.url, self.region = url, region
        self.access_key, self.secret_key = access_key, secret_key

    def signed(self, method, path, data):
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"host": urllib.parse.urlsplit(self.url).netloc,
                   "x-amz-content-sha256": hashlib.sha256(data).hexdigest(),
                   "x-amz-date": at}
        names = ";".join(sorted(headers))
        request = "\n".join([method, path, "", *(
            f"{name}:{headers[name]}" for name in sorted(headers)), "", names,
            headers["x-amz-content-sha256"]])
        scope = f"{at[:8]}/{self.region}/s3/aws4_request"
        key = ("AWS4" + self.secret_key).encode()
        for part in scope.split("/"):
            key = hmac256(key, part)
        text = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(
            request.encode()).hexdigest()])
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={hmac256(key, text).hex()}")
        return headers

    def call(self, method, path, data=b""):
        """(status, body) of the answer."""
        path = urllib.parse.quote(path)
        request = urllib.request.Request(
            self.url + path, data or None, self.signed(method, path, data),
            method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as fault:
            return fault.code, fault.read()

    def get(self, path):
        return self.call("GET", path)

    def put(self, path, data=b""):
        status, body = self.call("PUT", path, data)
        if status >= 300:
            raise OSError(f"PUT {path}: {status} {body!r}")


def daemon(command, log, pidfile=None, **more):
    """Starts a program that outlives this one; its pid."""
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=out,
                                   start_new_session=True, **more)
    if pidfile:
        pathlib.Path(pidfile).write_text(f"{process.pid}\n")
    return process.pid


def is_alive(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def stop(pid, number, seconds):
    """Signals a process and waits for its end; False where it goes on."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
    end = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
