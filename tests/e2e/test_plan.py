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
ASKS = """---
title: Ask
---
# Ask

- [ ] Look at the disk {#space capture="free" label="Free space in GB" type=number min=10 max=100}
- [ ] Choose {#size capture="size" choices="small, very large" sign=approver}

```sqlite {#sum on=db expect="52integer" capture="sum" title="Add"}
SELECT ({{free}} - 3) || typeof({{free}});
```

```sh {#use when="free > 50"}
echo "$free of $size, $sum"
```

# Each {each="machine in a, b"}

- [ ] Look at {{machine}} {#disk capture="disk" pattern="sd[a-z]"}

```sh {#mount}
echo "$machine: $disk"
```
"""
database = pathlib.Path(tempfile.mkdtemp(prefix="cs-plan-db-"))
TARGETS = f"environments:\n  test:\n    targets:\n      db: {{sqlite: {{file: {database}/ask.db}}}}\n"
folder = runbook_folder({"one": BOOK, "ask": ASKS}, TARGETS)


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


def confirm(who, run, step, **body):
    return who.post(f"/runs/{run}/steps/{step}/confirm", body)


def refused_values(console, ana, run):
    for body, code, word in (({}, "missing_value", "needs a value"), ({"value": "9.99"}, "bad_value", "10 or more"),
                             ({"value": "100.5"}, "bad_value", "100 or less"), ({"value": "1e2"}, "bad_value", "number"),
                             ({"value": "20\n"}, "bad_value", "line")):
        status, answer = confirm(ana, run, "space", **body)
        assert status == 422 and answer["error"]["code"] == code, (body, status, answer)
        assert answer["error"]["field"] == "value" and word in answer["error"]["message"], answer
    assert confirm(ana, run, "space", value=20)[0] in (400, 422)
    status, _, page = console.raw("POST", f"/runs/{run}/steps/space/confirm", "value=9.99&note=n",
                                  {"Authorization": "Bearer " + ana.token, "Accept": "text/html",
                                   "Content-Type": "application/x-www-form-urlencoded"})
    page = page.decode()
    assert status == 422 and 'value="9.99"' in page and "This must be 10 or more" in page, page
    assert "Free space in GB" in page and "from 10 to 100" in page and 'inputmode="decimal"' in page
    assert ana.step(run, "space")["state"] == "ready" and ana.run(run)["variables"] == {}


def a_value_that_a_task_asks_for_is_checked_recorded_and_corrected():
    with Console(runbooks=folder) as console:
        ana, eve = console.user("ana", "operator"), console.user("eve", "approver")
        status, answer = ana.post("/runs", {"runbook": "ask", "environment": "test", "parameters": {}})
        assert status == 201, answer
        run = answer["id"]
        sqlite3.connect(database / "ask.db").execute("CREATE TABLE t (n)")
        database.chmod(0o777)
        (database / "ask.db").chmod(0o666)
        assert ana.post(f"/runs/{run}/start")[0] == 200
        refused_values(console, ana, run)
        assert confirm(ana, run, "space", value="20", note="first")[0] == 200
        assert ana.run(run)["variables"] == {"free": "20"}, ana.run(run)["variables"]
        status, answer = ana.post(f"/runs/{run}/steps/space/reopen", {"reason": "it was the other disk"})
        assert status == 200 and ana.run(run)["variables"] == {}, answer
        assert confirm(ana, run, "space", value="55")[0] == 200
        assert confirm(ana, run, "size", value="large")[0] == 422
        assert confirm(ana, run, "size", value="very large")[0] == 200
        assert ana.step(run, "size")["state"] == "awaiting_signature"
        assert eve.post(f"/runs/{run}/steps/size/sign", {})[0] == 200
        for step in ("sum", "use"):
            assert ana.press(run, ana.step(run, step))["state"] == "succeeded", ana.step(run, step)
        assert "55 of very large, 52integer" in ana.output(run, "use", "local")
        for machine, disk in (("a", "sda"), ("b", "sdb")):
            assert confirm(ana, run, f"disk.{machine}", value="/dev/" + disk)[0] == 422
            assert confirm(ana, run, f"disk.{machine}", value=disk)[0] == 200
            assert ana.press(run, ana.step(run, f"mount.{machine}"))["state"] == "succeeded"
            assert f"{machine}: {disk}" in ana.output(run, f"mount.{machine}", "local")
        page = ana.get(f"/runs/{run}", accept="text/html")[1]
        assert "Free space in GB: 55" in page and "disk: sdb" in page, page
        report = ana.get(f"/runs/{run}/report", accept="text/html")[1]
        assert "Free space in GB: 55" in report and "free = 20; first" in report and "free = 55" in report, report
        made = ana.get(f"/runs/{run}/report.json")[1]
        assert made["variables"]["free"] == "55", made["variables"]
    shutil.rmtree(database)


if __name__ == "__main__":
    main([
        a_value_that_a_task_asks_for_is_checked_recorded_and_corrected,
        a_run_executes_the_plan_that_was_approved_though_the_parser_changed,
        a_plan_whose_text_was_changed_runs_nowhere,
    ])
