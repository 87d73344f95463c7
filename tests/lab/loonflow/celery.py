#!/usr/bin/python3
"""
celery.py: stands in for the command `celery` of a worker machine.

Written from: Celery's user guide (docs.celeryq.dev: "Workers Guide", stopping
the worker; "celery multi").

    celery -A tasks worker [-l info] [-c 8] [-Q loonflow] --logfile= --pidfile=
    celery multi start|stop|stopwait|restart [NODE...] -A tasks worker ...

A worker takes the files of the module's QUEUE in order, one at a time, and
leaves the result in DONE.  SIGTERM is the warm shutdown: it ends the task at
hand and then itself; `stopwait` waits for that, `stop` does not.  SIGKILL
loses the task at hand: its file stays behind, ending in .taken.

Refuses: a module that is not in the folder, any other command, to start a
worker whose pid file names one that lives.  A node that does not run is DOWN.
"""
import argparse
import importlib
import json
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, "/opt/lab")
from standin import daemon, is_alive  # noqa: E402

IDLE_SECONDS = 0.2


def parse(arguments):
    parser = argparse.ArgumentParser(prog="celery")
    parser.add_argument("-A", "--app", required=True)
    parser.add_argument("-l", "--loglevel", default="info")
    parser.add_argument("-c", "--concurrency", type=int, default=1)
    parser.add_argument("-Q", "--queues", default="celery")
    parser.add_argument("--logfile", default="celery.log")
    parser.add_argument("--pidfile", default="celery.pid")
    parser.add_argument("words", nargs="*")
    args = parser.parse_intermixed_args(arguments)
    if "worker" not in args.words:
        parser.error("this stand-in has the command worker alone")
    return args


def load(name):
    sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        sys.exit(f"Usage: celery [OPTIONS] COMMAND [ARGS]...\nError: Invalid "
                 f"value for '-A' / '--app': \nUnable to load celery "
                 f"application.\nThe module {name} was not found.")


class Worker:
    def __init__(self, module):
        self.module, self.ending = module, False
        signal.signal(signal.SIGTERM, self.warm)

    def warm(self, *_):
        print("worker: Warm shutdown (MainProcess)", flush=True)
        self.ending = True

    def one(self):
        """Does the oldest task; False where there is none."""
        for path in sorted(self.module.QUEUE.glob("*.json")):
            taken = path.with_suffix(".taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue
            print("Task received:", path.stem, flush=True)
            result = self.module.run_task(json.loads(taken.read_text()))
            (self.module.DONE / path.name).write_text(json.dumps(result))
            taken.unlink()
            print("Task succeeded:", path.stem, flush=True)
            return True
        return False

    def run(self):
        for folder in (self.module.QUEUE, self.module.DONE):
            folder.mkdir(parents=True, exist_ok=True)
        print("celery@worker ready.", flush=True)
        while not self.ending:
            if not self.one():
                time.sleep(IDLE_SECONDS)


def pid_in(path):
    try:
        pid = int(pathlib.Path(path).read_text())
    except (OSError, ValueError):
        return None
    return pid if is_alive(pid) else None


def start(args):
    load(args.app)
    if pid_in(args.pidfile):
        sys.exit(f"ERROR: Pidfile ({args.pidfile}) already exists. Seems "
                 "we're already running?")
    print("> Starting nodes...")
    daemon([sys.executable, os.path.abspath(sys.argv[0]), "-A", args.app,
            "worker", "-Q", args.queues], args.logfile, args.pidfile)
    print("\t> celery@worker: OK")


def stop(args, wait):
    pid = pid_in(args.pidfile)
    print("> Stopping nodes...")
    if pid is None:
        print("\t> celery@worker: DOWN")
        return
    os.kill(pid, signal.SIGTERM)
    print("\t> celery@worker: TERM ->", pid, flush=True)
    while wait and is_alive(pid):
        time.sleep(0.1)
    if wait:
        pathlib.Path(args.pidfile).unlink(missing_ok=True)
        print("\t> celery@worker: OK")


def main():
    arguments = sys.argv[1:]
    if arguments[:1] != ["multi"]:
        return Worker(load(parse(arguments).app)).run()
    command, args = (arguments[1:2] or [""])[0], parse(arguments[2:])
    if command == "start":
        return start(args)
    if command in ("stop", "stopwait"):
        return stop(args, command == "stopwait")
    if command == "restart":
        stop(args, True)
        return start(args)
    sys.exit(f"celery multi: unknown command {command!r}")


if __name__ == "__main__":
    main()
