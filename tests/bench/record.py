"""
A data folder of many closed runs that `countersign verify` finds as recorded:
copies of one that a console wrote, with their chains, rows, texts of searches
and signed entries of the ledger.  Made once for each schema, in build/bench.
"""
import ctypes
import ctypes.util
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from fixture import BUILD, TOP  # noqa: E402
from console import Console, runbook_folder  # noqa: E402

RUNS = 100_000


def digest(before, body):
    return hashlib.blake2b(before + body.encode(), digest_size=32).digest()


def one_run(folder):
    """A console's data folder with a closed run; its number."""
    books = runbook_folder({"two": "---\ntitle: Two looks\n---\n- [ ] Look\n"
                            "- [ ] Look again\n"}, None)
    with Console(folder, books) as console:
        user = console.user("ana", "operator")
        status, answer = user.post("/runs", {
            "runbook": "two", "environment": "test", "parameters": {}})
        assert status == 201, answer
        number = answer["id"]
        assert user.post(f"/runs/{number}/start")[0] == 200
        user.drive(number)
        assert user.post(f"/runs/{number}/close",
                         {"result": "succeeded"})[0] == 200
    shutil.rmtree(books)
    return number


class Copies:
    def __init__(self, folder, number):
        self.folder, self.number = folder, number
        self.db = sqlite3.connect(folder / "countersign.db")
        self.db.executescript("PRAGMA synchronous = OFF")
        self.heads = {}

    def rows(self, table, key):
        """The columns before the number of the run, and those behind it."""
        names = [r[1] for r in self.db.execute(f"PRAGMA table_info({table})")]
        at = names.index(key)
        return [(row[:at], row[at + 1:]) for row in self.db.execute(
            f"SELECT * FROM {table} WHERE {key} = ?", (self.number,))]

    def add(self, table, rows):
        rows = iter(rows)
        first = next(rows, None)
        if first is None:
            return
        text = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"
        self.db.execute(text, first)
        self.db.executemany(text, rows)

    def events(self, numbers):
        pattern = self.db.execute(
            "SELECT seq, at, actor, kind, body FROM event WHERE run = ? ORDER "
            "BY seq", (self.number,)).fetchall()
        for n in numbers:
            before = bytes(32)
            for seq, at, actor, kind, body in pattern:
                body = body.replace(f'"run":{self.number},', f'"run":{n},', 1)
                before = digest(before, body)
                yield n, seq, at, actor, kind, body, before
            self.heads[n] = before.hex()

    def entries(self, numbers, lines):
        sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
        key = bytes.fromhex((self.folder / "keys/ledger.key").read_text())
        pattern = next(o for o in map(json.loads, (b for b, in self.db.execute(
            "SELECT body FROM ledger"))) if o.get("run") == self.number)
        n, before = self.db.execute("SELECT n, hash FROM ledger ORDER BY n "
                                    "DESC LIMIT 1").fetchone()
        signature = ctypes.create_string_buffer(64)
        for run in numbers:
            n += 1
            body = json.dumps(dict(pattern, n=n, run=run, head=self.heads[run]),
                              separators=(",", ":"))
            before = digest(before, body)
            sodium.crypto_sign_detached(signature, None, before,
                                        ctypes.c_ulonglong(32), key)
            lines.write(json.dumps({
                "n": n, "body": body, "hash": before.hex(),
                "signature": signature.raw.hex()}, separators=(",", ":")) + "\n")
            yield n, body, before, signature.raw

    def fill(self, runs):
        numbers = range(self.number + 1, self.number + 1 + runs)
        with self.db:
            self.add("event", self.events(numbers))
            for table, key in (("run", "id"), ("step", "run"),
                               ("worker", "run")):
                rows = self.rows(table, key)
                self.add(table, ((*a, n, *b) for n in numbers for a, b in rows))
            texts = self.db.execute("SELECT id % 64, field, text FROM search "
                                    "WHERE run = ?", (self.number,)).fetchall()
            self.add("search", ((64 * n + i, n, field, text) for n in numbers
                                for i, field, text in texts))
            with (self.folder / "ledger.jsonl").open("a") as lines:
                self.add("ledger", self.entries(numbers, lines))
        self.db.executescript(
            "INSERT INTO search_index (search_index) VALUES ('rebuild');"
            "PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()


def record(runs=RUNS):
    """The folder, which is made unless it is there."""
    name = hashlib.blake2b((TOP / "fcgi/journal/schema.sql").read_bytes()
                           + Path(__file__).read_bytes(),
                           digest_size=8).hexdigest()
    folder = BUILD / f"bench/{runs}-recorded-{name}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=folder.parent))
        try:
            number = one_run(making / "data")
            Copies(making / "data", number).fill(runs)
            (making / "data").rename(folder)
        finally:
            shutil.rmtree(making)
    return folder


def measure_verify(_f, table, quick):
    """Events a second and memory, beside SQLite's own check of the file."""
    folder = record(RUNS // 10 if quick else RUNS)
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
