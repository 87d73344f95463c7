#!/usr/bin/env python3
"""
A run in production as somebody sees it who is new here (newcomer.js); one real
sshd stands for all hosts.
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

LONG = "if [ -f /srv/greeter/broken ] && [ \"$mode\" = rolling ]; then " \
    "echo 'ERROR: the disk of the greeter is full, and nothing was unpacked'; exit 1; fi # the end of the line"

UPGRADE = f"""---
title: Upgrade the greeter
parameters:
  version: {{label: Target version, default: 1.4.1, pattern: '\\d+\\.\\d+\\.\\d+'}}
  mode: {{label: Mode, choices: [rolling, at-once], default: rolling}}
approvals:
  - {{role: approver, count: 1}}
---
# Upgrade

```
{LONG}
```

```sh {{#install title="Install the new version" capture="backup~saved as (\\S+)"}}
{LONG}
echo "saved as /tmp/backup"
```
```sh {{#roll title="Restart the greeters" on=all rerun=probe max-fail=20}}
case $CS_TARGET in h00[1-4]) echo "$CS_TARGET: package database is locked"; exit 1;; esac
echo "$CS_TARGET is restarted"
```
```sh {{#rolled .probe of=roll on=all title="Is it restarted?"}}
[ "$CS_TARGET" != h002 ]
```
- [ ] Tell everybody that it is done {{#tell evidence=required}}

# Rollback {{.rollback}}

```sh {{#back title="Put the old version back" undo=install}}
echo "$backup"
```
- [ ] Tell everybody that it is the old version again, and when the next window is, in the channel of the greeters {{#untell}}
"""

FLEET = """---
title: Upgrade the fleet
---
```sh {#restart on=all}
true
```
"""


def targets():
    t = ssh.SSHD.target()
    hosts = "".join(
        f"      h{i:03}: {{shared: true, ssh: {{host: 127.0.0.1, port: {t['port']}, user: "
        f"{t['user']}, key: {t['key']}, host_key: {t['host_key']}}}}}\n" for i in range(1, 15))
    return ("environments:\n  test:\n    label: Test lab\n    targets: {}\n"
            "  production:\n    label: Production\n    production: true\n    local: {unconfined: true}\n"
            "    targets:\n" + hosts + f"    groups:\n      all: [{', '.join(f'h{i:03}' for i in range(1, 15))}]\n"
            "  live:\n    label: Live\n    production: true\n    local: {unconfined: true}\n"
            "    approvals:\n      - {role: approver, count: 2}\n"
            "    targets:\n" + hosts + "    groups:\n      all: [h001, h002]\n")


def main():
    results = Results()
    books = runbook_folder({"upgrade": UPGRADE, "fleet": FLEET}, targets())
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver,admin")
        bo = console.user("bo", "operator,approver")
        bo.make_approving()
        results.check("what somebody new sees", in_browser(
            console, "newcomer.js", TOKEN=ana.token, TOKEN_BO=bo.token, LONG=LONG))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    with ssh.servers():
        sys.exit(main())
