#!/usr/bin/env python3
"""
Requests signed for S3 (aws: in targets.yml), against a server that verifies
the signatures (s3_server.py).  Arguments choose tests by name.
"""
import os, pathlib, secrets, shutil, subprocess, sys, tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import main  # noqa: E402
from http_step import HttpStep, artifact  # noqa: E402

WORK = tempfile.mkdtemp(prefix="cs-s3.")
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfi"
server = subprocess.Popen(
    ["/usr/bin/python3", TOP / "tests/e2e/s3_server.py", WORK + "/swift"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    env=dict(os.environ, S3_SECRET=SECRET), text=True)
URL = f"http://127.0.0.1:{server.stdout.readline().strip()}"


def run(text, secret=SECRET, region="eu-test-1", **more):
    return HttpStep(WORK, text, {"url": URL, "aws": {
        "region": region, "service": "s3", "access_key": "acct:ana",
        "secret_key": secret}}, **more).wait()


def objects_are_put_and_fetched():
    run("PUT /bucket").ended("succeeded")
    s = run("PUT /bucket/notes.txt\nContent-Type: text/plain\n\nhello {{who}}",
            values={"who": "w\u00f6rld"}).ended("succeeded")
    assert SECRET not in s.text
    s = run("GET /bucket/notes.txt", artifact="notes").ended("succeeded")
    assert pathlib.Path(s.dir, "poa.save").read_text() == "hello w\u00f6rld"
    run("HEAD /bucket/notes.txt").ended("succeeded")


def a_preflight_tries_the_server_and_leaves_the_key_alone():
    s = run("", kind="preflight").ended("succeeded")
    assert "answered in" in s.text and "no request was sent" in s.text, s.text
    assert SECRET not in s.text


def names_and_queries_of_all_kinds_are_signed_right():
    for name in ("a b+c", "\u4e2d\u6587", "semi;colon", "q?x=y&z", "per%41cent",
                 "tilde~star*", "deep/er/path"):
        run("PUT /bucket/{{name}}\n\nx", values={"name": name}).ended("succeeded")
        s = run("GET /bucket?prefix={{name}}&max-keys=3&delimiter=,",
                values={"name": name}).ended("succeeded")
        assert "<Key>" in s.text, (name, s.text)
        run("GET /bucket/{{name}}", values={"name": name}).ended("succeeded")
        run("DELETE /bucket/{{name}}", values={"name": name}).ended("succeeded")
    run("GET /bucket?location").ended("succeeded")
    run("GET /bucket?list-type=2&encoding-type=url").ended("succeeded")


def headers_of_amazon_are_signed():
    run("PUT /bucket/meta\nX-Amz-Meta-Team:   blue   green \n\nx").ended("succeeded")
    s = run("HEAD /bucket/meta").ended("succeeded")
    assert "x-amz-meta-team: blue   green" in s.text.lower() or \
        "x-amz-meta-team: blue green" in s.text.lower(), s.text


def what_was_kept_is_sent_as_it_is():
    kept = secrets.token_hex(16)
    os.mkdir(os.path.join(WORK, kept))
    data = os.urandom(3_000_000)
    pathlib.Path(WORK, kept, "poa.save").write_bytes(data)
    run("PUT /bucket/large\n\n< dump", artifacts={"dump": {
        "poa": artifact(kept + "/poa.save", data)}}).ended("succeeded")
    s = run("GET /bucket/large", artifact="large").ended("succeeded")
    assert pathlib.Path(s.dir, "poa.save").read_bytes() == data


def a_wrong_key_is_refused_and_nothing_is_shown():
    s = run("GET /bucket/notes.txt", secret="wrong" * 30)
    s.ended("failed", "403")
    assert "SignatureDoesNotMatch" in s.text and "wrongwrong" not in s.text
    run("GET /bucket/notes.txt", region="elsewhere").ended("failed", "400")


try:
    main([objects_are_put_and_fetched,
          a_preflight_tries_the_server_and_leaves_the_key_alone,
          names_and_queries_of_all_kinds_are_signed_right,
          headers_of_amazon_are_signed, what_was_kept_is_sent_as_it_is,
          a_wrong_key_is_refused_and_nothing_is_shown])
finally:
    server.stdin.close()
    server.wait(10)
    shutil.rmtree(WORK, ignore_errors=True)
