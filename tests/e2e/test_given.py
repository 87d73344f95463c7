#!/usr/bin/env python3
"""
The things that a script is given: the addresses and secrets of targets (with=), programs
(needs=) and the PATH of the console's machine, through the whole console, with
real servers: sshd, MariaDB, PostgreSQL, S3.  Arguments choose tests by name.
"""
import json, os, pathlib, shutil, subprocess

import test_look as looks
import test_sql as sql
import test_step_ssh as ssh
from console import BUILD, TOP, Console, main, runbook_folder

WORK = pathlib.Path(ssh.WORK)
TOKEN = "tok-2718281828"
S3_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfi"
ASK = """mariadb -u "$CS_DB_USER" -N -e "SELECT CONCAT('it is ', USER())" "$CS_DB_DATABASE"
psql -At -c "SELECT 'it is ' || current_user"
"""
# Looks for a secret in command lines and in the files of the script's folder.
SEARCH = """import glob, os
secret = os.environ["CS_DB_PASSWORD"].encode()
for path in glob.glob("/proc/[0-9]*/cmdline") + [
        os.path.join(top, name) for top, _, names in os.walk(
            os.path.expanduser("~/.countersign")) for name in names]:
    try:
        with open(path, "rb") as file:
            if secret in file.read():
                print("FOUND in", path)
    except OSError:
        pass
print("searched;", os.environ["CS_SHOP_URL"], os.environ["CS_SHOP_TOKEN"])
"""
DOCUMENT = """---
title: Given
---
# Here

```bash {#here with="db billing"}
%s```

```python {#look with="db shop"}
%s```

```sh {#bucket with=bucket}
echo "$AWS_ENDPOINT_URL $CS_BUCKET_URL"
aws --endpoint-url "$AWS_ENDPOINT_URL" s3 mb s3://kept
echo hello | aws --endpoint-url "$AWS_ENDPOINT_URL" s3 cp - s3://kept/note
aws --endpoint-url "$AWS_ENDPOINT_URL" s3 ls s3://kept
```

# There

```bash {#there on=flow with="db=inside"}
```

```bash {#gate on=flow with="inside pg-inside" title="Over SSH"}
mariadb -u "$CS_INSIDE_USER" -N -e "SELECT CONCAT('it is ', USER())" "$CS_INSIDE_DATABASE"
psql -At -c "SELECT 'it is ' || current_user"
```

```python {#search on=flow with="shop inside"}
%s```
""" % (ASK, SEARCH, SEARCH.replace("CS_DB_", "CS_INSIDE_"))
DOCUMENT = DOCUMENT.replace('```bash {#there on=flow with="db=inside"}\n```\n\n', "")


def flow():
    t = ssh.SSHD.target()
    return ("{ssh: {host: %(host)s, port: %(port)s, user: %(user)s, key: %(key)s, "
            "host_key: '%(host_key)s'}}" % t)


def targets(more="", local=""):
    db, pg = sql.MARIA.target(), sql.PG.target()
    mysql = f"host: 127.0.0.1, port: {db['port']}, user: op, password: app, database: app"
    postgresql = (f"host: 127.0.0.1, port: {pg['port']}, user: {pg['user']}, password: app, "
                  f"database: {pg['database']}")
    return f"""environments:
  test:
    label: Test
{local}    targets:
      flow: {flow()}
      db: {{mysql: {{{mysql}}}}}
      inside: {{mysql: {{{mysql}, over: flow}}}}
      billing: {{postgresql: {{{postgresql}}}}}
      pg-inside: {{postgresql: {{{postgresql}, over: flow}}}}
      shop: {{http: {{url: "http://192.0.2.1/api", token: shop-token}}}}
      bucket: {{http: {{url: "{S3}/kept", aws: {{region: eu-test-1, service: s3, access_key: "acct:ana", secret_key: s3-key}}}}}}
{more}    groups:
      all: [db, inside]
"""


def set_secrets(console):
    console.cli("secret", "set", "app", stdin=sql.PASSWORD)
    console.cli("secret", "set", "shop-token", stdin=TOKEN)
    console.cli("secret", "set", "s3-key", stdin=S3_SECRET)


def create(ana, book, expect=201):
    status, run = ana.post("/runs", {"runbook": book, "environment": "test", "parameters": {}})
    assert status == expect, (status, run)
    return run["id"] if expect == 201 else run["error"]


def test_a_script_uses_targets_here_and_over_ssh():
    """With the usual client's variables, and no secret in sight."""
    books = runbook_folder({"given": DOCUMENT}, targets())
    with Console(runbooks=books) as console:
        set_secrets(console)
        ana, run = console.user("ana", "operator,approver"), None
        run = create(ana, "given")
        assert ana.post(f"/runs/{run}/start")[0] == 200
        end = ana.drive(run)
        states = {s["id"]: s["state"] for s in end["steps"]}
        assert set(states.values()) == {"succeeded"}, (states, [
            ana.output(run, s["id"], s["on"]) for s in end["steps"] if s["state"] == "failed"])
        for step, target in (("here", "local"), ("gate", "flow")):
            text = ana.output(run, step, target)
            assert "it is op@" in text and f"it is {sql.PG.target()['user']}" in text, text
        for step, target in (("look", "local"), ("search", "flow")):
            text = ana.output(run, step, target)
            assert "searched; http://192.0.2.1/api" in text and "FOUND" not in text, text
            assert TOKEN not in text and "•" * 6 in text, text
        text = ana.output(run, "bucket", "local")
        assert f"{S3} {S3}/kept" in text and "note" in text, text
        everything = json.dumps(ana.get(f"/runs/{run}")[1]) + json.dumps(
            ana.get(f"/runs/{run}/report.json")[1])
        assert all(word not in everything for word in (sql.PASSWORD, TOKEN, S3_SECRET))
        report = {s["id"]: s for s in ana.get(f"/runs/{run}/report.json")[1]["steps"]}
        assert report["here"]["with"] == ["db", "billing"], report["here"]
        assert "with" not in report["bucket"] or report["bucket"]["with"] == ["bucket"]


def test_they_are_held_tried_and_shown():
    books = runbook_folder({"given": DOCUMENT, "other": """# Other

```mysql {#other on=db}
SELECT 1
```
"""}, targets())
    with Console(runbooks=books) as console:
        set_secrets(console)
        ana = console.user("ana", "operator,approver")
        run = create(ana, "given")
        found = looks.by_name(looks.look(ana, run, "/preflight"))
        assert set(found) == {"local", "db", "billing", "shop", "bucket", "flow", "inside",
                              "pg-inside"}, set(found)
        assert found["db"]["state"] == "succeeded" and found["inside"]["state"] == "succeeded"
        preview = ana.get(f"/runs/{run}/preview/here")[1]
        values = {v["name"]: v for v in preview["values"]}
        assert values["CS_DB_USER"]["value"] == "op" and values["CS_DB_USER"]["target"] == "db"
        assert values["PGPASSWORD"]["is_secret"] and values["PGPASSWORD"]["value"] is None
        assert "db, billing" in preview["limits_text"], preview["limits_text"]
        html = ana.ask("GET", f"/runs/{run}/preview/here", accept="text/html")[1]
        assert "MYSQL_PWD" in html and sql.PASSWORD not in html
        assert ana.post(f"/runs/{run}/start")[0] == 200
        other = create(ana, "other")
        status, answer = ana.post(f"/runs/{other}/start")
        assert status == 409 and "db" in answer["error"]["message"], answer


def test_what_gives_nothing_is_refused_with_its_line():
    def book(attributes):
        return f"# One\n\n```sh {{#one {attributes}}}\ntrue\n```\n"
    books = {"none": book("with=nowhere"), "group": book("with=all"), "local": book("with=local"),
             "beside": book("on=flow with=db"), "far": book("with=inside")}
    folder = runbook_folder(books, targets())
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        for name, word in (("none", "nowhere"), ("group", "group"), ("local", "machine"),
                           ("beside", "local"), ("far", "flow")):
            error = create(ana, name, 422)
            assert error["message"].startswith("Line 3") and word in error["message"], error
            said = subprocess.run([BUILD / "countersign", "check", folder / (name + ".md")],
                                  text=True, capture_output=True).stdout
            assert "Line 3" in said, said


def test_programs_are_looked_for_with_the_path_of_the_step():
    bin = WORK / "own-bin"
    bin.mkdir(exist_ok=True)
    bin.chmod(0o755)
    ours = bin / "our-tool"
    ours.write_text(f"#!/bin/sh\necho ours\ntouch {WORK}/was-executed\n")
    ours.chmod(0o755)
    text = """# Programs

```sh {#here needs="our-tool no-such-tool"}
our-tool && echo "PATH is $PATH"
```

```sh {#there on=flow needs="ls our-tool"}
true
```

```sh {#never on=flow needs="left-out" when="environment == 'production'"}
true
```
"""
    path = f"{bin}:/usr/bin:/bin"
    books = runbook_folder({"programs": text}, targets(
        local=f"    local: {{path: \"{path}\"}}\n"))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        run = create(ana, "programs")
        found = looks.by_name(looks.look(ana, run, "/preflight"))
        programs = {n: {(c["state"], c["text"]) for c in t["checks"] if c["check"] == "program"}
                    for n, t in found.items()}
        assert ("ok", f"our-tool {ours}") in programs["local"], programs
        assert any(s == "failed" and "no-such-tool" in t for s, t in programs["local"])
        assert {s for s, _ in programs["flow"]} == {"ok", "failed"}, programs
        assert "left-out" not in json.dumps(found)
        assert not (WORK / "was-executed").exists(), "the preflight executed a program"
        assert ana.post(f"/runs/{run}/start")[0] == 200
        ana.drive(run)
        text = ana.output(run, "here", "local")
        assert "ours" in text and f"PATH is {path}" in text, text


if __name__ == "__main__":
    ssh.prepare()
    (sql.CERT, sql.KEY), (sql.OTHER_CERT, _) = (
        sql.make_certificate("server"), sql.make_certificate("other"))
    sql.MARIA, sql.PG = sql.MariaDB(), sql.PostgreSQL()
    s3 = subprocess.Popen(["/usr/bin/python3", TOP / "tests/e2e/s3_server.py", WORK / "swift"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, S3_SECRET=S3_SECRET))
    S3 = f"http://127.0.0.1:{s3.stdout.readline().strip()}"
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        s3.stdin.close()
        s3.wait(10)
        for server in (sql.MARIA, sql.PG, ssh.SSHD, ssh.OTHER, ssh.ECDSA, ssh.RSA, ssh.ETM,
                       ssh.BARE):
            server.stop()
        for folder in (sql.WORK, ssh.WORK):
            shutil.rmtree(folder, ignore_errors=True)
