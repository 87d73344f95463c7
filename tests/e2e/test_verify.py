#!/usr/bin/env python3
"""`countersign verify` against a journal that somebody changed.

A journal with rows of every kind is changed in one column of one row at a
time: another value, an empty one, NULL, another type, also where the schema
forbids it.  Each change is found, and none ends verify otherwise than with an
answer.  HARMLESS lists what cannot be found, with the reason.

time limit: 30 minutes
"""
import concurrent.futures
import os
import pathlib
import sqlite3
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main  # noqa: E402
from recorded import LONG, QUICK, Journal  # noqa: E402

# (table, column or None for all): why no event can say what stands there
HARMLESS = {
    ("session", None): "who is signed in now; it is no evidence, and ends",
    ("device", None): "browsers that signed in before; only slows guessing",
    ("search_index_idx", None): "where SQLite begins to read its index",
    ("search_index_config", None): "of SQLite: a search with another is an error",
}

journal = Journal()


def keys_of(db, table):
    columns = db.execute(f"PRAGMA table_info('{table}')").fetchall()
    keys = [c[1] for c in columns if c[5]]
    return [c[1] for c in columns], keys or ["rowid"]


def lax(db, table):
    """Takes STRICT, NOT NULL and the like away; how to put them back."""
    sql, = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?",
                      (table,)).fetchone()
    loose = sql.replace(") STRICT, WITHOUT ROWID", ") WITHOUT ROWID")
    loose = loose.replace(") STRICT", ")").replace(" NOT NULL", "")
    set_schema(db, table, loose)
    return sql


def set_schema(db, table, sql):
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ? AND "
               "type = 'table'", (sql, table))
    db.execute("PRAGMA writable_schema = RESET")
    version, = db.execute("PRAGMA schema_version").fetchone()
    db.execute(f"PRAGMA schema_version = {version + 1}")


# The first four for each column; all of them with LONG=1 (make test-long).
# A column of several rows has each of them in one row.
VALUES = [None, b"", "other", 2 ** 62, "", b"\xff\xfe", -1, "null", "[1]",
          '{"a": 1}'][:10 if LONG else 4]


def change(folder, table, column, keys, row, value):
    """One change, as the schema allows it, else behind its back.  False: the
    row has that value, or the key would be that of another row."""
    db = folder.fresh()
    where = " AND ".join(f"{k} IS ?" for k in keys)
    text = f"UPDATE {table} SET {column} = ? WHERE {where}"
    before, = db.execute(f"SELECT {column} FROM {table} WHERE {where}",
                         row).fetchone()
    if before == value and type(before) is type(value):
        return False
    try:
        try:
            db.execute(text, (value, *row))
        except (sqlite3.IntegrityError, sqlite3.OperationalError):
            sql = lax(db, table)
            db.execute(text, (value, *row))
            set_schema(db, table, sql)
        after = db.execute(f"SELECT count(*) FROM {table} WHERE {where} AND "
                           f"{column} IS ?", (*row, before)).fetchone()[0]
    except (sqlite3.IntegrityError, sqlite3.DatabaseError):
        return False
    finally:
        db.close()
    return after == 0


def rows_of(db, table, keys):
    """A few rows that differ in kind: of events one for each kind."""
    names = ", ".join(keys)
    if table == "event":
        return db.execute(f"SELECT {names} FROM event GROUP BY kind"
                          ).fetchall()
    every = db.execute(f"SELECT {names} FROM {table}").fetchall()
    return every[:1] + every[-1:] if len(every) > 1 else every


def an_unchanged_journal_is_as_recorded():
    journal.fresh().close()
    code, said = journal.verify()
    assert code == 0, said


def columns_to_change(missed):
    """(table, column, keys, row, value) for every value once, and for each row
    at least one."""
    db = journal.fresh()
    tables = [name for name, in db.execute("SELECT name FROM sqlite_schema "
        "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    for table in tables:
        columns, keys = keys_of(db, table)
        rows = rows_of(db, table, keys)
        if not rows and (table, None) not in HARMLESS:
            missed.append(f"{table} has no row to change")
        for column in columns:
            for n, row in enumerate(rows):
                for value in VALUES[n % len(VALUES)::len(rows)]:
                    yield table, column, keys, row, value
    db.close()


def each_changed_column_of_each_table_is_found():
    missed, counted = [], []
    cases = list(columns_to_change(missed))

    def try_some(folder, some):
        for table, column, keys, row, value in some:
            if not change(folder, table, column, keys, row, value):
                continue
            counted.append(table)
            code, said = folder.verify(build=QUICK)
            if code != 1 and (table, None) not in HARMLESS and \
                    (table, column) not in HARMLESS:
                missed.append(f"{table}.{column} = {value!r} in {row}: "
                              f"{said[-200:]}")

    jobs = os.cpu_count()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in [pool.submit(try_some, folder, cases[n::jobs])
                     for n, folder in enumerate(journal.twins(jobs))]:
            done.result()
    print(f"        {len(counted)} changes of {len(set(counted))} tables")
    assert not missed, "\n".join(missed)


def each_row_that_is_taken_away_or_added_is_found():
    db = journal.fresh()
    tables = [name for name, in db.execute("SELECT name FROM sqlite_schema "
        "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    for table in tables:
        if (table, None) in HARMLESS:
            continue
        db = journal.fresh()
        _, keys = keys_of(db, table)
        row = rows_of(db, table, keys)[-1]
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(f"DELETE FROM {table} WHERE " +
                   " AND ".join(f"{k} IS ?" for k in keys), row)
        db.close()
        code, said = journal.verify()
        assert code == 1, (table, said)


def a_trigger_a_view_and_a_lost_table_are_found():
    for text in ("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM "
                 "event WHERE seq = 1; END",
                 "CREATE VIEW v AS SELECT 1", "DROP TABLE typist",
                 "ALTER TABLE run ADD COLUMN more TEXT",
                 "ALTER TABLE run RENAME COLUMN note TO noted",
                 "DROP INDEX run_open", "PRAGMA user_version = 99"):
        db = journal.fresh()
        db.execute(text)
        db.close()
        code, said = journal.verify()
        assert code == 1, (text, said)


def a_file_that_is_no_database_any_more_is_an_answer():
    whole = journal.kept.read_bytes()
    for at in range(0, len(whole), max(4096, len(whole) // 60)):
        journal.fresh().close()
        broken = bytearray(whole)
        broken[at + 100:at + 140] = b"\xa5" * 40
        (journal.data / "countersign.db").write_bytes(broken)
        journal.verify()
    for size in (0, 10, 100, 5000, len(whole) // 2):
        journal.fresh().close()
        (journal.data / "countersign.db").write_bytes(whole[:size])
        assert journal.verify()[0] == 1, size


def a_changed_file_is_found():
    db = journal.fresh()
    attempts = {e for e, in db.execute("SELECT exec FROM attempt")}
    db.close()
    for path in sorted(journal.data.glob("exec/*/*")):
        if path.suffix not in (".txt", ".times", ".cast", ".save", ".sealed") or \
                path.parent.name not in attempts:   # else of a look
            continue
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        code, said = journal.verify()
        assert code == 1, (path, said)
        path.unlink()
        os.mkfifo(path)         # must not be waited for
        assert journal.verify()[0] == 1
        path.unlink()
        path.write_bytes(whole)
    assert journal.verify()[0] == 0


def cut_event(db, run):
    """Takes the last event of a chain and all that came of it."""
    kind, seq = db.execute("SELECT kind, seq FROM event WHERE run = ? ORDER BY "
                           "seq DESC LIMIT 1", (run,)).fetchone()
    db.execute("DELETE FROM event WHERE run = ? AND seq = ?", (run, seq))
    if run > 0:
        assert kind == "run.commented", kind    # nothing else comes of it
        db.execute("UPDATE run SET seq = seq - 1 WHERE id = ?", (run,))
    else:
        assert kind == "token.added", kind
        db.execute("DELETE FROM token WHERE created_at = (SELECT "
                   "max(created_at) FROM token)")
    return seq


def cut_run(db, run):
    """Takes a whole run out of every table."""
    db.execute("INSERT INTO search_index (search_index, rowid, text) SELECT "
               "'delete', id, text FROM search WHERE run = ?", (run,))
    db.execute("DELETE FROM search_pair WHERE search / 64 = ?", (run,))
    tables = [t for t, in db.execute("SELECT name FROM sqlite_schema WHERE "
              "type = 'table'")]
    for table in tables:
        if "run" in keys_of(db, table)[0]:
            db.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
    db.execute("DELETE FROM run WHERE id = ?", (run,))


def cuts():
    """(how, the chain, the last event before, what is cut)."""
    db = journal.fresh()
    run, = db.execute("SELECT id FROM run WHERE ended_at IS NULL AND title = "
                      "'To open'").fetchone()
    last = dict(db.execute("SELECT run, max(seq) FROM event GROUP BY run"))
    db.close()
    return [("the last event of an open run", f"run {run}", last[run],
             lambda db: cut_event(db, run)),
            ("an open run", f"run {run}", last[run],
             lambda db: cut_run(db, run)),
            ("the end of chain 0", "chain 0", last[0],
             lambda db: cut_event(db, 0))]


def what_is_cut_off_an_open_chain_is_found():
    for what, chain, seq, cut in cuts():
        db = journal.fresh()
        db.execute("PRAGMA foreign_keys = OFF")
        cut(db)
        db.close()
        code, said = journal.verify()
        wrong = [line for line in said.splitlines() if "WRONG" in line]
        assert code == 1 and len(wrong) == 1 and \
            wrong[0].startswith(f"WRONG: {chain}") and \
            f"the ledger has its event {seq}," in wrong[0], (what, said)


def what_is_cut_with_the_ledger_is_found_by_its_file():
    for what, chain, seq, cut in cuts():
        db = journal.fresh()
        db.execute("PRAGMA foreign_keys = OFF")
        cut(db)
        while db.execute("SELECT body LIKE '%heads%' FROM ledger ORDER BY n "
                         "DESC LIMIT 1").fetchone()[0]:
            db.execute("DELETE FROM ledger WHERE n = (SELECT max(n) FROM "
                       "ledger)")
        db.close()
        code, said = journal.verify()
        assert code == 1 and any(line.startswith(f"WRONG: {chain}") and
            f"ledger.jsonl has its event {seq}," in line
            for line in said.splitlines()), (what, said)
        # a keeper that is started on it leaves the file as it is
        console = Console(data=journal.data, runbooks=journal.books)
        console.start()
        console.stop()
        assert journal.verify()[0] == 1, what


def what_is_cut_with_the_ledger_and_its_file_lacks_the_head_that_was_kept():
    """By somebody who can write all of the folder."""
    path, kept = journal.data / "ledger.jsonl", journal.data / "kept"
    whole = path.read_bytes()
    kept.write_bytes(whole.splitlines(keepends=True)[-1])
    db = journal.fresh()
    try:
        code, said = journal.verify("--head", kept)
        assert code == 0, said
        db.execute("DELETE FROM ledger WHERE n = (SELECT max(n) FROM ledger)")
        path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
        code, said = journal.verify("--head", kept)
        assert code == 1 and "the ledger has no head" in said, said
    finally:
        db.close()
        path.write_bytes(whole)
        kept.unlink()


def a_changed_file_of_the_ledger_is_found():
    path = journal.data / "ledger.jsonl"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    journal.fresh().close()
    assert len(lines) >= 3

    def found(data):
        path.write_bytes(data)
        return journal.verify()[0] == 1

    try:
        assert not found(b"".join(lines[:-1])), "it may be behind"
        assert not found(whole[:-20]), "and end within a line"
        assert not found(b"".join([*lines[:1], lines[1][:9], b"\n",
                                   *lines[1:]])), "and go on behind that"
        assert found(b"".join(lines[1:])) and found(lines[0] + lines[2])
        for old, new in ((b'\\"events\\":', b'\\"events\\":1'),
                         (b'"hash":"', b'"hash":"0'), (b'"n":2', b'"n":3'),
                         (b'"signature":"', b'"signature":"0')):
            assert found(whole.replace(old, new, 1)), old
        path.unlink()
        assert journal.verify()[0] == 1
        os.mkfifo(path)
        assert journal.verify()[0] == 1
        path.unlink()
    finally:
        path.write_bytes(whole)
    assert journal.verify()[0] == 0


def a_file_that_is_behind_is_continued():
    """As where the keeper was killed between a commit and the line of it."""
    path = journal.data / "ledger.jsonl"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    try:
        for rest in (b"", lines[0], whole[:-20]):
            journal.fresh().close()
            path.write_bytes(rest)
            with Console(data=journal.data, runbooks=journal.books):
                pass
            now = path.read_bytes()
            assert now.startswith(rest) and lines[-1] in now, now
            assert journal.verify()[0] == 0
    finally:
        path.write_bytes(whole)


try:
    main([an_unchanged_journal_is_as_recorded,
          each_changed_column_of_each_table_is_found,
          each_row_that_is_taken_away_or_added_is_found,
          a_trigger_a_view_and_a_lost_table_are_found,
          a_file_that_is_no_database_any_more_is_an_answer,
          a_changed_file_is_found,
          what_is_cut_off_an_open_chain_is_found,
          what_is_cut_with_the_ledger_is_found_by_its_file,
          what_is_cut_with_the_ledger_and_its_file_lacks_the_head_that_was_kept,
          a_changed_file_of_the_ledger_is_found,
          a_file_that_is_behind_is_continued])
finally:
    journal.close()
