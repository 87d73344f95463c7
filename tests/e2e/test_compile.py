#!/usr/bin/env python3
"""
countersign-compile: the process that parses documents has no rights but to
compute, and whatever becomes of it, the keeper goes on and stores nothing.

A wrong compiler is a script in the place of the program.
"""
import json
import shutil
import subprocess
import threading

from console import BUILD, Console, left_out, main, programs, runbook_folder, wait_until

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


BOOK = """---
title: Two lists
parameters:
  hosts: {label: Hosts, type: list, default: "a, b"}
  word: {label: A word, type: secret, required: false}
---
# On {{host}} {each="host in hosts"}

```sh {#each on=one}
echo "$host"
```
"""
PLAIN = """# Plain

- [ ] Done {#done}
"""
TARGETS = """environments:
  test:
    targets:
      one: {ssh: {host: 127.0.0.1, user: u, agent: true, passphrase: word, host_key: "ssh-ed25519 \
AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER/Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK"}}
"""


def replace(build, text):
    """By a script; None: by the program itself."""
    new = build / "new"
    if text is None:
        shutil.copy(PROGRAM, new)
    else:
        new.write_text(text.replace("REAL", f"{build}/real"))
        new.chmod(0o755)
    new.rename(build / "countersign-compile")


def create(person, runbook="book", **body):
    return person.post("/runs", {"runbook": runbook, "environment": "test", **body})


def stored(console):
    return [console.sql(f"SELECT count(*) FROM {table}")[0][0]
            for table in ("run", "document", "event WHERE run > 0", "sealed")]


# the real program's answer, changed
CHANGED = """#!/usr/bin/env python3
import subprocess, sys
answer = subprocess.run(["REAL"], input=sys.stdin.buffer.read(), capture_output=True, check=True).stdout.decode()
old, new = %s
sys.stdout.write(answer.replace(old, new) if old in answer else answer)
"""
WRONG = [
    ("#!/bin/sh\nexit 3\n", "compile_died"),
    ("#!/bin/sh\nkill -SEGV $$\n", "compile_died"),
    ("#!/bin/sh\nexec yes\n", "compile_died"),
    ("#!/bin/sh\nexec yes >&2\n", "compile_died"),
    ("#!/bin/sh\n", "compile_wrong"),
    ("#!/bin/sh\nprintf '{\"key\":'\n", "compile_wrong"),
    ("#!/bin/sh\nhead -c 100000 /dev/zero\n", "compile_wrong"),
    ("#!/bin/sh\nexec head -c 64 >/dev/null; exec cat\n", "compile_wrong"),
    (CHANGED % repr(('"key":"', '"key":"0')), "compile_wrong"),
    (CHANGED % repr(('"version":1,', '"version":2,')), "compile_wrong"),
    (CHANGED % repr(('"level":0,', '"level":0,"rollback":false,')), "compile_wrong"),
    (CHANGED % repr(('"uses":[{"name":"one"}', '"uses":[{"name":"two"}')), "compile_wrong"),
    (CHANGED % repr(('"plan":', '"plans":')), "compile_wrong"),
    ("#!/no/such/interpreter\n", "compile_not_started"),
]


def an_answer_that_is_none_is_refused_and_nothing_is_stored():
    folder = runbook_folder({"book": BOOK, "plain": PLAIN}, TARGETS)
    with programs() as build, Console(runbooks=folder, build=build) as console:
        ana = console.user("ana", "operator")
        before = stored(console)
        for text, code in WRONG:
            replace(build, text)
            status, answer = create(ana)
            assert (status, answer["error"]["code"]) == (503, code), (text, status, answer)
            assert stored(console) == before, text
        (build / "countersign-compile").unlink()
        headers = {"Authorization": "Bearer " + ana.token, "Content-Type": "application/json",
                   "Accept": "application/json", "Accept-Language": "zh-CN"}
        status, _, text = console.raw("POST", "/runs", json.dumps(
            {"runbook": "book", "environment": "test"}).encode(), headers)
        assert status == 503 and "编译程序无法启动" in text.decode(), (status, text.decode())
        assert stored(console) == before
        replace(build, None)
        status, answer = create(ana, parameters={"word": "hunter2-hunter2"})
        assert status == 201, answer
        assert [s["id"] for s in ana.run(answer["id"])["steps"]] == ["each.a", "each.b"]
        # what was compiled before needs no process
        (build / "countersign-compile").unlink()
        assert create(ana, parameters={"word": "another"})[0] == 201
        assert create(ana, parameters={"hosts": "c"})[0] == 503
        replace(build, None)
    shutil.rmtree(folder)


def the_keeper_serves_others_while_a_compiler_hangs():
    folder = runbook_folder({"book": BOOK, "plain": PLAIN}, TARGETS)
    with programs() as build, Console(runbooks=folder, build=build) as console:
        ana, bob = console.user("ana", "operator"), console.user("bob", "operator")
        run = create(bob, "plain")[1]["id"]
        before = stored(console)
        begun = folder / "begun"
        folder.chmod(0o777)
        replace(build, f"#!/bin/sh\ntouch {begun}\nexec sleep 1000\n")
        for _ in range(5):      # a busy machine may be slower than the limit
            answers = []
            waits = threading.Thread(target=lambda: answers.append(create(ana)))  # pylint: disable=W0640
            begun.unlink(missing_ok=True)
            waits.start()
            wait_until(begun.exists)
            status, answer = bob.post(f"/runs/{run}/comments", {"text": "meanwhile"})
            assert status == 200, answer
            assert bob.post(f"/runs/{run}/start")[0] in (200, 409)
            served = waits.is_alive()
            waits.join()
            assert (answers[0][0], answers[0][1]["error"]["code"]) == (503, "compile_slow"), answers
            if served:
                break
        assert served, "nothing was answered while the compiler hung"
        assert stored(console)[:2] == before[:2]
        keeper = console.pids("countersign-keeper")[0]
        with open(f"/proc/{keeper}/task/{keeper}/children", encoding="utf-8") as file:
            assert file.read() == "", "the process was ended"
        replace(build, None)
        assert create(ana)[0] == 201
    shutil.rmtree(folder)


def a_secret_in_use_is_not_deleted_unseen():
    folder = runbook_folder({"uses": "# Uses\n\n```sh {#use on=one}\ntrue\n```\n"}, TARGETS)
    with programs() as build, Console(runbooks=folder, build=build) as console:
        console.cli("secret", "set", "word", stdin="hunter2-hunter2")

        def delete():
            done = subprocess.run([build / "countersign", "secret", "delete", "word", "--data", console.data,
                                   "--runbooks", folder], capture_output=True, text=True, check=False,
                                  timeout=60, env=console.env)
            return done.returncode, done.stderr
        replace(build, "#!/bin/sh\nexit 3\n")
        code, said = delete()
        assert code == 1 and "compiler broke down" in said, said
        replace(build, None)
        code, said = delete()
        assert code == 1 and "used by 1 target of targets.yml, one in test first" in said, said
        console.stop()
        code, said = delete()       # by a keeper of its own
        assert code == 1 and "used by 1 target" in said, said
        console.start()
        ana = console.user("ana", "operator")
        number = create(ana, "uses")[1]["id"]
        (folder / "targets.yml").write_text("environments:\n  test: {label: Test}\n")
        code, said = delete()
        assert code == 1 and f"The run {number} has not ended, and its targets use" in said, said
        assert ana.post(f"/runs/{number}/abort", {"reason": "over"})[0] == 200
        (folder / "targets.yml").unlink()
        (folder / "targets.yml").mkdir()        # it cannot be read
        code, said = delete()
        assert code == 1 and "targets.yml cannot be read" in said, said
        (folder / "targets.yml").rmdir()
        assert delete()[0] == 0
    shutil.rmtree(folder)


if __name__ == "__main__":
    main([
        a_compiler_confines_itself_before_it_reads_its_first_byte,
        what_is_no_request_is_no_answer,
        an_answer_that_is_none_is_refused_and_nothing_is_stored,
        the_keeper_serves_others_while_a_compiler_hangs,
        a_secret_in_use_is_not_deleted_unseen,
    ])
