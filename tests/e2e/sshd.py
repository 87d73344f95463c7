"""
sshd.py: an sshd that a test starts: its settings and its processes.
"""
import os
import re
import signal
import subprocess


def settings():
    """Lines of sshd_config for every one.  Mistakes on purpose earn no penalty:
    since OpenSSH 9.8 an address that makes some is refused for a while."""
    said = subprocess.run(["ssh", "-V"], text=True, check=True,
                          capture_output=True).stderr
    version = re.search(r"OpenSSH_(\d+)\.(\d+)", said).groups()
    return "UsePAM no\nStrictModes no\n" + (
        "PerSourcePenalties no\n" if tuple(map(int, version)) >= (9, 8) else "")


def connections(listener):
    """The ids of the processes that hold its connections, not of what they
    run: children called sshd, and since OpenSSH 9.8 one sshd-session below
    another."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], text=True,
                           check=True, capture_output=True).stdout
    rows = [row.split(None, 2) for row in table.splitlines()]
    found = [listener]
    for parent in found:
        found += [int(pid) for pid, ppid, name in rows
                  if int(ppid) == parent and name.startswith("sshd")]
    return found[1:]


def logged_in(pid):
    """Is its title "sshd: USER@notty"?  OpenSSH's login does not survive a
    SIGSTOP: its sandbox forbids the call that goes on with a wait."""
    try:
        with open(f"/proc/{pid}/cmdline") as f:
            return "@" in f.read()
    except OSError:
        return False


def cut(listener):
    """Ends the processes that hold its connections; not what they run.  One
    may end by itself as the one above it does."""
    for pid in connections(listener):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
