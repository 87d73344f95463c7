#!/usr/bin/env python3
"""
A data folder with a million closed runs that `countersign verify` finds as
recorded, made once for each schema and kept in build/bench.

    million.py [--runs N]

Prints its folder.  The runs are copies of some that a console created and
closed: numbers, times, titles and names differ, and with them the hash of each
event, the rows of all tables, and the signed entries of the ledger.  No step of
theirs left a file.
"""
import argparse
import ctypes
import ctypes.util
import hashlib
import json
import pathlib
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture import BUILD, TOP  # noqa: E402
from console import Console, runbook_folder  # noqa: E402

BOOKS = ["poa", "metis", "xpulse", "loonflow", "fate"]
PEOPLE = ["ana", "bo", "chen"]
ENVIRONMENTS = ["test", "production"]
ENDS = {("completed", "succeeded"): ("close", {"result": "succeeded"}),
        ("completed", "failed"): ("close", {"result": "failed"}),
        ("aborted", "failed"): ("abort", {"reason": "enough"})}
BEGIN = 1_450_000_000_000
APART = 300_000  # ms between two runs
STEP = 1_000     # ms between two events of one
MANUAL = "---\ntitle: A run of long ago\n---\n- [ ] Look\n- [ ] Look again\n"
BATCH = 10_000
DIFFERENT = {"run": "<1>", "by": "<2>", "title": "<3>", "reason": "<4>",
             "book": "<5>"}  # members of an event, and what stands for them


def patterns(folder):
    """A console's data folder with the runs that are copied, by their kind."""
    books = runbook_folder({book: MANUAL for book in BOOKS}, None)
    numbers = {}
    with Console(folder, books) as console:
        user = [console.user(n, "operator,approver") for n in PEOPLE][0]
        for environment in ENVIRONMENTS:
            for end, (command, body) in ENDS.items():
                status, answer = user.post("/runs", {
                    "runbook": "poa", "environment": environment,
                    "parameters": {}})
                assert status == 201, answer
                number = numbers[environment, *end] = answer["id"]
                assert user.post(f"/runs/{number}/start")[0] == 200
                user.drive(number)
                status, answer = user.post(f"/runs/{number}/{command}", body)
                assert status == 200, answer
        (folder / "token").write_text(user.token)
    shutil.rmtree(books)
    return numbers


def stamp(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) \
        + f".{ms % 1000:03}Z"


def digest(before, body):
    return hashlib.blake2b(before + body, digest_size=32).digest()


class Pattern:
    """The events, rows and entry of one run, to be filled in."""

    def __init__(self, db, number):
        events = db.execute("SELECT seq, at, actor, kind, body FROM event "
                            "WHERE run = ? ORDER BY seq", (number,)).fetchall()
        instants = sorted({at for _, at, *_ in events})
        self.after = {at: STEP * i for i, at in enumerate(instants)}
        self.events = [(seq, self.after[at], actor, kind, self.format(body))
                       for seq, at, actor, kind, body in events]
        self.rows = {table: self.rows_of(db, table, key, number)
                     for table, key in (("run", "id"), ("step", "run"),
                                        ("worker", "run"))}
        self.texts = db.execute("SELECT id % 64, field FROM search WHERE "
                                "run = ?", (number,)).fetchall()
        self.entry = next(o for o in map(json.loads, (
            b for b, in db.execute("SELECT body FROM ledger")))
            if o.get("run") == number)

    def format(self, body):
        """The body with a %s for the time, and for each member of DIFFERENT."""
        o = json.loads(body)
        o.update(run=DIFFERENT["run"], at="<0>")
        if o["actor"] == "ana":
            o["actor"] = DIFFERENT["by"]
        if o["kind"] == "run.created":
            o["data"].update(title=DIFFERENT["title"],
                             reason=DIFFERENT["reason"],
                             runbook=DIFFERENT["book"])
        text = json.dumps(o, ensure_ascii=False, separators=(",", ":"))
        text = text.replace(f'"{DIFFERENT["run"]}"', DIFFERENT["run"])
        text = text.replace("{", "{{").replace("}", "}}")
        return re.sub("<([0-5])>", r"{\1}", text)

    def rows_of(self, db, table, key, number):
        """Of each row: its values, and where those stand that differ."""
        cursor = db.execute(f"SELECT * FROM {table} WHERE {key} = ?", (number,))
        names = [d[0] for d in cursor.description]
        renamed = {key: "run", "title": "title", "reason": "reason",
                   "runbook": "book"} if table == "run" else {key: "run"}
        found = []
        for row in cursor:
            different = [(i, renamed[n]) for i, n in enumerate(names)
                         if n in renamed]
            different += [(i, "by") for i, v in enumerate(row) if v == "ana"]
            different += [(i, self.after[v]) for i, v in enumerate(row)
                          if isinstance(v, int) and v in self.after]
            found.append((row, different))
        return found

    def copies_of(self, table, what):
        for row, different in self.rows[table]:
            row = list(row)
            for i, how in different:
                row[i] = what["at"] + how if isinstance(how, int) \
                    else what[how]
            yield row


class Copies:
    """The rows of all runs, from those of the patterns."""

    def __init__(self, folder, numbers, runs):
        self.folder = folder
        self.db = sqlite3.connect(folder / "countersign.db")
        self.db.executescript(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000;"
            "PRAGMA wal_autocheckpoint = 100000")
        self.patterns = {end: Pattern(self.db, number)
                         for end, number in numbers.items()}
        self.first, self.runs = max(numbers.values()) + 1, runs
        self.chance = random.Random(1)
        self.sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
        self.key = bytes.fromhex((folder / "keys/ledger.key").read_text())
        self.n, self.before = self.db.execute(
            "SELECT n, hash FROM ledger ORDER BY n DESC LIMIT 1").fetchone()

    def choose(self, number):
        """The members that differ between two runs, and its pattern."""
        book = self.chance.choice(BOOKS)
        environment = self.chance.choice(ENVIRONMENTS)
        result = self.chance.choice(["succeeded"] * 8 + ["failed"] * 2)
        end = ("aborted", "failed") if number % 1000 == 0 \
            else ("completed", result)
        return {"run": number, "at": BEGIN + number * APART, "book": book,
                "by": self.chance.choice(PEOPLE),
                "title": f"升级 {book} 到 1.{number % 40}.{number % 7}"
                if number % 50 == 0 else
                f"Upgrade {book} to 1.{number % 40}.{number % 7}",
                "reason": f"Change {10_000 + number}: what the release notes "
                          "ask for",
                "of": self.patterns[environment, *end]}

    def add(self, table, rows):
        rows = iter(rows)
        first = next(rows, None)
        if first is not None:
            text = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"
            self.db.execute(text, first)
            self.db.executemany(text, rows)

    def events(self, chosen):
        for what in chosen:
            number, by, before = what["run"], what["by"], bytes(32)
            for seq, after, actor, kind, text in what["of"].events:
                at = what["at"] + after
                body = text.format(stamp(at), number, by, what["title"],
                                   what["reason"], what["book"])
                before = digest(before, body.encode())
                yield (number, seq, at, by if actor == "ana" else actor, kind,
                       body, before)
            what["head"] = before.hex()

    def entries(self, chosen, lines):
        signature = ctypes.create_string_buffer(64)
        for what in chosen:
            self.n += 1
            body = json.dumps(dict(what["of"].entry, n=self.n, run=what["run"],
                                   head=what["head"]), separators=(",", ":"))
            self.before = digest(self.before, body.encode())
            self.sodium.crypto_sign_detached(signature, None, self.before,
                                             ctypes.c_ulonglong(32), self.key)
            lines.write(json.dumps({
                "n": self.n, "body": body, "hash": self.before.hex(),
                "signature": signature.raw.hex()}, separators=(",", ":"))
                + "\n")
            yield self.n, body, self.before, signature.raw

    def texts(self, chosen):
        for what in chosen:
            for i, field in what["of"].texts:
                yield (64 * what["run"] + i, what["run"], field,
                       what["book" if field == "runbook" else field])

    def pairs(self, chosen):
        for key, _, _, text in self.texts(chosen):
            for i in range(len(text) - 1):
                if min(text[i:i + 2]) >= "\u2e80":
                    yield text[i:i + 2], key

    def fill(self):
        end = self.first + self.runs
        with (self.folder / "ledger.jsonl").open("a") as lines:
            for begin in range(self.first, end, BATCH):
                chosen = [self.choose(n)
                          for n in range(begin, min(begin + BATCH, end))]
                with self.db:
                    for table in ("run", "step", "worker"):
                        self.add(table, (row for what in chosen for row in
                                         what["of"].copies_of(table, what)))
                    self.add("event", self.events(chosen))
                    self.add("ledger", self.entries(chosen, lines))
                    self.add("search", self.texts(chosen))
                    self.add("search_pair", set(self.pairs(chosen)))
        self.db.executescript(
            "INSERT INTO search_index (search_index) VALUES ('rebuild');"
            "PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()


def million(runs=1_000_000):
    """The folder, which is made unless it is there."""
    name = hashlib.blake2b((TOP / "fcgi/journal/schema.sql").read_bytes()
                           + pathlib.Path(__file__).read_bytes(),
                           digest_size=8).hexdigest()
    folder = BUILD / f"bench/{runs}-runs-{name}"
    if folder.exists():
        return folder
    begin = time.monotonic()
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        numbers = patterns(making / "data")
        Copies(making / "data", numbers, runs).fill()
        (making / "data").rename(folder)
    finally:
        shutil.rmtree(making)
    print(f"{runs} runs made in {time.monotonic() - begin:.0f} s",
          file=sys.stderr)
    return folder


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=1_000_000)
    print(million(options.parse_args().runs))
