#!/usr/bin/env python3
"""The heads of open runs and of chain 0 are in the ledger soon after something
happened there, without any stop, and only then; and a keeper that is killed at
any moment leaves a ledger and a file that fit its events."""
import json
import pathlib
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main, runbook_folder  # noqa: E402

SOON = 60               # LEDGER_AFTER_MS, in seconds
KILLS = 12
BOOK = "---\ntitle: One\n---\n- [ ] Do it {#do}\n"

books = runbook_folder({"one": BOOK})


def create(ana):
    status, answer = ana.post("/runs", {"runbook": "one",
        "environment": "test", "parameters": {}})
    assert status == 201, answer
    return answer["id"]


def heads(console):
    """{run: events} as the last entries have them; how many there are."""
    bodies = [json.loads(b) for b, in console.sql(
        "SELECT body FROM ledger ORDER BY n")]
    return {h["run"]: h["events"] for b in bodies
            for h in b.get("heads", [b])}, len(bodies)


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.5)


def what_goes_on_is_soon_in_the_ledger():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = create(ana)
        assert ana.post(f"/runs/{run}/comments", {"text": "a"})[0] == 200
        last = dict(console.sql("SELECT run, max(seq) FROM event GROUP BY run"))
        wait_until(lambda: heads(console)[0] == last, SOON + 60)
        count = heads(console)[1]
        ana.get("/runs")
        time.sleep(SOON + 5)
        assert heads(console)[1] == count, "nothing happened since"


def work(ana, stop, counts):
    """Runs are made, commented and ended for as long as that is wanted."""
    while not stop.is_set():
        try:
            run = create(ana)
            ana.post(f"/runs/{run}/comments", {"text": "a"})
            ana.post(f"/runs/{run}/abort", {"reason": "b"})
            counts.append(run)
        except (OSError, AssertionError):
            time.sleep(0.05)


def a_keeper_that_is_killed_leaves_a_ledger_that_fits():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        stop, counts = threading.Event(), []
        threads = [threading.Thread(target=work, args=(ana, stop, counts))
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(KILLS):
                before = len(counts)
                wait_until(lambda: len(counts) > before + 3, 60)
                assert console.kill("countersign-keeper")
                assert "all as recorded" in console.verify()
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert heads(console)[1] > KILLS
    # the end of the block verifies once more


main([what_goes_on_is_soon_in_the_ledger,
      a_keeper_that_is_killed_leaves_a_ledger_that_fits])
