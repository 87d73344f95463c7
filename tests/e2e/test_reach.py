#!/usr/bin/env python3
"""
How targets are reached: jump hosts, ways over SSH, host keys, login shells.

countersign-step alone, against several real sshd on 127.0.0.1, each with its
own host key; what listens "behind" one is reached over it.
"""
import http.server, json, os, shutil, socket, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_step_ssh as ssh
from console import main
from test_step_ssh import Step, free_port, is_state, leaves_nothing, run

CLIENTS = ("libssh2", "openssh")


def far(jump, client="libssh2", **more):
    return ssh.SSHD.target("far", client=client, jump=jump, **more)


def gate(client="libssh2", name="gate", **more):
    return ssh.OTHER.target(name, client=client, **more)


def logins(server):
    with open(server.dir + "/log") as f:
        return f.read().count("Accepted publickey")


def test_a_script_over_a_jump_host_with_any_clients():
    for outer in CLIENTS:
        for inner in CLIENTS:
            before = logins(ssh.OTHER), logins(ssh.SSHD)
            s = run("echo $v; exit 3", [far(gate(outer), inner)], values={"v": "a'b"})
            is_state(s, "failed", "exited with 3", exit=3, name="far")
            assert s.text("far") == b"a'b\n", (outer, inner, s.text("far"))
            assert logins(ssh.OTHER) > before[0] and logins(ssh.SSHD) > before[1]
    leaves_nothing()


def test_a_chain_of_jump_hosts():
    outer = ssh.ECDSA.target("outer")
    for client in CLIENTS:
        middle = ssh.RSA.target("middle", client="openssh", jump=outer)
        s = run("echo reached", [far(gate(client, jump=middle), client)])
        is_state(s, "succeeded", name="far")
        assert s.text("far") == b"reached\n"


def test_many_targets_over_one_jump_host():
    targets = [ssh.SSHD.target(f"n{i}", jump=gate(CLIENTS[i % 2])) for i in range(8)]
    s = run("echo $CS_TARGET", targets)
    for i in range(8):
        is_state(s, "succeeded", name=f"n{i}")
        assert s.text(f"n{i}") == f"n{i}\n".encode()
    assert not [n for n in os.listdir(s.dir) if "known_hosts" in n or n.endswith(".sock")]


def test_errors_name_the_hop_that_failed():
    changed = ssh.SSHD.target()["host_key"]
    for client in CLIENTS:
        nothing = [
            (gate(client, host_key=changed), "The way over gate", "host key"),
            (gate(client, host_key=None), "The way over gate", "No host key is pinned for gate"),
            (gate(client, key=ssh.WORK + "/stranger"), "The way over gate"),
            (gate(client, port=free_port()), "The way over gate", "refused"),
            (gate(client, jump=ssh.ECDSA.target("outer", host_key=changed)),
             "The way over gate could not be made. The way over outer could not be made.",
             "outer"),
        ]
        for jump, *words in nothing:
            before = logins(ssh.SSHD)
            is_state(run("x", [far(jump)]), "failed", *words, exit=None, name="far")
            assert logins(ssh.SSHD) == before
    is_state(run("x", [far(gate(), host_key=ssh.OTHER.target()["host_key"])]), "failed",
             "The host key of far", "has changed", exit=None, name="far")
    for client in CLIENTS:
        for inner in CLIENTS:
            is_state(run("x", [far(gate(client), inner, port=free_port())]), "failed",
                     "gate (127.0.0.1:", "could not connect to 127.0.0.1:",
                     "AllowTcpForwarding", exit=None, name="far")


def test_a_jump_host_that_forbids_forwarding_says_so():
    for client in CLIENTS:
        closed = CLOSED.target("gate", client=client)
        is_state(run("x", [far(closed)]), "failed", "AllowTcpForwarding", exit=None, name="far")


def test_a_cut_of_the_jump_host_while_a_script_runs():
    for outer in CLIENTS:
        s = Step("i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; sleep 0.01; done; exit 7",
                 [far(gate(outer))])
        s.until(state="running")
        ssh.OTHER.cut()
        note = s.until(note="reconnecting")
        assert "gate" in note["message"], note
        s.wait()
        is_state(s, "failed", "exited with 7", exit=7, name="far")
        assert s.text("far").decode() == "".join(f"line {i}\n" for i in range(1, 201))
        assert "reconnected" in [x.get("note") for x in s.lines()]
    leaves_nothing()


def test_a_cancel_over_a_jump_host_ends_the_script():
    s = Step("echo on; sleep 6177", [far(gate())])
    s.until(state="running")
    s.stop()
    is_state(s.wait(), "failed", "cancel", exit=None, name="far")
    ssh.no_process("sleep 6177")
    ssh.no_process("countersign-step " + s.exec)


# ------------------------------------------------- what only ssh itself can do

def test_a_server_that_only_openssh_reaches_is_named_and_reached():
    aead = ssh.Sshd("aead", extra="Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com")
    signed = signing_server()
    try:
        for server, more in ((ssh.ETM, {}), (ssh.RSA, {}), (aead, {}),
                             (ssh.SSHD, {"key": ssh.WORK + "/rsa"}),
                             (signed, {"key": ssh.WORK + "/signed"})):
            is_state(run("x", [server.target(**more)]), "failed", "set client: openssh",
                     exit=None)
            s = run("echo here", [server.target(client="openssh", **more)])
            is_state(s, "succeeded")
            assert s.text() == b"here\n"
    finally:
        aead.stop()
        signed.stop()


def signing_server():
    """Lets in whoever has a certificate of its authority, and no key as such."""
    for name in ("authority", "signed"):
        ssh.sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{ssh.WORK}/{name}")
    ssh.sh("ssh-keygen", "-q", "-s", ssh.WORK + "/authority", "-I", "op", "-n", ssh.USER,
           ssh.WORK + "/signed.pub")
    return ssh.Sshd("signing", extra=f"TrustedUserCAKeys {ssh.WORK}/authority.pub")


# --------------------------------------------------------------- over SSH: http

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"host": self.headers["Host"], "peer": self.client_address[0]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_requests_go_over_an_ssh_target():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    for client in CLIENTS:
        # a name that only the jump host can resolve would do: it is never looked up here
        for host in ("localhost", "127.0.0.1"):
            web = {"name": "web", "kind": "http", "url": f"http://{host}:{port}/v1",
                   "over": gate(client)}
            before = logins(ssh.OTHER)
            s = run("GET /a\n\n###\nGET /b", [web], kind="http")
            is_state(s, "succeeded", exit="any", name="web")
            assert f"{host}:{port}".encode() in s.text("web")
            assert logins(ssh.OTHER) > before
        web["url"] = f"http://127.0.0.1:{free_port()}"
        is_state(run("GET /", [web], kind="http"), "failed", "gate", "could not connect to",
                 exit="any", name="web")
    server.shutdown()


if __name__ == "__main__":
    ssh.prepare()
    CLOSED = ssh.Sshd("closed", extra="AllowTcpForwarding no\nAllowStreamLocalForwarding no")
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        for server in (ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA, ssh.ETM, ssh.BARE, CLOSED):
            server.stop()
        shutil.rmtree(ssh.WORK, ignore_errors=True)
