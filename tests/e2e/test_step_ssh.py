#!/usr/bin/env python3
"""
countersign-executor alone, against a real sshd on 127.0.0.1.

Orders go in by standard input as the runner would give them; what is checked
is what the step leaves in its folder: status, recording, and nothing else.
STEP names the program (a build with sanitizers), STEP_FAST the one whose
speed and memory are measured.  Arguments choose tests by name.
"""
import base64, contextlib, ctypes, glob, hashlib, json, os, pathlib, re, secrets, shutil, signal, socket
import subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from messages import status_line  # noqa: E402
from sshd import connections, cut, settings  # noqa: E402
# Here steps are executed without a console, in folders of the test.
os.environ["COUNTERSIGN_WITHOUT"] = "everything"

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STEP = os.environ.get("STEP", TOP + "/build/asan/countersign-executor")
FAST = os.environ.get("STEP_FAST", TOP + "/build/countersign-executor")
WORK = tempfile.mkdtemp(prefix="cs-step.")
HOME = WORK + "/home"
LOCAL = {"name": "local", "kind": "local"}
passed = failed = 0


def sh(*argv, **kw):
    return subprocess.run(argv, check=True, capture_output=True, text=True, **kw)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Sshd:
    """An sshd of our own: own keys, own port, own home for whoever logs in."""

    def __init__(self, name, key="ed25519", extra="", env="", netns=None,
                 address="127.0.0.1", home="HOME={HOME}", prefix=(),
                 startups="200"):
        self.dir = f"{WORK}/{name}"
        os.makedirs(self.dir, mode=0o700)
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        self.port = free_port()
        self.address = address
        self.host_key = self.dir + "/host"
        sh("ssh-keygen", "-q", "-t", key, "-N", "", "-f", self.host_key)
        with open(self.dir + "/conf", "w") as f:
            f.write(f"Port {self.port}\nListenAddress {address}\n"
                    f"HostKey {self.host_key}\nAuthorizedKeysFile {WORK}/authorized\n"
                    f"{settings()}PermitRootLogin yes\nMaxStartups {startups}\n"
                    f"MaxSessions 200\nSetEnv CS_TEST=1 {home.format(HOME=HOME)} {env}\n"
                    f"PidFile none\n{extra}\n")
        argv = [*prefix, "/usr/sbin/sshd", "-D", "-f", self.dir + "/conf", "-E", self.dir + "/log"]
        if netns:
            argv = ["ip", "netns", "exec", netns] + argv
        self.netns = netns
        self.process = subprocess.Popen(argv)
        for _ in range(100):
            if os.path.exists(self.dir + "/log") and \
               "listening" in open(self.dir + "/log").read():
                break
            time.sleep(0.05)

    def target(self, name="flow", **kw):
        with open(self.host_key + ".pub") as f:
            pinned = " ".join(f.read().split()[:2])
        t = {"name": name, "kind": "ssh", "host": self.address, "port": self.port,
             "user": USER, "key": WORK + "/key", "host_key": pinned,
             "client": "libssh2"}
        t.update(kw)
        return {k: v for k, v in t.items() if v is not None}

    def children(self):
        return connections(self.process.pid)

    def cut(self):
        cut(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def waits_in(pid):
    """For a process that hangs, and those below it: its name, and where."""
    def read(name):
        try:
            with open(f"/proc/{pid}/{name}") as f:
                return f.read().strip()
        except OSError:
            return "?"

    found = [f"{pid} {read('comm')}: {read('wchan')} {read('syscall')} {read('stack')}"]
    for child in read(f"task/{pid}/children").split():
        if child.isdigit():
            found.append(waits_in(child))
    return "; ".join(found)


class Step:
    """One countersign-executor in a folder of its own."""

    def __init__(self, text, targets=None, kind="sh", program=None, exec_id=None,
                 order=None, **step):
        top = {k: step.pop(k) for k in ("values", "secrets", "mask", "output_limit",
                                        "parallel", "environment", "run", "undo",
                                        "artifacts") if k in step}
        self.exec = exec_id or secrets.token_hex(16)
        self.dir = tempfile.mkdtemp(prefix="exec.", dir=WORK)
        self.targets = targets or [LOCAL]
        if order is None:
            order = json.dumps({"exec": self.exec, "targets": self.targets, **top,
                                "step": {"id": "s", "kind": kind, "text": text, **step}})
        # a step that names a user gets that one, on this machine too
        without = "namespaces landlock seccomp" if (
            step.get("user") and kind in ("sh", "bash", "python")) else "everything"
        program = program or STEP + (
            "-clients" if kind in ("http", "mysql", "postgresql", "sqlite", "preflight") else "")
        self.process = subprocess.Popen([program, self.exec], cwd=self.dir,
                                        env={**os.environ, "COUNTERSIGN_WITHOUT": without},
                                        stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.process.stdin.write(order.encode())
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdin = None
        self.peak = 0

    def lines(self):
        try:
            with open(self.dir + "/status") as f:
                return [status_line(line) for line in f if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def until(self, seconds=30, **what):
        """Waits for a line of status that has all of this."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.lines():
                if all(line.get(k) == v for k, v in what.items()):
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no line {what} in {self.lines()}")

    def wait(self, seconds=120):
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, \
                f"does not end: {self.lines()} {waits_in(self.process.pid)}"
            self.measure()
            time.sleep(0.02)
        errors = self.process.stderr.read().decode(errors="replace")
        assert "Sanitizer" not in errors and "runtime error" not in errors, errors
        self.errors = errors
        return self

    def measure(self):
        pids = [self.process.pid]
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
                pids += [int(p) for p in f.read().split()]
        except OSError:
            pass
        for pid in pids:
            try:
                with open(f"/proc/{pid}/status") as f:
                    text = f.read()
                if "countersign-exe" in text:
                    self.peak = max(self.peak, int(re.search(r"VmHWM:\s+(\d+)", text)[1]))
            except (OSError, TypeError):
                pass

    def end(self, name="flow"):
        return [x for x in self.lines() if x.get("target") == name and "tries" in x][-1]

    def done(self):
        last = self.lines()[-1]
        assert last.get("done") is True, self.lines()
        return last

    def text(self, name="flow"):
        with open(f"{self.dir}/{name}.txt", "rb") as f:
            return f.read()

    def cast(self, name="flow"):
        """Of a terminal: what it was sent."""
        with open(f"{self.dir}/{name}.cast", "rb") as f:
            lines = f.read().decode("utf-8").splitlines()
        header = json.loads(lines[0])
        assert header["version"] == 2 and header["width"] == 80
        events = [json.loads(line) for line in lines[1:]]
        times = [e[0] for e in events]
        assert times == sorted(times), "times go back"
        assert all(e[1] == "o" for e in events)
        return "".join(e[2] for e in events)

    def is_proven(self, name="flow"):
        """The hash that is reported proves the times, and these the files."""
        files = {p.suffix: p.read_bytes() for p in pathlib.Path(self.dir).glob(name + ".*")}
        digest = {k: hashlib.blake2b(v, digest_size=32).hexdigest() for k, v in files.items()}
        last = dict((k, v) for k, *v in map(str.split, files[".times"].decode().splitlines()[-2:]))
        assert self.end(name)["hash"] == digest[".times"], self.end(name)
        for ending in {".txt", ".cast"} & set(files):
            kind = ending.replace(".txt", ".text")[1:]
            assert last[kind] == [str(len(files[ending])), digest[ending]], (last, digest)
        return True

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self


class Keys:
    """Types into the terminal of an interactive step, as the runner would."""

    def __init__(self, step, name):
        path = f"{step.dir}/{name}.keys"
        step.until(state="running")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.id, self.count = secrets.token_hex(16), 0

    def type(self, data):
        """Returns when all of it is in the terminal."""
        for at in range(0, len(data), 4096):
            part = data[at:at + 4096]
            self.socket.send(json.dumps({
                "typist": self.id, "from": self.count,
                "data": base64.b64encode(part).decode()}).encode())
            self.count += len(part)
        while True:
            said = json.loads(self.socket.recv(4096))
            assert said["typist"] == self.id, said
            if said["arrived"] == self.count:
                return


def run(*args, **kw):
    return Step(*args, **kw).wait()


def is_state(step, state, *words, name="flow", exit="any"):
    end = step.end(name)
    assert end["state"] == state, end
    assert exit == "any" or end["exit"] == exit, end
    for word in words:
        assert word in end["message"], f"{word!r} is not in {end['message']!r}"
    assert step.done()["state"] == state, step.done()
    return end


def leaves_nothing():
    """The folders of finished scripts are removed from the target."""
    folder = HOME + "/.countersign"
    left = os.listdir(folder) if os.path.isdir(folder) else []
    assert left == [], left


# ---------------------------------------------------------------- success

def test_success_over_ssh():
    s = run("echo hello; echo world >&2", [SSHD.target()])
    is_state(s, "succeeded", exit=0)
    assert s.text() == b"hello\nworld\n", s.text()
    assert s.is_proven() and not os.path.exists(s.dir + "/flow.cast")
    assert [x.get("state") for x in s.lines()] == ["running", "succeeded", "succeeded"]
    assert s.end()["bytes"] == 12
    leaves_nothing()


def test_success_in_all_interpreters():
    scripts = {"sh": 'echo "$version"', "bash": 'a=("$version"); echo "${a[0]}"',
               "python": 'import os; print(os.environ["CS_VERSION"])'}
    for kind, text in scripts.items():
        for target in (SSHD.target(), LOCAL):
            s = run(text, [target], kind=kind, values={"version": "1.4 x"})
            is_state(s, "succeeded", name=target["name"])
            assert s.text(target["name"]) == b"1.4 x\n"


def test_exit_3_fails_and_says_so():
    for target in (SSHD.target(), LOCAL):
        s = run("echo x; exit 3", [target])
        is_state(s, "failed", "The script exited with 3 on " + target["name"],
                 name=target["name"], exit=3)
    is_state(run("exit 3", [SSHD.target()], exit=[0, 3]), "succeeded", exit=3)


def test_expect_and_reject():
    done = "Upgrading process finished"
    is_state(run(f"echo '  {done} '", [SSHD.target()], expect=done), "succeeded")
    is_state(run("echo nothing", [SSHD.target()], expect=done), "failed",
             f'The output has no line that matches "{done}" (its expect).', exit=0)
    is_state(run("echo 'ERROR 7, aborting'; echo ok", [SSHD.target()],
                 reject="ERROR .* aborting", expect="ok"), "failed", "its reject",
             "ERROR 7, aborting")
    is_state(run("printf ok", [SSHD.target()], expect="^ok$"), "succeeded")


def test_captures():
    s = run("echo id=42; echo id=43", [SSHD.target()],
            captures=[{"name": "n", "how": "regex", "what": "id=(\\d+)"}])
    assert s.end("flow")["captures"] == {"n": "42"}, s.done()
    s = run('echo \'{"items":[{"a/b":"Zürich"}],"n":7}\'', [SSHD.target()], captures=[
        {"name": "city", "how": "pointer", "what": "/items/0/a~1b"},
        {"name": "n", "how": "pointer", "what": "/n"},
        {"name": "all", "how": "pointer", "what": "/items"}])
    assert s.end("flow")["captures"] == {"city": "Zürich", "n": "7",
                                    "all": '[{"a/b":"Zürich"}]'}, s.done()
    s = run("echo; echo '  one value  '; echo", [SSHD.target()],
            captures=[{"name": "v", "how": "whole"}])
    assert s.end("flow")["captures"] == {"v": "one value"}


def test_captured_values_are_checked():
    whole = [{"name": "v", "how": "whole"}]
    for text, word in (("echo a; echo b", "more than one line"),
                       ("printf '\\377'", "not valid UTF-8"),
                       ("printf 'a\\000b'", "not valid UTF-8"),
                       ("printf 'a\\001b'", "control characters"),
                       ("echo -rf", 'begins with "-"'), ("true", "no output"),
                       ("head -c 70000 /dev/zero | tr '\\0' x", "longer than 64 KB"),
                       ("head -c 2000000 /dev/zero | tr '\\0' x", "over 1 MB")):
        is_state(run(text, captures=whole), "failed", word, name="local", exit=0)
    is_state(run("echo x", captures=[{"name": "v", "how": "pointer", "what": "/a"}]),
             "failed", "not JSON", name="local")
    is_state(run("echo '{}'", captures=[{"name": "v", "how": "pointer", "what": "/a"}]),
             "failed", 'nothing at "/a"', name="local")


NASTY = ["", " ", "'", "''", "'\\''", '"', "`id`", "$(id)", "${HOME}", "\\", "\\\\'", "-rf",
         "--", "*", "~", "a b", ";id", "|id", "&", "!x", "#x", "%s%n", "a\nb\n", "\n", "\t",
         "é漢🎉", "\u202e", "EOF", "\r\n", "$IFS", "{a,b}", "<<EOF", "a'\"`$(id)\\\n'b", "x" * 65536]


def test_values_arrive_byte_for_byte():
    values = {f"v{i}": v for i, v in enumerate(NASTY)}
    shell = "".join(f'printf %s "$v{i}" | od -An -v -tx1 | tr -d " \\n"; echo\n'
                    for i in range(len(NASTY)))
    python = "import os\n" + "".join(
        f"print(os.environb[b'CS_V{i}'].hex())\n" for i in range(len(NASTY)))
    want = [v.encode().hex() for v in NASTY]
    for kind, text in (("sh", shell), ("bash", shell), ("python", python)):
        for target in (SSHD.target(), LOCAL):
            s = run(text, [target], kind=kind, values=values)
            is_state(s, "succeeded", name=target["name"])
            assert s.text(target["name"]).decode().split("\n")[:-1] == want, kind


def test_values_are_nowhere_in_argv_or_on_the_disk_of_the_target():
    secret = "hunter2-" + secrets.token_hex(8)
    s = Step("sleep 1.5; echo $pw", [SSHD.target()], secrets={"pw": secret})
    s.until(state="running")
    listing = sh("ps", "axww", "-o", "args=").stdout
    assert secret not in listing
    found = subprocess.run(["grep", "-r", secret, HOME, s.dir], capture_output=True)
    assert found.stdout == b"", found.stdout
    is_state(s.wait(), "succeeded")
    assert secret.encode() not in s.text()
    assert "••••••\n" in s.text().decode()


def test_a_line_number_in_an_error_is_the_scripts():
    for target in (SSHD.target(), LOCAL):
        s = run("true\ntrue\nnosuchcommand\n", [target], values={"a": "1", "b": "2"})
        assert re.search(rb"script: (line )?3:", s.text(target["name"])), s.text(target["name"])


def test_environment_is_clean():
    os.environ["CS_LEAK"] = "leak"
    s = run("env; ls -l /proc/$$/fd | grep -c -- '->'", [LOCAL], environment="test", run="17")
    text = s.text("local").decode()
    names = {line.split("=")[0] for line in text.split("\n") if "=" in line}
    del os.environ["CS_LEAK"]
    assert names <= {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TERM", "TZ", "PWD", "_", "SHLVL",
                     "OLDPWD", "CS_ENVIRONMENT", "CS_TARGET", "CS_EXEC", "CS_RUN"}, names
    assert "CS_ENVIRONMENT=test" in text and "CS_RUN=17" in text and "TERM=dumb" in text


# ---------------------------------------------------------------- connecting

def test_changed_host_key():
    other = OTHER.target()["host_key"]
    prints = [sh("ssh-keygen", "-lf", k + ".pub").stdout.split()[1]
              for k in (SSHD.host_key, OTHER.host_key)]
    is_state(run("echo x", [SSHD.target(host_key=other)]), "failed", "has changed",
             *prints, exit=None)


def test_missing_host_key_shows_the_line_to_add():
    pinned = SSHD.target()["host_key"]
    fingerprint = sh("ssh-keygen", "-lf", SSHD.host_key + ".pub").stdout.split()[1]
    is_state(run("echo x", [SSHD.target(host_key=None)]), "failed",
             f'host_key: "{pinned}"', fingerprint, exit=None)


def test_wrong_and_unsupported_host_keys():
    is_state(run("x", [SSHD.target(host_key="nonsense")]), "failed", "host_key")
    is_state(run("x", [SSHD.target(host_key=ECDSA.target()["host_key"])]), "failed",
             "no method in common", "client: openssh")
    is_state(run("echo x", [ECDSA.target()]), "succeeded")
    is_state(run("x", [RSA.target()]), "failed", "client: openssh", "ssh-rsa")


def test_etm_only_server_names_the_way_out():
    is_state(run("x", [ETM.target()]), "failed", "etm MACs", "client: openssh")


def test_refused_key():
    is_state(run("x", [SSHD.target(key=WORK + "/stranger")]), "failed", "refused the key",
             "authorized_keys", exit=None)


def signs_rsa():
    """libssh2 1.11 and later signs with an RSA key as servers want it."""
    version = ctypes.CDLL("libssh2.so.1").libssh2_version
    version.restype = ctypes.c_char_p
    return version(0x010b00) is not None


def test_rsa_key_works_or_names_the_way_out():
    if signs_rsa():
        is_state(run("echo x", [SSHD.target(key=WORK + "/rsa")]), "succeeded")
        return
    is_state(run("x", [SSHD.target(key=WORK + "/rsa")]), "failed", "RSA",
             "client: openssh", exit=None)


def test_encrypted_keys():
    key = WORK + "/encrypted"
    is_state(run("echo x", [SSHD.target(key=key, passphrase="open sesame")]), "succeeded")
    is_state(run("x", [SSHD.target(key=key, passphrase="no such phrase")]), "failed", "passphrase",
             "is wrong")
    is_state(run("x", [SSHD.target(key=key)]), "failed", "is encrypted")


def test_missing_and_foreign_key_files():
    is_state(run("x", [SSHD.target(key=WORK + "/none")]), "failed", "cannot be read",
             "No such file")
    is_state(run("x", [SSHD.target(key=WORK + "/key.pub")]), "failed", "not a private key")
    is_state(run("x", [SSHD.target(key=None)]), "failed", "neither key nor agent")


def test_client_openssh():
    """The system's ssh does what libssh2 cannot, and keeps the same
    promises."""
    for server, key in ((SSHD, "rsa"), (RSA, "key"), (ETM, "key")):
        s = run("echo $v; exit 3", [server.target(key=f"{WORK}/{key}", client="openssh")],
                values={"v": "a'b"})
        is_state(s, "failed", "exited with 3", exit=3)
        assert s.text() == b"a'b\n"
    open_ssh = {"client": "openssh"}
    other = OTHER.target()["host_key"]
    is_state(run("x", [SSHD.target(host_key=other, **open_ssh)]), "failed", "host key", exit=None)
    is_state(run("x", [SSHD.target(host_key=None, **open_ssh)]), "failed", "No host key is pinned")
    is_state(run("x", [SSHD.target(key=WORK + "/stranger", **open_ssh)]), "failed",
             "Permission denied")
    is_state(run("x", [SSHD.target(port=free_port(), **open_ssh)]), "failed", "refused", exit=None)
    s = run("echo a; sleep 6176", [SSHD.target(**open_ssh)], timeout_ms=8000)
    is_state(s, "failed", "its timeout")
    assert s.text() == b"a\n"
    no_process("sleep 6176")
    s = Step("for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done", [SSHD.target(**open_ssh)])
    s.until(state="running")
    time.sleep(1)
    SSHD.cut()
    is_state(s.wait(), "succeeded")
    assert s.text() == b"1\n2\n3\n4\n5\n6\n"
    assert "reconnected" in [x.get("note") for x in s.lines()]
    leaves_nothing()


def test_agent():
    sock = WORK + "/agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", sock], stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists(sock):
            time.sleep(0.02)
        os.environ["SSH_AUTH_SOCK"] = sock
        sh("ssh-add", "-q", WORK + "/key")
        is_state(run("echo x", [SSHD.target(key=None, agent=True)]), "succeeded")
        sh("ssh-add", "-q", "-D")
        is_state(run("x", [SSHD.target(key=None, agent=True)]), "failed", "SSH agent")
    finally:
        agent.terminate()
        agent.wait()
        os.environ.pop("SSH_AUTH_SOCK", None)
    is_state(run("x", [SSHD.target(key=None, agent=True)]), "failed", "cannot be reached")


def test_unreachable_hosts():
    port = free_port()
    is_state(run("x", [SSHD.target(port=port)]), "failed", f"127.0.0.1:{port}", "refused", exit=None)
    is_state(run("x", [SSHD.target(host="no.such.host.invalid")]), "failed",
             "no.such.host.invalid", "cannot be resolved")
    with socket.socket() as deaf:          # accepts, and says nothing
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        deaf.settimeout(20)
        s = Step("x", [SSHD.target(port=deaf.getsockname()[1])])
        peer = deaf.accept()[0]
        peer.sendall(b"HTTP/1.1 400 no\r\n\r\n")
        peer.close()
        is_state(s.wait(), "failed", *([] if signs_rsa() else ["no SSH server answered"]))


def test_missing_interpreter_folder_and_user():
    is_state(run("x", [BARE.target()], kind="python"), "failed", "python3", "flow",
             "not installed", exit=None)
    for target in (SSHD.target(), LOCAL):
        name = target["name"]
        is_state(run("x", [target], cwd="/no/such"), "failed", "/no/such (cwd=)", name,
                 name=name, exit=None)
        is_state(run("x", [target], user="nosuchuser"), "failed", "nosuchuser",
                 name=name, exit=None)
    leaves_nothing()


def test_cwd_and_user():
    for target in (SSHD.target(), LOCAL):
        name = target["name"]
        s = run("pwd", [target], cwd="/usr/share")
        assert s.text(name) == b"/usr/share\n"
        s = run("pwd", [target], cwd="/usr/{{w}}", values={"w": "share"})
        assert s.text(name) == b"/usr/share\n", s.text(name)
        odd = f"{WORK}/a '\";$(id) {{{{w}}}}"
        os.makedirs(odd, exist_ok=True)
        s = run("pwd", [target], cwd="{{f}}", values={"f": odd, "w": "x"})
        assert s.text(name).decode() == odd + "\n", s.text(name)
        s = run('id -un; echo "$v"', [target], user="nobody", cwd="/",
                values={"v": "a'b\nc"})
        if USER != "root":
            continue
        if name == "flow" and not os.access(NOBODY_HOME, os.W_OK):
            is_state(s, "failed", "files of the script cannot be made", name=name)
            continue
        is_state(s, "succeeded", name=name)
        assert s.text(name) == b"nobody\na'b\nc\n", s.text(name)


def test_python_finds_the_modules_of_its_folder():
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    with open(folder + "/beside.py", "w") as f:
        f.write("word = 'imported'\n")
    text = ("from __future__ import annotations\nimport beside, os, subprocess, sys\n"
            "print(beside.word, len(sys.argv), os.path.exists(__file__), __name__)\n"
            "print(subprocess.run([sys.executable, '-c', 'import os; print(dict(os.environ))'],\n"
            "                     capture_output=True, text=True, cwd='/').stdout)\n"
            "io.nothing\n")
    for target in (LOCAL, SSHD.target(), SSHD.target("far", client="openssh")):
        name = target["name"]
        for more in ({}, {"pty": True}, {"user": "nobody"}):
            if "user" in more and (USER != "root" or target != LOCAL):
                continue
            s = run(text, [target], kind="python", cwd=folder, exit=[1], **more)
            is_state(s, "succeeded", name=name)
            said = s.text(name).decode()
            assert "imported 1 True __main__" in said and "PYTHONPATH" not in said, said
            # the lines are those of the document
            assert "line 6, in <module>" in said and "NameError" in said, said
        s = run("import beside", [target], kind="python")
        is_state(s, "failed", name=name)
    shutil.rmtree(folder)


ASKS = """test -t 0 && test -t 1 || exit 8
printf 'Who? '; read -r who
stty -echo; printf 'Word? '; read -r word; stty echo; echo
echo "$(id -un) has $who and ${#word}, $v, $(stty size)"
"""


def is_asked_as(user, target):
    """A terminal of another user is one, and its answers come there."""
    s = run(ASKS, [target], user=user, cwd="/", pty=True, timeout_ms=20000,
            values={"v": "a 'b'"}, answers="/^Who[?] $/ => you {{v}}\n/^Word[?] $/ => four\n")
    text = s.text(target["name"]).decode()
    is_state(s, "succeeded", name=target["name"])
    assert f"{user} has you a 'b' and 4, a 'b', 24 80\n" in text, text
    assert "four" not in text


def test_a_terminal_as_another_user_here():
    if USER != "root":
        return "left out: it needs root"
    is_asked_as("nobody", LOCAL)


def test_a_cwd_whose_values_make_no_path_executes_nothing():
    for values, words in (({"f": "-"}, "not a path from the root"),
                          ({"f": "/a\nb"}, "more than one line"),
                          ({"x": "/tmp"}, "{{f}} has no value")):
        s = run("touch ran", [LOCAL], cwd="{{f}}", values=values)
        done = s.lines()[-1]
        assert done["state"] == "failed", done
        assert words in done["message"], done
        assert "Nothing was executed." in done["message"], done


# ---------------------------------------------------------------- output

def test_binary_output():
    data = bytes(range(256)) * 4
    b64 = base64.b64encode(data).decode()
    for target in (SSHD.target(), LOCAL):
        s = run(f"echo {b64} | base64 -d", [target])
        is_state(s, "succeeded", name=target["name"])
        text = s.text(target["name"]).decode("utf-8")
        assert text.count("\ufffd") == 128 * 4 and text.startswith("\x00\x01\x02")
        assert s.is_proven(target["name"])


def test_split_characters_stay_whole():
    s = run("printf '\\303'; sleep 0.2; printf '\\251\\360\\237'; sleep 0.2; "
            "printf '\\216\\211\\303'", [SSHD.target()])
    assert s.text().decode() == "é🎉\ufffd", s.text()


def test_terminal_escapes_and_markup_are_kept_as_they_are():
    s = run("printf '\\033[31mred\\033[0m <script>alert(1)</script> \\033]8;;x\\a\\r'",
            [SSHD.target()])
    want = "\x1b[31mred\x1b[0m <script>alert(1)</script> \x1b]8;;x\x07\r"
    assert s.text().decode() == want


def test_a_line_of_10_mb():
    for target in (SSHD.target(), LOCAL):
        s = run("head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end", [target],
                expect="end$")
        is_state(s, "succeeded", name=target["name"])
        assert s.text(target["name"]) == b"x" * 10000000 + b"\nend\n"


def test_the_middle_is_dropped_and_counted():
    for target in (SSHD.target(), LOCAL):
        name = target["name"]
        s = run("seq 1 300000", [target], output_limit=200000)
        end = is_state(s, "succeeded", name=name)
        text = s.text(name).decode()
        assert text.startswith("1\n2\n3\n") and text.endswith("\n299999\n300000\n")
        assert len(text) < 260000, len(text)
        notice = re.search(r"\n\[\.\.\. (\d+) bytes of output were left out here \.\.\.\]\n", text)
        dropped = int(notice[1])
        assert end["dropped"] == dropped and end["bytes"] == 1988895, end
        assert len(text) - len(notice[0]) + dropped == end["bytes"]
        lines = [x for x in text.replace(notice[0], "\n").split("\n") if x]
        assert all(x.isdigit() for x in lines)
        assert s.is_proven(name)


def test_secrets_are_masked_in_all_forms():
    secret = 'p"s\'s w/rd+1'
    b64 = base64.b64encode(secret.encode()).decode()
    s = run('printf %s "$pw"; echo; printf %s "$pw" | base64; printf %s "$pw" | od -An -tx1 -v | '
            'tr -d " \\n"; echo; for i in 1 2 3; do printf "%s" "$pw" | head -c $i; sleep 0.1; '
            'printf "%s" "$pw" | tail -c +$((i + 1)); echo; done', [SSHD.target()],
            secrets={"pw": secret})
    text = s.text().decode()
    assert secret not in text and b64 not in text and secret.encode().hex() not in text
    assert text == "••••••\n" * 6, text
    is_state(run("echo $pw; exit 1", [SSHD.target()], secrets={"pw": secret}, reject="p.s.s.*"),
             "failed", "••••••")


def test_output_is_live_within_100_ms():
    for target in (SSHD.target(), LOCAL):
        s = Step("echo one; sleep 1; date +%s%N; sleep 3", [target])
        seen = None
        while seen is None and time.monotonic():
            text = s.text(target["name"]) if os.path.exists(
                f"{s.dir}/{target['name']}.txt") else b""
            if text.count(b"\n") >= 2:
                seen = time.time()
            time.sleep(0.005)
        late = seen - int(text.split(b"\n")[1]) / 1e9
        s.stop().wait()
        assert late < 0.15, late


def gigabyte(target, **kw):
    if not os.path.exists(FAST):
        return "not measured: there is no " + FAST
    start = time.monotonic()
    s = Step("yes 'a line of some sixty characters, as programs like to print th' | "
             "head -c 1000000000; echo end", [target], program=FAST, **kw)
    s.wait(300)
    took = time.monotonic() - start
    end = is_state(s, "succeeded", name=target["name"])
    size = os.path.getsize(f"{s.dir}/{target['name']}.txt")
    assert end["bytes"] == 1000000004 and end["dropped"] > 900000000, end
    assert size + end["dropped"] < 1000000200 and size < 70000000, size
    assert 0 < s.peak < 64 * 1024, f"{s.peak} KB"
    assert s.text(target["name"]).endswith(b"end\n")
    shutil.rmtree(s.dir)
    return f"{took:.1f} s, {1000 / took:.0f} MB/s, peak {s.peak / 1024:.1f} MB"


def test_a_gigabyte_here():
    return gigabyte(LOCAL)


def test_a_gigabyte_with_secrets_and_a_regex():
    return gigabyte(LOCAL, secrets={"pw": "a line of secrets", "key": secrets.token_hex(32)},
                    expect="end$")


def test_a_gigabyte_over_ssh():
    return gigabyte(SSHD.target())


# ---------------------------------------------------------------- time

def test_timeout():
    for target in (SSHD.target(), LOCAL):
        s = run("echo a; sleep 6170; echo b", [target], timeout_ms=5000)
        is_state(s, "failed", "after 5 s (its timeout)", name=target["name"], exit=None)
        assert s.text(target["name"]) == b"a\n"
    no_process("sleep 6170")
    leaves_nothing()


def no_process(args):
    listing = sh("ps", "axww", "-o", "args=").stdout.split("\n")
    assert args not in listing, args


def test_cancel():
    for target in (SSHD.target(), LOCAL):
        s = Step("echo a; sleep 6171 & sleep 6171; echo b", [target])
        s.until(state="running")
        time.sleep(0.3)
        s.stop().wait(20)
        is_state(s, "failed", "cancelled", name=target["name"], exit=None)
        assert s.text(target["name"]) == b"a\n"
    no_process("sleep 6171")
    leaves_nothing()


def test_a_cancel_at_any_moment_leaves_a_result():
    before = dict(os.environ)
    os.environ["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=" + \
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "lsan.supp")
    # only so does it see through libcrypto who called it
    os.environ["ASAN_OPTIONS"] = before.get("ASAN_OPTIONS", "") + \
        ":fast_unwind_on_malloc=0:malloc_context_size=30"
    try:
        cancel_at_any_moment()
    finally:
        os.environ.clear()
        os.environ.update(before)


def cancel_at_any_moment():
    for delay in (0, 0.002, 0.005, 0.01, 0.02, 0.05):
        for target in (SSHD.target(), LOCAL):
            s = Step("sleep 6177", [target])
            while not os.path.exists(s.dir + "/pid"):
                pass
            time.sleep(delay)
            s.stop().wait()
            assert s.done()["state"] in ("failed", "unknown"), s.lines()
    no_process("sleep 6177")


def test_cancel_of_a_script_that_ignores_it():
    for target in (SSHD.target(), LOCAL):
        s = Step("trap '' TERM; echo a; sleep 6172; sleep 6172", [target])
        s.until(state="running")
        time.sleep(0.3)
        s.stop().wait(30)
        is_state(s, "failed", "cancelled", name=target["name"], exit=None)
    no_process("sleep 6172")


def test_a_script_stopped_before_it_began_says_so():
    """Its outcome is unknown: a host that is slow may still start it."""
    asked, late = WORK + "/asked", WORK + "/late.sh"
    with open(late, "w") as f:
        f.write(f"#!/bin/sh\nif mkdir {asked}; then\n"
                f"echo $$ >{asked}/part; mv {asked}/part {asked}/pid\n"
                "while :; do sleep 0.05; done\nfi\n"
                "exec sh -c \"$SSH_ORIGINAL_COMMAND\"\n")
    os.chmod(late, 0o755)
    server = Sshd("late-host", extra=f"ForceCommand {late}")
    try:
        s = Step("echo x", [server.target()])
        while not os.path.exists(asked + "/pid"):
            time.sleep(0.02)
        s.stop().wait()
        is_state(s, "unknown", "before the host had reported the start", exit=None)
        leaves_nothing()
    finally:
        with open(asked + "/pid") as f:
            os.kill(int(f.read()), signal.SIGKILL)
        server.stop()


def test_a_host_that_has_busybox_alone():
    tools = WORK + "/busybox"
    os.makedirs(tools)
    for tool in ("sh", "cat", "mkdir", "setsid", "id", "rm", "tail", "head", "wc",
                 "sleep", "ls", "ps", "grep"):
        os.symlink(shutil.which("busybox"), f"{tools}/{tool}")
    server = Sshd("busybox-host", env=f"PATH={tools}")
    try:
        is_state(run("exit 3", [server.target()]), "failed", "exited with 3", exit=3)
        s = run("sleep 6 & echo \"it's here\"", [server.target()])
        is_state(s, "succeeded")
        assert s.text("flow") == b"it's here\n"
        assert "output_open" in [x.get("note") for x in s.lines()], s.lines()
        s = Step("echo a; sleep 6179", [server.target()])
        s.until(state="running")
        time.sleep(0.3)
        s.stop().wait(20)
        is_state(s, "failed", "cancelled", exit=None)
        no_process("sleep 6179")
        leaves_nothing()
    finally:
        server.stop()


def test_a_signal_is_named():
    is_state(run("kill -9 $$"), "failed", "signal 9 (SIGKILL)", name="local", exit=None)
    is_state(run("kill -9 $$", [SSHD.target()]), "failed", "137", "SIGKILL", exit=137)
    # one to all of the script's group too: what the target has of it is removed
    is_state(run("kill -HUP 0; sleep 9", [SSHD.target()]), "failed", "129", "SIGHUP", exit=129)
    leaves_nothing()


def test_quiet_is_noted_once_per_silence():
    s = run("sleep 1; echo a; sleep 1", [SSHD.target()], quiet_ms=400)
    is_state(s, "succeeded")
    assert [x.get("note") for x in s.lines()].count("quiet") == 2, s.lines()


def test_tries_until_it_succeeds():
    flag = WORK + "/flag"
    for target in (SSHD.target(), LOCAL):
        s = run(f"echo try; test $(wc -l <{flag}) -ge 3 || {{ echo x >>{flag}; exit 1; }}"
                if not open(flag, "w").close() else "", [target], every_ms=100, within_ms=20000)
        end = is_state(s, "succeeded", name=target["name"])
        assert end["tries"] == 4 and [x.get("note") for x in s.lines()].count("try") == 3
        assert s.text(target["name"]).count(b"try\n") == 4
    s = run("exit 1", [LOCAL], every_ms=200, within_ms=700)
    assert is_state(s, "failed", "its within", name="local")["tries"] >= 3
    leaves_nothing()


def test_output_held_open_is_noted():
    for target in (SSHD.target(), LOCAL):
        start = time.monotonic()
        s = run("sleep 8 & echo ok", [target])
        assert time.monotonic() - start < 6
        is_state(s, "succeeded", name=target["name"])
        assert "output_open" in [x.get("note") for x in s.lines()], s.lines()
        assert s.text(target["name"]) == b"ok\n"


def test_a_process_left_without_the_output_is_not_noted():
    for target in (SSHD.target(), LOCAL):
        s = run("sleep 4 >/dev/null 2>&1 & echo ok", [target])
        is_state(s, "succeeded", name=target["name"])
        assert "output_open" not in [x.get("note") for x in s.lines()], s.lines()


# ---------------------------------------------------------------- many

def test_all_targets_at_the_same_time():
    targets = [SSHD.target(f"n{i}") for i in range(6)] + [LOCAL]
    start = time.monotonic()
    s = run("sleep 2; echo $CS_TARGET", targets)
    assert time.monotonic() - start < 9
    assert s.done()["state"] == "succeeded"
    for t in targets:
        assert s.text(t["name"]).decode() == t["name"] + "\n"


def test_at_most_parallel_at_once():
    targets = [{"name": f"l{i}", "kind": "local"} for i in range(4)]
    start = time.monotonic()
    s = run("sleep 0.5", targets, parallel=2)
    assert 1.0 <= time.monotonic() - start < 4 and s.done()["state"] == "succeeded"


def test_one_target_that_fails_fails_the_step():
    s = run("test $CS_TARGET != b || exit 5", [{"name": n, "kind": "local"} for n in "abc"])
    assert s.done()["state"] == "failed" and "on b" in s.done()["message"]
    assert s.end("a")["state"] == "succeeded" and s.end("b")["exit"] == 5


def test_each_target_has_the_value_that_it_captured():
    pair = [{"name": n, "kind": "local"} for n in ("one", "two")]
    s = run("echo $CS_TARGET", pair, captures=[{"name": "v", "how": "whole"}])
    for name in ("one", "two"):
        end = is_state(s, "succeeded", name=name)
        assert end["captures"] == {"v": name}, end


# ---------------------------------------------------------------- cuts

def test_a_cut_link_is_found_again_and_nothing_is_lost_or_doubled():
    s = Step("i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; sleep 0.01; done; exit 7",
             [SSHD.target()])
    s.until(state="running")
    time.sleep(1)
    SSHD.cut()
    s.until(note="reconnecting")
    s.wait()
    is_state(s, "failed", "exited with 7", exit=7)
    assert s.text().decode() == "".join(f"line {i}\n" for i in range(1, 401))
    assert "reconnected" in [x.get("note") for x in s.lines()]
    leaves_nothing()


def test_a_terminal_whose_link_is_cut_gets_each_reply_once():
    """Replies come while the link is away, and are typed when it is back."""
    text = ("import sys\nprint('begin')\nfor i in range(12):\n"
            "    print(f'Line {i}: ', end='', flush=True)\n"
            "    print('<' + sys.stdin.readline().strip() + '>')\n")
    answers = "/Line [0-9]+: $/ => of twelve\n"
    for client in ("libssh2", "openssh"):
        s = Step(text, [SSHD.target(client=client)], kind="python", pty=True, answers=answers,
                 timeout_ms=60000)
        s.until(state="running")
        for n in (3, 8):
            while s.cast().count("Line ") < n:
                time.sleep(0.02)
            SSHD.cut()
        is_state(s.wait(), "succeeded")
        lines = s.text().decode().split("\n")
        assert lines == ["begin"] + [x for i in range(12) for x in (
            f"Line {i}: of twelve", "<of twelve>")] + [""], lines
        assert "reconnected" in [x.get("note") for x in s.lines()]
    leaves_nothing()


def test_a_link_cut_many_times():
    s = Step("for i in $(seq 1 9); do echo $i; sleep 1; done", [SSHD.target()])
    s.until(state="running")
    for _ in range(3):
        time.sleep(2.2)
        SSHD.cut()
    is_state(s.wait(), "succeeded")
    assert s.text() == b"1\n2\n3\n4\n5\n6\n7\n8\n9\n", s.text()


def test_a_link_cut_in_a_flood_of_output():
    s = Step("yes 0123456789 | head -c 330000000", [SSHD.target()], program=FAST
             if os.path.exists(FAST) else STEP)
    s.until(state="running")
    time.sleep(0.5)
    SSHD.cut()
    s.until(note="reconnecting")
    end = is_state(s.wait(), "succeeded")
    assert end["bytes"] == 330000000, end
    text = s.text()
    head, tail = text[:1000], text[-1000:]
    assert head == (b"0123456789\n" * 91)[:1000] and tail.endswith(b"0123456789\n")
    shutil.rmtree(s.dir)


def held_on_host(step):
    """The most bytes of disk that the files of scripts take until the step
    ends; they are looked at all the time."""
    most = 0
    while step.process.poll() is None:
        for file in glob.glob(HOME + "/.countersign/*.out"):
            try:
                most = max(most, os.stat(file).st_blocks * 512)
            except FileNotFoundError:
                pass
        time.sleep(0.005)
    step.wait()
    return most


FLOOD = "seq 1 37000000 | head -c 300000000"
FLOOD_LIMIT = 1 << 30


def is_flood(step, name="flow"):
    """All of it was recorded, each byte once."""
    seq = subprocess.Popen(["sh", "-c", FLOOD], stdout=subprocess.PIPE)
    with open(f"{step.dir}/{name}.txt", "rb") as f:
        got = hashlib.file_digest(f, "sha256").digest()
    want = hashlib.file_digest(seq.stdout, "sha256").digest()
    seq.wait()
    assert got == want, step.end(name)
    shutil.rmtree(step.dir)


def flood(more="", **target):
    return Step(FLOOD + more, [SSHD.target(**target)], output_limit=FLOOD_LIMIT,
                program=FAST if os.path.exists(FAST) else STEP)


def test_the_host_holds_a_bounded_part_of_the_output():
    """However much a script prints, and faster than it is read."""
    for client in ("libssh2", "openssh"):
        s = flood("; exit 4", client=client)
        most = held_on_host(s)
        is_state(s, "failed", exit=4)
        is_flood(s)
        assert 0 < most <= 64 << 20, most
    leaves_nothing()
    return f"{most / 1e6:.0f} MB"


def test_a_bounded_output_survives_cuts():
    for client in ("libssh2", "openssh"):
        s = flood(client=client)
        s.until(state="running")
        most = cuts = 0
        for size in (30e6, 90e6, 130e6, 220e6):
            while os.path.getsize(s.dir + "/flow.txt") < size:
                assert s.process.poll() is None, s.lines()
                time.sleep(0.005)
            SSHD.cut()
            cuts += 1
            s.until(note="reconnecting")
        most = held_on_host(s)
        is_state(s, "succeeded")
        notes = [x.get("note") for x in s.lines()]
        assert notes.count("reconnected") == cuts, notes
        is_flood(s)
        assert 0 < most <= 64 << 20, most
    leaves_nothing()


def test_a_flood_is_cancelled():
    """While the script waits for its reader, too."""
    s = Step("yes; echo never", [SSHD.target()])
    s.until(state="running")
    (file,) = glob.glob(HOME + "/.countersign/*.out")
    while os.stat(file).st_size < 100e6:
        time.sleep(0.02)
    s.stop().wait(30)
    is_state(s, "failed", "cancelled", exit=None)
    leaves_nothing()


def test_a_flood_whose_pipe_is_held_open_ends():
    s = flood("; sleep 20 & exit 0")
    is_state(s.wait(), "succeeded")
    assert "output_open" in [x.get("note") for x in s.lines()], s.lines()
    is_flood(s)
    leaves_nothing()


def test_a_process_left_behind_prints_on_and_does_no_harm():
    """Longer than its step, and more than is held: it is not stopped by a
    pipe that nobody reads."""
    mark = WORK + "/printed"
    s = run(f"setsid sh -c 'sleep 1; yes | head -c 100000000; echo $? >{mark}' & echo ok",
            [SSHD.target()])
    is_state(s, "succeeded")
    assert s.text() == b"ok\n", s.text()
    while not os.path.exists(mark) or not os.path.getsize(mark):
        time.sleep(0.05)
    leaves_nothing()


def test_a_host_whose_fallocate_cannot_deallocate():
    """Its file grows, and all of the output arrives."""
    tools = WORK + "/old-tools"
    os.makedirs(tools)
    for tool in os.listdir("/usr/bin"):
        os.symlink(f"/usr/bin/{tool}", f"{tools}/{tool}")
    os.unlink(tools + "/fallocate")
    os.symlink(shutil.which("busybox"), tools + "/fallocate")
    server = Sshd("old-fallocate", env=f"PATH={tools}")
    try:
        s = Step(FLOOD, [server.target()], output_limit=FLOOD_LIMIT,
                 program=FAST if os.path.exists(FAST) else STEP)
        is_state(s.wait(), "succeeded")
        is_flood(s)
        leaves_nothing()
    finally:
        server.stop()


def test_output_that_the_host_cannot_write_is_unknown():
    """The script goes on: a full disk stops no upgrade in its middle."""
    if os.geteuid() != 0:
        return "left out: it needs root"
    full, mark = WORK + "/full", WORK + "/went.on"
    os.makedirs(full)
    sh("mount", "-t", "tmpfs", "-o", "size=8m", "none", full)
    server = Sshd("full-host", home=f"HOME={full}")
    try:
        s = run(f"seq 1 3000000; touch {mark}", [server.target()])
        is_state(s, "unknown", "could not write", exit=None)
        assert os.path.exists(mark)
        # the last of it, when the script has ended
        shutil.rmtree(full + "/.countersign")
        s = run("head -c 8388608 /dev/zero", [server.target()])
        is_state(s, "unknown", "could not write", exit=None)
    finally:
        server.stop()
        sh("umount", full)


def free_network():
    """The start of a network that no link of this machine has."""
    taken = subprocess.run(["ip", "-4", "-o", "addr"], capture_output=True, text=True,
                           check=True).stdout
    return next(net for net in iter(lambda: f"10.213.{secrets.randbelow(256)}", None)
                if f" {net}." not in taken)


def test_a_link_that_goes_silent():
    """`ip link set down`, then up: nobody sends a reset."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return "left out: it needs root and ip"
    name = "cs" + secrets.token_hex(4)
    ns, peer, net = name, name + "v", free_network()
    sh("ip", "netns", "add", ns)
    far = None
    try:
        sh("ip", "link", "add", peer, "type", "veth", "peer", "name", "far0", "netns", ns)
        sh("ip", "addr", "add", f"{net}.1/30", "dev", peer)
        sh("ip", "link", "set", peer, "up")
        sh("ip", "-n", ns, "addr", "add", f"{net}.2/30", "dev", "far0")
        sh("ip", "-n", ns, "link", "set", "far0", "up")
        far = Sshd("far", netns=ns, address=f"{net}.2")
        s = Step("i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; sleep 0.5; done",
                 [far.target()])
        s.until(state="running")
        time.sleep(3)
        sh("ip", "link", "set", peer, "down")
        cut = time.monotonic()
        s.until(40, note="reconnecting")
        noticed = time.monotonic() - cut
        time.sleep(2)
        sh("ip", "link", "set", peer, "up")
        s.until(60, note="reconnected")
        is_state(s.wait(), "succeeded")
        assert s.text().decode() == "".join(f"line {i}\n" for i in range(1, 61))
        assert noticed < 20, noticed
        return f"noticed after {noticed:.0f} s"
    finally:
        if far:
            far.stop()
        sh("ip", "netns", "del", ns)


def test_a_second_start_is_refused():
    file, exec_id = WORK + "/started", secrets.token_hex(16)
    text = f"echo x >>{file}; sleep 2"
    first = Step(text, [SSHD.target()], exec_id=exec_id)
    first.until(state="running")
    second = Step(text, [SSHD.target()], exec_id=exec_id)
    is_state(first.wait(), "succeeded")
    second.wait()
    assert second.end()["state"] == "unknown", second.end()
    assert open(file).read() == "x\n"


def on_host():
    """The state file of the one script there; its process id, and that of the
    sh that waits for it (remote.c)."""
    (path,) = glob.glob(HOME + "/.countersign/*-1")
    with open(path) as f:
        state = dict(line.split() for line in f)
    return path, int(state["runs"]), int(state["waits"])


def kill_whole():
    """Both are killed, so that nobody records an exit code."""
    path, script, waits = on_host()
    os.kill(waits, signal.SIGKILL)
    os.kill(-script, signal.SIGKILL)
    return path


def forget(path):
    for file in glob.glob(path + "*"):
        os.remove(file)


def test_a_killed_script_whose_link_was_cut_says_so():
    """The sh that waits for it outlives its connection, and signals."""
    s = Step("sleep 6178", [SSHD.target()])
    s.until(state="running")
    time.sleep(0.5)
    path, script, waits = on_host()
    SSHD.cut()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        os.kill(waits, number)
    s.until(note="reconnected")
    os.kill(-script, signal.SIGKILL)
    is_state(s.wait(), "failed", "137", "SIGKILL", exit=137)
    leaves_nothing()
    left = sh("ps", "axww", "-o", "args=").stdout
    assert os.path.basename(path) not in left, left


def test_a_host_that_lost_the_script_is_unknown():
    s = Step("sleep 6173", [SSHD.target()])
    s.until(state="running")
    time.sleep(0.5)
    path = kill_whole()
    is_state(s.wait(), "unknown", "without an exit code", exit=None)
    forget(path)
    s = Step("sleep 5", [SSHD.target()])
    s.until(state="running")
    time.sleep(0.5)
    path = on_host()[0]
    with open(path, "r+") as f:         # the id of another boot
        f.write("boot 00000000")
    kill_whole()
    is_state(s.wait(), "unknown", "was restarted", exit=None)
    forget(path)


def test_files_on_the_host_are_its_user_s_alone():
    """In a folder that others may look into, too; the script has the umask of its user."""
    folder = os.path.join(HOME, ".countersign")
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    try:
        s = Step("umask; cd ~/.countersign; ls -ld -- * | cut -c1-10 | sort -u", [SSHD.target()])
        is_state(s.wait(), "succeeded")
        umask, *modes = s.text().decode().split()
        assert modes == ["-rw-------"], modes
        assert int(umask, 8) != 0o077, umask
    finally:
        os.chmod(folder, 0o700)


def test_a_folder_that_others_can_write_to_is_refused():
    """They could put another script in the place of ours."""
    folder = os.path.join(HOME, ".countersign")
    aside = folder + ".aside"
    mark = os.path.join(HOME, "was.started")

    def is_refused(why):
        s = Step(f"touch '{mark}'", [SSHD.target()])
        is_state(s.wait(), "failed", "chmod 700")
        assert not os.path.exists(mark) and not os.listdir(folder), why

    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o700)
    assert not os.listdir(folder), os.listdir(folder)
    try:
        for mode in (0o720, 0o702, 0o770, 0o1777, 0o2775):
            os.chmod(folder, mode)
            is_refused(oct(mode))
        os.chmod(folder, 0o700)
        os.rename(folder, aside)
        os.symlink(aside, folder)
        is_refused("a symlink")
        os.unlink(folder)
        os.rename(aside, folder)
        if os.geteuid() == 0:
            os.chown(folder, 65534, -1)
            is_refused("of another user")
    finally:
        if os.path.islink(folder):
            os.unlink(folder)
            os.rename(aside, folder)
        if os.geteuid() == 0:
            os.chown(folder, 0, -1)
        os.chmod(folder, 0o700)
    is_state(Step("true", [SSHD.target()]).wait(), "succeeded")


# ---------------------------------------------------------------- the process

def test_the_parent_killed_is_never_a_success():
    s = Step("sleep 6174", [LOCAL, SSHD.target()])
    s.until(state="running", target="local")
    s.until(state="running", target="flow")
    s.process.kill()
    s.wait()
    s.until(target="local", state="unknown")
    s.until(target="flow", state="unknown")
    assert not any(x.get("done") for x in s.lines())
    assert "may still run" in s.end()["message"]
    listing = sh("ps", "axww", "-o", "args=").stdout.split("\n")
    assert listing.count("sleep 6174") == 1      # the one over SSH outlives us
    forget(kill_whole())


def test_a_child_killed_makes_its_target_unknown():
    s = Step("sleep 6175", [LOCAL])
    s.until(state="running")
    children = sh("ps", "-o", "pid=", "--ppid", str(s.process.pid)).stdout.split()
    os.kill(int(children[0]), signal.SIGKILL)
    s.wait()
    is_state(s, "unknown", "died", name="local", exit=None)
    time.sleep(0.2)
    no_process("sleep 6175")


def test_wrong_orders_are_refused():
    good = {"exec": "0" * 32, "targets": [LOCAL], "step": {"id": "s", "kind": "sh", "text": "x"}}
    wrong = [{**good, "extra": 1}, {**good, "targets": []}, {**good, "exec": "../x"},
             {**good, "step": {**good["step"], "kind": "perl"}},
             {**good, "step": {**good["step"], "user": "-x"}},
             {**good, "values": {"LD_PRELOAD": "x"}}, {**good, "values": {"a": 1}},
             {**good, "targets": [{"name": "../x", "kind": "local"}]},
             {**good, "targets": [LOCAL, LOCAL]}]
    for order in [json.dumps(o) for o in wrong] + ["", "{", "[]", '{"exec":"a","exec":"b"}']:
        s = run("", exec_id="0" * 32, order=order)
        assert s.process.returncode == 1 and s.done()["state"] == "failed", order
        assert s.done()["message"] != ""
        assert sorted(os.listdir(s.dir)) == ["alive", "lock", "pid", "status"]


def test_a_wrong_regex_is_a_sentence():
    is_state(run("echo", expect="("), "failed", "regex", name="local", exit=None)


def main():
    global passed, failed
    chosen = sys.argv[1:]
    unknown = {"test_" + name for name in chosen} - set(globals())
    if unknown:
        sys.exit(f"no such test: {' '.join(sorted(unknown))}")
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (chosen and name[5:] not in chosen):
            continue
        start = time.monotonic()
        try:
            note = test()
            passed += 1
            print(f"pass  {name[5:]} ({time.monotonic() - start:.1f} s)"
                  + (f": {note}" if note else ""), flush=True)
        except Exception as e:                      # a test that fails, fails
            failed += 1
            line = e.__traceback__
            while line.tb_next:
                line = line.tb_next
            print(f"FAIL  {name[5:]}: {type(e).__name__} {str(e)[:900]} "
                  f"(line {line.tb_lineno})", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


@contextlib.contextmanager
def servers():
    """The servers of this file, with their keys, in WORK, which goes at the end."""
    prepare()
    try:
        yield
    finally:
        for server in (SSHD, OTHER, ECDSA, RSA, ETM, BARE):
            server.stop()
        shutil.rmtree(WORK, ignore_errors=True)


def prepare():
    global USER, NOBODY_HOME, SSHD, OTHER, ECDSA, RSA, ETM, BARE
    import pwd
    USER = pwd.getpwuid(os.geteuid()).pw_name
    NOBODY_HOME = pwd.getpwnam("nobody").pw_dir
    os.makedirs(HOME, mode=0o700)
    os.makedirs(WORK + "/bin")
    for tool in ("sh", "cat", "ls", "mkdir", "setsid", "id", "rm", "mv", "tail", "head", "wc",
                 "sleep"):
        os.symlink(shutil.which(tool), f"{WORK}/bin/{tool}")
    for name, kind, phrase in (("key", "ed25519", ""), ("stranger", "ed25519", ""),
                               ("rsa", "rsa", ""), ("encrypted", "ed25519", "open sesame")):
        sh("ssh-keygen", "-q", "-t", kind, "-N", phrase, "-f", f"{WORK}/{name}")
    with open(WORK + "/authorized", "w") as f:
        for name in ("key", "rsa", "encrypted"):
            f.write(open(f"{WORK}/{name}.pub").read())
    SSHD, OTHER = Sshd("sshd"), Sshd("other")
    ECDSA, RSA = Sshd("ecdsa", key="ecdsa"), Sshd("rsa-host", key="rsa")
    ETM = Sshd("etm", extra="MACs hmac-sha2-256-etm@openssh.com")
    BARE = Sshd("bare", env=f"PATH={WORK}/bin")


if __name__ == "__main__":
    with servers():
        sys.exit(main())
