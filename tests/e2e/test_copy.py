#!/usr/bin/env python3
"""
Copy steps, by countersign-executor alone, between this machine and two real sshd's
on 127.0.0.1: what arrives, what is refused, what a cut or a cancel leaves.
"""
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import console
import sshd
import test_step_ssh as base
from test_step_ssh import Step, Sshd, is_state

A = B = SLOW = SFTP_ONLY = NO_SHELL = None
FOLDER = None


def sha(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def put(path, data, mode=0o644, mtime=1_500_000_000):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, mode)
    os.utime(path, (mtime, mtime))
    return path


def copy(text, target=None, values=None, run="7", hosts=None, secrets=None, mask=None, **step):
    order = {"secrets": secrets or {}, "mask": mask or [],
             "exec": base.secrets.token_hex(16), "run": run,
             "targets": [target or base.LOCAL], "values": values or {},
             "hosts": hosts or {"a": A.target("a"), "b": B.target("b")},
             "step": {"id": "s", "kind": "copy", "text": text, "text_line": 1, **step}}
    return Step(None, order=json.dumps(order), exec_id=order["exec"])


def done(text, state="succeeded", *words, **kw):
    name = kw.get("target", base.LOCAL)["name"]
    s = copy(text, **kw).wait()
    is_state(s, state, *words, name=name)
    return s.text(name).decode()


def no_parts(folder):
    left = [n for n in os.listdir(folder) if n.startswith(".countersign")]
    assert left == [], left


def same(a, b):
    assert sha(a) == sha(b), (a, b)
    x, y = os.stat(a), os.stat(b)
    assert (x.st_mode, int(x.st_mtime)) == (y.st_mode, int(y.st_mtime)), (a, b)


def the_bytes_modes_and_times_arrive_by_every_way():
    f = put(f"{FOLDER}/from/x", os.urandom(3_000_001), 0o640)
    for i, (left, right) in enumerate((("", "a:"), ("a:", ""), ("a:", "b:"),
                                       ("", ""), ("local:", "b:"), ("a:", "a:"))):
        out = done(f"{left}{f} -> {right}{FOLDER}/new/{i}/x")
        same(f, f"{FOLDER}/new/{i}/x")
        assert sha(f) in out, out
        no_parts(f"{FOLDER}/new/{i}")


def the_system_s_ssh_copies_as_well():
    f = put(f"{FOLDER}/o/x", os.urandom(2_000_000))
    hosts = {"a": A.target("a", client="openssh"), "b": B.target("b")}
    done(f"{f} -> a:{FOLDER}/o/up\na:{f} -> {FOLDER}/o/down\na:{f} -> b:{FOLDER}/o/over",
         hosts=hosts)
    for name in ("up", "down", "over"):
        same(f, f"{FOLDER}/o/{name}")


def an_unprefixed_path_is_the_step_s_target():
    f = put(f"{FOLDER}/on/x", b"text")
    out = done(f"local:{f} -> {FOLDER}/on/y", target=A.target("a"))
    assert f"a:{FOLDER}/on/y" in out, out
    same(f, f"{FOLDER}/on/y")


def empty_files_and_strange_names_arrive():
    names = ["empty", "with space", "-dash", "quo'te\"s", "日本語", "$(id)", "a;b", "back\\slash",
             " lead", "trail ", "star*", "per%cent"]
    for n in names:
        put(f"{FOLDER}/names/{n}", b"" if n == "empty" else n.encode())
    done(f"{FOLDER}/names/ -> a:{FOLDER}/names-up/\n"
         f"a:{FOLDER}/names-up/ -> {FOLDER}/names-down/")
    for n in names:
        same(f"{FOLDER}/names/{n}", f"{FOLDER}/names-down/{n}")
    for n in ("-dash", "with space", "quo'te\"s"):
        done(f"{FOLDER}/names/{n} -> a:{FOLDER}/single/")
        same(f"{FOLDER}/names/{n}", f"{FOLDER}/single/{n}")


def files_that_match_are_copied_in_order_and_listed():
    names = ["-rf.conf", "a b.conf", "b.conf", "b.conf.bak", ".hidden.conf", "日.conf", "日本.conf",
             "[x].conf", "a\nb.txt", "star*.conf", "lone?.txt"]
    for n in names:
        put(f"{FOLDER}/match/{n}", n.encode())
    os.makedirs(f"{FOLDER}/match/dir.conf")
    os.symlink("b.conf", f"{FOLDER}/match/link.conf")
    ssh = {"a": A.target("a", client="openssh"), "b": B.target("b")}
    wanted = ["-rf.conf", "[x].conf", "a b.conf", "b.conf", "link.conf", "star*.conf", "日.conf", "日本.conf"]
    for i, (left, right, hosts) in enumerate((("", "", None), ("", "a:", None), ("a:", "", None),
                                              ("a:", "b:", None), ("a:", "b:", ssh), ("b:", "a:", ssh))):
        to = f"{FOLDER}/matched/{i}"
        out = done(f"{left}{FOLDER}/match/*.conf -> {right}{to}/", hosts=hosts)
        assert sorted(os.listdir(to)) == sorted(wanted), os.listdir(to)
        for n in wanted:
            assert sha(f"{to}/{n}") == sha(f"{FOLDER}/match/{n}"), n
        listed = [line.split(": ")[0].strip() for line in out.split("\n") if " SHA-256 " in line]
        assert listed == [f"{to}/{n}" for n in wanted], out
        assert "match/dir.conf: skipped, it is a folder" in out, out
        assert not os.path.islink(f"{to}/link.conf")
    done(f"a:{FOLDER}/match/?.conf -> {FOLDER}/one/")
    assert sorted(os.listdir(f"{FOLDER}/one")) == ["b.conf", "日.conf"]
    done(f"a:{FOLDER}/match/{{{{v}}}}.c*f -> {FOLDER}/two/", values={"v": "star*"})
    assert os.listdir(f"{FOLDER}/two") == ["star*.conf"]
    done(f"a:{FOLDER}/match/.* -> {FOLDER}/three/")
    assert os.listdir(f"{FOLDER}/three") == [".hidden.conf"]
    again = done(f"{FOLDER}/match/*.conf -> a:{FOLDER}/matched/0/")
    assert "0 copied, 8 already there" in again and "star*.conf: is there already" in again, again
    for at in ("", "a:"):
        done(f"{at}{FOLDER}/match/*.none -> {FOLDER}/four/", "failed", "No file matches", "*.none")
        done(f"{at}{FOLDER}/match/d* -> {FOLDER}/four/", "failed", "Only folders match")
        done(f"{at}{FOLDER}/match/*.txt -> {FOLDER}/four/", "failed", "line end")
        done(f"{at}{FOLDER}/nowhere/* -> {FOLDER}/four/", "failed", "nowhere")
    assert not os.path.exists(f"{FOLDER}/four")


def a_folder_is_copied_with_modes_times_and_links():
    top = f"{FOLDER}/tree"
    for i in range(25):
        put(f"{top}/sub/deep/{i}", os.urandom(1000 + i), 0o600 + i % 3)
    os.makedirs(top + "/empty", mode=0o750)
    os.symlink("sub/deep/1", top + "/inside")
    os.symlink("/etc/passwd", top + "/outside")
    os.mkfifo(top + "/fifo")
    os.chmod(top + "/sub", 0o711)
    for n in ("sub", "empty"):
        os.utime(f"{top}/{n}", (1_400_000_000, 1_400_000_000))
    out = done(f"{top}/ -> a:{FOLDER}/tree-up/\na:{FOLDER}/tree-up/ -> {FOLDER}/tree-down/")
    assert "25 copied, 0 already there, 2 links, 1 skipped" in out, out
    for i in range(25):
        same(f"{top}/sub/deep/{i}", f"{FOLDER}/tree-down/sub/deep/{i}")
    for n in ("sub", "empty"):
        x, y = os.stat(f"{top}/{n}"), os.stat(f"{FOLDER}/tree-down/{n}")
        assert (x.st_mode, x.st_mtime) == (y.st_mode, y.st_mtime), n
    assert os.readlink(f"{FOLDER}/tree-down/outside") == "/etc/passwd"
    again = done(f"{top}/ -> a:{FOLDER}/tree-up/")
    assert "0 copied, 25 already there" in again, again


def a_server_that_gives_sftp_alone_takes_and_gives_files():
    """By ForceCommand, by a shell that ends with a sentence, by libssh2 and ssh."""
    big = put(f"{FOLDER}/sftp/x", os.urandom(2_500_000), 0o640)
    for i, (server, clients) in enumerate(((SFTP_ONLY, ("libssh2", "openssh")),
                                           (NO_SHELL, ("libssh2",)))):
        for client in clients:
            hosts = {"a": A.target("a"), "b": server.target("b", client=client)}
            at = f"{FOLDER}/sftp/{i}{client}"
            out = done(f"{big} -> b:{at}/up\nb:{at}/up -> {at}/down\n"
                       f"a:{big} -> b:{at}/over\nb:{big} -> a:{at}/back", hosts=hosts)
            assert "b has no program for checksums, or runs no commands" in out, out
            for name in ("up", "down", "over", "back"):
                same(big, f"{at}/{name}")
            assert out.count(sha(big)) == 4, out
            no_parts(at)
            again = done(f"{big} -> b:{at}/up", hosts=hosts)
            assert "is there already, with equal checksum" in again, again
            with open(f"{at}/up", "r+b") as f:      # the same size and time
                f.write(b"other")
            os.utime(f"{at}/up", (1_500_000_000, 1_500_000_000))
            done(f"{big} -> b:{at}/up", hosts=hosts)
            same(big, f"{at}/up")


def the_preflight_says_that_a_server_gives_sftp_alone():
    for needs, state in (([], "warning"), (["sh"], "failed")):
        for server in (SFTP_ONLY, NO_SHELL):
            order = {"exec": base.secrets.token_hex(16), "targets": [server.target("b")],
                     "needs": {"b": needs}, "values": {}, "mask": [],
                     "step": {"id": "preflight", "kind": "preflight", "text": ""}}
            s = Step(None, kind="preflight", order=json.dumps(order),
                     exec_id=order["exec"]).wait()
            checks = [c for line in s.lines() if "checks" in line
                      for c in line["checks"]]
            said = [c for c in checks if "runs no commands" in c["text"]]
            assert said and said[0]["state"] == state, (checks, s.lines())


def a_mode_can_be_given():
    f = put(f"{FOLDER}/mode/x", b"1", 0o644)
    done(f"{f} -> a:{FOLDER}/mode/y", mode="0600")
    assert os.stat(f"{FOLDER}/mode/y").st_mode & 0o777 == 0o600


def values_stand_for_names_and_cannot_lead_elsewhere():
    f = put(f"{FOLDER}/v/app-1.4 $(x)", b"1")
    done(f"{FOLDER}/v/app-{{{{version}}}} -> a:{{{{home}}}}/v/b", values={
        "version": "1.4 $(x)", "home": FOLDER})
    same(f, f"{FOLDER}/v/b")
    for value, word in (("../../etc", "“/”"), ("..", "another place"), ("", "another place"),
                        ("a\nb", "more than one line"), (".", "another place")):
        done(f"{f} -> a:{FOLDER}/v/{{{{x}}}}/y", "failed", word, "Line 1", values={"x": value})
    done("a:{{x}} -> /tmp/y", "failed", "does not begin", values={"x": "b:/etc/passwd"})
    done(f"c:{f} -> {FOLDER}/v/y", "failed", "no SSH target", "on=c")


def what_cannot_be_copied_says_why_and_changes_nothing():
    f = put(f"{FOLDER}/e/x", b"new")
    old = put(f"{FOLDER}/e/old", b"old")
    os.makedirs(f"{FOLDER}/e/dir", exist_ok=True)
    done(f"{f} -> a:{FOLDER}/e/dir", "failed", "is a folder", "e/dir/")
    done(f"{FOLDER}/e/dir -> a:{FOLDER}/e/z", "failed", "is a folder", "“/”")
    done(f"{f}/ -> a:{FOLDER}/e/z/", "failed", "no folder")
    done(f"a:{FOLDER}/e/none -> {old}", "failed", "a:", "not there")
    done(f"{FOLDER}/e/none -> a:{old}", "failed", "local:", "No such file")
    done(f"{f} -> a:/proc/x", "failed", "a:/proc/", "could not be written")
    put(f"{FOLDER}/nl/a\nb", b"x")
    done(f"{FOLDER}/nl/ -> a:{FOLDER}/nl2/", "failed", "line end")
    assert open(old).read() == "old"
    no_parts(f"{FOLDER}/e")


def a_full_disk_leaves_the_old_file_and_no_part():
    small = f"{FOLDER}/small"
    os.makedirs(small)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", small]).returncode:
        print("  (no tmpfs can be mounted here: a limit of the file size instead)")
        return
    try:
        f = put(f"{FOLDER}/big", os.urandom(8_000_000))
        put(small + "/x", b"old")
        done(f"{f} -> a:{small}/x", "failed", "no space is left", "a:", "final name")
        done(f"{f} -> {small}/x", "failed", "No space left", "final name")
        assert open(small + "/x").read() == "old"
        no_parts(small)
    finally:
        subprocess.run(["umount", small], check=True)


def part_of(folder):
    for _ in range(3000):
        for n in os.listdir(folder):
            if n.startswith(".countersign") and os.path.getsize(f"{folder}/{n}") > 2_000_000:
                return f"{folder}/{n}"
        time.sleep(0.005)
    raise AssertionError("no part of the file arrives")


def big(name, size=90_000_000):
    f = f"{FOLDER}/{name}"
    if not os.path.exists(f):
        put(f, os.urandom(1_000_000) * (size // 1_000_000))
    return f


def a_cut_link_is_taken_up_where_it_was():
    f = big("cut")
    os.makedirs(f"{FOLDER}/cut-to")
    s = copy(f"{f} -> a:{FOLDER}/cut-to/x")
    part_of(f"{FOLDER}/cut-to")
    A.cut()
    s.wait()
    is_state(s, "succeeded", name="local")
    notes = [x.get("note") for x in s.lines()]
    assert "reconnecting" in notes and "reconnected" in notes, notes
    assert "going on after" in s.text("local").decode(), s.text("local")
    same(f, f"{FOLDER}/cut-to/x")
    no_parts(f"{FOLDER}/cut-to")


def a_retry_goes_on_after_a_timeout():
    f = big("cut")
    os.makedirs(f"{FOLDER}/late")
    put(f"{FOLDER}/late/x", b"old")
    s = copy(f"{f} -> a:{FOLDER}/late/x", timeout_ms=60000)
    part_of(f"{FOLDER}/late")
    for pid in base.sh("ps", "-o", "pid=", "--ppid", str(s.process.pid)).stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    s.wait()
    assert s.end("local")["state"] == "unknown"
    assert open(f"{FOLDER}/late/x").read() == "old"
    assert part_of(f"{FOLDER}/late")
    out = done(f"{f} -> a:{FOLDER}/late/x")
    assert "going on after" in out, out
    same(f, f"{FOLDER}/late/x")
    no_parts(f"{FOLDER}/late")


def a_part_with_other_bytes_is_not_gone_on_with():
    f = big("cut")
    os.makedirs(f"{FOLDER}/odd")
    s = copy(f"{f} -> a:{FOLDER}/odd/x")
    name = part_of(f"{FOLDER}/odd")
    s.stop().wait()
    put(name, b"z" * 3_000_000, 0o600)
    out = done(f"{f} -> a:{FOLDER}/odd/x")
    assert "going on after" not in out, out
    same(f, f"{FOLDER}/odd/x")


def a_cancel_leaves_nothing():
    f = big("cut")
    os.makedirs(f"{FOLDER}/cancel")
    for right in ("a:", ""):
        s = copy(f"{'' if right else 'b:'}{f} -> {right}{FOLDER}/cancel/x")
        part_of(f"{FOLDER}/cancel")
        s.stop().wait()
        is_state(s, "failed", "cancelled", name="local")
        assert os.listdir(f"{FOLDER}/cancel") == [], os.listdir(f"{FOLDER}/cancel")


def copies_at_once_make_the_same_folders():
    """Hosts that share a disk, or a host under two names."""
    deep = "/".join("d%d" % n for n in range(40))
    for name in ("x", "a/b/c/y"):
        put(f"{FOLDER}/same/from/{name}", b"same\n")
    for i in range(4):
        at_once = [copy(f"{FOLDER}/same/from/ -> {where}{FOLDER}/same/{i}/{deep}/", run=str(n))
                   for n, where in enumerate(("a:", "b:", "a:", "b:", ""))]
        for s in at_once:
            s.wait()
            is_state(s, "succeeded", name="local")


def a_source_that_changes_meanwhile_is_found_out():
    f = big("moving")
    os.makedirs(f"{FOLDER}/moving-to")
    s = copy(f"{f} -> a:{FOLDER}/moving-to/x")
    part_of(f"{FOLDER}/moving-to")
    st = os.stat(f)
    with open(f, "r+b") as h:
        h.write(b"CHANGED")
    os.utime(f, (st.st_atime, st.st_mtime))
    s.wait()
    is_state(s, "failed", "checksums differ", "final name", name="local")
    assert os.listdir(f"{FOLDER}/moving-to") == []


def a_host_that_is_not_there_is_told_at_once():
    hosts = {"a": A.target("a", port=base.free_port())}
    done(f"/etc/hostname -> a:{FOLDER}/y", "failed", "refused the connection",
         "Nothing was copied", hosts=hosts)


def halt_now_and_then(server, until):
    """An sshd that pauses is in the middle of what it was to answer."""
    while not until.wait(random.uniform(0.05, 0.4)):
        pids = [pid for pid in server.children() if sshd.logged_in(pid)]
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in pids:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            until.wait(random.choice((0.01, 0.05, 0.2)))


def keys_exchanged_anew_do_not_disturb():
    """They are, again and again, by a server that also takes its time."""
    f = big("rekey", 30_000_000)
    hosts = {"a": SLOW.target("a")}
    s = copy(f"{f} -> a:{FOLDER}/rekey-to/x\na:{f} -> {FOLDER}/rekey-to/y\n"
             f"a:{f} -> {FOLDER}/rekey-to/z", hosts=hosts)
    s.until(state="running")
    over = threading.Event()
    halts = threading.Thread(target=halt_now_and_then, args=(SLOW, over))
    halts.start()
    try:
        s.wait()
    finally:
        over.set()
        halts.join()
    is_state(s, "succeeded", name="local")
    assert "note" not in [k for x in s.lines() if x.get("note") != "progress" for k in x], \
        s.lines()
    for name in "xyz":
        same(f, f"{FOLDER}/rekey-to/{name}")


BOOK = """---
title: Copies
parameters:
  name: {label: Name, default: app.conf}
---
# Copy

```copy {#up on=all mode=0640}
local:FOLDER/run/{{name}} -> FOLDER/run-to/{{name}}
```

```copy {#over}
a:FOLDER/run-to/{{name}} -> b:FOLDER/run-over/
```
"""


def a_run_copies_to_a_group_and_between_hosts():
    put(f"{FOLDER}/run/app.conf", b"mode = fast\n")
    hosts = "".join(
        f"      {n}: {{ssh: {{host: 127.0.0.1, port: {h.port}, user: {base.USER}, "
        f"key: {base.WORK}/key, host_key: \"{h.target()['host_key']}\"}}}}\n"
        for n, h in (("a", A), ("b", B)))
    books = console.runbook_folder({"copies": BOOK.replace("FOLDER", FOLDER)},
        f"environments:\n  test:\n    label: Test\n    targets:\n{hosts}"
        "    groups:\n      all: [a, b]\n")
    try:
        with console.Console(runbooks=books) as c:
            ana = c.user("ana", "operator")
            status, run = ana.post("/runs", {"runbook": "copies", "environment": "test",
                                             "parameters": {}})
            assert status == 201, run
            number = run["id"]
            status, answer = ana.post(f"/runs/{number}/start")
            assert status in (200, 202), answer
            run = ana.drive(number)
            states = {x["id"]: x["state"] for x in run["steps"]}
            assert states == {"up": "succeeded", "over": "succeeded"}, \
                (states, run["steps"])
            assert "SHA-256" in ana.output(number, "over", "local")
            assert "a:" in ana.output(number, "up", "a")
    finally:
        shutil.rmtree(books)
    assert sha(f"{FOLDER}/run-over/app.conf") == sha(f"{FOLDER}/run/app.conf")
    assert os.stat(f"{FOLDER}/run-to/app.conf").st_mode & 0o777 == 0o640


TESTS = [v for k, v in list(globals().items()) if callable(v) and
         getattr(v, "__module__", None) == __name__ and
         k not in ("sha", "put", "copy", "done", "no_parts", "same", "part_of", "big", "halt_now_and_then")]


def main():
    failed = 0
    unknown = set(sys.argv[1:]) - {test.__name__ for test in TESTS}
    if unknown:
        sys.exit(f"no such test: {' '.join(sorted(unknown))}")
    for test in TESTS:
        if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
            continue
        began = time.monotonic()
        try:
            test()
            print(f"ok   {test.__name__.replace('_', ' ')} "
                  f"({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as e:
            failed += 1
            print(f"FAIL {test.__name__}: {type(e).__name__}: {e}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    # libssh2 1.10 itself loses 51 bytes at each exchange of keys
    supp = base.WORK + "/lsan.supp"
    with open(supp, "w") as f:
        f.write("leak:libssh2.so\n")
    os.environ["LSAN_OPTIONS"] = f"suppressions={supp}:print_suppressions=0"
    base.prepare()
    FOLDER = base.WORK + "/files"
    os.makedirs(FOLDER)
    sftp = "Subsystem sftp internal-sftp"
    A, B = Sshd("copy-a", extra=sftp), Sshd("copy-b", extra=sftp)
    SFTP_ONLY = Sshd("copy-only", extra=sftp + "\nForceCommand internal-sftp")
    NO_SHELL = Sshd("copy-none", extra=sftp + "\nForceCommand case "
                    "\"$SSH_ORIGINAL_COMMAND\" in internal-sftp) exec "
                    "/usr/lib/openssh/sftp-server;; *) echo This service allows sftp "
                    "connections only.; exit 1;; esac")
    SLOW = Sshd("copy-rekey", extra=sftp + "\nRekeyLimit 128K")
    try:
        code = main()
    finally:
        for server in (A, B, SLOW, SFTP_ONLY, NO_SHELL, base.SSHD, base.OTHER, base.ECDSA, base.RSA,
                       base.ETM, base.BARE):
            server.stop()
        shutil.rmtree(base.WORK, ignore_errors=True)
    sys.exit(code)
