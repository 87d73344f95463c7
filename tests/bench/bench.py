#!/usr/bin/env python3
"""
make bench: what the console costs, beside references of the same run on the
same machine.  Nothing is asserted: machines differ, and so do their
neighbours.  It fails only where something could not be measured.

    bench.py [--json FILE] [--quick] [PART ...]

PART: pages, commands, creates, presses, seen, screen, beside, disk, memory,
upload, verify, scale (all where none is named).  Loads are measured in rounds
that take turns, and the best round of each counts, so that what else the
machine does weighs on all alike.
"""
import argparse
import datetime
import http.client
import json
import os
import pathlib
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture import BUILD, PRESSES, Fixture  # noqa: E402
from console import PASSWORD, TOP, wait_until  # noqa: E402
from scale import measure_scale  # noqa: E402
from record import measure_verify  # noqa: E402
from upload import measure_upload  # noqa: E402

OURS = ("countersign", "countersign-web", "countersign-keeper",
        "countersign-runner", "countersign-executor",
        "countersign-executor-clients", "countersign-compile",
        "countersign-pack")
WATCHERS = 100


class Table:
    """Lines of text for people, and the same as values for programs."""

    def __init__(self):
        self.values = {}

    def head(self, *cells):
        print()
        self.line(*cells)

    def line(self, name, *cells):
        print(f"{name:<44}" + "".join(f"{c:>13}" for c in cells), flush=True)

    def keep(self, key, value):
        self.values[key] = value
        return value


def ratio(table, key, ours, reference, aim=None):
    """As text, with its aim and whether that is met."""
    value = table.keep(key, 100 * ours / reference)
    return f"{value:.0f} %", ("" if aim is None else judged(
        value >= aim, f">= {aim} %"))


def judged(good, aim):
    return aim + ("  ok" if good else "  --")


# ---- pages ----

def milliseconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def load(url, connections, seconds, headers):
    """Requests a second and the 99th percentile in milliseconds."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run(command + [url], check=True, text=True,
                          capture_output=True, timeout=seconds + 30).stdout
    bad = "Non-2xx" in said or "Socket errors" in said
    if bad or " 0 requests in" in said:
        raise AssertionError(f"{url} did not answer well:\n{said}")
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
            milliseconds(re.search(r"^ +99%\s+(\S+)", said,
                                   re.M)[1]))


def measure_pages(f, table, quick):
    f.bring_half_way()
    seq = f.user.run(f.run)["seq"]
    here, there = f.console.base, f.references.base
    html = {"Cookie": f.session(), "Accept": "text/html"}
    program = {"Authorization": "Bearer " + f.user.token,
               "Accept": "application/json"}
    packed = dict(html, **{"Accept-Encoding": "gzip"})
    rows = [  # key, name, address, headers, aim against the FastCGI page
        ("static", "nginx, static file of 8 KB", there + "/static/8k.html",
         {}, None),
        ("fastcgi", "smallest FastCGI page, 1 KB", there + "/", {}, 100),
        ("history", "history over 100,000 runs", here + "/runs", html, 40),
        ("run", "run of 60 steps", f"{here}/runs/{f.run}", html, 20),
        ("events", "events poll, nothing new",
         f"{here}/runs/{f.run}/events?after={seq}", program, 80),
        ("run_gzip", "run of 60 steps, packed by nginx",
         f"{here}/runs/{f.run}", packed, None),
        ("run_json", "run of 60 steps as JSON", f"{here}/runs/{f.run}",
         program, None),
        ("home", "home", here + "/", html, None),
    ]
    best = {}
    for connections, rounds in ((32, 1 if quick else 3), (256, 1)):
        for _ in range(rounds):
            for key, _, url, headers, _ in rows:
                got = load(url, connections, 2, headers)
                old = best.get((key, connections), (0, 1e9))
                best[key, connections] = (max(got[0], old[0]),
                                          min(got[1], old[1]))
    table.head("requests by HTTP", "32: req/s", "p99 ms", "256: req/s",
               "p99 ms", "of FastCGI", "aim")
    reference = best["fastcgi", 32][0]
    for key, name, _, _, aim in rows:
        (rate, p99), (rate2, p992) = best[key, 32], best[key, 256]
        table.keep(f"pages.{key}.rate", rate)
        table.keep(f"pages.{key}.p99", p99)
        percent, verdict = ratio(table, f"pages.{key}.ratio", rate, reference,
                                 None if key == "fastcgi" else aim)
        if verdict:
            verdict += ", " + judged(p99 < 10, "< 10 ms")
        table.line(name, f"{rate:.0f}", f"{p99:.1f}", f"{rate2:.0f}",
                   f"{p992:.1f}", percent, verdict.rjust(26))
    for key, name, url, headers, _ in rows[2:6]:
        size = subprocess.run(
            ["curl", "-sS", "-o", "/dev/null", "-w", "%{size_download}", url]
            + [a for n, v in headers.items() for a in ("-H", f"{n}: {v}")],
            check=True, capture_output=True, text=True).stdout
        table.keep(f"pages.{key}.bytes", int(size))
    print("bytes: " + ", ".join(f"{k} {table.values[f'pages.{k}.bytes']}"
          for k in ("history", "run", "run_gzip", "events")))


# ---- commands ----

def durable(f, clients, seconds):
    env = dict(os.environ, CREDENTIAL="bearer:" + f.user.token)
    return int(subprocess.run(
        [BUILD / "bench/commands", f.folder / "data/run/keeper.sock",
         str(f.talk), str(clients), str(seconds)], check=True, text=True,
        capture_output=True, env=env, timeout=60).stdout)


def commits(f, n, seconds, *more):
    path = f.folder / f"commits-{n}{''.join(more)}.db"
    return int(subprocess.run(
        [BUILD / "bench/commits", path, str(seconds), *more], check=True,
        text=True, capture_output=True, timeout=60).stdout)


def measure_commands(f, table, quick):
    best = {"sqlite": 0, "asked": 0, "rows": 0, 1: 0, 64: 0}
    for n in range(1 if quick else 3):
        best["sqlite"] = max(best["sqlite"], commits(f, n, 2))
        for how in ("asked", "rows"):
            best[how] = max(best[how], commits(f, n, 2, how))
        for clients in (1, 64):
            best[clients] = max(best[clients], durable(f, clients, 2))
    table.head("made durable", "per second", "of SQLite", "aim")
    rows = (("sqlite", "SQLite, commits of one row, WAL and FULL", None),
            ("asked", "the same, each asked for over a socket", None),
            ("rows", "a comment's rows, each asked for likewise", None),
            (1, "commands, 1 client", 80), (64, "commands, 64 clients", 300))
    for key, name, aim in rows:
        table.line(name, table.keep(f"commands.{key}", best[key]),
                   *ratio(table, f"commands.{key}.ratio", best[key],
                          best["rows" if key == 1 else "sqlite"], aim))


# ---- creates ----

def median_ms(n, act):
    took = []
    for i in range(n):
        begin = time.monotonic()
        status, answer = act(i)
        took.append(1000 * (time.monotonic() - begin))
        assert status in (200, 201), answer
    return statistics.median(took)


def measure_creates(f, table, quick):
    """A document that is known, and one that has to be compiled."""
    book = f.books / "sixty.md"
    text = book.read_text()
    n = 10 if quick else 40

    def create(_):
        return f.user.post("/runs", {"runbook": "sixty", "environment": "test"})

    def change(i):
        book.write_text(f"{text}\nVersion {i} of this text.\n")
        return create(i)
    try:
        took = {"comment": median_ms(n, lambda _: f.user.post(
                    f"/runs/{f.talk}/comments", {"text": "a word"})),
                "same": median_ms(n, create), "changed": median_ms(n, change)}
    finally:
        book.write_text(text)
    table.head("a run of 60 steps created", "median ms", "of a comment")
    for key, name in (("comment", "a comment, by the same way"),
                      ("same", "of a document that is known"),
                      ("changed", "of a document that was changed")):
        table.line(name, f"{table.keep(f'create.{key}', took[key]):.1f}",
                   *ratio(table, f"create.{key}.ratio", took[key],
                          took["comment"]))


# ---- presses ----

# The parts of a press, each with the file of the execution that is there at its
# end; the last one is not empty.
PARTS = (("folder", "runner", ""), ("lock", "executor", "lock"),
         ("process", "its process", ".txt"), ("byte", "first byte", ".txt"))
AIM_LOCAL, AIM_SSH = 8, 10      # milliseconds; over the floor


def wait_part(path, most, size):
    while True:
        try:
            if path.stat().st_size >= size:
                return time.monotonic()
        except FileNotFoundError:
            pass
        if time.monotonic() > most:
            raise AssertionError(f"{path} does not come in 20 s")
        time.sleep(0.0001)


def press(f, number, step):
    """Milliseconds from the press to the answer and to each of PARTS."""
    target = "local" if step["targets"] == ["local"] else step["targets"][0]
    begin = time.monotonic()
    status, answer = f.user.post(f"/runs/{number}/steps/{step['id']}/execute")
    took = {"answered": time.monotonic()}
    assert status == 202, answer
    folder = f.folder / "data/exec" / answer["exec"]
    for name, _, path in PARTS:
        path = target + path if path.startswith(".") else path
        took[name] = wait_part(folder / path, begin + 20, name == "byte")
    done = f.user.wait_step(number, step["id"])
    assert done["state"] == "succeeded", done
    return {name: 1000 * (at - begin) for name, at in took.items()}


def handshake(f):
    """Milliseconds of the least that runs a command over SSH (fan.c)."""
    sshd = f.sshd
    user = subprocess.run(["id", "-un"], check=True, text=True,
                          capture_output=True).stdout.strip()
    begin = time.monotonic()
    subprocess.run([BUILD / "bench/fan", str(sshd.port), user,
                    sshd.folder / "key", "1", "1"], check=True)
    return 1000 * (time.monotonic() - begin)


def measure_presses(f, table, _quick):
    table.head("milliseconds from the press, medians", "answered",
               *(name for _, name, _ in PARTS), "worst", "aim")
    for kind in ("local", "ssh"):
        number = f.started(kind)
        took, floors = [], []
        for step in f.user.run(number)["steps"][:PRESSES + 1]:
            took.append(press(f, number, step))
            if kind == "ssh":
                floors.append(handshake(f))
        median = {name: statistics.median(t[name] for t in took[1:])
                  for name in took[0]}
        for name, value in median.items():
            table.keep(f"press.{kind}.{name}", value)
        worst = table.keep(f"press.{kind}.worst",
                           max(t["byte"] for t in took[1:]))
        aim = judged(median["byte"] <= AIM_LOCAL, f"<= {AIM_LOCAL} ms")
        if floors:
            floor = table.keep("press.ssh.floor", statistics.median(floors))
            aim = judged(median["byte"] <= floor + AIM_SSH,
                         f"<= {floor + AIM_SSH:.1f}")
        table.line(f"{kind} step, of {PRESSES}", *(
            f"{value:.1f}" for value in median.values()), f"{worst:.1f}", aim)
        if floors:
            table.line("SSH alone: login, `true`, end (fan.c)", *(
                "" for _ in PARTS), f"{floor:.1f}")


# ---- what others see ----

FOLLOWED, AIM_SEEN = 60, 60     # steps of 25 ms; milliseconds
AIM_COMMIT, AIM_BYTES = 60, 20_000      # for a press, in a run of 200 steps
AIM_SCREEN = 100


def page_stream(f, run):
    """The stream of another browser that shows the run, up to date."""
    seq = f.user.run(run)["seq"]
    stream = http.client.HTTPConnection("127.0.0.1", f.console.port, timeout=20)
    stream.request("GET", f"/events?parts=en&runs={run}:{seq}", headers={
        "Authorization": "Bearer " + f.user.token,
        "Accept": "text/event-stream"})
    answer = stream.getresponse()
    while b'"parts":[]' not in (line := answer.readline()):
        assert line, "the stream has ended"
    return answer


def until_shown(stream, step):
    """Reads until the page shows that the step has succeeded: both clocks at
    that moment, and the bytes."""
    mark = fr'class=\"step is-succeeded\" id=\"step-{step}\"'.encode()
    read = 0
    while line := stream.readline():
        read += len(line)
        if mark in line:
            return time.monotonic(), time.time(), read
    raise AssertionError("the stream has ended")


def moment(event):
    return datetime.datetime.fromisoformat(
        event["at"].replace("Z", "+00:00")).timestamp()


def measure_seen(f, table, quick):
    """From the press of one browser, and from the commit of its end, to the
    page of another."""
    number = f.started("brief")
    stream = page_stream(f, number)
    took, ends, sizes = [], {}, []
    for step in f.user.run(number)["steps"][:10 if quick else FOLLOWED]:
        begin = time.monotonic()
        status, answer = f.user.post(
            f"/runs/{number}/steps/{step['id']}/execute")
        assert status == 202, answer
        end, ends[step["id"]], size = until_shown(stream, step["id"])
        took.append(1000 * (end - begin))
        sizes.append(size)
    stream.close()
    later, seq = [], 0
    while events := f.user.get(f"/runs/{number}/events?after={seq}")[1]["events"]:
        later += [1000 * (ends[e["data"]["step"]] - moment(e))
                  for e in events if e["kind"] == "step.ended"]
        seq = events[-1]["seq"]
    assert len(later) == len(took), later
    median = table.keep("seen.median", statistics.median(took))
    commit = table.keep("seen.commit", statistics.median(later))
    size = table.keep("seen.bytes", statistics.median(sizes))
    table.head("a step of 25 ms of 200, as another browser shows it", "median",
               "worst", "aim")
    table.line(f"from the press to its end, {len(took)} steps, ms",
               f"{median:.1f}", f"{table.keep('seen.worst', max(took)):.1f}",
               judged(median < AIM_SEEN, f"< {AIM_SEEN} ms"))
    table.line("from the commit of its end, ms", f"{commit:.1f}",
               f"{max(later):.1f}",
               judged(commit < AIM_COMMIT, f"< {AIM_COMMIT} ms"))
    table.line("bytes of the stream for a press", f"{size:.0f}",
               f"{max(sizes):.0f}",
               judged(size < AIM_BYTES, f"< {AIM_BYTES}"))


def measure_screen(f, table, quick):
    """The same on the screen of a browser, until it is painted."""
    said = subprocess.run(
        ["node", "../bench/screen.js"], cwd=TOP / "tests/browser", text=True,
        env=dict(os.environ, BASE_URL=f.console.base, PASSWORD=PASSWORD,
                 TOKEN=f.user.token, RUN=str(f.started("brief")),
                 STEPS=str(10 if quick else FOLLOWED)),
        check=True, stdout=subprocess.PIPE, timeout=300).stdout
    times = json.loads(said)
    table.head("the same on the screen of a browser, ms", "median", "worst",
               "aim")
    for key, name, aim in (("press", "from the press to its end", None),
                           ("commit", "from the commit of its end",
                            AIM_SCREEN)):
        all_of_key = [t[key] for t in times]
        median = table.keep(f"screen.{key}", statistics.median(all_of_key))
        table.line(f"{name}, {len(times)} steps", f"{median:.0f}",
                   f"{max(all_of_key):.0f}",
                   judged(median < aim, f"< {aim} ms") if aim else "")


# ---- beside a recording of 1.5 GB ----

def measure_beside(f, table, _quick):
    """Presses in other runs while a loud step runs, ends and is hashed."""
    loud = f.started("loud")
    assert f.user.post(f"/runs/{loud}/steps/loud/execute")[0] == 202
    took, end = [], None
    while end is None or time.monotonic() < end:
        number = f.started("local")
        for step in f.user.run(number)["steps"][:PRESSES]:
            took.append(press(f, number, step)["byte"])
        step = f.user.step(loud, "loud")
        if end is None and step["state"] not in (
                "requested", "starting", "running"):
            assert step["state"] == "succeeded", step
            end = time.monotonic() + 2
    table.head("presses beside a recording of 1.5 GB", "median ms", "worst ms")
    table.line(f"local steps, {len(took)} of them",
               f"{table.keep('beside.median', statistics.median(took)):.1f}",
               f"{table.keep('beside.worst', max(took)):.1f}")


# ---- disk ----

DISK_AIM = 8    # KB


def measure_disk(f, table, quick):
    """Runs of one local step: what their executions leave on the disk, as du
    counts it, while the run is open, and in its pack; and the journal with it,
    by the pages that it has grown by."""
    data, runs = f.folder / "data", 10 if quick else 100
    blocks, numbers = [], []
    before = journal_kb(data)
    for _ in range(runs):
        number = f.started("one")
        step = f.user.run(number)["steps"][0]
        answer = f.user.post(f"/runs/{number}/steps/{step['id']}/execute")[1]
        f.user.wait_step(number, step["id"])
        folder = data / "exec" / answer["exec"]
        wait_until(lambda: not (folder / "lock").exists())
        blocks.append(du(folder))
        f.user.post(f"/runs/{number}/close", {"result": "succeeded"})
        numbers.append((number, folder))
    wait_until(lambda: not any(folder.exists() for _, folder in numbers), 600)
    opened = table.keep("disk.execution", statistics.median(blocks))
    packed = table.keep("disk.packed", sum(
        du(data / f"packs/{n // 1000}/{n}") for n, _ in numbers) / runs)
    journal = table.keep("disk.journal", (journal_kb(data) - before) / runs)
    table.head("disk, of a run of one local step", "KB", "aim")
    table.line("its execution while the run is open", f"{opened:.1f}")
    table.line("its pack, when the run has ended", f"{packed:.1f}",
               judged(packed < DISK_AIM, f"< {DISK_AIM} KB"))
    table.line("the pack and its part of the journal", f"{packed + journal:.1f}",
               judged(packed + journal < DISK_AIM, f"< {DISK_AIM} KB"))


def du(path):
    """KB of the blocks that a file has, or a folder with all in it."""
    return sum(p.stat().st_blocks for p in [path, *path.rglob("*")]) / 2


def journal_kb(data):
    """Of the pages in use: what the write-ahead log has is counted as well."""
    db = sqlite3.connect(f"file:{data}/countersign.db?mode=ro", uri=True)
    try:
        pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0]
                             for name in ("page_count", "freelist_count", "page_size"))
        return (pages - free) * size / 1024
    finally:
        db.close()


# ---- memory ----

def pss(pid):
    """Kilobytes: what is shared counts in parts."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])


def children(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [n for c in map(int, text.split()) for n in [c] + children(c)]


def memory(f):
    """Megabytes of our processes and of nginx; by program."""
    found = {}
    pids = [f.console.process.pid] + children(f.console.process.pid)
    for pid in pids:
        try:
            name = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        except FileNotFoundError:
            continue
        found[name] = found.get(name, 0) + pss(pid) / 1024
    return (sum(v for k, v in found.items() if k in OURS),
            found.get("nginx", 0), found)


def watch(f, run=None):
    """A browser that follows the run, until its first event arrived."""
    run = run or f.run
    s = socket.create_connection(("127.0.0.1", f.console.port), timeout=10)
    s.sendall(f"GET /runs/{run}/events?after=0 HTTP/1.1\r\nHost: bench\r\n"
              f"Authorization: Bearer {f.user.token}\r\n"
              "Accept: text/event-stream\r\n\r\n".encode())
    said = b""
    while b"\nid: " not in said and b"\ndata: " not in said:
        more = s.recv(65536)
        assert more and said[:12] in (b"", b"HTTP/1.1 200"), said
        said += more
    return s


def busy(pids):
    """Seconds of processor time that the processes have used."""
    ticks = 0
    for pid in pids:
        try:
            text = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except FileNotFoundError:
            continue            # it has ended
        fields = text[text.rindex(")") + 2:].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def processor(f, seconds=3):
    """Per cent of one processor that all our processes use now."""
    pids = [f.console.process.pid] + children(f.console.process.pid)
    before = busy(pids)
    time.sleep(seconds)
    return 100 * (busy(pids) - before) / seconds


def measure_memory(f, table, _quick, when="idle"):
    rows = [(when, "after the load", 40)]
    if when == "idle":
        rows = [("idle", "idle", 40), ("watched", "100 watchers", 60)]
        table.head("memory (PSS)", "ours MB", "nginx MB", "cpu %", "aim")
    watchers = []
    for key, name, aim in rows:
        if key == "watched":
            watchers = [watch(f) for _ in range(WATCHERS)]
            time.sleep(2)
        ours, nginx, parts = memory(f)
        table.keep(f"memory.{key}", ours)
        table.keep(f"memory.{key}.parts", parts)
        table.line(name, f"{ours:.1f}", f"{nginx:.1f}",
                   f"{table.keep(f'cpu.{key}', processor(f)):.1f}",
                   judged(ours < aim, f"< {aim} MB"))
        print("    " + ", ".join(f"{k} {v:.1f}"
                                 for k, v in sorted(parts.items())))
    for s in watchers:
        s.close()


def warm_up(f):
    """Each page once by each worker, or nearly so."""
    html = {"Cookie": f.session(), "Accept": "text/html"}
    for path in ("/", "/runs", f"/runs/{f.run}", "/runbooks") * 6:
        assert f.console.raw("GET", path, headers=html)[0] == 200, path


def main():
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("--json", metavar="FILE")
    options.add_argument("--quick", action="store_true")
    options.add_argument("parts", nargs="*", metavar="PART")
    options = options.parse_args()
    parts = {"memory": measure_memory, "presses": measure_presses,
             "seen": measure_seen, "screen": measure_screen, "beside": measure_beside,
             "disk": measure_disk,
             "commands": measure_commands, "creates": measure_creates,
             "pages": measure_pages, "upload": measure_upload, "verify": measure_verify,
             "scale": measure_scale}
    table = Table()
    begin = time.monotonic()
    with Fixture() as f:
        f.wait_ready()
        warm_up(f)
        for name, measure in parts.items():
            if not options.parts or name in options.parts:
                measure(f, table, options.quick)
        measure_memory(f, table, options.quick, when="after")
    print(f"\nmeasured in {time.monotonic() - begin:.0f} s on "
          f"{os.cpu_count()} processors")
    if options.json:
        pathlib.Path(options.json).write_text(
            json.dumps(table.values, indent=1) + "\n")


if __name__ == "__main__":
    main()
