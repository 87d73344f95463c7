#!/usr/bin/env python3
"""What the executions of a run recorded is downloaded the same while the run
is open, when it has ended and when its files are in a pack."""
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, main, runbook_folder  # noqa: E402

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


def test_a_download_is_the_same_when_the_run_has_ended():
    with Console(runbooks=runbook_folder({"say": BOOK})) as console:
        ana = console.user("ana", "operator")
        number = made_run(ana)
        opened = downloads(console, ana, number)
        assert max(len(body) for _, _, body in opened.values()) > 2 << 20
        close(ana, number)
        ended = downloads(console, ana, number)
        assert not (d := differences(opened, ended)), d


if __name__ == "__main__":
    main([
        test_a_download_is_the_same_when_the_run_has_ended,
    ])
