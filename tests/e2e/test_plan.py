#!/usr/bin/env python3
"""
The compiled plan: what was approved is what runs, whatever the parser of
another version makes of the document; a plan that was changed runs nowhere.
"""
import hashlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from console import BUILD, Console, main, runbook_folder

BOOK = """---
title: One step
approvals:
  - {role: approver, count: 1}
parameters:
  folder: {label: Where it leaves its mark}
---
A word before it.

```sh {#work}
echo of-the-document > "$folder/done"
```
"""
folder = runbook_folder({"one": BOOK})


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def digest(text):
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def plan_of(data):
    """The hash that approvals are given to, of the data of run.created."""
    return digest(compact([data["document"], data["environment"], data["targets"], data["parameters"],
                           data["sealed"], data["compiled"]]))


class Made:
    """A run that waits for its approval; then the console was stopped."""

    def __enter__(self):
        self.marks = pathlib.Path(tempfile.mkdtemp(prefix="cs-plan-"))
        self.marks.chmod(0o777)
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="cs-plan-data-"))
        with Console(data=self.data, runbooks=folder) as console:
            ana = console.user("ana", "operator")
            status, answer = ana.post("/runs", {"runbook": "one", "environment": "test",
                                                "parameters": {"folder": str(self.marks)}})
            assert status == 201, answer
            self.run = answer["id"]
        self.db = sqlite3.connect(self.data / "countersign.db")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.marks)

    def created(self):
        body, = self.db.execute("SELECT body FROM event WHERE run = ? AND seq = 1", (self.run,)).fetchone()
        return json.loads(body)

    def text(self, name):
        return self.db.execute("SELECT text FROM document WHERE hash = ?", (name,)).fetchone()[0]


def compiled_by_another_version(made):
    """The record as it were if the parser had made another plan of the document."""
    event = made.created()
    data = event["data"]
    assert plan_of(data) == data["plan"], "the test computes the hash of a plan as the program does"
    text = made.text(data["compiled"])
    assert digest(text) == data["compiled"] and "of-the-document" in text, text
    text = text.replace("of-the-document", "of-the-plan")
    data["compiled"] = digest(text)
    data["plan"] = plan_of(data)
    made.db.execute("INSERT INTO document VALUES (?, ?)", (data["compiled"], text))
    made.db.execute("UPDATE run SET plan = ?, compiled = ? WHERE id = ?", (data["plan"], data["compiled"], made.run))
    bodies = [compact(event)] + [body for body, in made.db.execute(
        "SELECT body FROM event WHERE run = ? AND seq > 1 ORDER BY seq", (made.run,))]
    last = bytes(32)
    for seq, body in enumerate(bodies, 1):
        last = hashlib.blake2b(last + body.encode(), digest_size=32).digest()
        made.db.execute("UPDATE event SET body = ?, hash = ? WHERE run = ? AND seq = ?", (body, last, made.run, seq))
    made.db.commit()
    made.db.close()


def a_run_executes_the_plan_that_was_approved_though_the_parser_changed():
    with Made() as made:
        compiled_by_another_version(made)
        with Console(data=made.data, runbooks=folder) as console:
            console.verify = lambda: None   # the ledger knows the record as it was
            ana, eve = console.user("leo", "operator"), console.user("mia", "approver")
            status, page = ana.get(f"/runs/{made.run}", accept="text/html")
            assert status == 200 and "of-the-plan" in page and "of-the-document" not in page, page
            assert "A word before it." in page, "the prose is that of the document"
            status, answer = eve.post(f"/runs/{made.run}/approvals",
                                      {"decision": "approve", "plan": ana.run(made.run)["plan"]})
            assert status == 200, answer
            assert ana.post(f"/runs/{made.run}/start")[0] == 200
            ana.press(made.run, ana.step(made.run, "work"))
            assert ana.wait_step(made.run, "work")["state"] == "succeeded"
        assert (made.marks / "done").read_text() == "of-the-plan\n"


def a_plan_whose_text_was_changed_runs_nowhere():
    with Made() as made:
        name = made.created()["data"]["compiled"]
        made.db.execute("UPDATE document SET text = replace(text, 'of-the-document', 'evil') WHERE hash = ?", (name,))
        made.db.commit()
        made.db.close()
        done = subprocess.run([BUILD / "countersign", "verify", "--data", made.data], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 1 and f"the plan of run {made.run} does not have its hash" in done.stdout, done
        with Console(data=made.data, runbooks=folder) as console:
            console.verify = console.check_reports = lambda: None
            ana, eve = console.user("leo", "operator"), console.user("mia", "approver")
            status, answer = ana.get(f"/runs/{made.run}")
            assert status == 403 and answer["error"]["code"] == "no_plan", (status, answer)
            plan = console.sql("SELECT plan FROM run WHERE id = ?", made.run)[0][0]
            status, answer = eve.post(f"/runs/{made.run}/approvals", {"decision": "approve", "plan": plan})
            assert status == 403 and answer["error"]["code"] == "no_plan", (status, answer)
        assert not (made.marks / "done").exists()


if __name__ == "__main__":
    main([
        a_run_executes_the_plan_that_was_approved_though_the_parser_changed,
        a_plan_whose_text_was_changed_runs_nowhere,
    ])
