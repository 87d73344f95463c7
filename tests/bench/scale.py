"""
make bench, part scale: what a million runs cost (million.py), and runs of
3, 200 and 1,000 steps.  Beside them the smallest FastCGI page of the same run.
"""
import pathlib
import re
import statistics
import subprocess
import sys
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
SEARCHES = [  # that find nothing; no index has two letters
    ("of a word", "/runs?q=nowhere"), ("of two letters", "/runs?q=zq")]


def wrk_command(url, headers, connections, seconds):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    return [*command, url]


def requests_of(url, headers, seconds):
    """Requests a second over 4 connections, and the 99th percentile."""
    said = subprocess.run(wrk_command(url, headers, 4, seconds), check=True,
                          text=True, capture_output=True, timeout=60).stdout
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


def measure_beside(console, user, number, table, seconds):
    """A run page, alone and beside people whose searches find nothing."""
    table.head("a run page beside searches that find nothing", "p50", "p99",
               "searches", "refused")
    for name, path in SEARCHES:
        for count in (0, 4, 8):
            headers = {"Authorization": "Bearer " + user.token,
                       "Accept": "text/html"}
            search = subprocess.Popen(
                wrk_command(console.base + path, headers, count, seconds + 1),
                text=True, stdout=subprocess.PIPE) if count > 0 else None
            time.sleep(0.5)
            said = subprocess.run(
                wrk_command(f"{console.base}/runs/{number}", headers, 1,
                            seconds), check=True, text=True,
                capture_output=True, timeout=60).stdout
            assert "Non-2xx" not in said, said
            of = search.communicate(timeout=60)[0] if search else ""
            p50, p99 = (re.search(rf"^ +{p}%\s+(\S+)", said, re.M)[1]
                        for p in (50, 99))
            done = re.search(r"(\d+) requests in", of)
            refused = re.search(r"Non-2xx or 3xx responses: (\d+)", of)
            table.line(f"{count} people's, {name}", p50, p99,
                       done[1] if done else 0, refused[1] if refused else 0)
            table.keep(f"scale.beside.{path[-2:]}.{count}", [p50, p99])


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
        measure_beside(console, user, 10, table, 2 if quick else 5)
    finally:
        console.stop()


def run_commands(f, number, *arguments):
    return int(subprocess.run(
        [BUILD / "bench/commands", f.folder / "data/run/keeper.sock",
         str(number), *map(str, arguments)], check=True, text=True,
        capture_output=True, timeout=60,
        env={"CREDENTIAL": "bearer:" + f.user.token}).stdout)


def keeper_us(f):
    """Microseconds of a processor that the keeper has taken."""
    pid, = f.console.pids("countersign-keeper")
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) \
        / 1000


def confirmations(f, n):
    """Of some 200 confirmations in new runs of n steps: the median run's mean
    of the time until the answer, and the mean of the keeper's own."""
    steps = min(n, 200)
    numbers = [f.started(f"steps{n}") for _ in range(201 // steps)]
    run_commands(f, f.started(f"steps{n}"), steps)  # what is read once
    begin = keeper_us(f)
    took = statistics.median(run_commands(f, number, steps)
                             for number in numbers)
    return took, (keeper_us(f) - begin) / (steps * len(numbers))


def measure_steps(f, table):
    """Runs of the fixture's console, whose only difference is their length."""
    table.head("runs by their steps", "comments/s", "with 64", "confirm us",
               "of keeper", "page ms")
    for n in (3, 200, 1000):
        (f.books / f"steps{n}.md").write_text(
            f"---\ntitle: {n} steps\n---\n" + "".join(
                f"- [ ] Do {i} {{#s{i}}}\n" for i in range(n)))
        number = f.started(f"steps{n}")
        figures = {"one": run_commands(f, number, 1, 2),
                   "many": run_commands(f, number, 64, 2)}
        figures["confirm"], figures["keeper"] = confirmations(f, n)
        figures["page"] = median_of(f.user, f"/runs/{number}", 40)
        table.line(f"{n} steps", *(
            f"{table.keep(f'scale.steps.{n}.{key}', value):.{key == 'page' and 2 or 0}f}"
            for key, value in figures.items()))


def measure_scale(f, table, quick):
    measure_steps(f, table)
    measure_million(f, table, quick)
