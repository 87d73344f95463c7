#!/usr/bin/python3
"""
caller.py start|stop|status: stands in for a system that uses loonflow: every
few seconds it makes a ticket, as caller.json beside it says, and writes into
caller.log how that went.

Written from: loonflow's documentation of the authentication of its interface
(loonflow.readthedocs.io).  "username_in" is "query" before loonflow 0.3 and
"header" since.  Refuses: any other command; to start twice; to stop what does
not run.
"""
import hashlib
import json
import os
import pathlib
import signal
import sys
import time
import urllib.request

sys.path.insert(0, "/opt/lab")
from standin import daemon, is_alive, now, stop  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PID = HERE / "caller.pid"
EVERY_SECONDS = 5


def pid():
    try:
        number = int(PID.read_text())
    except (OSError, ValueError):
        return None
    return number if is_alive(number) else None


def make_ticket(settings):
    at, body = str(int(time.time())), {"workflow_id": 1, "title": "巡检"}
    headers = {"appname": settings["app_name"], "timestamp": at,
               "Content-Type": "application/json", "signature": hashlib.md5(
                   (at + settings["token"]).encode()).hexdigest()}
    if settings["username_in"] == "header":
        headers["username"] = settings["username"]
    else:
        body["username"] = settings["username"]
    request = urllib.request.Request(
        settings["url"] + "/api/v1.0/tickets", json.dumps(body).encode(),
        headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        found = json.loads(answer.read())
    if found["code"] != 0:
        raise ValueError(found["msg"])
    return found["data"]["ticket_id"]


def work():
    while True:
        try:
            settings = json.loads((HERE / "caller.json").read_text())
            print(now(), "ok: ticket", make_ticket(settings), flush=True)
        except (OSError, ValueError, KeyError) as fault:
            print(now(), "failed:", fault, flush=True)
        time.sleep(EVERY_SECONDS)


def main():
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command == "work":
        work()
    elif command == "start":
        if pid():
            sys.exit("caller: it runs already")
        daemon(["/usr/bin/python3", os.path.abspath(__file__), "work"],
               HERE / "caller.log", PID)
        print("caller: started")
    elif command == "stop":
        if not pid():
            sys.exit("caller: it does not run")
        stop(pid(), signal.SIGTERM, 10)
        print("caller: stopped")
    elif command == "status":
        print("caller:", "running" if pid() else "stopped")
        sys.exit(0 if pid() else 3)
    else:
        sys.exit("usage: caller.py start|stop|status")


if __name__ == "__main__":
    main()
