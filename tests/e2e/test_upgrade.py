#!/usr/bin/env python3
"""
A data folder of another version of the program: an older database is copied
beside itself and migrated, a newer one is left alone.
"""
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from console import BUILD, TOP, Console, main


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
        assert version_of(data / "countersign.db")[0] == 2
    shutil.rmtree(data, ignore_errors=True)


def a_newer_database_is_refused_and_left_as_it_is():
    data = folder(99)
    before = (data / "countersign.db").read_bytes()
    done = subprocess.run([BUILD / "countersign", "serve", "--data", data, "--port", "1"],
                          capture_output=True, text=True, timeout=60, check=False, cwd=TOP)
    assert done.returncode == 1 and "has version 99" in done.stderr, done
    assert (data / "countersign.db").read_bytes() == before
    shutil.rmtree(data)


if __name__ == "__main__":
    main([
        an_older_database_is_copied_before_it_is_migrated,
        a_newer_database_is_refused_and_left_as_it_is,
    ])
