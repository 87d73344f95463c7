#!/usr/bin/env python3
"""
A data folder of another version of the program: an older database is copied
beside itself and migrated, a newer one is left alone.
"""
import contextlib
import fcntl
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading

from console import BUILD, TOP, Console, main
from test_compile import programs, replace

NEWEST = int(re.search(r"MIGRATE_VERSION (\d+)", (TOP / "fcgi/journal/migrate.h").read_text()).group(1))


def folder(version):
    """A data folder with the journal that version 1 wrote, said to be of that version."""
    data = pathlib.Path(tempfile.mkdtemp(prefix="cs-up-"))
    db = sqlite3.connect(data / "countersign.db")
    db.executescript((TOP / "tests/unit/journal_1.sql").read_text())
    db.execute(f"PRAGMA user_version = {version}")
    db.commit()
    db.close()
    return data


def version_of(path):
    db = sqlite3.connect(path)
    found = db.execute("PRAGMA user_version").fetchone()[0], db.execute("SELECT count(*) FROM event").fetchone()[0]
    db.close()
    return found


def an_older_database_is_copied_before_it_is_migrated():
    data = folder(1)
    events = version_of(data / "countersign.db")[1]
    with Console(data=data) as console:
        console.verify = lambda: None   # the fixture has no keys and no outputs
        copy = data / "countersign.db.version-1"
        assert version_of(copy) == (1, events), version_of(copy)
        assert copy.stat().st_mode & 0o777 == 0o600
        assert str(copy) in console.log.read_text(), console.log.read_text()
        ana = console.user("zoe", "operator")
        assert ana.get("/runs")[0] == 200
        assert version_of(data / "countersign.db")[0] == NEWEST
    shutil.rmtree(data, ignore_errors=True)


def a_newer_database_is_refused_and_left_as_it_is():
    data = folder(99)
    before = (data / "countersign.db").read_bytes()
    done = subprocess.run([BUILD / "countersign", "serve", "--data", data, "--port", "1"],
                          capture_output=True, text=True, timeout=60, check=False, cwd=TOP)
    assert done.returncode == 1 and "has version 99" in done.stderr, done
    assert (data / "countersign.db").read_bytes() == before
    shutil.rmtree(data)


def before_plans(name="before_plan"):
    """A data folder that make_before_plan.py describes."""
    data = pathlib.Path(tempfile.mkdtemp(prefix="cs-up-"))
    subprocess.run(["tar", "-xzf", TOP / f"tests/e2e/{name}.tar.gz",
                    "--no-same-owner", "-C", data], check=True)
    return data


def open_runs_get_a_compiled_plan_and_their_approvals_end():
    data = before_plans()
    report = data / "report.json"
    exported = json.loads(report.read_text())
    with Console(data=data) as console:     # which verifies at the end, and each report too
        leo, mia, kim = (console.user(n, r) for n, r in
                         (("leo", "operator"), ("mia", "approver"), ("kim", "approver")))
        assert version_of(data / "countersign.db")[0] == NEWEST
        assert console.sql("SELECT id, compiled IS NULL FROM run ORDER BY id") == [(1, 1), (2, 0), (3, 0)]
        ended = leo.run(1)
        assert (ended["result"], ended["plan"]) == ("succeeded", exported["plan"]), ended
        assert [s["id"] for s in ended["steps"]] == [s["id"] for s in exported["steps"]]
        for run, before in (2, "running"), (3, "awaiting_approval"):
            body = json.loads(console.sql("SELECT body FROM event WHERE run = ? AND kind = 'run.compiled'", run)[0][0])
            assert body["actor"] == "keeper" and body["data"]["why"] == "upgraded", body
            now = leo.run(run)
            assert now["state"] == "awaiting_approval" and now["plan"] == body["data"]["plan"], (before, now)
            assert now["approvals"]["given"] == [], now["approvals"]
            status, page = leo.get(f"/runs/{run}/report", accept="text/html")
            assert status == 200 and "compiled the plan of a run of an older version" in page, page
        for by in mia, kim:
            status, answer = by.post("/runs/3/approvals", {"decision": "approve", "plan": leo.run(3)["plan"]})
            assert status == 200, answer
        assert leo.run(3)["state"] == "ready"
        status, answer = mia.post("/runs/2/approvals", {"decision": "approve", "plan": leo.run(2)["plan"]})
        assert status == 200, answer
        assert leo.run(2)["state"] == "running", leo.run(2)["state"]
        for step in "each.a", "each.b":
            leo.press(2, leo.step(2, step))
            assert leo.wait_step(2, step)["state"] == "succeeded"
        assert leo.output(2, "each.b", "local").startswith("b ")
        # a command on an ended run has its document compiled
        status, answer = leo.post("/runs/1/comments", {"text": "after the upgrade"})
        assert status == 200, answer
        assert console.sql("SELECT compiled IS NULL FROM run WHERE id = 1") == [(1,)]
        done = subprocess.run([BUILD / "countersign", "verify", report], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
    shutil.rmtree(data, ignore_errors=True)


def artifacts_of_an_older_version_are_none_that_are_sealed():
    data = before_plans()
    with Console(data=data):
        pass
    db = sqlite3.connect(data / "countersign.db")
    db.executescript(f"ALTER TABLE artifact DROP COLUMN sealed; PRAGMA user_version = {NEWEST - 1}")
    db.close()
    with Console(data=data) as console:
        leo = console.user("leo", "operator")
        kept = leo.run(1)["artifacts"][0]
        assert (kept["name"], kept["sealed"]) == ("first.txt", False), kept
        assert leo.get(kept["url"])[0] == 200, kept
    shutil.rmtree(data, ignore_errors=True)


def a_run_that_cannot_be_compiled_stops_no_start():
    data = before_plans()
    with programs() as build:
        replace(build, "#!/bin/sh\nexit 3\n")
        with Console(data=data, build=build) as console:
            leo, mia = console.user("leo", "operator"), console.user("mia", "approver")
            assert console.sql("SELECT count(*) FROM run WHERE compiled IS NULL") == [(3,)]
            assert "run 2 of an older version cannot be compiled" in console.log.read_text()
            assert leo.get("/runs")[0] == 200
            plan = console.sql("SELECT plan FROM run WHERE id = 3")[0][0]
            status, answer = mia.post("/runs/3/approvals", {"decision": "approve", "plan": plan})
            assert (status, answer["error"]["code"]) == (503, "compile_died"), answer
            console.stop()
            replace(build, None)
            console.start()
            assert console.sql("SELECT count(*) FROM run WHERE compiled IS NULL") == [(1,)]
            assert leo.run(3)["state"] == "awaiting_approval"
    shutil.rmtree(data, ignore_errors=True)


@contextlib.contextmanager
def at_work(job):
    """Holds and touches the files of an execution as its executor does."""
    ended = threading.Event()

    def touch():
        while not ended.wait(0.5):
            (job / "alive").touch()
    with (job / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (job / "alive").touch()
        thread = threading.Thread(target=touch)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def a_step_at_work_during_an_upgrade_is_ended_by_its_old_job():
    data = before_plans("during_upgrade")
    later = data.with_name(data.name + "-later")
    (data / "later").rename(later)
    jobs = sorted((data / "exec").iterdir())
    assert len(jobs) == 2
    with contextlib.ExitStack() as stack:
        for job in jobs:
            stack.enter_context(at_work(job))
        with Console(data=data) as console:
            leo, mia = console.user("leo", "operator"), console.user("mia", "approver")
            for run in 1, 2:
                assert leo.run(run)["state"] == "awaiting_approval", leo.run(run)["state"]
                assert leo.step(run, "slow")["state"] == "running", leo.step(run, "slow")
                kinds = [k for k, in console.sql("SELECT kind FROM event WHERE run = ? ORDER BY seq", run)]
                assert kinds[-1] == "run.compiled", kinds
            for job in jobs:    # what the old executors wrote
                for name in "local.cast", "local.txt", "local.save":
                    (job / name).unlink()
                    if (later / job.name / name).exists():
                        shutil.copy(later / job.name / name, job)
                with (job / "status").open("ab") as status:
                    status.write((later / job.name / "status").read_bytes()[status.tell():])
            stack.close()
            good, bad = (leo.wait_step(run, "slow") for run in (1, 2))
            assert (good["state"], bad["state"]) == ("succeeded", "failed"), (good, bad)
            assert bad["attempts"][-1]["targets"][0]["exit"] == 3, bad["attempts"]
            assert leo.output(1, "slow", "local") == "value-of-it\n"
            kept = leo.run(1)["artifacts"][0]
            assert (kept["name"], kept["sealed"]) == ("kept.txt", False), kept
            assert leo.get(kept["url"])[0] == 200, kept
            for run, state in (1, "running"), (2, "running"):
                status, answer = mia.post(f"/runs/{run}/approvals",
                                          {"decision": "approve", "plan": leo.run(run)["plan"]})
                assert status == 200 and leo.run(run)["state"] == state, (answer, leo.run(run)["state"])
            leo.press(1, leo.step(1, "after"))
            assert leo.wait_step(1, "after")["state"] == "succeeded"
            assert leo.output(1, "after", "local") == "after value-of-it\n"
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(later)


if __name__ == "__main__":
    main([
        an_older_database_is_copied_before_it_is_migrated,
        a_newer_database_is_refused_and_left_as_it_is,
        open_runs_get_a_compiled_plan_and_their_approvals_end,
        artifacts_of_an_older_version_are_none_that_are_sealed,
        a_run_that_cannot_be_compiled_stops_no_start,
        a_step_at_work_during_an_upgrade_is_ended_by_its_old_job,
    ])
