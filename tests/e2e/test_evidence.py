#!/usr/bin/env python3
"""
Evidence of success: all that a step printed is looked at, as a reader sees
it, and an answer that is not known is not a good one.  Through the console.
"""
import contextlib
import shutil
import socket
import threading

from console import Console, main, runbook_folder

BOOK = """---
title: Evidence
---
# Look

"""


@contextlib.contextmanager
def running(steps, parameters=None, head=BOOK, targets=None):
    """A console with a started run of these steps; asks as an operator."""
    books = runbook_folder({"evidence": head + steps}, *(
        [targets] if targets else []))
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator")
            status, answer = ana.post("/runs", {
                "runbook": "evidence", "environment": "test",
                "parameters": parameters or {}})
            assert status == 201, answer
            ana.post(f"/runs/{answer['id']}/start")
            yield ana, answer["id"]
    finally:
        shutil.rmtree(books, ignore_errors=True)


def press(user, run, name):
    """The state of the step after it was pressed, and what is said of it."""
    status, answer = user.post(f"/runs/{run}/steps/{name}/execute")
    assert status == 202, (name, answer)
    step = user.wait_step(run, name)
    return step["state"], step["attempts"][-1]["message"] or ""


def ends(user, run, name, state, *words):
    got, message = press(user, run, name)
    assert got == state, (name, got, message)
    for word in words:
        assert word in message, (name, word, message)
    if state == "failed":
        user.post(f"/runs/{run}/steps/{name}/skip", {"reason": "as meant"})


def a_line_is_judged_to_its_end_however_long_it_is():
    steps = ""
    for length in (65530, 65536, 8000000):
        steps += f"""
```python {{#bad-{length} reject="ERROR" title="bad {length}"}}
print("x" * {length} + " ERROR")
```

```python {{#good-{length} reject="ERROR" expect="done$" title="good {length}"}}
print("x" * {length} + " done")
```
"""
    steps += """
```python {#endless reject="ERROR" title="endless"}
print("x" * 9000000)
```
"""
    with running(steps) as (ana, run):
        for length in (65530, 65536, 8000000):
            ends(ana, run, f"bad-{length}", "failed", "its reject",
                 "xx ERROR")
            ends(ana, run, f"good-{length}", "succeeded")
        ends(ana, run, "endless", "failed", "could not be found out", "8 MB")


def a_regex_that_gives_up_fails_the_step_and_says_so():
    steps = """
```python {#reject reject="^(a+)+: ERROR|fatal"}
print("a" * 64 + "!")
```

```python {#expect expect="^(a+)+: ok|fine"}
print("a" * 64 + "!")
```

```python {#later expect="^(a+)+: ok|fine"}
print("a" * 64 + "!\\\\nfine")
```

```python {#capture capture="v~^((a+)+): ok|id=(.*)"}
print("a" * 64 + "!\\\\nid=7")
```

```python {#prompt pty timeout=4s}
input("a" * 64 + "! Password:")
```

```answers
/^(a+)+: ERROR|Pass.word/ => x
/Password:/ => y
```
""".replace("\\\\n", "\\n").replace("```answers\n", "```answers {}\n")
    with running(steps) as (ana, run):
        ends(ana, run, "reject", "failed", "its reject",
             "could not be found out")
        ends(ana, run, "expect", "failed", "its expect",
             "could not be found out")
        ends(ana, run, "later", "succeeded")
        ends(ana, run, "capture", "failed", "is not known")
        got, message = press(ana, run, "prompt")
        assert got == "failed" and "Whether the prompt" in message, message


def a_pattern_that_gives_up_refuses_the_parameter():
    head = """---
title: Evidence
parameters:
  v: {label: Value, pattern: '(a|aa)+[bc]'}
---
"""
    books = runbook_folder({"evidence": head + "```sh {#a}\ntrue\n```\n"})
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        status, answer = ana.post("/runs", {
            "runbook": "evidence", "environment": "test",
            "parameters": {"v": "a" * 100}})
        assert status == 422 and "could not be found out" in str(answer), answer
    shutil.rmtree(books)


def colours_are_no_part_of_what_is_looked_at():
    steps = r"""
```bash {#wrong reject="ERROR: no space"}
printf '\033[31mERROR\033[0m: no space\n'
```

```bash {#progress reject="^ERROR"}
printf ' 50%%\rERROR: lost\r100%%\n'
```

```bash {#version capture="found~version (\S+)"}
printf 'version \033[1m2.4\033[0m\n'
```

```bash {#use}
test "$found" = 2.4
```
"""
    with running(steps) as (ana, run):
        ends(ana, run, "wrong", "failed", "its reject")
        ends(ana, run, "progress", "failed", "its reject")
        ends(ana, run, "version", "succeeded")
        ends(ana, run, "use", "succeeded")


def a_probe_whose_output_is_not_clear_does_not_answer():
    """Neither yes nor no: what is in doubt stays so."""
    steps = """
```http {#doubt on=hole rerun=probe}
POST /thing
```

```python {#look-1 .probe of=doubt reject="^(a+)+: ERROR|fatal"}
print("a" * 64 + "!")
```

```python {#look-2 .probe of=doubt reject="^(a+)+: ERROR|fatal"}
print("a" * 64 + "!"); exit(1)
```

```sh {#look-3 .probe of=doubt reject="cannot connect"}
echo cannot connect to the database; exit 1
```

```sh {#look-4 .probe of=doubt reject="cannot connect"}
echo not there; exit 1
```
"""
    with socket.create_server(("127.0.0.1", 0)) as hole, running(
            steps, targets=f"""environments:
  test:
    label: Test
    targets:
      hole: {{http: {{url: "http://127.0.0.1:{hole.getsockname()[1]}"}}}}
""") as (ana, run):
        threading.Thread(target=lambda: hole.accept()[0].close(),
                         daemon=True).start()
        assert press(ana, run, "doubt")[0] == "unknown"
        for look, words in (("look-1", "could not be found out"),
                            ("look-2", "could not be found out"),
                            ("look-3", "cannot connect")):
            got, message = press(ana, run, look)
            assert got == "failed" and words in message, (look, message)
            assert ana.step(run, "doubt")["state"] == "unknown", look
        assert press(ana, run, "look-4")[0] == "succeeded"
        assert ana.step(run, "doubt")["state"] == "failed"


def bytes_of_another_encoding_hide_nothing():
    steps = r"""
```bash {#latin reject="ERROR.*aborting"}
printf 'ERROR: Gr\366\337e zu klein, aborting\n'
```

```bash {#gbk reject="失败|错误"}
printf '\312\247\260\334: \264\355\316\363\n'
```

```bash {#found expect="^(?!.*失败).*done"}
printf '\312\247\260\334 done\n'
```

```bash {#fine reject="ERROR" expect="done$"}
printf 'gr\366n, done\n'
```

```bash {#mark reject="^ERROR"}
printf '\357\273\277ERROR: lost\n'
```

```bash {#value capture="v~name (\S+)"}
printf 'name caf\351\nname later\n'
```
"""
    with running(steps) as (ana, run):
        ends(ana, run, "latin", "failed", "its reject")
        ends(ana, run, "gbk", "failed", "its reject", "not UTF-8")
        ends(ana, run, "found", "failed", "its expect", "not UTF-8")
        ends(ana, run, "fine", "succeeded")
        ends(ana, run, "mark", "failed", "its reject")
        ends(ana, run, "value", "failed", "not valid UTF-8")


def what_a_terminal_showed_for_a_moment_counts():
    steps = r"""
```bash {#cleared pty reject="FATAL"}
seq 30; printf '\033[2J\033[H'; echo "FATAL: disk is full"
```

```bash {#gone pty reject="FATAL"}
echo "FATAL: disk is full"; printf '\033[1A\033[2K'; echo fine
```

```bash {#rows pty reject="failed"}
printf 'db: waiting\nweb: waiting\n\033[2A\033[2Kdb: done\n\033[2Kweb: failed\n'
```

```bash {#middle pty reject="FATAL" expect="^100%$"}
for i in 10% '20% FATAL' '100%     '; do printf '\r%s' "$i"; done; echo
```

```bash {#menu pty expect="^2. choose:" capture="picked~picked (.+)"}
for i in 1 2 3; do
    printf '\033[H\033[2Jmenu %s\n\n%s) choose: \n' $i $i
done
printf '\033[H\033[Jpicked 2.4\033[5;1Hand more\n'
```

```bash {#use}
test "$picked" = 2.4
```
"""
    with running(steps) as (ana, run):
        ends(ana, run, "cleared", "failed", "its reject", "FATAL: disk is")
        text = ana.output(run, "cleared", "local")
        assert "30\nFATAL: disk is full" in text, text
        ends(ana, run, "gone", "failed", "its reject", "FATAL")
        ends(ana, run, "rows", "failed", "its reject", "web: failed")
        text = ana.output(run, "rows", "local")
        assert text.split() == ("db: waiting web: waiting db: done web: "
                                "failed").split(), text
        ends(ana, run, "middle", "failed", "its reject", "20% FATAL")
        ends(ana, run, "menu", "succeeded")
        text = ana.output(run, "menu", "local")
        for i in (1, 2, 3):
            assert f"menu {i}\n\n{i}) choose:" in text, text
        assert "picked 2.4" in text and "and more" in text, text
        ends(ana, run, "use", "succeeded")


def numbers_of_json_stay_as_they_are_written():
    steps = """
```sh {#ask capture="version=/version" capture="member=/member" capture="price=/in/price"}
echo '{"member": 10276657743932975437, "version": "3.5.9", "in": {"price": 1.10}}'
```

```sh {#use}
echo "$version $member $price"
test "$version $member $price" = '3.5.9 10276657743932975437 1.10'
```

```sh {#dump save=dump.json}
echo '{"id": 10276657743932975437, "x": 1}'
```

```sh {#same same-as=dump}
echo '{ "x": 1, "id": 10276657743932975437 }'
```

```sh {#other same-as=dump}
echo '{ "x": 1, "id": 10276657743932975436 }'
```
"""
    with running(steps) as (ana, run):
        ends(ana, run, "ask", "succeeded")
        ends(ana, run, "use", "succeeded")
        ends(ana, run, "dump", "succeeded")
        ends(ana, run, "same", "succeeded")
        ends(ana, run, "other", "failed", "differs")


def a_secret_stands_in_clear_nowhere_however_it_is_quoted():
    head = """---
title: Evidence
parameters:
  pw: {label: Password, type: secret}
---
# Print

"""
    steps = """
```python {#repr}
import base64, html, json, os, shlex, sys, urllib.parse, xml.sax.saxutils as x
p = os.environ["CS_PW"]
sql = p.replace("'", "''")
my = p.replace("\\\\", "\\\\\\\\").replace("'", "\\\\'").replace('"', '\\\\"')
for q in (p, sql, my, p.replace('"', '""'), shlex.quote(p)):
    print({"password": q}, [q.encode()], ascii(q), q)
    print(html.escape(q), html.escape(q, False), x.escape(q), x.quoteattr(q))
    print(json.dumps(q), json.dumps({"e": q}, ensure_ascii=False))
print(urllib.parse.quote(p), base64.b64encode(p.encode()), p.encode().hex())
raise ValueError("no such user: " + repr(p))
```

```bash {#trace}
set -x
: "$pw"
printf '%q\\n' "$pw"
exit 1
```
""".replace("\\\\", "\\").replace("\\n", "\n")
    for secret in ("a'b$c-efgh", "x\"y'z&w<v\\uvwü"):
        with running(steps, {"pw": secret}, head) as (ana, run):
            for name in ("repr", "trace"):
                got, message = press(ana, run, name)
                assert got == "failed", (name, message)
                text = ana.output(run, name, "local")
                page = ana.get(f"/runs/{run}", accept="text/html")[1]
                report = str(ana.get(f"/runs/{run}/report.json"))
                for where in (text, message, page, report):
                    for part in (secret, secret[-5:], secret[3:8]):
                        assert part not in where, (name, part, where)
                ana.post(f"/runs/{run}/steps/{name}/skip", {"reason": "x"})


if __name__ == "__main__":
    main([
        a_line_is_judged_to_its_end_however_long_it_is,
        a_regex_that_gives_up_fails_the_step_and_says_so,
        a_pattern_that_gives_up_refuses_the_parameter,
        colours_are_no_part_of_what_is_looked_at,
        bytes_of_another_encoding_hide_nothing,
        what_a_terminal_showed_for_a_moment_counts,
        numbers_of_json_stay_as_they_are_written,
        a_secret_stands_in_clear_nowhere_however_it_is_quoted,
        a_probe_whose_output_is_not_clear_does_not_answer,
    ])
