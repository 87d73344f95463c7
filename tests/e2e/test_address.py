#!/usr/bin/env python3
"""
The address that the console listens on, and TLS: serve --host, --tls-cert and
--tls-key.  As root, this runs in a network namespace of its own, which has an
address that is not loopback; without, that address is left out.
"""
import http.client
import os
import pathlib
import re
import ssl
import subprocess
import tempfile
import urllib.parse

from console import (BUILD, PASSWORD, Console, LeftOut, enter, free_port,
                     main, runbook_folder)

OUTSIDE = "192.0.2.7"
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="cs-tls-"))
CERT, KEY = FOLDER / "cert.pem", FOLDER / "key.pem"


def enter_namespace():
    """A network of our own, as nobody else is to reach these consoles."""
    if not enter("IN_NAMESPACE", ["--net"], "ip link set lo up && "
                 f"ip addr add {OUTSIDE}/24 dev lo"):
        print("network namespaces are refused: loopback alone is tried")


def in_namespace():
    return "IN_NAMESPACE" in os.environ


def make_certificate():
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=console.example", "-addext",
         f"subjectAltName=DNS:console.example,IP:127.0.0.1,IP:{OUTSIDE}",
         "-out", CERT, "-keyout", KEY], check=True, capture_output=True)


def status_of(host, port, path="/healthz", tls=None, **request):
    """The status and headers of one request, a GET if nothing else is said."""
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    more = {"context": tls} if tls else {}
    c = kind(host, port, timeout=20, **more)
    try:
        c.request(**{"method": "GET", "url": path, **request})
        answer = c.getresponse()
        answer.read()
        return answer.status, answer.headers
    finally:
        c.close()


def sign_in(host, port, tls):
    """As the form of the page does it."""
    fields = urllib.parse.urlencode({"name": "ana", "password": PASSWORD})
    return status_of(host, port, "/login", tls, method="POST", body=fields, headers={
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"https://{host}:{port}"})


def refused(*options):
    """The message of a serve that does not start."""
    books = runbook_folder({})
    done = subprocess.run(
        [BUILD / "countersign", "serve", "--data", FOLDER / "data",
         "--runbooks", books, "--port", str(free_port()), *options],
        capture_output=True, text=True, timeout=30)
    assert done.returncode != 0, done.stdout
    return done.stderr


def it_is_reached_at_the_address_that_was_given():
    with Console(options=("--host", "127.0.0.2")) as console:
        assert status_of("127.0.0.2", console.port)[0] == 200
        try:
            status_of("127.0.0.1", console.port)
            raise AssertionError("127.0.0.1 answers too")
        except ConnectionRefusedError:
            pass
        assert "in the clear" not in console.log.read_text()


def a_new_connection_holds_up_none_that_is_open():
    """Each wakes all workers of nginx, of which one gets it: none may wait
    for the next in accept(), as it would answer nobody meanwhile."""
    with Console() as console:
        master, = nginx_masters(console)
        flags = int(re.search(r"flags:\s*(\d+)", pathlib.Path(
            f"/proc/{master}/fdinfo/3").read_text()).group(1), 8)
        assert flags & os.O_NONBLOCK, oct(flags)


def nginx_masters(console):
    """The process that serve has handed the listening socket to."""
    conf = str(console.data / "run/nginx/nginx.conf")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = pathlib.Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        if line.startswith("nginx: master") and conf in line:
            yield int(pid)


def on_ipv6_too():
    if not pathlib.Path("/proc/net/if_inet6").exists():
        raise LeftOut("this machine has no IPv6")
    with Console(options=("--host", "::1")) as console:
        assert status_of("::1", console.port)[0] == 200


def without_TLS_on_another_address_than_loopback_it_warns():
    if not in_namespace():
        raise LeftOut("it needs a network of its own: root, or sudo")
    for host in ("0.0.0.0", OUTSIDE, "::"):
        with Console(options=("--host", host)) as console:
            assert status_of(OUTSIDE, console.port)[0] == 200
            assert "in the clear" in console.log.read_text()


def a_certificate_brings_TLS_and_no_warning():
    host = OUTSIDE if in_namespace() else "127.0.0.1"
    trusted = ssl.create_default_context(cafile=str(CERT))
    options = ("--host", host, "--tls-cert", CERT, "--tls-key", KEY)
    with Console(options=options) as console:
        console.user("ana", "operator")
        status, headers = sign_in(host, console.port, trusted)
        cookies = headers.get_all("Set-Cookie") or []
        assert status == 303 and cookies, (status, cookies)
        for cookie in cookies:
            assert cookie.startswith("__Host-") and "; Secure" in cookie, cookies
        assert "in the clear" not in console.log.read_text()
        # who forgot the "s" is led to it
        status, headers = status_of(host, console.port, "/login?next=%2Fruns")
        assert (status, headers["Location"]) == (
            301, f"https://{host}:{console.port}/login?next=%2Fruns")


def the_link_for_the_first_admin_has_that_address():
    options = ("--tls-cert", CERT, "--tls-key", KEY)
    with Console(options=options) as console:
        conf = (console.data / "run/nginx/nginx.conf").read_text()
        assert "@" not in re.sub(r"(@starting|@plain|@large)", "", conf), conf
        assert console.setup_key
        trusted = ssl.create_default_context(cafile=str(CERT))
        assert status_of("127.0.0.1", console.port,
                         f"/setup?key={console.setup_key}", trusted)[0] == 200


def wrong_words_are_told_before_anything_starts():
    for options, words in (
            (("--host", "console.example"), "--host (make run: HOST=) is an address"),
            (("--host", "203.0.113.9"), "no address of this machine (--host)"),
            (("--host", "300.1.1.1"), "--host (make run: HOST=) is an address"),
            (("--tls-cert", CERT), "belong together"),
            (("--tls-key", KEY), "belong together"),
            (("--tls-cert", FOLDER / "none", "--tls-key", KEY),
             "cannot be read"),
            (("--tls-cert", KEY, "--tls-key", CERT), "not in PEM format"),
            (("--port", "0"), "--port (make run: PORT=) is a number"),
            (("--port", "70000"), "--port (make run: PORT=) is a number")):
        said = refused(*options)
        assert words in said, (options, said)


if __name__ == "__main__":
    enter_namespace()
    make_certificate()
    main([it_is_reached_at_the_address_that_was_given, on_ipv6_too,
          a_new_connection_holds_up_none_that_is_open,
          without_TLS_on_another_address_than_loopback_it_warns,
          a_certificate_brings_TLS_and_no_warning,
          the_link_for_the_first_admin_has_that_address,
          wrong_words_are_told_before_anything_starts])
