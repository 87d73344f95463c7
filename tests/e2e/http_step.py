"""
http_step.py: countersign-executor-clients with one http step on one target, for tests.

It gets its order on standard input as from the runner; STEP names the program.
"""
import hashlib
import json
import os
import pathlib
import secrets
import subprocess

from console import BUILD
from messages import status_line

PROGRAM = os.environ.get("STEP", str(BUILD / "countersign-executor-clients"))


def artifact(file, data):
    """One of an earlier execution, as the runner names it to an executor."""
    return {"file": file, "hash": hashlib.blake2b(data, digest_size=32).hexdigest(),
            "step": "earlier", "save": "kept"}


class HttpStep:
    """One countersign-executor-clients on one target in a folder of its own."""

    def __init__(self, work, text, target, **more):
        top = {k: more.pop(k) for k in ("values", "secrets", "artifacts",
                                         "from_statement", "skipped") if k in more}
        self.exec = secrets.token_hex(16)
        self.dir = os.path.join(work, self.exec)
        os.mkdir(self.dir)
        target = {"name": "poa", "kind": "http", **target}
        order = {"exec": self.exec, "targets": [target], **top, "step": {
            "id": "s", "kind": "http", "text": text, "text_line": 7, **more}}
        env = dict(os.environ, http_proxy="http://127.0.0.1:1",
                   all_proxy="http://127.0.0.1:1")
        self.process = subprocess.Popen(
            [PROGRAM, self.exec], cwd=self.dir, env=env, stdin=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.process.stdin.write(json.dumps(order).encode())
        self.process.stdin.close()
        self.process.stdin = None

    def wait(self, seconds=60):
        _, errors = self.process.communicate(timeout=seconds)
        assert b"Sanitizer" not in errors and b"runtime error" not in errors, \
            errors.decode()
        self.text = pathlib.Path(self.dir, "poa.txt").read_bytes().decode()
        lines = pathlib.Path(self.dir, "status").read_text().splitlines()
        self.end = [status_line(line) for line in lines][-2]
        self.message = self.end["message"]
        return self

    def ended(self, state, *words):
        assert self.end["state"] == state, self.end
        for word in words:
            assert word in self.message, (word, self.message)
        return self
