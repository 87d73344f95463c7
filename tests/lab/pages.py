"""
pages.py: what the people of driver.py do, in Chromium instead of by JSON
(tests/browser/lab.js), with pictures of it.
"""
import json
import os
import pathlib
import subprocess

from harness import TOP

PASSED_BY = ("/reveal",)        # read by the tests as a program does


class Pages:
    """The browsers of all people, on one console."""

    def __init__(self, base, password, folder):
        self.node = subprocess.Popen(
            ["node", "lab.js"], cwd=TOP / "tests/browser", text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=dict(os.environ, BASE_URL=base, PASSWORD=password,
                     SHOTS=str(pathlib.Path(folder).resolve())))

    def tell(self, what, who, **more):
        line = json.dumps({"do": what, "who": who.name, **more})
        print(line, file=self.node.stdin, flush=True)
        answer = json.loads(self.node.stdout.readline() or
                            '{"error": "lab.js ended"}')
        assert "error" not in answer, (line, answer["error"])
        return answer

    def create(self, who, fields):
        return self.tell("create", who, fields=fields)["id"]

    def submit(self, who, run, path, body):
        return self.tell("submit", who, run=run, path=path, body=body)

    def look(self, who, path, name, step=None):
        self.tell("look", who, path=path, name=name, step=step)

    def close(self):
        self.node.stdin.close()
        assert self.node.wait(60) == 0, "a page has complained"
