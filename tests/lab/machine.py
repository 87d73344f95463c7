"""
machine.py: a host of the lab: its file tree, its namespaces, its network.

A host is a process tree in network, mount, uts and pid namespaces of its own.
Its init (tests/lab/lab again) makes a root of DIR/hosts/HOST/root, into which
the machine's /usr is mounted read only (/usr/local is the host's own where
its tree has a folder local), and starts sshd and what its part starts.  A
veth pair leads from each host to a bridge of the machine.  The namespaces end
with their init, and links and mounts end with the namespaces.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

from place import HERE, START_SECONDS, Lab, public, run, wait_until

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STOP_SECONDS = 60


# ---- processes -----------------------------------------------------------

def started_at(pid):
    """The start time of a process, which tells it from a later one."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def pid_of(place, host):
    """The host's init, or None where it does not run."""
    try:
        pid, start = (place.host(host) / "pid").read_text().split()
    except (OSError, ValueError):
        return None
    return int(pid) if started_at(pid) == start else None


def stop_host(place, host):
    pid = pid_of(place, host)
    if pid is None:
        return
    os.kill(pid, signal.SIGKILL)    # the kernel ends the whole namespace
    wait_until(f"{host} to end", STOP_SECONDS,
               lambda: pid_of(place, host) is None)


def answers(place, host):
    """Its services are started and its sshd greets."""
    if not (place.root(host) / "tmp/lab-ready").exists():
        return False
    try:
        with socket.create_connection((place.address(host), 22), 1) as s:
            s.settimeout(2)
            return s.recv(4) == b"SSH-"
    except OSError:
        return False


# ---- the file tree of a host -----------------------------------------------

SSHD_CONFIG = """\
HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
MaxSessions 64
MaxStartups 200:30:400
Subsystem sftp internal-sftp
"""
ETC = ("alternatives", "bash.bashrc", "group", "ld.so.cache", "ld.so.conf",
       "ld.so.conf.d", "localtime", "login.defs", "nsswitch.conf", "profile",
       "protocols", "services",
       "ssl/certs/ca-certificates.crt")      # pip 25 begins by reading it


def make_etc(place, host):
    etc = place.root(host) / "etc"
    etc.mkdir()
    for name in ETC:
        source = pathlib.Path("/etc") / name
        (etc / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, etc / name, symlinks=True)
        elif source.exists():
            shutil.copy(source, etc / name)
    users = pathlib.Path("/etc/passwd").read_text().splitlines()
    users = [u for u in users if not u.startswith("root:")]
    users.insert(0, "root:x:0:0:root:/root:/bin/bash")
    (etc / "passwd").write_text("\n".join(users) + "\n")
    (etc / "shadow").write_text("".join(
        f"{u.split(':')[0]}:*:19000:0:99999:7:::\n" for u in users))
    (etc / "shadow").chmod(0o600)
    (etc / "hostname").write_text(host + "\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
        f"{place.address(h)} {h}\n" for h in place.numbers))
    (etc / "ssh").mkdir()
    (etc / "ssh/sshd_config").write_text(SSHD_CONFIG)
    for end in ("", ".pub"):
        shutil.copy(place.key(host + end),
                    etc / f"ssh/ssh_host_ed25519_key{end}")


SUDOERS = f"""\
Defaults secure_path="{PATH}"
root ALL=(ALL:ALL) NOPASSWD: ALL
"""


def make_sudo(etc):
    """sudo works on the hosts, for root without a password."""
    (etc / "sudoers").write_text(SUDOERS)
    (etc / "sudoers").chmod(0o440)
    (etc / "pam.d").mkdir()
    (etc / "pam.d/sudo").write_text("".join(
        f"{kind} sufficient pam_permit.so\n"
        for kind in ("auth", "account", "session")))


def make_home(place, host):
    home = place.root(host) / "root"
    (home / ".ssh").mkdir(parents=True)
    home.chmod(0o700)
    (home / ".ssh/authorized_keys").write_text(
        "".join(public(place.key(k)) + "\n" for k in ("lab", "lab-locked")))


def make_tree(place, host, part):
    """The file tree of a host, unless it is there."""
    root = place.root(host)
    if root.exists():
        return
    for name in ("proc", "dev", "run", "tmp", "home", "var/log", "var/tmp",
                 "var/empty", "var/lib", "usr"):
        (root / name).mkdir(parents=True)
    (root / "var/log/lastlog").touch()
    for name in ("tmp", "var/tmp"):
        (root / name).chmod(0o1777)
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        real = pathlib.Path("/") / name
        if real.is_symlink():
            (root / name).symlink_to(os.readlink(real))
        elif real.is_dir():
            (root / name).mkdir()
    make_etc(place, host)
    make_sudo(root / "etc")
    make_home(place, host)
    part.make(place, host, root)


# ---- inside a host: its init -----------------------------------------------

def mount_tree(root):
    run("mount", "--bind", root, root)
    for name in ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if (root / name).is_dir() and not (root / name).is_symlink():
            run("mount", "--bind", f"/{name}", root / name)
            run("mount", "-o", "remount,bind,ro", root / name)
    if (root / "local").is_dir():
        run("mount", "--bind", root / "local", root / "usr/local")
    run("mount", "-t", "proc", "proc", root / "proc")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "run")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "dev")
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        (root / "dev" / name).touch()
        run("mount", "--bind", f"/dev/{name}", root / "dev" / name)
    (root / "dev/pts").mkdir()
    run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620",
        "devpts", root / "dev/pts")
    for name, to in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"),
                     ("stdin", "fd/0"), ("stdout", "fd/1"),
                     ("stderr", "fd/2")):
        (root / "dev" / name).symlink_to(to)
    (root / "dev/shm").mkdir()
    (root / "dev/shm").chmod(0o1777)
    os.chdir(root)
    run("pivot_root", ".", ".")
    run("umount", "-l", ".")
    os.chroot(".")
    os.chdir("/")


def init(place, host, part):
    """Process 1 of a host: never returns."""
    pid = os.readlink("/proc/self")     # as the machine sees it
    (place.host(host) / "pid").write_text(f"{pid} {started_at(pid)}\n")
    socket.sethostname(host)
    mount_tree(place.root(host))
    os.umask(0o022)
    os.environ.clear()
    os.environ.update(PATH=PATH, HOME="/root", LANG="C.UTF-8")
    pathlib.Path("/run/sshd").mkdir(mode=0o755)
    pathlib.Path("/tmp/lab-ready").unlink(missing_ok=True)
    subprocess.Popen(["/usr/sbin/sshd", "-D", "-e"], stdin=subprocess.DEVNULL)
    wait_until("the network of " + host, START_SECONDS, is_connected)
    part.start(host)
    pathlib.Path("/tmp/lab-ready").touch()
    while True:
        with contextlib.suppress(ChildProcessError):
            os.wait()


def is_connected():
    """connect() has given this host its address."""
    return "eth0" in pathlib.Path("/proc/self/net/route").read_text()


# ---- the network -----------------------------------------------------------

def exists_link(name):
    return pathlib.Path(f"/sys/class/net/{name}").exists()


def owner_of(place):
    """The folder of the lab that has the network, or None."""
    if not exists_link(place.bridge):
        return None
    alias = pathlib.Path(f"/sys/class/net/{place.bridge}/ifalias")
    return alias.read_text().strip()


def is_left_behind(place, owner):
    """By a lab that was killed: no host is linked, and its folder is gone."""
    linked = pathlib.Path(f"/sys/class/net/{place.bridge}/brif")
    return not any(linked.iterdir()) and not pathlib.Path(owner).exists()


def make_bridge(place):
    owner = owner_of(place)
    if owner == str(place.dir):
        return
    if owner is not None and is_left_behind(place, owner):
        run("ip", "link", "delete", place.bridge)
    elif owner is not None:
        raise Lab(f"The network 10.209.{place.net}.0/24 belongs to the lab "
                  f"in {owner}: take that down (--dir {owner} down) or "
                  "choose another --net.")
    run("ip", "link", "add", place.bridge, "type", "bridge")
    run("ip", "link", "set", place.bridge, "alias", place.dir, "up")
    run("ip", "address", "add", f"10.209.{place.net}.1/24", "dev",
        place.bridge)


def is_up(link):
    flags = pathlib.Path(f"/sys/class/net/{link}/flags").read_text()
    return bool(int(flags, 16) & 1)


def connect(place, host, pid):
    link = place.link(host)
    if exists_link(link):
        run("ip", "link", "delete", link)
    inside = ("nsenter", "-t", pid, "-n", "ip")
    run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0",
        "netns", pid)
    run("ip", "link", "set", link, "master", place.bridge, "up")
    run(*inside, "link", "set", "lo", "up")
    run(*inside, "address", "add", f"{place.address(host)}/24", "dev", "eth0")
    run(*inside, "link", "set", "eth0", "up")


def start_host(place, host, part):
    make_tree(place, host, part)
    (place.host(host) / "pid").unlink(missing_ok=True)
    with (place.host(host) / "log").open("a") as log:
        subprocess.Popen(
            ["unshare", "--mount", "--uts", "--net", "--pid", "--fork",
             "--kill-child", sys.executable, str(HERE / "lab"),
             "--dir", str(place.dir), "--net", str(place.net), "init", host],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True)
    wait_until(f"{host} to start (its log: {place.host(host) / 'log'})",
               START_SECONDS, lambda: pid_of(place, host) is not None)
    connect(place, host, pid_of(place, host))
