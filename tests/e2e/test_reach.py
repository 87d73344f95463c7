#!/usr/bin/env python3
"""
Ways to reach targets: jump hosts, ways over SSH, host keys, login shells.

countersign-executor alone, against several real sshd on 127.0.0.1, each with its
own host key; what listens "behind" one is reached over it.
"""
import contextlib, http.server, json, os, shutil, socket, ssl, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_step_ssh as ssh
from console import BUILD, Console, main, needs_root, runbook_folder
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
    s = run("true", [ssh.SSHD.target(f"n{i}", jump=gate(jump=outer)) for i in range(16)])
    is_state(s, "succeeded", name="n15")


def test_many_targets_over_one_jump_host():
    targets = [ssh.SSHD.target(f"n{i}", jump=gate(CLIENTS[i % 2])) for i in range(8)]
    s = run("echo $CS_TARGET", targets)
    for i in range(8):
        is_state(s, "succeeded", name=f"n{i}")
        assert s.text(f"n{i}") == f"n{i}\n".encode()
    assert not [n for n in os.listdir(s.dir) if "known_hosts" in n or n.endswith(".sock")]


def test_a_jump_host_of_the_usual_settings_lets_a_whole_group_through():
    """sshd drops some of those whom it does not know yet once there are ten; here: all."""
    usual = ssh.Sshd("usual", startups="10:100:10")
    try:
        targets = [ssh.SSHD.target(f"n{i}", jump=usual.target("gate")) for i in range(40)]
        s = run("true", targets)
        for i in range(40):
            is_state(s, "succeeded", name=f"n{i}")
    finally:
        usual.stop()


def test_a_server_that_drops_some_of_many_lets_them_all_in_at_last():
    busy = ssh.Sshd("busy", startups="5:30:60")
    try:
        ways = [busy.target, *(lambda name, c=c: ssh.SSHD.target(name, jump=busy.target("gate", client=c))
                               for c in CLIENTS)]
        for to in ways:
            s = run("true", [to(f"n{i}") for i in range(16)])
            for i in range(16):
                is_state(s, "succeeded", name=f"n{i}")
    finally:
        busy.stop()
    full = ssh.Sshd("full", startups="1:100:1")
    try:
        with contextlib.closing(socket.create_connection(("127.0.0.1", full.port))) as first:
            first.recv(64)      # the one place is taken
            for client in CLIENTS:
                is_state(run("x", [full.target("far", client=client)]), "failed", "MaxStartups",
                         exit=None, name="far")
    finally:
        full.stop()


def test_errors_name_the_hop_that_failed():
    changed = ssh.SSHD.target()["host_key"]
    for client in CLIENTS:
        nothing = [
            (gate(client, host_key=changed), "The tunnel over gate", "host key"),
            (gate(client, host_key=None), "The tunnel over gate", "No host key is pinned for gate"),
            (gate(client, key=ssh.WORK + "/stranger"), "The tunnel over gate"),
            (gate(client, port=free_port()), "The tunnel over gate", "refused"),
            (gate(client, jump=ssh.ECDSA.target("outer", host_key=changed)),
             "The tunnel over gate could not be made. The tunnel over outer could not be made.",
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
    ssh.no_process("countersign-executor " + s.exec)


# ------------------------------------------------- what only ssh itself can do

def test_a_server_that_only_openssh_reaches_is_named_and_reached():
    aead = ssh.Sshd("aead", extra="Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com")
    signed = signing_server()
    try:
        rsa = [] if ssh.signs_rsa() else [(ssh.SSHD, {"key": ssh.WORK + "/rsa"})]
        for server, more in ((ssh.ETM, {}), (ssh.RSA, {}), (aead, {}), *rsa,
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


def test_tls_over_an_ssh_target_is_held_against_the_servers_own_name():
    cert, key = ssh.WORK + "/tls.pem", ssh.WORK + "/tls.key"
    ssh.sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
           "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web = {"name": "web", "kind": "http", "over": gate(), "ca": cert,
           "url": f"https://localhost:{server.server_address[1]}"}
    s = run("GET /", [web], kind="http")
    is_state(s, "succeeded", exit="any", name="web")
    web["url"] = web["url"].replace("localhost", "127.0.0.1")
    is_state(run("GET /", [web], kind="http"), "failed", "certificate", exit="any", name="web")
    server.shutdown()


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


# ------------------------------------------------ login shells and user=

SHELLS = {"fish": "/usr/bin/fish", "tcsh": "/usr/bin/tcsh", "ash": "busybox",
          "bash": "/bin/bash", "dash": "/bin/dash"}


def people():
    """An sshd whose machine has a user for each shell, and one whom all may
    become with sudo: in a mount namespace with a passwd of its own."""
    os.chmod(ssh.WORK, 0o711)
    os.chmod(ssh.WORK + "/authorized", 0o644)
    os.symlink(shutil.which("busybox"), ssh.WORK + "/ash")
    passwd, shadow = open("/etc/passwd").read(), open("/etc/shadow").read()
    names = [*SHELLS, "app"]
    for i, name in enumerate(names):
        home = f"{ssh.WORK}/home-{name}"
        os.mkdir(home)
        os.chown(home, 64100 + i, 64100)
        shell = SHELLS.get(name, "/bin/sh").replace("busybox", ssh.WORK + "/ash")
        passwd += f"cs-{name}:x:{64100 + i}:64100::{home}:{shell}\n"
        shadow += f"cs-{name}:*:19000:0:99999:7:::\n"
    group = open("/etc/group").read() + "cs-all:x:64100:\n"
    sudoers = "%cs-all ALL=(cs-app) NOPASSWD: ALL\n"
    mounts = []
    for name, text, mode in (("passwd", passwd, 0o644), ("shadow", shadow, 0o600),
                             ("group", group, 0o644), ("sudoers", sudoers, 0o440)):
        path = f"{ssh.WORK}/etc-{name}"
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        mounts.append(f"mount --bind {path} /etc/{name}")
    return ssh.Sshd("people", home="", prefix=(
        "unshare", "-m", "sh", "-c", " && ".join(mounts) + ' && exec "$@"', "sh"))


def test_login_shells_of_all_kinds_and_other_users():
    needs_root()
    server = people()
    values = {f"v{i}": v for i, v in enumerate(ssh.NASTY)}
    text = "".join(f'printf %s "$v{i}" | od -An -v -tx1 | tr -d " \\n"; echo\n'
                   for i in range(len(ssh.NASTY)))
    want = [v.encode().hex() for v in ssh.NASTY]
    try:
        for shell in SHELLS:
            for client in CLIENTS if shell == "fish" else CLIENTS[:1]:
                target = server.target(user="cs-" + shell, client=client)
                s = run("id -un\n" + text + "exit 3", [target], values=values)
                is_state(s, "failed", "exited with 3", exit=3)
                assert s.text().decode().split("\n")[:-1] == ["cs-" + shell, *want], shell
            s = run("id -un; echo $HOME; echo $v0\n" + text, [target], user="cs-app",
                    values=values)
            is_state(s, "succeeded")
            assert s.text().decode().startswith(f"cs-app\n{ssh.WORK}/home-app\n"), s.text()
            assert s.text().decode().split("\n")[-1 - len(want):-1] == want, shell
            is_state(run("true", [target], user="nobody"), "failed", "as the user nobody",
                     "sudo", exit=None)
            if shell not in ("fish", "tcsh"):
                continue
            ssh.is_asked_as("cs-app", target)
            s = Step("for i in 1 2 3 4; do echo $i; sleep 0.4; done", [target])
            s.until(state="running")
            server.cut()
            is_state(s.wait(), "succeeded")
            assert s.text() == b"1\n2\n3\n4\n", (shell, s.text())
        for client in CLIENTS:
            ssh.is_asked_as("cs-app", server.target(client=client))
    finally:
        server.stop()


# ------------------------------------------------------------- the console

def yml(target, **more):
    """One ssh target in YAML, as a flow map."""
    t = {k: v for k, v in {**target, **more}.items()
         if k not in ("name", "kind") and v is not None}
    return "{ssh: " + json.dumps(t).replace("{", "{ ") + "}"


def inventory(**targets):
    lines = [f"      {name}: {text}" for name, text in targets.items()]
    return "environments:\n  test:\n    label: Test\n    targets:\n" + "\n".join(lines) + \
        "\n    groups:\n      all: [" + ", ".join(targets) + "]\n"


def test_scan_shows_what_a_machine_shows_and_compares():
    other = ssh.ECDSA.target()["host_key"]
    folder = runbook_folder({}, inventory(
        near=yml(ssh.SSHD.target()),
        behind=yml(ssh.SSHD.target(), jump="gate"),
        gate=yml(ssh.OTHER.target()),
        changed=yml(ssh.SSHD.target(host_key=ssh.OTHER.target()["host_key"])),
        another=yml(ssh.SSHD.target(host_key=other)),
        unpinned=yml(ssh.SSHD.target(host_key=None)),
        etm=yml(ssh.ETM.target()),
        etm_ssh=yml(ssh.ETM.target(client="openssh"), jump="gate"),
        rsa=yml(ssh.RSA.target(client="openssh")),
        lost=yml(ssh.SSHD.target(), jump="wrong"),
        wrong=yml(ssh.OTHER.target(host_key=other)),
        down=yml(ssh.SSHD.target(port=free_port()))))

    def scan(name):
        done = subprocess.run([str(BUILD / "countersign"), "target", "scan", name,
                               "--environment", "test", "--runbooks", str(folder)],
                              capture_output=True, text=True, timeout=60)
        assert "Sanitizer" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    fingerprint = ssh.sh("ssh-keygen", "-lf", ssh.SSHD.host_key + ".pub").stdout.split()[1]
    line = 'host_key: "%s"' % ssh.SSHD.target()["host_key"]
    for name in ("near", "behind"):
        code, out, err = scan(name)
        assert code == 0 and out.count(fingerprint) == 2 and line in out, (name, out, err)
    for name, word in (("changed", "NOT the one"), ("another", "NOT the one"),
                       ("unpinned", "no key is pinned")):
        code, out, err = scan(name)
        assert code == 1 and fingerprint in out and line in out and word in err, (name, out, err)
    assert scan("etm_ssh")[0] == 0 and scan("rsa")[0] == 0, (scan("etm_ssh"), scan("rsa"))
    for name, word in (("etm", "set client: openssh"), ("lost", "The tunnel over wrong"),
                       ("down", "refused the connection"), ("nobody", "no target")):
        code, out, err = scan(name)
        assert code == 1 and word in err and not out, (name, code, out, err)
    tree = os.path.join(folder, "targets.yml")
    before = open(tree).read()
    scan("changed")
    assert open(tree).read() == before


def test_targets_and_secrets_are_shown_and_secrets_never():
    folder = runbook_folder({"up": "# Up\n```sh {#up on=far}\necho over $CS_TARGET\n```\n"},
                            inventory(far=yml(ssh.SSHD.target(), jump="gate"),
                                      gate=yml(ssh.OTHER.target()),
                                      db="{mysql: {host: h, user: u, password: db-pass}}"))
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator,admin")
        bo = console.user("bo", "operator")
        status, page = ana.get("/targets/test")
        far = next(t for t in page["environments"][0]["targets"] if t["name"] == "far")
        fingerprint = ssh.sh("ssh-keygen", "-lf", ssh.SSHD.host_key + ".pub").stdout.split()[1]
        assert far["fingerprint"] == fingerprint and far["over"] == "gate", far
        assert far["used_by"] == ["up"] and "db-pass" not in json.dumps(page), page
        assert ana.get("/targets/nowhere")[0] == 404
        status, page = ana.get("/targets", accept="text/html")
        assert status == 200 and fingerprint in page

        assert bo.get("/secrets")[0] == 403
        assert bo.post("/secrets", {"name": "x", "value": "y"})[0] == 403
        status, page = ana.get("/secrets")
        assert not page["secrets"] and page["missing"][0]["name"] == "db-pass", page
        assert ana.post("/secrets", {"name": "db-pass", "value": "hunter2-and-more"})[0] == 201
        assert ana.post("/secrets", {"name": "other", "value": "a"})[0] == 201
        assert ana.post("/secrets", {"name": "a b", "value": "a"})[0] == 422
        assert ana.post("/secrets", {"name": "empty", "value": ""})[0] == 422
        assert ana.post("/secrets", {"name": "long", "value": "x" * 65537})[0] == 422
        status, page = ana.get("/secrets")
        assert [s["name"] for s in page["secrets"]] == ["db-pass", "other"], page
        assert page["secrets"][0]["set_by"] == "ana" and not page["missing"], page
        assert page["secrets"][0]["used_by"] == [{"environment": "test", "target": "db"}]
        assert "hunter2" not in ana.get("/secrets", accept="text/html")[1]
        status, answer = ana.post("/secrets/db-pass/delete")
        assert status == 409 and answer["error"]["code"] == "secret_used", answer
        assert ana.post("/secrets/other/delete")[0] == 200
        assert ana.post("/secrets/other/delete")[0] == 404
        assert ana.post("/secrets/db-pass/delete", {"force": True})[0] == 200
        assert not ana.get("/secrets")[1]["secrets"]
        console.cli("secret", "set", "again", stdin="z")
        assert console.cli("secret", "list").startswith("again\t")
        assert "ana\tadmin,operator\tenabled\t" in console.cli("user", "list").replace(
            "operator,admin", "admin,operator")
        assert console.cli("token", "list", "bo").startswith("bo\t")
        assert "far\tssh\t" in console.cli("target", "list", "--environment", "test")
        assert fingerprint in console.cli("target", "show", "far")
        assert console.cli("--version").startswith("countersign ")

        status, run = ana.post("/runs", {"runbook": "up", "environment": "test"})
        assert status == 201, run
        status, other = ana.post("/runs", {"runbook": "up", "environment": "test"})
        assert "reached over gate" in ana.get(f"/runs/{run['id']}/preview/up",
                                              accept="text/html")[1]
        ana.post(f"/runs/{run['id']}/start")
        end = ana.drive(run["id"])
        assert ana.output(run["id"], "up", "far") == "over far\n", end
        assert console.sql("SELECT target FROM held_target") == [("far",)]


if __name__ == "__main__":
    ssh.prepare()
    CLOSED = ssh.Sshd("closed", extra="AllowTcpForwarding no\nAllowStreamLocalForwarding no")
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        for server in (ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA, ssh.ETM, ssh.BARE, CLOSED):
            server.stop()
        shutil.rmtree(ssh.WORK, ignore_errors=True)
