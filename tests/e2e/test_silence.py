#!/usr/bin/env python3
"""
Servers that fall silent, each at another point: what is waited for has an
end, or is ended by a person; what is only quiet goes on.  Real sshd's and
countersign-executor alone; all cases wait at the same time.
"""
import itertools
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time

import test_step_ssh as base
from test_step_ssh import LOCAL, Sshd, Step, is_state

SERVERS = []
NUMBERS = itertools.count()
FOLDER = None


class Mute:
    """Takes connections, says what it is told to, and nothing more."""

    def __init__(self, words=b""):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.words, self.held = words, []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer = self.socket.accept()[0]
                self.held.append(peer)
                peer.sendall(self.words)
            except OSError:
                return

    def target(self, name="flow", **kw):
        return {**SERVERS[0].target(name), "port": self.port, **kw}


def sshd(name, extra):
    SERVERS.append(Sshd(name, extra=extra))
    return SERVERS[-1]


def end_hung():
    """Ends what the servers ran for us, which is below us
    (PR_SET_CHILD_SUBREAPER)."""
    rows = [row.split() for row in base.sh("ps", "-eo", "pid=,ppid=").stdout.splitlines()]
    below = {str(os.getpid())}
    for pid, parent in sorted(rows, key=lambda r: int(r[0])):
        if parent in below:
            below.add(pid)
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass


def copy(target, text, **step):
    order = {"exec": base.secrets.token_hex(16), "run": "7", "targets": [LOCAL],
             "values": {}, "secrets": {}, "mask": [], "hosts": {"a": target},
             "step": {"id": "s", "kind": "copy", "text": text, **step}}
    return Step(None, order=json.dumps(order), exec_id=order["exec"])


def database(kind, port):
    return {"name": "flow", "kind": kind, "host": "127.0.0.1", "port": str(port),
            "user": "x", "password": "y", "database": "z"}


def web(port, scheme="http"):
    return {"name": "flow", "kind": "http", "url": f"{scheme}://127.0.0.1:{port}"}


def mute_cases():
    """(what, a function that starts it, its target's name)"""
    silent, banner = Mute(), Mute(b"SSH-2.0-mute\r\n")
    n = next(NUMBERS)
    slow = sshd(f"slow-login-{n}", "AuthorizedKeysCommand /usr/bin/sleep 600\n"
                f"AuthorizedKeysCommandUser {base.USER}")
    no_sftp = sshd(f"no-sftp-{n}", "Subsystem sftp /usr/bin/sleep 600")
    stranger = base.WORK + "/stranger"
    f = f"{FOLDER}/x"
    cases = []
    for client in ("libssh2", "openssh"):
        for what, server in (("banner", silent), ("exchange of keys", banner),
                             ("login", slow)):
            t = server.target("flow", client=client, key=stranger)
            cases.append((f"the {what}, {client}", lambda t=t: Step("echo x", [t]), "flow"))
        t = no_sftp.target("a", client=client)
        cases.append((f"SFTP, {client}", lambda t=t: copy(t, f"{f} -> a:{FOLDER}/y"), "local"))
    for kind in ("mysql", "postgresql"):
        cases.append((f"the connection of {kind}", lambda kind=kind: Step(
            "SELECT 1", [database(kind, silent.port)], kind=kind), "flow"))
    cases.append(("the TLS handshake", lambda: Step(
        "GET /", [web(silent.port, "https")], kind="http"), "flow"))
    return cases


def what_never_answers_is_not_waited_for():
    cases = [(what, start(), name) for what, start, name in mute_cases()]
    for what, step, name in cases:
        try:
            step.wait(240)
            end = step.end(name)
        except (AssertionError, IndexError) as why:
            raise AssertionError(f"{what}: {why}") from why
        assert end["state"] == "failed" and end["message"], (what, end)


def a_person_ends_each_wait_at_once():
    cases = [(what, start(), name) for what, start, name in mute_cases()]
    asks = Mute()
    cases.append(("the answer to a request", Step(
        "GET /", [web(asks.port)], kind="http"), "flow"))
    hangs = sshd("hangs", "ForceCommand sleep 600")
    cases.append(("the first word of a script", Step("echo x", [hangs.target()]), "flow"))
    for what, step, name in cases:
        while not handles_sigterm(step.process.pid):
            assert step.process.poll() is None, (what, step.lines())
            time.sleep(0.02)
    time.sleep(5)
    cases = [case for case in cases if case[1].process.poll() is None]
    assert len(cases) > 8, [what for what, step, name in cases]
    for what, step, name in cases:
        step.stop()
    for what, step, name in cases:
        step.wait(240)
        end = step.end(name)
        assert end["state"] in ("failed", "unknown"), (what, end)
        # to end a script its host has to be asked
        assert "was cancelled" in end["message"] or \
            what.startswith("the first word"), (what, end)


def handles_sigterm(pid):
    with open(f"/proc/{pid}/status") as f:
        caught = int(f.read().split("SigCgt:")[1].split()[0], 16)
    return caught >> (signal.SIGTERM - 1) & 1


def is_moving():
    """A part of the file is there, under the name it has meanwhile."""
    try:
        return any(n.startswith(".countersign") and
                   os.path.getsize(f"{FOLDER}/to/{n}") > 3_000_000
                   for n in os.listdir(f"{FOLDER}/to"))
    except FileNotFoundError:       # it has its name now
        return False


def a_host_whose_transport_is_silent_is_connected_to_anew():
    """Its sshd is stopped, and TCP goes on: a script is found again, and a copy
    goes on where it was."""
    server = sshd("stopped", "Subsystem sftp internal-sftp")
    script = Step("echo one; sleep 45; echo two", [server.target()])
    data = f"{FOLDER}/big"
    with open(data, "wb") as f:
        f.write(os.urandom(1_000_000) * 150)
    script.until(120, state="running")
    for _ in range(5):          # unless it is over before it was looked at
        moving = copy(server.target("a"), f"{data} -> a:{FOLDER}/to/big")
        while not is_moving() and moving.process.poll() is None:
            time.sleep(0.005)
        stopped = server.children()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        if is_moving():
            break
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        moving.wait()
    assert is_moving(), moving.lines()
    try:
        for step, name in ((script, "flow"), (moving, "local")):
            note = step.until(240, note="reconnecting")
            assert "has not answered for 30 s" in note["message"], note
            step.wait(240)
            is_state(step, "succeeded", name=name)
            notes = [x.get("note") for x in step.lines()]
            assert "reconnected" in notes, notes
    finally:
        for pid in stopped:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    assert script.text().split() == [b"one", b"two"], script.text()
    assert open(data, "rb").read() == open(f"{FOLDER}/to/big", "rb").read()


def a_script_that_is_only_quiet_goes_on():
    cases = [Step("echo one; sleep 70; echo two", [SERVERS[0].target(client=client)])
             for client in ("libssh2", "openssh")]
    cases.append(Step("echo one; sleep 70; echo two", [{**SERVERS[0].target(),
                      "jump": SERVERS[0].target("over")}]))
    for s in cases:
        s.wait()
        is_state(s, "succeeded")
        assert not [x for x in s.lines() if "note" in x], s.lines()
        assert s.text().split() == [b"one", b"two"], s.text()


def a_jump_host_that_falls_silent_is_noticed_by_who_goes_over_it():
    """A request waits for its answer over a machine whose sshd is stopped."""
    server, asks = sshd("jump", ""), Mute()
    s = Step("POST /", [{**web(asks.port), "over": server.target("over")}], kind="http")
    end = time.monotonic() + 120
    while not asks.held:
        assert time.monotonic() < end, s.lines()
        time.sleep(0.05)
    stopped = server.children()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        s.wait(240)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGKILL)
    is_state(s, "unknown", "over which it was reached, is gone")


def a_server_that_runs_no_command_and_does_not_say_so_takes_files():
    server = sshd("no-sums", "Subsystem sftp internal-sftp\nForceCommand case "
                  "\"$SSH_ORIGINAL_COMMAND\" in internal-sftp) exec "
                  "/usr/lib/openssh/sftp-server;; *) exec sleep 600;; esac")
    s = copy(server.target("a"), f"{FOLDER}/x -> a:{FOLDER}/no-sums")
    s.wait()
    is_state(s, "succeeded", name="local")
    assert open(f"{FOLDER}/no-sums").read() == "text"


TESTS = [what_never_answers_is_not_waited_for, a_person_ends_each_wait_at_once,
         a_host_whose_transport_is_silent_is_connected_to_anew,
         a_script_that_is_only_quiet_goes_on,
         a_jump_host_that_falls_silent_is_noticed_by_who_goes_over_it,
         a_server_that_runs_no_command_and_does_not_say_so_takes_files]


def main():
    failed = []
    lock = threading.Lock()

    def one(test):
        began = time.monotonic()
        try:
            test()
            word = "ok  "
        except Exception as e:
            word = f"FAIL {test.__name__}: {type(e).__name__}: {e}\n    "
            failed.append(test)
        with lock:
            print(f"{word} {test.__name__.replace('_', ' ')} "
                  f"({time.monotonic() - began:.1f} s)", flush=True)

    unknown = set(sys.argv[1:]) - {test.__name__ for test in TESTS}
    if unknown:
        sys.exit(f"no such test: {' '.join(sorted(unknown))}")
    threads = [threading.Thread(target=one, args=(t,)) for t in TESTS
               if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return 1 if failed else 0


if __name__ == "__main__":
    base.ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    base.prepare()
    FOLDER = base.WORK + "/files"
    os.makedirs(FOLDER + "/to")
    with open(FOLDER + "/x", "w") as text:
        text.write("text")
    SERVERS.append(Sshd("quiet"))
    try:
        code = main()
    finally:
        end_hung()
        for server in (*SERVERS, base.SSHD, base.OTHER, base.ECDSA, base.RSA,
                       base.ETM, base.BARE):
            server.stop()
        shutil.rmtree(base.WORK, ignore_errors=True)
    sys.exit(code)
