"""
upload.py: 1 GB to a real sshd on loopback, by a copy step and by `sftp`.

Both take turns and the best round of each counts.  A copy step also sums up
both files, which `sftp` does not: the reference for the whole step is `sftp`
and `sha256sum` of both files, one after the other.
"""
import os
import re
import shutil
import subprocess
import sys
import time

from fixture import BUILD, TOP

sys.path.insert(0, str(TOP / "tests" / "e2e"))
SIZE = 1 << 30


def sftp(base, server, source, target):
    begin = time.monotonic()
    subprocess.run(
        ["sftp", "-q", "-F", "/dev/null", "-P", str(server.port), "-i",
         base.WORK + "/key", "-o", "StrictHostKeyChecking=no", "-o",
         "UserKnownHostsFile=/dev/null", "-b", "-", f"{base.USER}@127.0.0.1"],
        input=f"put {source} {target}\n", text=True, capture_output=True,
        check=True)
    moved = time.monotonic() - begin
    subprocess.run(["sha256sum", source, target], capture_output=True,
                   check=True)
    return moved, time.monotonic() - begin


def step(base, server, source, target):
    import json
    import secrets
    order = {"exec": secrets.token_hex(16), "targets": [base.LOCAL],
             "hosts": {"a": server.target("a")},
             "step": {"id": "s", "kind": "copy",
                      "text": f"{source} -> a:{target}"}}
    begin = time.monotonic()
    s = base.Step(None, order=json.dumps(order), exec_id=order["exec"],
                  program=str(BUILD / "countersign-executor")).wait(300)
    whole = time.monotonic() - begin
    assert s.end("local")["state"] == "succeeded", s.lines()
    moved = re.search(r" moved in ([0-9.]+) s", s.text("local").decode())
    return float(moved[1]), whole, s.peak


def measure_upload(_f, table, quick):
    import test_step_ssh as base
    base.prepare()
    server = base.Sshd("upload",
                       extra="Subsystem sftp /usr/lib/openssh/sftp-server")
    source, target = base.WORK + "/source", base.WORK + "/target"
    ours, theirs, peak = [], [], 0
    try:
        block = os.urandom(1 << 20)
        with open(source, "wb") as f:
            for _ in range(SIZE >> 20):
                f.write(block)
        for _ in range(1 if quick else 3):
            theirs.append(sftp(base, server, source, target))
            os.unlink(target)
            *times, most = step(base, server, source, target)
            ours.append(times)
            peak = max(peak, most)
            os.unlink(target)
    finally:
        for s in (server, base.SSHD, base.OTHER, base.ECDSA, base.RSA,
                  base.ETM, base.BARE):
            s.stop()
        shutil.rmtree(base.WORK, ignore_errors=True)
    table.head("1 GB upload", "ours", "sftp", "speed", "aim")
    for i, (name, key) in enumerate((
            ("moved", "moved"),
            ("with checksums of both ends (sha256sum)", "whole"))):
        a, b = min(t[i] for t in ours), min(t[i] for t in theirs)
        value = table.keep(f"upload.{key}", 100 * b / a)
        table.line("  " + name, f"{a:.1f} s", f"{b:.1f} s", f"{value:.0f} %",
                   ">= 80 %" + ("  ok" if value >= 80 else "  --"))
    table.line("  memory at most", f"{table.keep('upload.kb', peak)} KB")
