#!/usr/bin/env python3
"""Somebody writes into the tables of the journal.  The runner decides by the
events alone: what no event backs is not executed, and that is on record.

Each case forges a run of its own, presses its step, and looks whether the
script ran.
"""
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main, runbook_folder  # noqa: E402
from messages import english  # noqa: E402

RULES = "approvals:\n  - {role: approver, count: 1}\n"
BOOK = """---
title: Something that needs two people
%sparameters:
  folder: {label: Where it leaves its mark}
---
```sh {#first capture="found"}
echo by-event
```
%s
```sh {#work}
echo "$found" > "$folder/done"
```
"""
GATE = "\n```approval {#gate role=approver count=1}\nReady?\n```\n"
folder = runbook_folder({"ruled": BOOK % (RULES, ""),
                         "gated": BOOK % ("", GATE),
                         "plain": BOOK % ("", "")})


class Forgery:
    """A console whose journal is changed from outside while it runs."""

    def __enter__(self):
        self.console = Console(runbooks=folder)
        self.console.start()
        self.ana = self.console.user("ana", "operator")
        self.bob = self.console.user("bob", "operator,helper")
        self.eve = self.console.user("eve", "approver")
        self.marks = pathlib.Path(tempfile.mkdtemp(prefix="cs-marks-"))
        self.marks.chmod(0o777)     # scripts may have a user of their own
        return self

    def __exit__(self, kind, value, _):
        self.console.stop()
        log = self.console.log.read_text()
        shutil.rmtree(self.console.data)
        shutil.rmtree(self.marks)
        self.console.log.unlink()
        assert "Sanitizer" not in log and " bug: " not in log, log[-3000:]

    def sql(self, text, *args):
        db = sqlite3.connect(self.console.data / "countersign.db", timeout=20)
        changed = db.execute(text, args).rowcount
        db.commit()
        db.close()
        assert changed > 0, text

    def begin(self, runbook):
        status, answer = self.ana.post("/runs", {"runbook": runbook,
            "environment": "test", "parameters": {"folder": str(self.marks)}})
        assert status == 201, answer
        return answer["id"]

    def approve(self, person, run):
        status, answer = person.post(f"/runs/{run}/approvals",
            {"decision": "approve", "plan": self.ana.run(run)["plan"]})
        assert status == 200, answer

    def refused(self, run, step, *words):
        """The press is taken, nothing runs, the reason is on record."""
        status, answer = self.ana.post(f"/runs/{run}/steps/{step}/execute")
        assert status == 202, answer
        found = self.ana.wait_step(run, step)
        assert found["state"] == "failed", found
        message = found["attempts"][-1]["message"]
        for word in words:
            assert word in message, message
        assert found["attempts"][-1]["targets"][0]["state"] == \
            "not_started", found
        body, = self.console.sql("SELECT body FROM event WHERE run = ? AND "
            "kind = 'step.ended' ORDER BY seq DESC LIMIT 1", run)[0]
        assert english(json.loads(body)["data"]["message"]) == message, body
        assert not (self.marks / "done").exists()

    def start(self, run):
        status, answer = self.ana.post(f"/runs/{run}/start")
        assert status == 200, answer

    def press(self, run, step):
        return self.ana.press(run, self.ana.step(run, step))


FORGED = ("tables of the journal", "events do not", "countersign verify")


def an_approval_that_nobody_gave_does_not_count():
    with Forgery() as f:
        run = f.begin("ruled")
        f.sql("INSERT INTO approval (run, seq, step, plan, by, decision, "
              "comment, at) VALUES (?, 99, '', ?, 'eve', 'approve', '', 1)",
              run, f.ana.run(run)["plan"])
        f.sql("UPDATE run SET state = 'ready' WHERE id = ?", run)
        f.start(run)
        f.refused(run, "first", *FORGED, "approvals")


def rules_that_were_emptied_still_hold():
    with Forgery() as f:
        run = f.begin("ruled")
        f.sql("UPDATE run SET approvals = '[]', state = 'ready' "
              "WHERE id = ?", run)
        f.start(run)
        f.refused(run, "first", *FORGED, "approvals")


def a_role_that_nobody_gave_does_not_count():
    with Forgery() as f:
        run = f.begin("ruled")
        f.sql("UPDATE account SET roles = '[\"operator\",\"approver\"]' "
              "WHERE name = 'bob'")
        f.approve(f.bob, run)
        f.start(run)
        f.refused(run, "first", *FORGED, "approvals")


def a_gate_that_nobody_gave_stays_shut():
    with Forgery() as f:
        run = f.begin("gated")
        f.start(run)
        f.press(run, "first")
        f.sql("INSERT INTO approval (run, seq, step, plan, by, decision, "
              "comment, at) VALUES (?, 99, 'gate', ?, 'eve', 'approve', '', "
              "1)", run, f.ana.run(run)["plan"])
        f.sql("UPDATE step SET state = 'succeeded' WHERE run = ? AND "
              "id = 'gate'", run)
        f.sql("UPDATE step SET state = 'ready' WHERE run = ? AND "
              "id = 'work'", run)
        f.refused(run, "work", *FORGED, "gate")


def an_attempt_that_nobody_requested_is_not_started():
    with Forgery() as f:
        run = f.begin("plain")
        f.start(run)
        f.press(run, "first")
        f.sql("INSERT INTO attempt (run, step, n, exec, plan, state, by, "
              "requested_at) VALUES (?, 'work', 1, ?, ?, 'requested', 'ana', "
              "1)", run, "ab" * 16, f.ana.run(run)["plan"])
        f.sql("INSERT INTO attempt_target (run, step, n, target, state, "
              "bytes, dropped) VALUES (?, 'work', 1, 'local', 'requested', "
              "0, 0)", run)
        f.sql("UPDATE step SET state = 'requested', attempts = 1 WHERE "
              "run = ? AND id = 'work'", run)
        step = f.ana.wait_step(run, "work", 30)
        assert step["state"] == "failed", step
        assert "events do not" in step["attempts"][-1]["message"], step
        assert not (f.marks / "done").exists()


def a_chain_that_was_changed_stops_all_of_its_run():
    with Forgery() as f:
        run = f.begin("ruled")
        f.approve(f.eve, run)
        f.sql("UPDATE event SET body = replace(body, '\"actor\":\"eve\"', "
              "'\"actor\":\"bob\"') WHERE run = ? AND kind = 'run.decided'",
              run)
        f.start(run)
        f.refused(run, "first", "does not have its hash", "verify")


def a_chain_that_was_cut_stops_all_of_its_run():
    with Forgery() as f:
        run = f.begin("plain")
        f.start(run)
        f.press(run, "first")
        f.sql("DELETE FROM event WHERE run = ? AND kind = 'run.started'", run)
        f.console.kill("countersign-runner")    # and what it remembers
        f.refused(run, "work", "is missing", "verify")


def a_value_in_the_tables_is_not_what_a_script_gets():
    with Forgery() as f:
        run = f.begin("plain")
        f.start(run)
        f.press(run, "first")
        f.sql("UPDATE variable SET value = 'forged' WHERE run = ?", run)
        f.sql("UPDATE attempt_target SET captures = "
              "replace(captures, 'by-event', 'forged') WHERE run = ?", run)
        assert f.press(run, "work")["state"] == "succeeded"
        assert (f.marks / "done").read_text() == "by-event\n"


def what_is_as_the_events_say_runs_in_any_order_of_runs():
    """More runs than are remembered at once, two steps each."""
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        marks = pathlib.Path(tempfile.mkdtemp(prefix="cs-marks-"))
        marks.chmod(0o777)
        runs = []
        for _ in range(35):
            status, answer = ana.post("/runs", {"runbook": "plain",
                "environment": "test", "parameters": {"folder": str(marks)}})
            assert status == 201, answer
            runs.append(answer["id"])
            ana.post(f"/runs/{runs[-1]}/start")
            assert ana.press(runs[-1], ana.step(runs[-1], "first"))[
                "state"] == "succeeded"
        for run in runs[:3]:
            assert ana.press(run, ana.step(run, "work"))["state"] == \
                "succeeded"
        shutil.rmtree(marks)


if __name__ == "__main__":
    try:
        main([an_approval_that_nobody_gave_does_not_count,
              rules_that_were_emptied_still_hold,
              a_role_that_nobody_gave_does_not_count,
              a_gate_that_nobody_gave_stays_shut,
              an_attempt_that_nobody_requested_is_not_started,
              a_chain_that_was_changed_stops_all_of_its_run,
              a_chain_that_was_cut_stops_all_of_its_run,
              a_value_in_the_tables_is_not_what_a_script_gets,
              what_is_as_the_events_say_runs_in_any_order_of_runs])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
