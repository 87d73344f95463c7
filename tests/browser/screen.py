#!/usr/bin/env python3
"""
The pages' texts on steps that went well, or did not (screen.js).
time limit: 20 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, in_browser, runbook_folder  # noqa: E402

HELD = """---
title: Tidy the database
---
```sqlite {#tidy on=db}
VACUUM;
```
"""

MIXED = """---
title: Mixed
parameters:
  mode: {label: Mode, choices: [a, b], default: a}
---
# Prepare
## Inside
```sh {#one title="The first"}
true
```
## Beside
```sh {#fails title="The second"}
exit 3
```
# Work
```sh {#only-b title="Only of b" when="mode == 'b'"}
true
```

- [ ] Check **all** of mode {{mode}} with [the guide](https://guide.example/x) {#check}

```sh {#last title="The last"}
true
```
```sh {#took-effect .probe of=last}
true
```
# Rollback {.rollback}
```sh {#back undo=one}
true
```
```sh {#back-too undo=last}
true
```
"""

EXACT = """---
title: Exact
parameters:
  word: {label: Word, default: blue}
  pass: {label: Password, type: secret}
---
```copy {#carry}
one:/srv/{{word}}.tar -> two:/srv/in/{{word}}.tar
```
```edit {#set file="/etc/{{word}}.conf"}
set colour = {{word}}
```
```http {#call}
POST http://api.example/{{word}}
Authorization: Bearer {{pass}}

{"a": "{{word}}"}
```
```sh {#ask pty cwd="/srv/{{word}}"}
read -r x
```
```answers {}
/Colour/ => {{word}}
/Password/ => {{pass}}
```
"""

ROLES = """# Roles
- [ ] Agree {#agree role=dba}
- [ ] Be signed {#sign sign=nobody-yet}
"""

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER/Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK"


def targets(work):
    return ("environments:\n  test:\n    label: Test lab\n    targets:\n"
            f"      db: {{sqlite: {{file: {work}/db.sqlite}}}}\n" + "".join(
                f"      {name}: {{ssh: {{host: {name}.example, user: ops, agent: true, "
                f"host_key: \"{KEY}\"}}}}\n" for name in ("one", "two")))


def main():
    results = Results()
    work = tempfile.mkdtemp(prefix="cs-screen-")
    pathlib.Path(work, "db.sqlite").touch()
    books = runbook_folder({"held": HELD, "mixed": MIXED, "exact": EXACT, "roles": ROLES}, targets(work))
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver,admin")
        bo = console.user("bo", "operator,approver,dba")
        results.check("what the pages say", in_browser(
            console, "screen.js", TOKEN=ana.token, TOKEN_BO=bo.token))
    shutil.rmtree(books)
    shutil.rmtree(work)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
