#!/usr/bin/env python3
"""
make bench, the second half: steps on many hosts, and large outputs.

    fanout.py [--json FILE] [--quick] [PART ...]

PART: fanout, output, tail.  Hosts are names for one sshd on loopback that
takes as many connections as come.  Rounds take turns and the best of each
counts.  Beside ours: clush and pssh as people use them, and fan.c, which does
what cannot be left out: it logs in and runs `true`.

The cost of a step on many hosts is processor time: that of every process on
both sides, sshd and what it runs included, divided by that of fan.c and its
sshd in the same round; the median round counts.  Time on the clock depends
on what else the machine does.
"""
import argparse
import ctypes
import http.client
import json
import os
import pathlib
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture import BUILD, Sshd  # noqa: E402
from console import Console, runbook_folder  # noqa: E402

PARALLEL = 64
PR_SET_CHILD_SUBREAPER = 36
# per cent of the floor's processor time, or how many times as slow as ours
AIMS = {"ours": 110, "console": 115, "clush": 5, "pssh": 5}


class Hosts:
    def __init__(self, folder):
        self.folder = folder
        # the files of hosts are on no disk of the console: ext4 without a
        # journal makes files slowly after many were removed
        self.home = pathlib.Path(tempfile.mkdtemp(
            prefix="cs-fan-", dir="/dev/shm" if os.path.isdir("/dev/shm")
            else folder))
        self.sshd = Sshd(self.home, "MaxStartups 2000\nMaxSessions 2000\n"
                         "LoginGraceTime 120\n")
        self.key = self.home / "key"
        self.user = subprocess.run(["id", "-un"], check=True, text=True,
                                   capture_output=True).stdout.strip()
        self.pinned = " ".join((self.home / "host.pub").read_text()
                               .split()[:2])
        (folder / "known").write_text(f"[127.0.0.1]:{self.sshd.port} "
                                      f"{self.pinned}\n")
        (folder / "ssh_config").write_text(
            f"Host h*\n HostName 127.0.0.1\n Port {self.sshd.port}\n"
            f" IdentityFile {self.key}\n IdentitiesOnly yes\n"
            f" UserKnownHostsFile {folder}/known\n"
            f" HostKeyAlias [127.0.0.1]:{self.sshd.port}\n"
            f" StrictHostKeyChecking yes\n BatchMode yes\n")

    def wait(self):
        log = self.home / "log"
        for _ in range(100):
            if log.exists() and "listening" in log.read_text():
                return
            time.sleep(0.05)
        raise AssertionError("sshd does not start")

    def stop(self):
        self.sshd.stop()
        shutil.rmtree(self.home)

    def target(self, name):
        return {"name": name, "kind": "ssh", "host": "127.0.0.1",
                "port": self.sshd.port, "user": self.user,
                "key": str(self.key), "host_key": self.pinned,
                "client": "libssh2"}

    def names(self, count):
        return [f"h{n:04}" for n in range(1, count + 1)]


def used():
    """Seconds of processor time of all processes below this one, since it
    began: those that have ended too, and what sshd has left behind."""
    while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):
        pass
    rows = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            text = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue            # it has ended
        rows[int(pid)] = text[text.rindex(")") + 2:].split()
    found = [os.getpid()]
    for parent in found:
        found += [p for p, fields in rows.items() if int(fields[1]) == parent]
    ticks = sum(int(n) for pid in found for n in rows[pid][11:15]) - sum(
        int(n) for n in rows[found[0]][11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def costs(measure, *args):
    """Seconds, and seconds of processor time, of one round."""
    begin = used()
    took = measure(*args)
    time.sleep(0.5)             # sshd ends after its clients
    return took, used() - begin


def timed(argv, **more):
    begin = time.monotonic()
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300,
                          **more)
    took = time.monotonic() - begin
    if done.returncode != 0:
        raise AssertionError(f"{argv[0]}: {done.returncode} "
                             f"{done.stderr[-500:]}")
    return took


def step(hosts, text, names, kind="sh", limit=None, **more):
    """One countersign-executor on those hosts: seconds, and its folder."""
    name = secrets.token_hex(16)
    folder = tempfile.mkdtemp(prefix="exec.", dir=hosts.folder)
    order = {"exec": name, "targets": [hosts.target(n) for n in names],
             "parallel": PARALLEL,
             "step": {"id": "s", "kind": kind, "text": text, **more}}
    if limit:
        order["output_limit"] = limit
    took = timed([BUILD / "countersign-executor", name], cwd=folder,
                 input=json.dumps(order))
    last = json.loads(open(folder + "/status").read().splitlines()[-1])
    assert last["state"] == "succeeded", last
    return took, pathlib.Path(folder)


def ours(hosts, count):
    took, folder = step(hosts, "true", hosts.names(count))
    shutil.rmtree(folder)
    return took


def clush(hosts, count):
    return timed(["clush", "-f", str(PARALLEL), "-o",
                  f"-F {hosts.folder}/ssh_config", "-w",
                  ",".join(hosts.names(count)), "true"])


def pssh(hosts, count):
    path = hosts.folder / f"hosts{count}"
    path.write_text("\n".join(hosts.names(count)) + "\n")
    return timed(["parallel-ssh", "-p", str(PARALLEL), "-t", "120", "-h", path,
                  "-x", f"-F {hosts.folder}/ssh_config", "true"])


def floor(hosts, count):
    return timed([BUILD / "bench/fan", str(hosts.sshd.port), hosts.user,
                  hosts.key, str(count), str(PARALLEL)])


class Through:
    """The same press through a whole console: to the end that its page says."""

    def __init__(self, hosts, count):
        t = hosts.target("x")
        lines = "".join(
            f"      {n}: {{ssh: {{host: 127.0.0.1, port: {t['port']}, user: "
            f"{t['user']}, key: {t['key']}, host_key: \"{t['host_key']}\"}}}}\n"
            for n in hosts.names(count))
        self.books = runbook_folder(
            {"all": "---\ntitle: All\n---\n" + "".join(
                f"```sh {{#s{i} on=all}}\ntrue\n```\n\n" for i in range(9))},
            "environments:\n  test:\n    targets:\n" + lines
            + f"    groups:\n      all: [{', '.join(hosts.names(count))}]\n")
        self.console = Console(hosts.folder / f"data{count}", self.books)
        self.user = self.console.user("ana", "operator")
        self.console.start()
        answer = self.user.post("/runs", {"runbook": "all",
                                          "environment": "test"})[1]
        self.run, self.next, self.seq = answer["id"], 0, 0
        self.user.post(f"/runs/{self.run}/start")

    def press(self, _hosts, _count):
        name = f"s{self.next}"
        self.next += 1
        live = http.client.HTTPConnection("127.0.0.1", self.console.port,
                                          timeout=300)
        live.request("GET", f"/runs/{self.run}/events?after={self.seq}",
                     headers={"Authorization": "Bearer " + self.user.token,
                              "Accept": "text/event-stream"})
        stream = live.getresponse()
        begin = time.monotonic()
        status, answer = self.user.post(
            f"/runs/{self.run}/steps/{name}/execute")
        assert status == 202, answer
        for row in stream:
            if not row.startswith(b"data: ") or b'"step.ended"' not in row:
                continue
            event = json.loads(row[6:])
            self.seq = event["seq"]
            assert event["data"]["outcome"] == "succeeded", event
            took = time.monotonic() - begin
            live.close()
            return took

    def stop(self):
        self.console.stop()
        shutil.rmtree(self.books, ignore_errors=True)


def line(name, *cells):
    print(f"{name:<44}" + "".join(f"{c:>14}" for c in cells), flush=True)


def verdict(good, aim):
    return aim + ("  ok" if good else "  --")


def measure_fanout(hosts, values, quick):
    for count in (100,) if quick else (100, 500):
        through = Through(hosts, count)
        rows = {"floor": ("a login and `true` (libssh2)", floor),
                "ours": ("countersign-executor", ours),
                "console": ("press to end, through the console",
                            through.press),
                "clush": (f"clush -f {PARALLEL}", clush),
                "pssh": (f"pssh -p {PARALLEL}", pssh)}
        rounds = {key: [] for key in rows}
        try:
            for _ in range(2 if quick else 3):
                for key, (_, measure) in rows.items():
                    rounds[key].append(costs(measure, hosts, count))
        finally:
            through.stop()
        best = {key: min(took for took, _ in all_)
                for key, all_ in rounds.items()}
        print()
        line(f"`true` on {count} hosts", "seconds", "ours is", "CPU ms/host",
             "of the floor", "aim")
        for key, (name, _) in rows.items():
            cpu = statistics.median(own for _, own in rounds[key])
            share = 100 * statistics.median(
                own / least for (_, own), (_, least)
                in zip(rounds[key], rounds["floor"]))
            faster = best[key] / best["ours"]
            values[f"fanout.{count}.{key}"] = best[key]
            values[f"fanout.{count}.{key}.processor"] = share
            aim = AIMS.get(key)
            line(name, f"{best[key]:.2f}", f"{faster:.1f} times",
                 f"{1000 * cpu / count:.1f}", f"{share:.0f} %",
                 "" if aim is None else
                 verdict(faster >= aim, f">= {aim} times") if aim < 100 else
                 verdict(share <= aim, f"<= {aim} %"))
    measure_edit(hosts, values, quick)


def measure_edit(hosts, values, quick):
    count, best = 100, [1e9, 1e9]
    path = hosts.folder / "edited.conf"
    for n in range(1 if quick else 3):
        path.write_text("version = 1\n" + "line\n" * 200)
        best[0] = min(best[0], ours(hosts, count))
        # one file stands for that of each host: the same lines, so that all
        # but the first find nothing to do, or the file changed since
        took, folder = step(hosts, "ensure line\n", hosts.names(count),
                            kind="edit", file=str(path))
        shutil.rmtree(folder)
        best[1] = min(best[1], took)
    print()
    line("an edit on 100 hosts", "seconds", "of `true`")
    values["edit.100"] = best[1]
    line("ensure LINE, which is there", f"{best[1]:.2f}",
         f"{100 * best[1] / best[0]:.0f} %")


def measure_output(hosts, values, quick):
    size = (256 if quick else 1024) << 20
    big = hosts.folder / "big.txt"
    row = b"a line of output as programs print them, with 64 characters..\n"
    with big.open("wb") as f:
        block = row * (1 << 14)
        while f.tell() < size:
            f.write(block)
    there = hosts.folder / "taken"
    ssh = f"ssh -F {hosts.folder}/ssh_config h0001 cat {big}"

    def recorded(limit):
        took, folder = step(hosts, f"cat {big}", ["h0001"], limit=limit)
        kept = (folder / "h0001.txt").stat().st_size
        assert kept >= size if limit else kept < size / 2, kept
        shutil.rmtree(folder)
        return took

    rows = {"file": ("ssh host cat >file", lambda: timed(
                         ["sh", "-c", f"exec {ssh} >{there}"])),
            "take": ("written, hashed and synced (take.c)", lambda: timed(
                         ["sh", "-c", f"{ssh} | {BUILD}/bench/take {there}"])),
            "whole": ("a step, all of it recorded", lambda: recorded(8 << 30)),
            "ours": ("a step, recorded up to its limit",
                     lambda: recorded(None))}
    aims = {"whole": (60, "file"), "ours": (85, "file")}
    best, least = dict.fromkeys(rows, 1e9), dict.fromkeys(rows, 1e9)
    for _ in range(3):
        for key, (_, measure) in rows.items():
            took, cost = costs(measure)
            there.unlink(missing_ok=True)
            best[key], least[key] = min(best[key], took), min(least[key], cost)
    print()
    line(f"{size >> 20} MB of output through a step", "MB/s", "of ssh >file",
         "of take", "CPU s", "aim")
    for key, (name, _) in rows.items():
        values[f"output.{key}"] = size / 1e6 / best[key]
        share = {k: 100 * best[k] / best[key] for k in rows}
        aim = ""
        if key in aims:
            most, of = aims[key]
            aim = verdict(share[of] >= most, f">= {most} %")
        if key == "whole":
            aim += verdict(share["take"] >= 80, ", 80 %")
        line(name, f"{size / 1e6 / best[key]:.0f}", f"{share['file']:.0f} %",
             f"{share['take']:.0f} %", f"{least[key]:.2f}", aim)
    return big


def measure_tail(hosts, values, quick):
    """The page of one output, and the same bytes as nginx gives them."""
    size = (256 if quick else 1024) << 20
    books = runbook_folder({"one": "---\ntitle: One\n---\n```sh {#s}\n"
                            "echo first\n```\n"})
    with Console(hosts.folder / "tail", books) as console:
        user = console.user("ana", "operator")
        number = user.post("/runs", {"runbook": "one",
                                     "environment": "test"})[1]["id"]
        user.post(f"/runs/{number}/start")
        user.post(f"/runs/{number}/steps/s/execute")
        step_ = user.wait_step(number, "s")
        assert step_["state"] == "succeeded"
        path = next((hosts.folder / "tail/exec").glob("*/local.txt"))
        row = b"a line of output as programs print them, with 64 characters..\n"
        with path.open("ab") as f:
            block = row * (1 << 14)
            while f.tell() < size:
                f.write(block)
        page = f"/runs/{number}/steps/s/attempts/1/local"
        head = {"Authorization": "Bearer " + user.token}
        rows = {"file": (page + ".txt", dict(head, Range="bytes=-65536")),
                "page": (page, dict(head, Accept="text/html"))}
        best = dict.fromkeys(rows, 1e9)
        for _ in range(20):
            for key, (url, headers) in rows.items():
                begin = time.monotonic()
                status, _, body = console.raw("GET", url, headers=headers)
                took = 1000 * (time.monotonic() - begin)
                assert status in (200, 206) and len(body) >= 65000, status
                best[key] = min(best[key], took)
    shutil.rmtree(books)
    print()
    line(f"the end of an output of {size >> 20} MB", "ms", "of the file",
         "aim")
    for key, name in (("file", "its last 64 KB as a file, by nginx"),
                      ("page", "the page that shows them")):
        values[f"tail.{key}"] = best[key]
        line(name, f"{best[key]:.1f}", f"{100 * best[key] / best['file']:.0f} %",
             verdict(best[key] < 100, "< 100 ms") if key == "page" else "")


def main():
    options = argparse.ArgumentParser(prog="fanout.py")
    options.add_argument("--json", metavar="FILE")
    options.add_argument("--quick", action="store_true")
    options.add_argument("parts", nargs="*", metavar="PART")
    options = options.parse_args()
    parts = {"fanout": measure_fanout, "output": measure_output,
             "tail": measure_tail}
    values = {}
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cs-fan-", dir="/var/tmp"))
    folder.chmod(0o755)
    hosts = Hosts(folder)
    try:
        hosts.wait()
        for name, measure in parts.items():
            if not options.parts or name in options.parts:
                measure(hosts, values, options.quick)
    finally:
        hosts.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(values, indent=1)
                                              + "\n")


main()
