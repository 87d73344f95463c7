#!/usr/bin/env python3
"""
Takes pictures of the pages (take.js): each page, and each state of /ui, at 1280
and 360 px, in both themes and both languages, into build/pictures with an
index.  They are for people to look at: nothing is compared.

    tests/browser/pictures/take.py [NAME...]    only pages with these names

One real sshd stands for all hosts.  Each wait has a limit, and after 20 minutes
all of it ends.
"""
import os
import pathlib
import shutil
import signal
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
import test_step_ssh as ssh  # noqa: E402
from console import Console, in_browser, runbook_folder  # noqa: E402

# The with statements end what was started.
signal.signal(signal.SIGALRM, lambda *_: sys.exit("20 minutes are over"))
signal.alarm(20 * 60)
HOSTS = [f"fleet{n}" for n in range(141, 155)]

FLEET = """---
title: Upgrade the greeter on the fleet
summary: Packages on fourteen hosts, one after the other, with the balancer drained
tags: [greeter, fleet]
parameters:
  version: {label: Version, help: Three numbers with dots., default: 1.4.1}
  pass: {label: Password of the package server, type: secret}
---
# Before

Tell the night shift, and look at what runs. **Nothing is changed here.**

- [ ] Announce the maintenance window {#announce}

```sh {#look title="Look at what is there" expect="greeter 1.4.0" timeout=1m}
echo "greeter 1.4.0 (active since 22:05)"
```

# Upgrade

```sh {#drain title="Drain the load balancer"}
echo "pool greeter: 14 hosts drained"
```

```sh {#install title="Install the packages" on=all max-fail=20 timeout=10m}
echo "$CS_TARGET: reading package lists"
case $CS_TARGET in
fleet142|fleet145|fleet146|fleet149|fleet151|fleet153) echo "E: package database is locked"; exit 3;;
fleet144) echo "E: no space left on /var"; exit 28;;
esac
echo "$CS_TARGET: greeter 1.4.1 installed"
```

```sh {#schema title="Migrate the schema" .irreversible on=fleet141}
./migrate.sh
```

# After

- [ ] Look at the dashboards for ten minutes {#dashboards sign=approver}

# Back {.rollback}

```sh {#undrain undo=drain title="Fill the load balancer again"}
echo "pool greeter: 14 hosts filled"
```
"""

SCHEMA = """---
title: Drop the old tables of the ledger
summary: After the retention period; an approver reads it first
parameters:
  version: {label: Target version, default: 1.4.1}
  pass: {label: Password, type: secret}
approvals:
  - {role: approver, count: 2, expires: 4h}
---
# Drop

```sh {#count title="Count what is left"}
echo "0 rows in use"
```

```sh {#drop title="Drop the tables" .irreversible on=fleet141}
echo dropped
```
"""

NIGHT = """---
title: Rotate the certificates
summary: Every ninety days
tags: [certificates]
---
# Rotate

```sh {#new title="Make the new certificates"}
for n in $(seq 1 60); do echo "line $n of the certificate tool: nothing to see here"; done
echo "warning: the old one ends in 3 days"
echo "serial 4f:2a:91"
```

- [ ] Tell the **night shift** that the browser may ask again {#tell}

```sh {#reload title="Reload the web servers"}
echo "14 reloaded"
```
"""

BROKEN = """---
title: A runbook with mistakes
---
```sh {#a on=nowhere}
true
```
- [ ] Twice {#a}
"""

CHINESE = """---
title: 升级问候服务（第二期）
summary: 先备份数据库，再逐台升级，最后由夜班确认
tags: [问候服务]
parameters:
  version: {label: 目标版本, default: 1.4.1}
---
# 升级前的准备

升级前请先备份数据库（约 20 GB），预计 22:05 完成；如有疑问，请联系值班人员。

- [ ] 通知夜班：窗口从 22:00 到 23:30 {#announce}

```sh {#backup title="备份数据库（约 20 GB，需要十分钟左右）"}
echo "备份完成"
```

# 升级

```sh {#install title="安装软件包并重新启动服务"}
echo "错误：磁盘空间不足" >&2
exit 28
```
"""


def targets():
    t = ssh.SSHD.target()
    hosts = "".join(
        f"      {name}: {{shared: true, ssh: {{host: 127.0.0.1, port: {t['port']}, user: {t['user']}, "
        f"key: {t['key']}, host_key: {t['host_key']}}}}}\n" for name in HOSTS)
    groups = f"    groups:\n      all: [{', '.join(HOSTS)}]\n"
    return ("environments:\n  test:\n    label: Test lab\n    targets:\n" + hosts + groups +
            "  production:\n    label: Frankfurt\n    production: true\n    local: {unconfined: true}\n"
            "    targets:\n" + hosts + groups)


def make_runs(ana, bo):
    """A run in each state that has a page of its own: {name: number}."""
    runs = {}

    def run(name, book, environment="test", start=True, until=None, **more):
        status, made = ana.post("/runs", {"runbook": book, "environment": environment, **more})
        if status != 201:
            raise AssertionError(f"{name}: {status} {made}")
        runs[name] = made["id"]
        if start:
            ana.post(f"/runs/{made['id']}/start")
            ana.drive(made["id"], until=until)
        return made["id"]

    secret = {"pass": "a password of the night"}
    number = run("done", "night")
    ana.post(f"/runs/{number}/close", {"result": "succeeded", "note": "all quiet"})
    number = run("aborted", "night", until="tell")
    ana.post(f"/runs/{number}/abort", {"reason": "the window was moved to tomorrow"})
    run("failed", "fleet", environment="production", parameters=secret)
    run("final", "fleet", until="install", parameters=secret)
    ana.post(f"/runs/{runs['final']}/steps/install/execute")
    ana.wait_step(runs["final"], "install")
    ana.post(f"/runs/{runs['final']}/steps/install/skip", {"reason": "the locked hosts follow tomorrow"})
    run("next", "night", until="tell")
    run("ready", "fleet", start=False, title="Upgrade the greeter on the fleet, second night",
        parameters=secret)
    run("paused", "night", until="reload")
    ana.post(f"/runs/{runs['paused']}/pause")
    run("approval", "schema", environment="production", start=False, parameters=secret,
        reason="CHG-4711: the retention period has ended")
    run("chinese", "chinese")
    ana.post(f"/runs/{runs['failed']}/comments", {"text": "The package mirror holds its lock since 21:40."})
    bo.post(f"/runs/{runs['failed']}/comments", {"text": "I look at it, five minutes."})
    ana.post(f"/runs/{runs['ready']}/preflight")
    return runs


def take(folder, names):
    books = runbook_folder({"fleet": FLEET, "schema": SCHEMA, "night": NIGHT, "broken": BROKEN,
                            "chinese": CHINESE}, targets())
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator,approver,admin")
            bo = console.user("bo", "operator,approver,dba")
            console.user("cy", "viewer")
            runs = make_runs(ana, bo)
            return not in_browser(console, "pictures/take.js", FOLDER=str(folder), NAMES=" ".join(names),
                                  **{f"RUN_{name.upper()}": str(number) for name, number in runs.items()})
    finally:
        shutil.rmtree(books)


def main():
    folder = TOP / "build/pictures"
    folder.mkdir(parents=True, exist_ok=True)
    ssh.prepare()
    try:
        return take(folder, sys.argv[1:])
    finally:
        for server in (ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA, ssh.ETM, ssh.BARE):
            server.stop()
        shutil.rmtree(ssh.WORK, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
