#!/usr/bin/env python3
"""Recorded files are downloaded the same while the run is open, when it has
ended and when they are in a pack."""
import os
import pathlib
import re
import signal
import sqlite3
import stat
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import (BUILD, Console, is_alive, main, runbook_folder,  # noqa: E402
                     wait_until)

BOOK = """---
title: Say it
---
```sh {#short save=said.txt}
echo it was said
```

```python {#long save=all.bin}
import random
r = random.Random(7)
for n in range(40000):
    print(n, r.getrandbits(200))
```

- [ ] Look at it {#end}
"""

CONDITIONS = ({}, {"Range": "bytes=0-0"}, {"Range": "bytes=262100-262200"},
              {"Range": "bytes=-5000"}, {"Range": "bytes=1000000-"},
              {"Range": "bytes=99999999-"},
              {"If-None-Match": "*"})
SAME = ("Content-Type", "Content-Length", "Content-Range", "ETag",
        "Last-Modified", "Cache-Control", "Content-Disposition",
        "Content-Security-Policy", "X-Content-Type-Options")


def made_run(ana):
    status, run = ana.post("/runs", {"runbook": "say", "environment": "test"})
    assert status == 201, run
    assert ana.post(f"/runs/{run['id']}/start")[0] == 200
    ana.drive(run["id"], until="end")
    return run["id"]


def close(ana, number):
    ana.drive(number)
    status, answer = ana.post(f"/runs/{number}/close", {"result": "succeeded", "note": "done"})
    assert status == 200, answer


def files_of(ana, number):
    """The addresses of all recorded files of the run."""
    run = ana.run(number)
    texts = [t["text_url"] for s in run["steps"] for a in s["attempts"]
             for t in a["targets"]]
    return (texts + [t.replace(".txt", ".cast") for t in texts]
            + [a["url"] for a in run["artifacts"]])


def downloads(console, ana, number):
    """{(address, condition): what is answered}"""
    found = {}
    for url in files_of(ana, number):
        etag = None
        for more in (*CONDITIONS, "etag", "if-range", "if-range other"):
            headers = {"etag": {"If-None-Match": f'"x", {etag}'},
                       "if-range": {"If-Range": etag, "Range": "bytes=9-11"},
                       "if-range other": {"If-Range": '"x"', "Range": "bytes=9-11"},
                       }[more] if isinstance(more, str) else more
            status, got, body = console.raw("GET", url, headers={
                "Authorization": "Bearer " + ana.token, **headers})
            etag = etag or got["ETag"]
            # an error has a text of its own
            kept = {k: ", ".join(got.get_all(k, [])) for k in SAME
                    if status in (200, 206) or k in ("Content-Range", "ETag")
                    and status != 416}
            found[url, str(more)] = (status, kept, body if status in (200, 206) else b"")
        status, got, body = console.raw("HEAD", url, headers={
            "Authorization": "Bearer " + ana.token})
        found[url, "HEAD"] = (status, {"Content-Length": got["Content-Length"]}, body)
    return found


def differences(one, other):
    return [(key, one[key][:2], other[key][:2], len(one[key][2]), len(other[key][2]))
            for key in one if one[key] != other[key]]


def packed(console):
    """Waits until no folder of an execution is left."""
    wait_until(lambda: not list((console.data / "exec").iterdir()), 120)


def pack_of(console, number):
    return console.data / f"packs/{number // 1000}/{number}"


def verify(console):
    """The exit code of verify, and what it says."""
    done = subprocess.run([BUILD / "countersign", "verify", "--data", console.data],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def page_of(console, ana, url):
    """The text of a page, without what is different each time."""
    status, _, body = console.raw("GET", url, headers={
        "Authorization": "Bearer " + ana.token, "Accept": "text/html"})
    assert status == 200, (status, body)
    return re.sub(r"<time[^>]*>.*?</time>|\bv=[0-9a-f]+", "", body.decode())


def test_a_download_is_the_same_when_the_run_has_ended_and_when_it_is_packed():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console:
        ana = console.user("ana", "operator")
        number = made_run(ana)
        opened = downloads(console, ana, number)
        assert max(len(body) for _, _, body in opened.values()) > 2 << 20
        close(ana, number)
        ended = downloads(console, ana, number)
        assert not (d := differences(opened, ended)), d
        pages = [f"/runs/{number}", f"/runs/{number}/report"] + [
            f"/runs/{number}/steps/long/attempts/1/local{q}" for q in ("", "?q=12345")]
        before = [page_of(console, ana, url) for url in pages]
        assert "39999 " in before[2] and "12345 " in before[3], before[2:]
        packed(console)
        assert [p.name for p in pack_of(console, number).parent.iterdir()] == [str(number)]
        assert not (d := differences(ended, downloads(console, ana, number))), d
        assert before == [page_of(console, ana, url) for url in pages]
        assert verify(console)[0] == 0


def test_verify_notices_each_changed_byte_of_a_pack():
    with Console(runbooks=runbook_folder({"say": BOOK.replace("40000", "400")})) as console:
        ana = console.user("ana", "operator")
        number = made_run(ana)
        close(ana, number)
        packed(console)
        whole = pack_of(console, number).read_bytes()
        for at in [*range(0, len(whole), max(1, len(whole) // 40)),
                   *range(len(whole) - 64, len(whole), 9)]:
            changed = bytearray(whole)
            changed[at] ^= 0x10
            pack_of(console, number).write_bytes(changed)
            code, said = verify(console)
            assert code == 1 and f"run {number}" in said, (at, said)
        pack_of(console, number).write_bytes(whole[:-1])
        assert verify(console)[0] == 1, "cut"
        pack_of(console, number).write_bytes(whole)
        assert verify(console)[0] == 0

        other = pack_of(console, number + 1)
        other.write_bytes(whole)
        code, said = verify(console)
        assert code == 1 and f"packs/0/{number + 1}" in said, said
        other.rename(other.with_name("7x"))
        code, said = verify(console)
        assert code == 1 and "packs/0/7x" in said, said
        other.with_name("7x").unlink()

        pack_of(console, number).rename(console.data / "aside")
        code, said = verify(console)
        assert code == 1 and "long" in said and "short" in said, said
        (console.data / "aside").rename(pack_of(console, number))


def test_a_restored_database_that_knows_the_run_as_open_goes_on_with_its_files():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console:
        ana = console.user("ana", "operator")
        number = made_run(ana)
        opened = downloads(console, ana, number)
        older = sqlite3.connect(console.data / "older.db")
        with sqlite3.connect(f"file:{console.data}/countersign.db?mode=ro", uri=True) as db:
            db.backup(older)
        older.close()
        close(ana, number)
        packed(console)
        console.stop()
        for name in ("countersign.db-wal", "countersign.db-shm", "ledger.jsonl"):
            (console.data / name).unlink(missing_ok=True)
        (console.data / "older.db").rename(console.data / "countersign.db")
        console.start()
        wait_until(lambda: not pack_of(console, number).exists(), 60)
        assert not (d := differences(opened, downloads(console, ana, number))), d
        assert verify(console)[0] == 0
        close(ana, number)
        packed(console)
        downloads(console, ana, number)


def test_an_execution_that_cannot_be_removed_holds_up_no_other_run():
    with Console(runbooks=runbook_folder({"say": BOOK.replace("40000", "400")})) as console:
        ana = console.user("ana", "operator")
        runs = [made_run(ana) for _ in range(3)]
        db = sqlite3.connect(f"file:{console.data}/countersign.db?mode=ro", uri=True)
        folders = [console.data / "exec" / db.execute(
            "SELECT exec FROM attempt WHERE run = ? AND exec <> ''", (n,)).fetchone()[0]
            for n in runs]
        db.close()
        os.mknod(folders[0] / "x", stat.S_IFSOCK | 0o600)
        folders[1].rename(console.data / "aside")       # read, and written by nobody
        folders[1].symlink_to(console.data / "aside")
        for number in runs:
            close(ana, number)
        wait_until(lambda: list((console.data / "exec").iterdir()) == [folders[1]], 120)
        pack = pack_of(console, runs[1])
        before = pack.stat()
        console.stop()
        done = subprocess.run([BUILD / "countersign-pack", "--data", console.data],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and f"run {runs[1]}:" in done.stderr, done
        after = pack.stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
        assert verify(console)[0] == 0, verify(console)


def test_a_console_that_has_ended_leaves_no_packer():
    with Console(runbooks=runbook_folder({"say": BOOK.replace("40000", "4")})) as console:
        ana = console.user("ana", "operator")
        close(ana, made_run(ana))
        packer, = wait_until(lambda: console.pids("countersign-pack"))
        os.kill(packer, signal.SIGSTOP)     # it does not come to the end of a signal that it may handle
        console.stop()
        assert not is_alive(packer)


if __name__ == "__main__":
    main([
        test_a_download_is_the_same_when_the_run_has_ended_and_when_it_is_packed,
        test_verify_notices_each_changed_byte_of_a_pack,
        test_a_restored_database_that_knows_the_run_as_open_goes_on_with_its_files,
        test_an_execution_that_cannot_be_removed_holds_up_no_other_run,
        test_a_console_that_has_ended_leaves_no_packer,
    ])
