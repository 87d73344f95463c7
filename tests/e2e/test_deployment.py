#!/usr/bin/env python3
"""
nginx/README.md as somebody follows it: production.conf in an nginx of their
own, another proxy in front of that, and a copy of the data folder made while
the console runs.  The expected texts are taken from the page.
"""
import http.client, json, os, pathlib, re, shutil, socket, ssl, subprocess, tempfile, time, urllib.parse

from console import BUILD, PASSWORD, TOP, Console, free_port, main, runbook_folder

PAGE = (TOP / "nginx/README.md").read_text()
NAME = "countersign.example.org"
NGINX = """{user} daemon off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
	include /etc/nginx/mime.types; access_log off;
	client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c;
	uwsgi_temp_path {dir}/d; scgi_temp_path {dir}/e;
	{sites}
}}
"""
BOOK = """# Say

```sh {#say save=said.txt}
echo "it was said"
```

- [ ] End {#end}
"""


def replaced(text, *pairs):
    """Each of the first is in the text, and becomes the second."""
    for old, new in pairs:
        assert old in text, f"{old} is not there any more"
        text = text.replace(old, str(new))
    return text


class Nginx:
    """The site of production.conf, and the proxy of the page in front of it."""

    def __init__(self, console):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cs-nginx-"))
        self.dir.chmod(0o755)       # its workers are not root
        self.plain, self.port, self.front = free_port(), free_port(), free_port()
        self.cert, key = self.dir / "cert.pem", self.dir / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=" + NAME, "-addext", "subjectAltName=DNS:" + NAME, "-out", self.cert,
                        "-keyout", key], check=True, capture_output=True)
        shutil.copytree(TOP / "static", self.dir / "static", ignore=shutil.ignore_patterns("node_modules"))
        files = (("/etc/ssl/countersign/fullchain.pem", self.cert), ("/etc/ssl/countersign/key.pem", key))
        site = replaced((TOP / "nginx/production.conf").read_text(), *files, ("/var/lib/countersign", console.data),
                        ("/usr/share/countersign/static", self.dir / "static"), ("\tlisten [::]:80;\n", ""),
                        ("\tlisten [::]:443 ssl http2;\n", ""), ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
                        ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"))
        believe = re.search(r"set_real_ip_from 192\.0\.2\.1;\s+real_ip_header X-Forwarded-For;", PAGE).group()
        site = replaced(site, ("\tserver_tokens off;", "\tserver_tokens off;\n" + replaced(believe, ("192.0.2.1", "127.0.0.1"))))
        front = replaced(re.search(r"```nginx\n(.*?)```", PAGE, re.S).group(1), *files,
                         ("listen 443 ssl", f"listen 127.0.0.1:{self.front} ssl"), ("127.0.0.1:8443", f"127.0.0.1:{self.port}"))
        user = "user countersign-nginx;" if os.geteuid() == 0 else ""
        (self.dir / "conf").write_text(NGINX.format(dir=self.dir, user=user, sites=site + front))
        self.tls = ssl.create_default_context(cafile=self.cert)
        self.tls.check_hostname = False         # it is asked at its address

    def __enter__(self):
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", self.dir / "conf", "-p", self.dir, "-e",
                                         self.dir / "error.log"])
        end = time.monotonic() + 20
        while True:
            try:
                return self.ask("/healthz") and self
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, (self.dir / "error.log").read_text()
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)

    def connect(self, port=None, source="127.0.0.1"):
        return http.client.HTTPSConnection("127.0.0.1", port or self.port, timeout=20, context=self.tls,
                                           source_address=(source, 0))

    def ask(self, path, method="GET", body=None, headers=(), **where):
        """Status, headers and text of one request over TLS, by the site's name."""
        c = self.connect(**where)
        try:
            c.request(method, path, body, {"Host": f"{NAME}:{where.get('port') or self.port}", **dict(headers)})
            answer = c.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
        finally:
            c.close()

    def sign_in(self, port, **where):
        fields = urllib.parse.urlencode({"name": "ana", "password": PASSWORD})
        return self.ask("/login", "POST", fields, {"Content-Type": "application/x-www-form-urlencoded",
                                                   "Origin": f"https://{NAME}:{port}"}, port=port, **where)

    def events(self, port, token, run):
        """The kinds of events that come first on the stream of a run."""
        c, kinds = self.connect(port), []
        try:
            c.request("GET", f"/runs/{run}/events?after=0", headers={
                "Host": NAME, "Authorization": "Bearer " + token, "Accept": "text/event-stream"})
            answer = c.getresponse()
            assert answer.status == 200, answer.status
            while len(kinds) < 2:
                line = answer.readline().decode()
                assert line != "", kinds
                if line.startswith("data: ") and "kind" in line:
                    kinds.append(json.loads(line[6:])["kind"])
            return kinds
        finally:
            c.close()


# The static files that templates, modules and style sheets ask for.
ASKED = {
    ".html": re.compile(r'(?:src|href)="(/static/[^"?#{]+)["?#]'),
    ".js": re.compile(r"""(?:\b(?:from|import) ?\(?['"](?=[./])|\bURL\(['"](?=[^'"]+['"], import\.meta))([^'"]+)['"]"""),
    ".css": re.compile(r"""(?:url\(|@import )['"]?([^'")#:?]+)"""),
}
SCRIPT = ("text/javascript", "application/javascript")
TYPES = {".js": SCRIPT, ".mjs": SCRIPT, ".css": ("text/css",), ".svg": ("image/svg+xml",), ".woff2": ("font/woff2",)}


def asked_files():
    """The paths of all static files that the pages need, by way of each other."""
    files = set()
    new = {path for page in (TOP / "templates").glob("*.html") for path in ASKED[".html"].findall(page.read_text())}
    while new:
        files |= new
        new = {urllib.parse.urljoin(path, name) for path in new if pathlib.Path(path).suffix in ASKED
               for name in ASKED[pathlib.Path(path).suffix].findall((TOP / path[1:]).read_text())} - files
    return sorted(files)


def check_types(ask):
    """A browser refuses modules and style sheets of another type: nosniff."""
    files = asked_files()
    assert {"/static/js/worker.js", "/static/vendor/xterm.css", "/static/vendor/geist.woff2"} <= set(files), files
    for path in files:
        status, headers, _ = ask(path)
        kind = headers["Content-Type"].partition(";")[0]
        assert status == 200 and kind in TYPES[pathlib.Path(path).suffix], (path, status, kind)
        assert headers["X-Content-Type-Options"] == "nosniff", (path, headers.items())


def check_font(ask):
    """Style sheet and preload name one address, which browsers keep for a year; its version is the lock file's."""
    lock = json.loads((TOP / "static/package-lock.json").read_text())
    version = lock["packages"]["node_modules/@fontsource-variable/geist"]["version"]
    named = re.findall(r"vendor/(geist[^)\"]*)", (TOP / "static/app.css").read_text() +
                       (TOP / "templates/_head.html").read_text())
    assert set(named) == {f"geist.woff2?{version}", f"geist-ext.woff2?{version}"}, named
    status, headers, _ = ask(f"/static/vendor/geist.woff2?{version}")
    assert status == 200 and headers["Cache-Control"] == "public, max-age=31536000, immutable", headers.items()
    assert int(headers["Content-Length"]) <= 30000, headers["Content-Length"]


# Requests that nginx refuses itself, status, code, and a word of the reason in each language.
REFUSED = (
    (("POST", "/runs", "x" * 3000000), 413, "body_not_read", "Back button", "后退"),
    (("GET", "/static/none.js"), 404, "not_found", "is gone", "已不存在"),
    (("GET", "/static/"), 404, "not_found", "is gone", "已不存在"),
    (("GET", "/_away.html"), 404, "not_found", "is gone", "已不存在"),
    (("POST", "/static/app.css", "x=y"), 404, "not_found", "is gone", "已不存在"),
    (("GET", "/" + "x" * 9000), 414, "address_too_long", "put together", "拼接"),
    (("GET", "/", None, {"Cookie": "a=" + "x" * 9000}), 431, "headers_too_large", "cookies", "cookie"),
    (("GET", "/", None, {"Transfer-Encoding": "nonsense"}), 400, "malformed_request", "between", "环节"),
)


def check_refused(ask):
    """The page of the console, in the reader's language, with a way on; JSON for programs.  Behind an
    address that is too long nginx reads no header, so that it is a page in both languages."""
    for (method, path, *rest), status, code, *words in REFUSED:
        body, more = (rest + [None, None])[:2]
        for language, word in zip(("en", "zh-CN"), words):
            got, headers, text = ask(path, method, body, {"Accept": "text/html", "Accept-Language": language, **(more or {})})
            place = (path[:20], got, headers.items(), text[:3000])
            assert got == status and headers["Content-Type"] == "text/html; charset=utf-8", place
            assert word in text and (status == 414 or f'<html lang="{language}">' in text) and 'class="btn primary" href="/' in text, place
            assert "/static/app.css" in text and "default-src 'none'" in headers["Content-Security-Policy"], place
        if status == 414:
            assert all(word in text for word in words), text
            continue
        got, headers, text = ask(path, method, body, {"Accept": "application/json", **(more or {})})
        assert got == status and json.loads(text)["error"]["code"] == code, (path[:20], got, text)


def made_run(ana):
    status, run = ana.post("/runs", {"runbook": "say", "environment": "test"})
    assert status == 201, run
    assert ana.post(f"/runs/{run['id']}/start")[0] == 200
    ana.drive(run["id"], until="end")
    return run["id"]


def test_an_nginx_of_their_own_serves_the_console_by_production_conf():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console, Nginx(console) as nginx:
        ana = console.user("ana", "operator")
        run = made_run(ana)
        plain = http.client.HTTPConnection("127.0.0.1", nginx.plain, timeout=20)
        plain.request("GET", "/runs", headers={"Host": NAME})
        answer = plain.getresponse()
        assert answer.status == 301 and answer.headers["Location"] == f"https://{NAME}/runs", answer.headers.items()
        plain.close()

        status, headers, _ = nginx.sign_in(nginx.port)
        cookies = headers.get_all("Set-Cookie")
        assert status == 303 and all(c.startswith("__Host-") and "; Secure" in c for c in cookies), (status, cookies)
        assert "max-age=31536000" in headers["Strict-Transport-Security"]
        status, headers, _ = nginx.ask("/static/icon.svg?v=1")
        assert status == 200 and "immutable" in headers["Cache-Control"], (status, headers.items())

        signed = {"Authorization": "Bearer " + ana.token}
        artifact = ana.run(run)["artifacts"][0]["url"]
        assert nginx.ask(artifact, headers=signed)[2] == "it was said\n"
        assert nginx.ask(artifact)[0] in (303, 401)
        assert nginx.events(nginx.port, ana.token, run) == ["run.created", "run.started"]
        assert nginx.ask("/_exec/" + "0" * 32 + "/local.txt", headers=signed)[0] == 404


def slow_reader(port, path, token, tls, source):
    """A connection that has asked for the file and has read the status alone: with it."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(20)
    s.bind((source, 0))
    s.connect(("127.0.0.1", port))
    s = tls.wrap_socket(s) if tls else s
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    return s, int(s.recv(12).split()[1])


def check_slow_readers(n, port, path, token, tls=None):
    """From addresses that no other check uses, as nginx may still count its readers."""
    own, other = f"127.0.1.{n}", f"127.0.2.{n}"
    readers = []
    try:
        for status in [200] * 8 + [429]:
            readers.append(slow_reader(port, path, token, tls, own))
            assert readers[-1][1] == status, (len(readers), readers[-1])
        readers.append(slow_reader(port, path, token, tls, other))
        assert readers[-1][1] == 200, "another address"
        readers.append(slow_reader(port, "/runs", token, tls, own))
        assert readers[-1][1] == 200, "a page"
    finally:
        for s, _ in readers:
            s.close()


def test_slow_readers_of_one_address_cannot_fill_the_disk():
    book = BOOK.replace('echo "it was said"', "seq 3000000")
    with Console(runbooks=runbook_folder({"say": book})) as console, Nginx(console) as nginx:
        ana = console.user("ana", "operator")
        run = made_run(ana)
        ana.drive(run)
        status, answer = ana.post(f"/runs/{run}/close", {"result": "succeeded", "note": "done"})
        assert status == 200, answer
        shown = ana.run(run)
        output = shown["steps"][0]["attempts"][0]["targets"][0]["text_url"]
        for n, path in enumerate((output, shown["artifacts"][0]["url"])):
            check_slow_readers(1 + n, console.port, path, ana.token)
            check_slow_readers(3 + n, nginx.port, path, ana.token, nginx.tls)


def test_each_static_file_has_the_type_that_browsers_insist_on():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console, Nginx(console) as nginx:
        check_types(nginx.ask)
        check_font(nginx.ask)
        check_types(lambda path: console.raw("GET", path))


def test_what_nginx_refuses_is_a_page_of_the_console():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console, Nginx(console) as nginx:
        def ask(path, method, body, headers):
            status, got, text = console.raw(method, path, body, headers)
            return status, got, text.decode()

        check_refused(nginx.ask)
        check_refused(ask)
        ana = console.user("ana", "operator")
        signed = {"Authorization": "Bearer " + ana.token, "Accept": "text/html"}
        run = made_run(ana)
        for way in (nginx.ask, ask):
            status, _, text = way(f"/runs/{run}/comments", "POST", "x" * 3000000, signed)
            assert status == 413 and f'href="/runs/{run}"' in text, text


def test_a_form_that_nginx_could_not_take_has_no_link_that_asks_for_its_address():
    """Its folder for bodies is gone; the address of a form may have no page."""
    with Console(runbooks=runbook_folder({"say": BOOK})) as console:
        ana = console.user("ana", "operator")
        run = made_run(ana)
        (console.data / "run/nginx/body").rename(console.data / "run/nginx/gone")
        signed = {"Authorization": "Bearer " + ana.token, "Accept": "text/html"}
        form = {**signed, "Content-Type": "application/x-www-form-urlencoded"}
        for path, link in ((f"/runs/{run}/comments", f"/runs/{run}"), ("/runs", "/")):
            status, _, text = console.raw("POST", path, "text=" + "x" * 100000, form)
            text = text.decode().split("<main")[1]
            assert status == 500 and f'class="btn primary" href="{link}"' in text, (status, text)
            assert "Try again" not in text, text
        status, _, text = console.raw("GET", "/runs", "x" * 100000, signed)
        assert status == 500 and re.search('href="/runs">\\s*Try again', text.decode()), text


def test_while_the_console_is_stopped_nginx_answers_503_and_says_when_to_ask_again():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console, Nginx(console) as nginx:
        assert nginx.ask("/healthz")[0] == 200
        console.stop()
        for path in ("/healthz", "/runs"):
            status, headers, text = nginx.ask(path)
            assert status == 503 and headers["Retry-After"] == "2", (status, headers.items())
            assert headers["Content-Type"] == "text/html; charset=utf-8", headers["Content-Type"]
            assert text == (TOP / "static/away.html").read_text() and "http-equiv=\"refresh\"" in text, text
            assert "is starting" in text and "正在启动" in text, text
        for accept, page in (("text/html", "away-form.html"), ("application/json", "away.json")):
            status, headers, text = nginx.ask("/runs", "POST", "x=y", {"Accept": accept})
            assert status == 503 and text == (TOP / "static" / page).read_text(), (status, text)
            assert accept in headers["Content-Type"] and "refresh" not in text, headers.items()
            assert "Retry-After" not in headers, headers.items()
        assert json.loads(text)["error"]["code"] == "unavailable", text
        status, _, text = nginx.ask("/runs", "POST", "x" * 3000000, {"Accept": "text/html"})
        assert (status, text) == (503, (TOP / "static/away-form.html").read_text()), (status, text)
        console.start()
        assert nginx.ask("/healthz")[0] == 200


def test_behind_another_proxy_cookies_addresses_and_streams_are_those_of_the_client():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console, Nginx(console) as nginx:
        ana = console.user("ana", "operator")
        run = made_run(ana)
        status, headers, _ = nginx.sign_in(nginx.front, source="127.0.0.7")
        cookies = headers.get_all("Set-Cookie")
        assert status == 303 and all(c.startswith("__Host-") for c in cookies), (status, cookies)
        opened = json.loads(console.sql("SELECT body FROM event WHERE run = 0 AND kind = 'session.opened'")[-1][0])
        assert opened["data"]["address"] == "127.0.0.7", opened
        assert nginx.events(nginx.front, ana.token, run) == ["run.created", "run.started"]


def test_a_copy_that_was_made_while_the_console_ran_verifies_and_can_be_started():
    commands = re.search(r"^    mkdir -m 700.*?\n\n", PAGE, re.M | re.S).group()
    with tempfile.TemporaryDirectory(prefix="cs-backup-") as folder:
        copy = pathlib.Path(folder) / "countersign"
        books = runbook_folder({"say": BOOK, "slow": BOOK.replace("echo", "sleep 1.5; echo")})
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator")
            run, slow = made_run(ana), ana.post("/runs", {"runbook": "slow", "environment": "test"})[1]["id"]
            assert ana.post(f"/runs/{slow}/start")[0] == 200
            assert ana.post(f"/runs/{slow}/steps/say/execute")[0] == 202
            time.sleep(0.3)     # it ends when the database is copied, and exec is not
            commands = replaced(commands, ("/backup/countersign", copy), ("/var/lib/countersign", console.data))
            waits = f"while ls {console.data}/exec/*/lock; do sleep 0.05; done\n    "
            last = f"cp -a {console.data}/exec"
            subprocess.run(["sh", "-e", "-c", replaced(commands, (last, waits + last))], check=True,
                           capture_output=True)
            assert ana.wait_step(slow, "say")["state"] == "succeeded"
            assert console.raw("GET", "/healthz")[0] == 200, "the console went on"
        done = subprocess.run([BUILD / "countersign", "verify", "--data", copy], capture_output=True, text=True)
        assert done.returncode == 0 and "all as recorded" in done.stdout, done
        with Console(copy, console.runbooks) as restored:
            assert restored.sql("SELECT state FROM step WHERE run = ? AND id = 'say'", run) == [("succeeded",)]
            step = restored.user("bo", "operator").wait_step(slow, "say")
            assert step["state"] == "succeeded" and len(step["attempts"]) == 1, step


if __name__ == "__main__":
    main([
        test_what_nginx_refuses_is_a_page_of_the_console,
        test_an_nginx_of_their_own_serves_the_console_by_production_conf,
        test_slow_readers_of_one_address_cannot_fill_the_disk,
        test_each_static_file_has_the_type_that_browsers_insist_on,
        test_a_form_that_nginx_could_not_take_has_no_link_that_asks_for_its_address,
        test_while_the_console_is_stopped_nginx_answers_503_and_says_when_to_ask_again,
        test_behind_another_proxy_cookies_addresses_and_streams_are_those_of_the_client,
        test_a_copy_that_was_made_while_the_console_ran_verifies_and_can_be_started,
    ])
