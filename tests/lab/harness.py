"""
harness.py: a lab of a test's own.
"""
import contextlib
import json
import pathlib
import shlex
import ssl
import sys
import tempfile
import time
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import PASSWORD, SUDO, Console, left_out, main, may_be_root  # noqa: E402
from fate import Lab  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="cs-lab.")
LAB = Lab(FOLDER)
NET = f"10.209.{LAB.options[3]}"


__all__ = ["Console", "FOLDER", "LAB", "NET", "PASSWORD", "SUDO", "TOP", "http",
           "refused", "run", "secret", "sh", "typed", "until"]


def run(parts, tests, around=contextlib.nullcontext):
    """Starts the hosts of some upgrades ("": of all), runs the tests within
    a context, and leaves nothing behind."""
    if not may_be_root():
        left_out(f"the lab ({parts})", "it needs root, or sudo without a "
                 "password")
        sys.exit(0)
    try:
        LAB.must("up", *parts.split())
        with around():
            main(tests)
    finally:
        LAB.remove()


def sh(host, script, code=0):
    """The output of a script on a host, which ends with that code."""
    found, text = LAB("exec", host, "sh", "-c", script)
    assert found == code, f"{host}: {script}: {found}: {text}"
    return text


def refused(host, script, words):
    """A script on a host fails, with those words."""
    found, text = LAB("exec", host, "sh", "-c", script)
    assert found != 0 and words in text, f"{host}: {script}: {found}: {text}"


def typed(command, *lines):
    """A script that runs a command on a terminal of its own and types."""
    return (f"printf '%s\\n' {shlex.join(lines)} | "
            f"script -qec {shlex.quote(command)} /dev/null")


def secret(name):
    return pathlib.Path(FOLDER, "secrets", name).read_text()


def http(method, url, body=None, **headers):
    """(status, body as JSON or text) of a request."""
    data = body if body is None or isinstance(body, bytes) \
        else json.dumps(body).encode()
    if data is not None:
        headers.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, data, headers, method=method)
    tls = url.startswith("https") and ssl.create_default_context(
        cafile=FOLDER + "/keys/ca.pem") or None
    try:
        answer = urllib.request.urlopen(request, context=tls, timeout=60)
    except urllib.error.HTTPError as fault:
        answer = fault
    with answer:
        text = answer.read().decode()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, text


def until(what, condition, seconds=120):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.2)
    return found
