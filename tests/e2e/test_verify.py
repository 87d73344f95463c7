#!/usr/bin/env python3
"""`countersign verify` against a journal that somebody changed.

A journal with rows of every kind is changed in one column of one row at a
time: another value, an empty one, NULL, another type, also where the schema
forbids it.  Each change is found, and none ends verify otherwise than with an
answer.  What cannot be found is in HARMLESS, with the reason.

time limit: 30 minutes
"""
import os
import pathlib
import sqlite3
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import main  # noqa: E402
from recorded import Journal  # noqa: E402

# (table, column or None for all): why no event can say what stands there
HARMLESS = {
    ("session", None): "who is signed in now; it is no evidence, and ends",
    ("device", None): "browsers that signed in before; only slows guessing",
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
VALUES = [None, b"", "other", 2 ** 62, "", b"\xff\xfe", -1, "null", "[1]",
          '{"a": 1}'][:10 if os.environ.get("LONG") else 4]


def change(table, column, keys, row, value):
    """One change, as the schema allows it, else behind its back.  False: the
    row has that value, or the key would be that of another row."""
    db = journal.fresh()
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


def each_changed_column_of_each_table_is_found():
    db = journal.fresh()
    tables = [name for name, in db.execute("SELECT name FROM sqlite_schema "
        "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    counted = 0
    missed = []
    for table in tables:
        columns, keys = keys_of(db, table)
        rows = rows_of(db, table, keys)
        if not rows and (table, None) not in HARMLESS:
            missed.append(f"{table} has no row to change")
        for column in columns:
            for n, row in enumerate(rows):
                # every value once, and each row at least with one
                for value in VALUES if n == 0 else [VALUES[n % 4]]:
                    if not change(table, column, keys, row, value):
                        continue
                    counted += 1
                    code, said = journal.verify()
                    if code != 1 and (table, None) not in HARMLESS and \
                            (table, column) not in HARMLESS:
                        missed.append(f"{table}.{column} = {value!r} in "
                                      f"{row}: {said[-200:]}")
    db.close()
    print(f"        {counted} changes of {len(tables)} tables")
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
        if path.suffix not in (".cast", ".save", ".sealed") or \
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


try:
    main([an_unchanged_journal_is_as_recorded,
          each_changed_column_of_each_table_is_found,
          each_row_that_is_taken_away_or_added_is_found,
          a_trigger_a_view_and_a_lost_table_are_found,
          a_file_that_is_no_database_any_more_is_an_answer,
          a_changed_file_is_found])
finally:
    journal.close()
