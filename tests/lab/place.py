"""
place.py: the names and files of one lab, and how it starts programs.

Everything lies below DIR: hosts/HOST (file tree, log, pid), keys, secrets,
runbooks, template.  Keys, certificates, passwords and empty databases are made
once; they stay over `lab down` and `lab reset`.
"""
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS = 240         # of a machine that has much else to do


class Lab(Exception):
    """An error, with a sentence for the person who called."""


def run(*command, **more):
    """Runs a program to its end; its output.  Lab: it failed."""
    done = subprocess.run([str(c) for c in command], text=True, timeout=START_SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=more.pop("stdin", subprocess.DEVNULL), **more)
    if done.returncode != 0:
        raise Lab(f"`{' '.join(map(str, command))}` failed: "
                  f"{done.stdout.strip() or done.returncode}")
    return done.stdout


def wait_until(what, seconds, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Lab(f"Waited {seconds} seconds for {what}.")
        time.sleep(0.05)


def give_away(*paths):
    """To the person behind sudo, who will start the console."""
    if "SUDO_UID" in os.environ:
        for path in paths:
            os.chown(path, int(os.environ["SUDO_UID"]),
                     int(os.environ["SUDO_GID"]))


def public(path):
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])


class Place:
    """The names and paths of one lab.  `numbers` has the last number of the
    address of each host."""

    def __init__(self, folder, net, numbers):
        self.dir = pathlib.Path(folder).resolve()
        self.net = net
        self.numbers = numbers
        self.bridge = f"cslab{net}"

    def address(self, host):
        return f"10.209.{self.net}.{self.numbers[host]}"

    def link(self, host):
        return f"cl{self.net}n{self.numbers[host]}"

    def host(self, host):
        return self.dir / "hosts" / host

    def root(self, host):
        return self.host(host) / "root"

    def key(self, name):
        return self.dir / "keys" / name

    def secret(self, name, prefix=""):
        """A password of the lab, made when it is first asked for."""
        path = self.dir / "secrets" / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(prefix + secrets.token_hex(12))
            give_away(path.parent, path)
        return path.read_text()

    def ssh(self, host):
        """The target that is this host over SSH."""
        return {"ssh": {"host": self.address(host), "port": 22,
                        "user": "root", "key": self.key("lab"),
                        "host_key": f'"{public(self.key(host))}"'}}


# ---- keys and certificates -------------------------------------------------

def make_key(path, passphrase=""):
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase,
            "-C", path.name, "-f", path)
        give_away(path, path.with_suffix(".pub"))


def make_keys(place):
    place.key("").mkdir(parents=True, exist_ok=True)
    word = place.key("passphrase")
    if not word.exists():
        word.touch(mode=0o600)
        word.write_text(secrets.token_hex(8) + "\n")
        give_away(word)
    make_key(place.key("lab"))
    make_key(place.key("lab-locked"), word.read_text().strip())
    for host in place.numbers:
        make_key(place.key(host))


def request_certificate(place, name, subject, key, *extensions):
    """A certificate of ten years and its key, with these extensions alone."""
    empty = place.key("openssl.cnf")
    empty.write_text("[req]\ndistinguished_name = dn\n[dn]\n")
    more = [word for extension in extensions
            for word in ("-addext", extension)]
    ca = () if name == "ca.pem" else (
        "-CA", place.key("ca.pem"), "-CAkey", place.key("ca.key"))
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650", "-config",
        empty, "-subj", f"/CN={subject}", "-keyout", place.key(key), "-out",
        place.key(name), *ca, *more, "-addext", "subjectKeyIdentifier=hash")


def make_certificate(place, host):
    """The path, without .crt and .tls, of a certificate for the host's
    address and of its key; ca.pem of the lab has signed it."""
    ca = place.key("ca.pem")
    if not ca.exists():
        request_certificate(
            place, "ca.pem", "The lab", "ca.key",
            "basicConstraints=critical,CA:TRUE",
            "keyUsage=critical,keyCertSign")
        give_away(ca)
    name = f"{host}-{place.net}"
    if not place.key(name + ".crt").exists():
        request_certificate(
            place, name + ".crt", host, name + ".tls",
            "basicConstraints=critical,CA:FALSE",
            "keyUsage=critical,digitalSignature",
            "authorityKeyIdentifier=keyid",
            f"subjectAltName=IP:{place.address(host)},DNS:{host}")
    return str(place.key(name))


# ---- databases -------------------------------------------------------------

def mariadb_options(datadir):
    return ["--no-defaults", f"--datadir={datadir}", "--user=root",
            "--skip-log-bin", "--performance-schema=OFF",
            "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M",
            "--innodb-use-native-aio=0", "--key-buffer-size=1M"]


def own_tmp(folder):
    """Names in /tmp are made of process ids, which another namespace of
    processes has too."""
    return {**os.environ, "TMPDIR": str(folder)}


def make_template(place, name, sql):
    """DIR/template/NAME/mysql: a data folder with what the statements made,
    to be copied to hosts."""
    empty, template = place.dir / "template/empty", place.dir / "template" / name
    stamp = template / "made-of.sql"
    if stamp.exists() and stamp.read_text() == sql:
        return
    if not (empty / "made").exists():
        shutil.rmtree(empty, ignore_errors=True)
        empty.mkdir(parents=True)
        run("mariadb-install-db", *mariadb_options(empty / "mysql"),
            "--skip-test-db", "--auth-root-authentication-method=normal",
            env=own_tmp(empty))
        (empty / "made").touch()
    shutil.rmtree(template, ignore_errors=True)
    shutil.copytree(empty / "mysql", template / "mysql")
    text = template / "statements.sql"
    text.touch(mode=0o600)
    text.write_text(sql)
    with text.open() as statements:
        run("mariadbd", *mariadb_options(template / "mysql"), "--bootstrap",
            stdin=statements, env=own_tmp(template))
    text.rename(stamp)


def copy_template(place, name, to):
    shutil.copytree(place.dir / "template" / name / "mysql", to)


def start_mariadb(data, socket, *more):
    """Within a host: starts it and waits until it listens."""
    os.environ["TMPDIR"] = "/tmp"
    subprocess.Popen(["mariadbd", *mariadb_options(data),
                      f"--socket={socket}", "--pid-file=/run/mariadbd.pid",
                      *more], stdin=subprocess.DEVNULL)
    wait_until("MariaDB", START_SECONDS, pathlib.Path(socket).is_socket)


# ---- stand-ins -------------------------------------------------------------

def install(root, *sources):
    """Copies programs of the lab to /opt/lab of a host."""
    folder = root / "opt/lab"
    folder.mkdir(parents=True, exist_ok=True)
    for source in (HERE / "standin.py", *sources):
        shutil.copy(source, folder)


def serve(port, program, *arguments):
    """Within a host: starts a stand-in of /opt/lab, waits until it listens."""
    subprocess.Popen(["/usr/bin/python3", f"/opt/lab/{program}", str(port),
                      *arguments], stdin=subprocess.DEVNULL)
    wait_until(program, START_SECONDS, lambda: is_listening(port))


def is_listening(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0
