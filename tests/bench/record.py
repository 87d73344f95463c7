"""
make bench, part verify: what `countersign verify` costs over many closed runs
(million.py), beside SQLite's own check of the file.
"""
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from fixture import BUILD  # noqa: E402
from million import million  # noqa: E402

RUNS = 100_000
# A process counts what its parent had in memory until exec(2): the parent is
# a small one.
PEAK = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


def measure_verify(_f, table, quick):
    """Events a second and memory, beside SQLite's own check of the file."""
    folder = million(RUNS // 10 if quick else RUNS)
    begin = time.monotonic()
    said = subprocess.run([sys.executable, "-c", PEAK, BUILD / "countersign",
                           "verify", "--data", folder], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()
    took = time.monotonic() - begin
    peak = int(said[-1]) / 1024
    events = int(said[-2].split()[0])
    db = sqlite3.connect(f"file:{folder}/countersign.db?mode=ro", uri=True)
    begin = time.monotonic()
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    sqlite = time.monotonic() - begin
    db.close()
    table.head("verify of a record", "events", "events/s", "MB a process",
               "of SQLite's")
    table.line(f"{events} events, each run with a signed entry",
               events, f"{table.keep('verify.rate', events / took):.0f}",
               f"{table.keep('verify.peak', peak):.0f}",
               f"{100 * table.keep('verify.ratio', took / sqlite):.0f} %")
