"""reach.py DATA PIDS: tries, as a script of a step, to reach each file, socket
and process of the console, by every way that is known, and prints a line
“REACHED: what” for each that it could.  test_isolation.py runs it."""
import ctypes
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys

DATA, PIDS = sys.argv[1], [int(p) for p in sys.argv[2].split(",") if p]
ALIASES = [a for a in sys.argv[3].split(",") if a] if sys.argv[3:] else []
libc = ctypes.CDLL(None, use_errno=True)
FILES = ("keys/runner.key", "keys/ledger.key", "keys/output.key",
         "keys/admin.secret", "keys/runner.secret", "countersign.db",
         "countersign.db-wal", "ledger.jsonl", "serve.lock", "run/nginx/nginx.conf")
SOCKETS = ("admin.sock", "runner.sock", "keeper.sock", "web.sock",
           "live.sock")


def reached(what):
    print("REACHED:", what, flush=True)


def readable(path):
    try:
        with open(path, "rb") as f:
            f.read(1)
        return True
    except OSError:
        return False


def writable(path):
    try:
        os.close(os.open(path, os.O_WRONLY))
        return True
    except OSError:
        return False


def try_files(root, how):
    for name in FILES:
        path = os.path.join(root, name)
        if readable(path):
            reached(f"read {name} {how}")
        if writable(path):
            reached(f"write {name} {how}")
    for name in ("mark", "keys/mark", "run/mark", "exec/mark"):
        try:
            os.close(os.open(os.path.join(root, name),
                             os.O_CREAT | os.O_WRONLY, 0o600))
            os.unlink(os.path.join(root, name))
            reached(f"create {name} {how}")
        except OSError:
            pass
    try:
        executions = [e for e in os.listdir(os.path.join(root, "exec"))
                      if re.fullmatch("[0-9a-f]{32}", e)]
    except OSError:
        return
    for e in executions:
        folder = os.path.join(root, "exec", e)
        for name in os.listdir(folder) if os.access(folder, os.R_OK) else []:
            path = os.path.join(folder, name)
            if name.endswith(".script"):
                continue
            if readable(path):
                reached(f"read an output {name.split('.')[-1]} {how}")


def frame(verb, credential, body):
    def text(s):
        b = s.encode()
        return b"t" + struct.pack(">I", len(b)) + b + b"\0"
    fields = (b"i" + struct.pack(">q", 1) + text(verb) + text(credential)
              + text("local") + b"i" + struct.pack(">q", 0) + text("")
              + text(json.dumps(body)) + b"i" + struct.pack(">q", 0))
    return struct.pack(">I", len(fields)) + fields


def secret(name):
    try:
        with open(f"{DATA}/keys/{name}.secret") as f:
            return "key:" + f.read(64)
    except OSError:
        return "key:" + "0" * 64


def answers(path, request, kind=socket.SOCK_STREAM):
    """The answer, or None: nobody listens, or it is cut off."""
    try:
        with socket.socket(socket.AF_UNIX, kind) as s:
            s.settimeout(3)
            s.connect(path)
            s.sendall(request)
            return s.recv(65536) or None
    except OSError:
        return None


def try_sockets(root, how):
    for name in SOCKETS:
        path = os.path.join(root, "run", name)
        who = name.split(".")[0]
        request = {
            "admin": frame("setup_link", secret("admin"), {}),
            "runner": frame("runner_hello", secret("runner"), {}),
            "keeper": frame("setup_link", "", {}),
            "live": b"GET /_live/runs/1?after=0 HTTP/1.0\r\n\r\n",
            # a FastCGI request that gets no body: the connection is enough
            "web": struct.pack(">BBHHBB", 1, 9, 0, 0, 0, 0),
        }[who]
        if answers(path, request) is not None:
            reached(f"talk to {name} {how}")
    try:
        with open("/proc/net/unix") as f:
            names = {line.split()[-1] for line in f if " " in line}
    except OSError:
        names = set()
    for name in names:
        if name.startswith("@") and "countersign" in name:
            reached(f"an abstract socket {name}")


def try_terminals(root, how):
    """Types into another step's terminal."""
    import base64
    keys = json.dumps({"typist": "ab" * 16, "from": 0, "data":
                       base64.b64encode(b"typed by another step\n").decode()})
    for pid in PIDS:
        try:
            with open(f"/proc/{pid}/cmdline") as f:
                args = f.read().split("\0")
        except OSError:
            continue
        for arg in args:
            if re.fullmatch("[0-9a-f]{32}", arg) and answers(
                    f"{root}/exec/{arg}/local.keys", keys.encode(),
                    socket.SOCK_SEQPACKET) is not None:
                reached(f"type into another terminal {how}")


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def try_processes():
    for pid in PIDS:
        try:
            os.kill(pid, 0)
            reached(f"signal process {pid}")
            os.kill(pid, signal.SIGCONT)
        except OSError:
            pass
        if libc.ptrace(0x4206, pid, 0, 0) == 0:     # PTRACE_SEIZE
            reached(f"ptrace {pid}")
        here = ctypes.create_string_buffer(8)
        mine = Iovec(ctypes.cast(here, ctypes.c_void_p), 8)
        try:
            with open(f"/proc/{pid}/maps") as f:
                at = int(f.readline().split("-")[0], 16)
        except (OSError, ValueError):
            at = 0x400000
        theirs = Iovec(at, 8)
        if libc.process_vm_readv(pid, ctypes.byref(mine), 1,
                                 ctypes.byref(theirs), 1, 0) > 0:
            reached(f"process_vm_readv {pid}")
        for name in ("environ", "mem", "maps", "syscall"):
            if readable(f"/proc/{pid}/{name}"):
                reached(f"/proc/{pid}/{name}")
        try:
            fd = os.pidfd_open(pid)
            for number in range(0, 12):
                got = libc.syscall(438, fd, number, 0)  # pidfd_getfd
                if got >= 0:
                    os.close(got)
                    reached(f"descriptor {number} of {pid}")
            os.close(fd)
        except OSError:
            pass
        for link in ("root", "cwd"):
            way = f"/proc/{pid}/{link}"
            target = way + DATA if link == "root" else way
            if os.path.exists(target):
                reached(f"through {way}")
                try_files(target, f"through {way}")
        try:
            numbers = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            numbers = []
        for number in numbers:
            try:
                os.readlink(f"/proc/{pid}/fd/{number}")
                reached(f"/proc/{pid}/fd/{number}")
            except OSError:
                pass


def try_inherited():
    for number in os.listdir("/proc/self/fd"):
        if int(number) < 3:
            continue
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if not target.startswith("/proc/"):
            reached(f"descriptor {number} was inherited: {target}")
    for pid in ("1", str(os.getppid())):
        for link in ("cwd", "root"):
            try:
                target = os.readlink(f"/proc/{pid}/{link}")
            except OSError:
                continue
            if target.startswith(DATA):
                reached(f"/proc/{pid}/{link}: {target}")
                try_files(f"/proc/{pid}/{link}/../..", f"by {pid}/{link}")


def try_undo():
    """Takes the cover away, or goes where there is none."""
    before = sorted(os.listdir(DATA)) if os.access(DATA, os.R_OK) else None
    if libc.umount2(DATA.encode(), 2) == 0:
        reached("umount of the cover")
    if libc.mount(b"none", b"/mnt", b"tmpfs", 0, None) == 0:
        reached("mount")
        libc.umount2(b"/mnt", 2)
    for pid in ["1"] + [str(p) for p in PIDS]:
        try:
            fd = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
        except OSError:
            continue
        mine = os.stat("/proc/self/ns/mnt").st_ino
        if os.fstat(fd).st_ino != mine and libc.setns(fd, 0) == 0:
            reached(f"the mount namespace of {pid}")
        os.close(fd)
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", 'umount -l "$0" 2>/dev/null; '
         'cat "$0/keys/admin.secret"', DATA], capture_output=True)
    if done.returncode == 0 and done.stdout:
        reached("the files in a user namespace of its own")
    after = sorted(os.listdir(DATA)) if os.access(DATA, os.R_OK) else None
    if before != after:
        reached("the data folder changed its look")
    # open_by_handle_at with the file system's root inode as a start
    handle = struct.pack("II", 8, 1) + struct.pack("II", 2, 0)
    fd = os.open("/", os.O_RDONLY)
    got = libc.syscall(304, fd, handle, os.O_RDONLY)
    if got >= 0:
        reached("open_by_handle_at")
    # the disk itself
    for name in os.listdir("/dev"):
        path = f"/dev/{name}"
        if re.fullmatch(r"(vd|sd|nvme|xvd|dm-|loop)\w*", name) and (
                readable(path)):
            reached(f"the disk {path}")


def main():
    for root, how in [(DATA, "by its path")] + [
            (a, f"by {a}") for a in ALIASES]:
        try_files(root, how)
        try_sockets(root, how)
        try_terminals(root, how)
    try_processes()
    try_inherited()
    try_undo()
    with open("/proc/self/status") as f:
        text = f.read()
    for key in ("Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp"):
        print(key, re.search(rf"^{key}:\s*(.*)$", text, re.M).group(1))
    print("tried all")


main()
