#!/usr/bin/env python3
"""
A data folder with a million runs, each with its events as the console itself
wrote those of one run, made once for each schema and kept in build/bench.

    million.py [--runs N]

Prints its folder.  The runs are copies of one that a console created and
closed: numbers, times, titles and names differ, and the hash of each event and
the rows of all tables with them.  It is the journal alone: no run of it has
files in DATA/exec, and no entry of the ledger has its head.
"""
import argparse
import hashlib
import json
import pathlib
import random
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
BEGIN = 1_450_000_000_000
APART = 300_000  # ms between two runs
MANUAL = "---\ntitle: A run of long ago\n---\n- [ ] Look\n- [ ] Look again\n"


def patterns(folder):
    """A console's data folder with the runs that are copied, by their end."""
    books = runbook_folder({book: MANUAL for book in BOOKS}, None)
    numbers = {}
    with Console(folder, books) as console:
        user = [console.user(n, "operator,approver") for n in PEOPLE][0]
        for end, command, body in (
                ("completed", "close", {"result": "succeeded"}),
                ("aborted", "abort", {"reason": "enough"})):
            status, answer = user.post("/runs", {
                "runbook": "poa", "environment": "test", "parameters": {}})
            assert status == 201, answer
            number = numbers[end] = answer["id"]
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


class Copies:
    """The rows of all runs, from those of the patterns."""

    def __init__(self, db, numbers, runs):
        self.db, self.runs, self.first = db, runs, max(numbers.values()) + 1
        self.events, self.rows = {}, {}
        for end, number in numbers.items():
            self.events[end] = [json.loads(body) for (body,) in db.execute(
                "SELECT body FROM event WHERE run = ? ORDER BY seq",
                (number,))]
            self.rows[end] = {t: self.rows_of(t, key, number) for t, key in (
                ("run", "id"), ("step", "run"), ("worker", "run"))}
        self.chance = random.Random(1)

    def columns(self, table):
        return [row[1] for row in self.db.execute(
            f"PRAGMA table_info({table})")]

    def rows_of(self, table, key, number):
        return [dict(zip(self.columns(table), row)) for row in self.db.execute(
            f"SELECT * FROM {table} WHERE {key} = ?", (number,))]

    def add(self, table, rows):
        columns = self.columns(table)
        self.db.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
            f"({', '.join('?' * len(columns))})",
            ([row[c] for c in columns] for row in rows))

    def choose(self, number):
        """The members that differ between two runs."""
        book = self.chance.choice(BOOKS)
        return {"at": BEGIN + number * APART, "book": book,
                "by": self.chance.choice(PEOPLE),
                "environment": self.chance.choice(ENVIRONMENTS),
                "ended": "aborted" if number % 1000 == 0 else "completed",
                "result": "failed" if number % 1000 == 0 else
                self.chance.choice(["succeeded"] * 8 + ["failed"] * 2),
                "title": f"升级 {book} 到 1.{number % 40}.{number % 7}"
                if number % 50 == 0 else
                f"Upgrade {book} to 1.{number % 40}.{number % 7}",
                "reason": f"Change {10_000 + number}: what the release notes "
                          "ask for"}

    def chain(self, number, what):
        before = bytes(32)
        for event in self.events[what["ended"]]:
            at = what["at"] + 1000 * event["seq"]
            data = dict(event["data"])
            if event["kind"] == "run.created":
                at = what["at"]
                data.update(title=what["title"], reason=what["reason"],
                            runbook=what["book"],
                            environment=what["environment"],
                            production=what["environment"] == "production")
            if event["kind"] == "run.closed":
                data["result"] = what["result"]
            body = json.dumps(dict(event, run=number, at=stamp(at),
                                   actor=event["actor"]
                                   if event["actor"] == "keeper"
                                   else what["by"], data=data),
                              ensure_ascii=False, separators=(",", ":"))
            before = hashlib.blake2b(before + body.encode(),
                                     digest_size=32).digest()
            yield {"run": number, "seq": event["seq"], "at": at,
                   "actor": what["by"], "kind": event["kind"],
                   "body": body,
                   "hash": before}

    def run(self, number, what):
        return dict(self.rows[what["ended"]]["run"][0], id=number,
                    title=what["title"], reason=what["reason"],
                    runbook=what["book"], environment=what["environment"],
                    production=what["environment"] == "production",
                    result=what["result"], created_by=what["by"],
                    started_by=what["by"], ended_by=what["by"],
                    created_at=what["at"], plan_at=what["at"],
                    started_at=what["at"] + 2000,
                    ended_at=what["at"]
                    + 1000 * len(self.events[what["ended"]]))

    def others(self, table, number, what):
        """Rows of a table that has several of a run."""
        for row in self.rows[what["ended"]][table]:
            row = dict(row, run=number)
            for column in ("by", "account"):
                if row.get(column) is not None:
                    row[column] = what["by"]
            yield row

    def fill(self):
        end = self.first + self.runs
        for begin in range(self.first, end, 10_000):
            chosen = {n: self.choose(n)
                      for n in range(begin, min(begin + 10_000, end))}
            with self.db:
                self.add("run", (self.run(n, w) for n, w in chosen.items()))
                self.add("event", (e for n, w in chosen.items()
                                   for e in self.chain(n, w)))
                for table in ("step", "worker"):
                    self.add(table, (r for n, w in chosen.items()
                                     for r in self.others(table, n, w)))
                self.search(chosen)

    def search(self, chosen):
        if not self.columns("search"):
            return  # a journal of before
        rows = [(64 * n + i, n, field, what[key]) for n, what in chosen.items()
                for i, (field, key) in enumerate(
                    (("title", "title"), ("reason", "reason"),
                     ("runbook", "book")))]
        self.db.executemany("INSERT INTO search VALUES (?, ?, ?, ?)", rows)
        self.db.executemany(
            "INSERT OR IGNORE INTO search_pair VALUES (?, ?)",
            ((text[i:i + 2], key) for key, _, _, text in rows
             for i in range(len(text) - 1)
             if min(text[i:i + 2]) >= "\u2e80"))


def million(runs=1_000_000, data=None):
    """The folder, which is made unless it is there."""
    schema = (TOP / "fcgi/journal/schema.sql").read_bytes()
    name = hashlib.blake2b(schema + pathlib.Path(__file__).read_bytes(),
                           digest_size=8).hexdigest()
    folder = data or BUILD / f"bench/{runs}-runs-{name}"
    if folder.exists():
        return folder
    begin = time.monotonic()
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        numbers = patterns(making / "data")
        db = sqlite3.connect(making / "data/countersign.db")
        db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000;"
                         "PRAGMA wal_autocheckpoint = 100000")
        copies = Copies(db, numbers, runs)
        copies.fill()
        if copies.columns("search"):
            db.executescript("INSERT INTO search_index (search_index) "
                             "VALUES ('rebuild')")
        db.executescript("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
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
