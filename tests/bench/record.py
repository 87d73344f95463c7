"""
make bench, part verify: what `countersign verify` costs over many closed runs
(million.py), beside SQLite's own check of the file.
"""
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from fixture import BUILD  # noqa: E402
from million import million  # noqa: E402

RUNS = 100_000


def measure_verify(_f, table, quick):
    """Events a second and memory, beside SQLite's own check of the file."""
    folder = million(RUNS // 10 if quick else RUNS)
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([BUILD / "countersign", "verify", "--data",
                                    folder], stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        took = time.monotonic() - begin
        out.seek(0)
        said = out.read()
    assert status == 0, said
    peak = used.ru_maxrss / 1024
    events = int(said.splitlines()[-1].split()[0])
    db = sqlite3.connect(f"file:{folder}/countersign.db?mode=ro", uri=True)
    begin = time.monotonic()
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    sqlite = time.monotonic() - begin
    db.close()
    table.head("verify of a record", "events", "events/s", "MB a process",
               "of SQLite's own check")
    table.line(f"{events} events, each run with a signed entry",
               events, f"{table.keep('verify.rate', events / took):.0f}",
               f"{table.keep('verify.peak', peak):.0f}",
               f"{100 * table.keep('verify.ratio', took / sqlite):.0f} %")
