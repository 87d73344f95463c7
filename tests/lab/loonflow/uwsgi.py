#!/usr/bin/python3
"""
uwsgi.py: stands in for the command `uwsgi` before a Django project.

Written from: uWSGI's documentation (uwsgi-docs.readthedocs.io: configuration,
management: --stop, --reload).

    uwsgi [--ini] FILE.ini      [uwsgi] chdir, http, pidfile, daemonize,
                                virtualenv
    uwsgi --stop PIDFILE, uwsgi --reload PIDFILE

Refuses: a file that is missing or lacks a key, a port that is taken, to stop
what does not run (kill(): No such process).  It serves the project in chdir
with the python of the virtual environment.
"""
import argparse
import configparser
import os
import pathlib
import signal
import socket
import sys
import time

sys.path.insert(0, "/opt/lab")
from standin import daemon, is_alive, stop  # noqa: E402

KEYS = ("chdir", "http", "pidfile", "daemonize")
SECONDS = 20


def read(path):
    parser = configparser.ConfigParser(interpolation=None)
    if not parser.read(path):
        sys.exit(f"open(): {path}: No such file or directory")
    section = dict(parser["uwsgi"]) if "uwsgi" in parser else {}
    for key in KEYS:
        if key not in section:
            sys.exit(f"uwsgi: {path} has no {key}")
    return section


def is_taken(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def start(path):
    ini = read(path)
    port = int(ini["http"].rpartition(":")[2])
    if is_taken(port):
        sys.exit(f"probably another instance of uWSGI is running on the same "
                 f"address (:{port}).\nbind(): Address already in use")
    python = sys.executable
    if "virtualenv" in ini:
        python = ini["virtualenv"] + "/bin/python"
        if not os.path.exists(python):
            sys.exit(f"!!! Python Home is not a directory: "
                     f"{ini['virtualenv']} !!!")
    pid = daemon([python, "manage.py", "serve", str(port)], ini["daemonize"],
                 ini["pidfile"], cwd=ini["chdir"])
    end = time.monotonic() + SECONDS
    while not is_taken(port):
        if not is_alive(pid) or time.monotonic() > end:
            sys.exit(f"uwsgi: no app loaded; see {ini['daemonize']}")
        time.sleep(0.1)
    pathlib.Path(ini["pidfile"] + ".ini").write_text(os.path.abspath(path))
    print("[uWSGI] getting INI configuration from", path)


def end(pidfile):
    try:
        pid = int(pathlib.Path(pidfile).read_text())
    except (OSError, ValueError):
        sys.exit(f"signal_pidfile()/open(): {pidfile}: No such file")
    if not is_alive(pid):
        sys.exit("signal_pidfile()/kill(): No such process")
    if not stop(pid, signal.SIGTERM, SECONDS):
        sys.exit("uwsgi: it goes on")


def main():
    parser = argparse.ArgumentParser(prog="uwsgi")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--ini")
    parser.add_argument("--stop", metavar="PIDFILE")
    parser.add_argument("--reload", metavar="PIDFILE")
    args = parser.parse_args()
    if args.stop:
        end(args.stop)
    elif args.reload:
        end(args.reload)
        start(pathlib.Path(args.reload + ".ini").read_text())
    elif args.ini or args.file:
        start(args.ini or args.file)
    else:
        parser.error("an ini file is needed")


if __name__ == "__main__":
    main()
