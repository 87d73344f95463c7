"""
make bench, part scale: what a million runs cost (million.py), and runs of
3, 200 and 1,000 steps.  Beside them the smallest FastCGI page of the same run.
"""
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture import BUILD  # noqa: E402
from million import million  # noqa: E402
from console import Console, User, runbook_folder  # noqa: E402

LISTS = [  # name, query
    ("first page", ""), ("in the middle", "before=500000"),
    ("last page", "before=30"), ("aborted", "state=aborted"),
    ("failed", "result=failed"), ("of one of three", "by=ana"),
    ("of nobody", "by=nobody"), ("of a runbook", "runbook=poa"),
    ("of an environment", "environment=production"),
    ("a month long ago", "from=2017-01-01&to=2017-01-31"),
    ("three filters", "state=aborted&by=ana&environment=test"),
    ("a word in all", "q=Upgrade"), ("a version", "q=1.39.6"),
    ("a word nowhere", "q=nowhere"),
    ("a word in all, long ago", "q=Upgrade&to=2016-01-01"),
    ("two characters of Chinese", "q=" + urllib.parse.quote("升级")),
]
SLOW = "/runs?q=zq"     # two letters that are nowhere: no index has them


def requests_of(url, headers, seconds):
    """Requests a second over 4 connections, and the 99th percentile."""
    command = ["wrk", "-t1", "-c4", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run([*command, url], check=True, text=True,
                          capture_output=True, timeout=60).stdout
    if "Non-2xx" in said or " 0 requests in" in said:
        raise AssertionError(f"{url} did not answer well:\n{said}")
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
            re.search(r"^ +99%\s+(\S+)", said, re.M)[1])


def workers_memory(console):
    """Megabytes of each page worker that are its own."""
    found = []
    for pid in console.pids("countersign-web"):
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        found.append(int(re.search(r"^Anonymous:\s+(\d+)", text, re.M)[1])
                     // 1024)
    return max(found)


def measure_lists(console, user, table, reference, seconds):
    headers = {"Authorization": "Bearer " + user.token, "Accept": "text/html"}
    table.head("history of a million runs", "req/s", "p99", "of FastCGI",
               "worker MB")
    for name, query in LISTS:
        rate, p99 = requests_of(f"{console.base}/runs?{query}", headers,
                                seconds)
        table.keep(f"scale.{name}.rate", rate)
        percent = table.keep(f"scale.{name}.ratio", 100 * rate / reference)
        table.line(name, f"{rate:.0f}", p99, f"{percent:.0f} %",
                   workers_memory(console))


def median_of(user, path, n):
    took = []
    for _ in range(n):
        begin = time.monotonic()
        assert user.ask("GET", path, accept="text/html")[0] == 200, path
        took.append(1000 * (time.monotonic() - begin))
    return statistics.median(took)


def measure_beside(user, number, table, n):
    """A run page, alone and beside people whose searches have no index."""
    ended = threading.Event()
    answers = []

    def search():
        while not ended.is_set():
            answers.append(user.ask("GET", SLOW, accept="text/html")[0])

    table.head("a run page beside searches without index", "median ms",
               "refused")
    for count in (0, 4, 8):
        ended.clear()
        answers.clear()
        threads = [threading.Thread(target=search) for _ in range(count)]
        for t in threads:
            t.start()
        time.sleep(0.2)
        took = median_of(user, f"/runs/{number}", n)
        ended.set()
        for t in threads:
            t.join()
        refused = sum(a != 200 for a in answers)
        table.line(f"{count} who search", f"{table.keep(f'scale.beside.{count}', took):.2f}",
                   f"{refused} of {len(answers)}")


def measure_million(f, table, quick):
    reference, _ = requests_of(f.references.base + "/", {}, 1)
    data = million(20_000 if quick else 1_000_000)
    books = runbook_folder({"poa": "---\ntitle: POA\n---\n- [ ] Look\n"})
    console = Console(data, books)
    console.env.pop("COUNTERSIGN_STRICT")
    console.start()
    try:
        user = User(console.base, (data / "token").read_text())
        measure_lists(console, user, table, reference, 1)
        measure_beside(user, 10, table, 20 if quick else 100)
    finally:
        console.stop()


def measure_steps(f, table):
    """Runs of the fixture's console, whose only difference is their length."""
    table.head("runs by their steps", "comments/s", "with 64", "page ms")
    for n in (3, 200, 1000):
        (f.books / f"steps{n}.md").write_text(
            f"---\ntitle: {n} steps\n---\n" + "".join(
                f"- [ ] Do {i} {{#s{i}}}\n" for i in range(n)))
        number = f.started(f"steps{n}")
        rates = [int(subprocess.run(
            [BUILD / "bench/commands", f.folder / "data/run/keeper.sock",
             str(number), str(clients), "2"], check=True, text=True,
            capture_output=True, timeout=60,
            env={"CREDENTIAL": "bearer:" + f.user.token}).stdout)
            for clients in (1, 64)]
        page = median_of(f.user, f"/runs/{number}", 40)
        table.line(f"{n} steps", *(
            f"{table.keep(f'scale.steps.{n}.{key}', value):.{digits}f}"
            for key, value, digits in (("one", rates[0], 0),
                                       ("many", rates[1], 0),
                                       ("page", page, 2))))


def measure_scale(f, table, quick):
    measure_steps(f, table)
    measure_million(f, table, quick)
