#!/usr/bin/env python3
"""A report is sent while it is made: it is whole behind nginx, it is what verify makes of its
events, and a worker needs no memory for its length.  On the plain build: memory is measured."""
import json
import os
import pathlib
import subprocess
import sys
import threading

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main, runbook_folder  # noqa: E402

COMMENTS, WORDS = 1000, "word " * 1990
GROWTH_KB = 6 * 1024        # a part, a snapshot, what malloc keeps
books = runbook_folder({"long": "---\ntitle: Long\n---\n- [ ] By hand {#hand}\n"})


def anonymous_kb(pids):
    """The memory of its own (RssAnon) of the largest of these processes."""
    most = 0
    for pid in pids:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("RssAnon:"):
                most = max(most, int(line.split()[1]))
    return most


class Watch(threading.Thread):
    """Looks at the memory of the workers until it is told to end."""
    def __init__(self, pids):
        super().__init__()
        self.pids, self.most, self.over = pids, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.002):
            self.most = max(self.most, anonymous_kb(self.pids))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def a_long_report_needs_no_memory_for_its_length():
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = ana.post("/runs", {"runbook": "long", "environment": "test", "parameters": {}})[1]["id"]
        for path in (f"/runs/{run}", f"/runs/{run}/report.json"):
            for _ in range(8):      # each worker has its templates and this run
                ana.get(path)
        for _ in range(COMMENTS):
            assert ana.post(f"/runs/{run}/comments", {"text": WORDS})[0] == 200
        workers = console.pids("countersign-web")
        before = anonymous_kb(workers)
        with Watch(workers) as watch:
            for _ in range(4):
                status, report = ana.get(f"/runs/{run}/report.json")
                assert status == 200
        size = len(json.dumps(report))
        assert size > 2 * COMMENTS * len(WORDS), size
        assert len(report["comments"]) == COMMENTS and len(report["events"]) > COMMENTS
        assert watch.most - before < GROWTH_KB, (before, watch.most, size)
        for path in (f"/runs/{run}", f"/runs/{run}/report"):
            status, page = ana.get(path, accept="text/html")
            assert status == 200 and page.count(WORDS.strip()) == 50, (path, page.count(WORDS.strip()))
        assert anonymous_kb(workers) - before < GROWTH_KB, (before, anonymous_kb(workers))
        kept = console.data / "report.json"
        kept.write_text(json.dumps(report))
        subprocess.run([console.build / "countersign", "verify", kept], check=True, timeout=120,
                       capture_output=True)
        kept.unlink()


main([a_long_report_needs_no_memory_for_its_length])
