#!/usr/bin/env python3
"""
countersign-compile: the process that parses documents has no rights but to
compute.
"""
import json
import subprocess

from console import BUILD, left_out, main, wait_until

PROGRAM = BUILD / "countersign-compile"
LIMITS = ["Max core file size        0", "Max cpu time              6", "Max file size             33554432",
          "Max processes             0", "Max open files            3", "Max msgqueue size         0"]


def status(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def limits(pid):
    with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
        return file.read()


def a_compiler_confines_itself_before_it_reads_its_first_byte():
    means = json.loads(subprocess.run([PROGRAM, "--sandbox"], capture_output=True, check=True, env={}).stdout)
    with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={}) as process:
        wait_until(lambda: LIMITS[-1] in limits(process.pid))    # the last that is set before the filter
        if means["seccomp"]:
            wait_until(lambda: status(process.pid)["Seccomp"] == "2")
        else:
            left_out("seccomp", "this kernel refuses filters")
        found = status(process.pid)
        assert found["NoNewPrivs"] == "1" and int(found["CapEff"], 16) == int(found["CapPrm"], 16) == 0, found
        for line in LIMITS:
            assert line in limits(process.pid), limits(process.pid)
        said = process.communicate(b"x" * 100, timeout=60)
        assert process.returncode == 1 and said[0] == b"" and b"no request of the keeper" in said[1], said


def what_is_no_request_is_no_answer():
    for text in b"", b"\n\n", b"\xff" * 70000, b"0" * 64 + b"\n{\"kind\":1,\"folder\":\"/\"}\nmore":
        done = subprocess.run([PROGRAM], input=text, capture_output=True, check=False, timeout=60, env={})
        assert (done.returncode, done.stdout) == (1, b""), done
    done = subprocess.run([PROGRAM, "x"], input=b"", capture_output=True, check=False, timeout=60, env={})
    assert done.returncode == 2 and b"usage" in done.stderr, done


if __name__ == "__main__":
    main([
        a_compiler_confines_itself_before_it_reads_its_first_byte,
        what_is_no_request_is_no_answer,
    ])
