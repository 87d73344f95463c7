#!/usr/bin/env python3
"""
make_before_plan.py BUILD: writes tests/e2e/before_plan.tar.gz and
during_upgrade.tar.gz, data folders as the last version without compiled plans
left them (git commit da6091a), for test_upgrade.py.  BUILD is the folder of that
version's programs:

    git worktree add /tmp/before da6091a && make -C /tmp/before all
    tests/e2e/make_before_plan.py /tmp/before/build

Run 1 has ended, run 2 is approved and at its second step, run 3 has one of its
two approvals.  report.json is the report of run 1 as it was exported then.

In the second folder the console was stopped while a step of each of two runs was
at work.  later/EXEC has what their executors, which went on, wrote after that.
"""
import pathlib
import shutil
import sys
import tarfile
import tempfile

from console import Console, runbook_folder, wait_until

BOOK = """---
title: Before
approvals:
  - {role: approver, count: %d}
parameters:
  hosts: {label: Hosts, type: list, default: "a, b"}
  word: {label: A word, type: secret}
---
```sh {#first capture=found save=first.txt}
echo "$hosts"
```

# On {{host}} {each="host in hosts"}

```sh {#each}
echo "$host $found"
```
"""

WAITS = """---
title: At work
approvals:
  - {role: approver, count: 1}
parameters:
  gate: {label: The file that it waits for}
---
```sh {#slow capture=found save=kept.txt}
until [ -e "$gate" ]; do sleep 0.2; done
echo value-of-it
exit %d
```

```sh {#after}
echo "after $found"
```
"""


def make(build):
    folder = runbook_folder({"one": BOOK % 1, "two": BOOK % 2})
    data = pathlib.Path(tempfile.mkdtemp(prefix="cs-before-"))
    with Console(data=data, runbooks=folder, build=build) as console:
        ana, eve = console.user("ana", "operator"), console.user("eve", "approver")

        def create(runbook):
            status, answer = ana.post("/runs", {"runbook": runbook, "environment": "test",
                                                "parameters": {"word": "hunter22"}})
            assert status == 201, answer
            status, said = eve.post(f"/runs/{answer['id']}/approvals",
                                    {"decision": "approve", "plan": ana.run(answer["id"])["plan"]})
            assert status == 200, said
            return answer["id"]

        ended, open_run, waiting = create("one"), create("one"), create("two")
        for run in ended, open_run:
            assert ana.post(f"/runs/{run}/start")[0] == 200
            ana.press(run, ana.step(run, "first"))
            assert ana.wait_step(run, "first")["state"] == "succeeded"
        for step in "each.a", "each.b":
            ana.press(ended, ana.step(ended, step))
            ana.wait_step(ended, step)
        status, answer = ana.post(f"/runs/{ended}/close", {"result": "succeeded", "note": "done"})
        assert status == 200, answer
        assert (ended, open_run, waiting) == (1, 2, 3)
        (data / "report.json").write_bytes(console.raw("GET", f"/runs/{ended}/report.json", headers={
            "Authorization": f"Bearer {ana.token}", "Accept": "application/json"})[2])
    return data


def make_during(build):
    folder = runbook_folder({"good": WAITS % 0, "bad": WAITS % 3})
    data = pathlib.Path(tempfile.mkdtemp(prefix="cs-during-"))
    gate = pathlib.Path(tempfile.mkdtemp(prefix="cs-gate-")) / "open"
    gate.parent.chmod(0o777)
    console = Console(data=data, runbooks=folder, build=build)
    console.start()
    ana, eve = console.user("ana", "operator"), console.user("eve", "approver")
    for run, runbook in enumerate(("good", "bad"), 1):
        status, answer = ana.post("/runs", {"runbook": runbook, "environment": "test",
                                            "parameters": {"gate": str(gate)}})
        assert (status, answer["id"]) == (201, run), answer
        assert eve.post(f"/runs/{run}/approvals", {"decision": "approve", "plan": ana.run(run)["plan"]})[0] == 200
        assert ana.post(f"/runs/{run}/start")[0] == 200
        assert ana.post(f"/runs/{run}/steps/slow/execute", {})[0] == 202
        wait_until(lambda: ana.step(run, "slow")["state"] == "running")     # pylint: disable=W0640
    console.stop()
    kept = pathlib.Path(tempfile.mkdtemp(prefix="cs-during-"))
    for name in "countersign.db", "ledger.jsonl":
        shutil.copy(data / name, kept)
    for name in "keys", "exec":
        shutil.copytree(data / name, kept / name)
    gate.touch()
    for job in (data / "exec").iterdir():
        wait_until(lambda: '"done":true' in (job / "status").read_text())   # pylint: disable=W0640
    shutil.copytree(data / "exec", kept / "later")
    return kept


def pack(data, to, *names):
    with tarfile.open(pathlib.Path(__file__).with_name(to), "w:gz") as tar:
        for name in names:
            tar.add(data / name, arcname=name)


def main():
    build = sys.argv[1]
    pack(make(build), "before_plan.tar.gz", "countersign.db", "ledger.jsonl", "keys", "exec", "report.json")
    pack(make_during(build), "during_upgrade.tar.gz", "countersign.db", "ledger.jsonl", "keys", "exec", "later")


if __name__ == "__main__":
    main()
