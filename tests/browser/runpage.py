#!/usr/bin/env python3
"""
The page of a run, as people work with it (runpage.js); one real sshd stands
for all hosts.
time limit: 20 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
import test_step_ssh as ssh  # noqa: E402
from console import Console, Results, in_browser, runbook_folder  # noqa: E402

STEPS = 12


def walk():
    """By hand and by script in turns, with text that makes each card high."""
    text = "---\ntitle: Walk along\n---\n"
    for i in range(1, STEPS + 1):
        text += f"\n# Part {i}\n\n" + "What is done here, and why.\n\n" * 6
        text += (f"- [ ] Look at **{i}** {{#s{i}}}\n" if i % 2 else
                 f"```sh {{#s{i} title=\"Do {i}\"}}\n" + "echo a line\n" * 30 + "```\n")
    return text


GROUP = """---
title: Roll out
---
```sh {#roll on=all max-fail=20}
echo "$CS_TARGET begins"
case $CS_TARGET in
h002|h005|h006|h009|h011|h013) echo "$CS_TARGET: package database is locked"; exit 3;;
h004) echo "<b>No space</b>"; exit 28;;
esac
```
- [ ] Agree {#agree role=dba}
"""

LOOP = """---
title: Tell everybody
parameters:
  list: {label: Workers, type: list}
---
# Begin
```sh {#begin title="Begin"}
true
```
# Worker {{w}} {each="w in list"}
- [ ] Tell {{w}} {#each}
# End
- [ ] End {#end}
"""

MIXED = """# Work
```sh {#one}
true
```
```sh {#two}
exit 3
```
```sh {#three}
true
```
# Then
- [ ] End {#end}
"""


FINAL = """---
title: Drop the old tables
---
```sh {#stop title="Stop the greeter"}
echo stopped
```

Nothing else has what customers wrote before the upgrade.

```sh {#drop title="Drop the tables" .irreversible on=all}
echo dropped
```

# Back {.rollback}
```sh {#start undo=stop title="Start the greeter"}
echo started
```
"""

AGREED = """---
title: Drop the old tables
parameters:
  version: {label: Target version, default: 1.4.1}
  pass: {label: Password, type: secret}
approvals:
  - {role: approver, count: 1}
---
```sh {#drop title="Drop the tables" .irreversible on=h001}
echo dropped
```
"""

SLOW = """# Work

What is done here, and why: a text of two lines on a phone.

```sh {#slow title="Look after a machine"}
echo "the first line"; sleep 120
```
"""

WIDE = "# All\n" + "".join(f"- [ ] Count {i} {{#c{i}}}\n" for i in range(30))


def targets():
    t = ssh.SSHD.target()
    return "environments:\n  test:\n    label: Test lab\n    targets:\n" + "".join(
        f"      h{i:03}: {{shared: true, ssh: {{host: 127.0.0.1, port: {t['port']}, user: "
        f"{t['user']}, key: {t['key']}, host_key: {t['host_key']}}}}}\n" for i in range(1, 15)) + (
        f"    groups:\n      all: [{', '.join(f'h{i:03}' for i in range(1, 15))}]\n")


def main():
    results = Results()
    books = runbook_folder({"walk": walk(), "group": GROUP, "loop": LOOP,
                            "mixed": MIXED, "wide": WIDE, "slow": SLOW, "final": FINAL,
                            "agreed": AGREED}, targets())
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver,admin")
        bo = console.user("bo", "operator,approver,dba")
        results.check("the page of a run", in_browser(
            console, "runpage.js", TOKEN=ana.token, TOKEN_BO=bo.token))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    with ssh.servers():
        sys.exit(main())
