#!/usr/bin/env python3
"""
Steps on groups: batches, when they stop, and what a retry is for; one real
sshd stands for all hosts, as each target is a connection of its own.
"""
import os, pathlib, tempfile

import test_step_ssh as ssh
from console import Console, main, runbook_folder

WORK = pathlib.Path(ssh.WORK)


def hosts(count, prefix="h"):
    return [ssh.SSHD.target(f"{prefix}{i:04}") for i in range(1, count + 1)]


def step(text, targets, **more):
    return ssh.Step(text, targets, **more).wait()


def ends(s):
    """{target: last line}, and the last line of all."""
    lines = s.lines()
    return ({x["target"]: x for x in lines if "tries" in x},
            next(x for x in lines if x.get("done")))


def states(s):
    return [ends(s)[0][t["name"]]["state"] for t in s.targets]


def numbered(folder, bad):
    """Each run takes the next number; those in `bad` fail."""
    return (f"n=1; while ! mkdir {folder}/$n 2>/dev/null; do n=$((n+1)); done\n"
            f"date +%s%N >{folder}/$n/began; sleep 0.2\n"
            f"date +%s%N >{folder}/$n/ended\n"
            f"case $n in {bad}) exit 3;; esac\n")


def moments(folder):
    found = {}
    for n in folder.iterdir():
        began, ended = n / "began", n / "ended"
        if began.exists():
            found[int(n.name)] = (int(began.read_text()), int(ended.read_text()))
    return [found[n] for n in sorted(found)]


def fresh():
    return pathlib.Path(tempfile.mkdtemp(dir=WORK))


def test_serial_is_one_after_the_other_and_stops_at_the_first_that_fails():
    folder = fresh()
    s = step(numbered(folder, "3"), hosts(6), batch=1)
    assert states(s) == ["succeeded"] * 2 + ["failed"] + ["not_started"] * 3, states(s)
    ran = moments(folder)
    assert len(ran) == 3 and all(a[1] <= b[0] for a, b in zip(ran, ran[1:])), ran
    done = ends(s)[1]
    assert done["state"] == "failed", done
    assert done["message"].startswith(
        "1 of 6 targets failed. 3 of 6 targets: not started as the target "
        "before failed (serial)."), done
    assert "h0003" in done["message"], done


def test_a_batch_starts_when_the_one_before_has_ended():
    folder = fresh()
    s = step(numbered(folder, "none"), hosts(6), batch=2)
    assert states(s) == ["succeeded"] * 6
    ran = sorted(moments(folder))
    for i in (2, 4):
        before = max(e for _, e in ran[:i])
        assert all(b >= before for b, _ in ran[i:]), ran


def test_a_batch_with_a_failure_is_the_last_but_all_of_it_runs():
    folder = fresh()
    s = step(numbered(folder, "1"), hosts(6), batch=3)
    found = states(s)
    assert found.count("failed") == 1 and found.count("succeeded") == 2, found
    assert found[3:] == ["not_started"] * 3, found
    assert "the batch before had a failure (batch=3)" in ends(s)[1]["message"]


def test_max_fail_lets_that_many_fail():
    folder = fresh()
    s = step(numbered(folder, "1|3"), hosts(6), batch=2, max_fail=2)
    assert "not_started" not in states(s), states(s)
    assert ends(s)[1]["message"].startswith("2 of 6 targets failed."), ends(s)[1]
    folder = fresh()
    s = step(numbered(folder, "1|2|3"), hosts(8), batch=1, max_fail=2)
    assert states(s) == ["failed"] * 3 + ["not_started"] * 5, states(s)
    assert "3 of 8 targets failed. 5 of 8 targets: not started as max-fail=2 " \
        "was passed." in ends(s)[1]["message"], ends(s)[1]
    folder = fresh()
    s = step(numbered(folder, "1"), hosts(5), parallel=1, max_fail=0)
    assert states(s) == ["failed"] + ["not_started"] * 4, states(s)


def test_a_cancel_leaves_what_was_not_started_as_that():
    s = ssh.Step("echo up; sleep 60", hosts(4), batch=2)
    s.until(target="h0001", state="running")
    s.until(target="h0002", state="running")
    s.process.terminate()
    s.wait()
    assert states(s) == ["failed"] * 2 + ["not_started"] * 2, states(s)
    assert "as the step was cancelled" in ends(s)[0]["h0004"]["message"]


def test_doubt_about_one_target_outweighs_the_failure_of_another():
    s = ssh.Step("test -e /nowhere || sleep 60", hosts(1) + [ssh.LOCAL])
    s.until(target="h0001", state="running")
    s.until(target="local", state="running")
    pid = ssh.sh("pgrep", "-P", str(s.process.pid)).stdout.split()[0]
    os.kill(int(pid), 9)
    s.process.terminate()
    s.wait()
    assert sorted(states(s)) == ["failed", "unknown"], s.lines()
    assert ends(s)[1]["state"] == "unknown", ends(s)[1]


def inventory(names):
    t = ssh.SSHD.target()
    text = "environments:\n  test:\n    targets:\n"
    for name in names:
        text += (f"      {name}: {{ssh: {{host: 127.0.0.1, port: {t['port']}, user: {t['user']}, "
                 f"key: {t['key']}, host_key: {t['host_key']}}}}}\n")
    return text + f"    groups:\n      web: [{', '.join(names)}]\n"


def started(console, ana, book):
    status, run = ana.post("/runs", {"runbook": book, "environment": "test"})
    assert status == 201, run
    assert ana.post(f"/runs/{run['id']}/start")[0] == 200
    return run["id"]


def attempt(ana, run, name, verb="execute", **body):
    status, answer = ana.post(f"/runs/{run}/steps/{name}/{verb}", body)
    assert status == 202, answer
    return ana.wait_step(run, name)


def targets_of(found):
    return {t["name"]: t["state"] for t in found["attempts"][-1]["targets"]}


BOOK = """---
title: Roll out
---
```sh {#roll on=web batch=34%%}
%s
echo v1
```

```sh {#after on=web}
echo after
```
"""


def test_a_retry_is_for_the_targets_that_have_not_succeeded():
    folder = fresh()
    names = [f"h{i}" for i in range(1, 7)]
    books = runbook_folder({"roll": BOOK % numbered(folder, "2")}, inventory(names))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = started(console, ana, "roll")
        found = attempt(ana, run, "roll")
        got = targets_of(found)
        # 34 % of 6 is 2.04: three at a time
        assert found["state"] == "failed", found
        assert sorted(got.values()) == ["failed"] + ["not_started"] * 3 + ["succeeded"] * 2
        assert found["hosts"] == {"failed": 1, "not_started": 3, "succeeded": 2}, found["hosts"]
        page = ana.get(f"/runs/{run}", accept="text/html")[1]
        assert "Retry on the 4 targets that have not succeeded" in page
        assert "Retry on all 6 targets" in page
        assert "2 succeeded" in page and "3 not started" in page
        status, answer = ana.post(f"/runs/{run}/steps/roll/retry", {"targets": "some"})
        assert status == 422, (status, answer)

        before = {n for n, s in got.items() if s == "succeeded"}
        found = attempt(ana, run, "roll", "retry")
        assert found["state"] == "succeeded", found
        assert set(targets_of(found)) == set(names) - before, found
        assert found["hosts"] == {"succeeded": 6}, found["hosts"]
        assert len(list(folder.iterdir())) == 7
        events = ana.get(f"/runs/{run}/events?after=0")[1]["events"]
        requested = [e["data"] for e in events if e["kind"] == "step.requested"]
        assert requested[1]["chosen"] == "failed" and len(requested[1]["targets"]) == 4
        # the list of all, up to each attempt
        url = f"/runs/{run}/steps/roll/attempts"
        first, second = ana.get(url + "/1")[1], ana.get(url + "/2")[1]
        assert first["counts"] == {"failed": 1, "not_started": 3, "succeeded": 2}, first
        assert {h["name"]: h["attempt"] for h in second["hosts"]} == {
            n: 1 if n in before else 2 for n in names}, second
        assert ana.get(url + "/3")[0] == 404
        assert [h["name"] for h in ana.get(url + "/1?q=H2")[1]["hosts"]] == ["h2"]
        # the index of an output, asked for behind its end as before it
        lines = f"{url}/1/{min(before)}.lines"
        whole = ana.get(lines)[1]
        assert whole["groups"] == [[0, 0]] and whole["end"] == whole["size"] > 0, whole
        for at in "9223372036854775807", "-1", "x":
            assert ana.get(f"{lines}?at={at}&line={at}") == (200, whole), at
        assert ana.get(f"{lines}?q=V1&at=9223372036854775807")[1]["matches"] == [whole["line"] - 1]
        assert len(ana.get(url + "/1?state=not_started")[1]["hosts"]) == 3
        csv = ana.get(f"/runs/{run}/report.csv", accept="text/csv")[1]
        assert csv.count('"not_started"') == 3 and csv.count('"roll"') == 10, csv


PROBED = """---
title: Probed
---
```sh {#up on=web rerun=probe}
test -e %(folder)s/good-$CS_TARGET && echo $CS_TARGET >> %(folder)s/done
```

```sh {#is-up on=web .probe of=up title="Is it up?"}
exit $(cat %(folder)s/probe-$CS_TARGET)
```
"""


def test_a_probe_on_a_group_is_judged_where_the_step_has_not_succeeded():
    folder = fresh()
    names = ["h1", "h2", "h3"]
    books = runbook_folder({"probed": PROBED % {"folder": folder}}, inventory(names))

    def answers(*codes):
        for name, code in zip(names, codes):
            (folder / f"probe-{name}").write_text(code)

    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        run = started(console, ana, "probed")
        (folder / "good-h1").touch()
        assert targets_of(attempt(ana, run, "up")) == {
            "h1": "succeeded", "h2": "failed", "h3": "failed"}

        # those that failed disagree, or do not answer: nothing is settled
        answers("0", "0", "1")
        found = attempt(ana, run, "is-up")
        assert found["state"] == "failed", found
        page = ana.get(f"/runs/{run}", accept="text/html")[1]
        assert "it has taken effect on h1, h2, and not on h3" in page, page
        answers("0", "2", "1")
        assert attempt(ana, run, "is-up")["state"] == "failed"
        # nor by a yes where they failed and a no where the step succeeded
        answers("1", "0", "0")
        assert attempt(ana, run, "is-up")["state"] == "failed"
        assert ana.post(f"/runs/{run}/steps/up/retry")[0] == 409

        answers("0", "1", "1")
        assert attempt(ana, run, "is-up")["state"] == "succeeded"
        page = ana.get(f"/runs/{run}", accept="text/html")[1]
        assert "Found: it has not taken effect on h2, h3" in page, page
        assert "Found: it has not taken effect on h2, h3" in ana.get(
            f"/runs/{run}/report", accept="text/html")[1]
        for name in names[1:]:
            (folder / f"good-{name}").touch()
        assert set(targets_of(attempt(ana, run, "up", "retry"))) == {"h2", "h3"}
        assert sorted((folder / "done").read_text().split()) == names


def test_a_run_that_lacks_a_correct_target_leads_to_a_new_one_with_its_values():
    book = """---
title: Away
parameters:
  word: {label: Word, default: one}
  secret: {label: Secret, type: secret}
---
```sh {#away on=h1}
echo "$word"
```
"""
    away = inventory(["h1"]).replace(f"port: {ssh.SSHD.port}", f"port: {ssh.free_port()}")
    with Console(runbooks=runbook_folder({"away": book}, away)) as console:
        ana = console.user("ana", "operator")
        status, run = ana.post("/runs", {"runbook": "away", "environment": "test",
                                         "parameters": {"word": "two < 3", "secret": "a-word-of-mine"}})
        assert status == 201, run
        assert ana.post(f"/runs/{run['id']}/start")[0] == 200
        assert attempt(ana, run["id"], "away")["state"] == "failed"
        page = ana.get(f"/runs/{run['id']}", accept="text/html")[1]
        link = f"/runs/new?runbook=away&amp;from={run['id']}"
        assert "This run keeps the targets" in page and f'href="{link}"' in page, page
        form = ana.get(link.replace("&amp;", "&"), accept="text/html")[1]
        assert 'value="two &lt; 3"' in form and "a-word-of-mine" not in form, form
        assert "checked" in form, form
        # another document's run proposes nothing
        other = ana.get(f"/runs/new?runbook=away&from={run['id'] + 1}", accept="text/html")[1]
        assert 'value="one"' in other, other


CAPTURES = """---
title: Read
---
```sh {#read on=web serial capture="v~v=(.*)" capture="id~v=(.*)" capture="same~same=(.*)"}
%s
echo v=$(cat %s)-$CS_TARGET; echo same=1
```

```sh {#use on=web}
echo "here $v and $same"
```

```edit {#file on=web file="%s/{{v}}.conf"}
ensure {{v}}
```

```sh {#away rerun=safe}
echo "there $v"
```

```sh {#plain}
# the program id is no value that differs
id -u >&2; echo "common $same"
```

```sh {#again on=web capture="v~v=(.*)"}
echo v=last
```

```sh {#last}
echo "at last $v"
```
"""


def test_a_captured_value_may_differ_from_target_to_target():
    folder = fresh()
    value = WORK / "value"
    for name in "one-h1", "two-h2":
        (WORK / f"{name}.conf").write_text("# as it was\n")
    books = runbook_folder({"read": CAPTURES % (numbered(folder, "2"), value,
                                                WORK)},
                           inventory(["h1", "h2"]))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = started(console, ana, "read")
        value.write_text("one")
        assert attempt(ana, run, "read")["state"] == "failed"
        value.write_text("two")
        # h1 keeps what its first attempt captured
        found = attempt(ana, run, "read", "retry")
        assert found["state"] == "succeeded", found
        assert ana.run(run)["variables"] == {"same": "1"}
        seen = ana.get(f"/runs/{run}/preview/use")[1]["values"]
        assert {(v["name"], v["target"], v["value"]) for v in seen} == {
            ("v", "h1", "one-h1"), ("v", "h2", "two-h2"), ("same", None, "1")}, seen
        assert attempt(ana, run, "use")["state"] == "succeeded"
        for name, said in ("h1", "one-h1"), ("h2", "two-h2"):
            assert ana.output(run, "use", name) == f"here {said} and 1\n"
        assert attempt(ana, run, "file")["state"] == "succeeded"
        for name in "one-h1", "two-h2":
            assert (WORK / f"{name}.conf").read_text().endswith(f"\n{name}\n")
        found = attempt(ana, run, "away")
        assert found["state"] == "failed", found
        message = found["attempts"][-1]["message"]
        assert "“v” has a value of its own on h1, h2" in message and \
            "none on local" in message, message
        ana.post(f"/runs/{run}/steps/away/skip", {"reason": "as expected"})
        assert attempt(ana, run, "plain")["state"] == "succeeded"
        assert attempt(ana, run, "again")["state"] == "succeeded"
        assert attempt(ana, run, "last")["state"] == "succeeded"
        assert ana.output(run, "last", "local") == "at last last\n"


def test_the_limit_of_an_output_can_be_chosen_and_its_end_stays():
    book = ("---\ntitle: Much\n---\n```sh {#much}\n"
            "head -c 3000000 /dev/zero | tr '\\0' 'x' | fold -w 99\necho; echo the end\n```\n")
    for megabytes, whole in (("1", False), ("5", True)):
        with Console(runbooks=runbook_folder({"much": book}),
                     options=("--output-limit", megabytes)) as console:
            ana = console.user("ana", "operator")
            run = started(console, ana, "much")
            target = attempt(ana, run, "much")["attempts"][0]["targets"][0]
            assert (target["dropped"] == 0) == whole, target
            text = ana.output(run, "much", "local")
            assert text.endswith("the end\n"), text[-200:]
            assert (len(text) > 3000000) == whole and len(text) > 900000, len(text)


if __name__ == "__main__":
    with ssh.servers():
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
