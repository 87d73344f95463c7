#!/usr/bin/env python3
"""
make_before_plan.py BUILD: writes tests/e2e/before_plan.tar.gz, a data folder as
the last version without compiled plans left it (git commit da6091a), for
test_upgrade.py.  BUILD is the folder of that version's programs:

    git worktree add /tmp/before da6091a && make -C /tmp/before all
    tests/e2e/make_before_plan.py /tmp/before/build

Run 1 has ended, run 2 is approved and at its second step, run 3 has one of its
two approvals.  report.json is the report of run 1 as it was exported then.
"""
import pathlib
import sys
import tarfile
import tempfile

from console import Console, runbook_folder

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


def main():
    data = make(sys.argv[1])
    with tarfile.open(pathlib.Path(__file__).with_name("before_plan.tar.gz"), "w:gz") as tar:
        for name in "countersign.db", "ledger.jsonl", "keys", "exec", "report.json":
            tar.add(data / name, arcname=name)


if __name__ == "__main__":
    main()
