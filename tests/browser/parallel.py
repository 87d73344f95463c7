#!/usr/bin/env python3
"""
Two people at one parallel section, each in their own browser (parallel.js).
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

BOOK = """---
title: Checks by several people
parameters:
  folder: {label: A folder}
---
# Before

- [ ] Begin {#begin}

# Checks {.parallel}

```sh {#slow title="Build the index again"}
echo building
until [ -e "$folder/go-slow" ]; do sleep 0.1; done
```

```sh {#other title="Wait for the queue"}
echo waiting
until [ -e "$folder/go-other" ]; do sleep 0.1; done
```

## By people

- [ ] Read an old order {#read role=tester evidence=required}
- [ ] Place an order {#place role=tester}

# Behind

```sh {#open title="Let everybody in"}
true
```
"""


def main():
    results = Results()
    work = tempfile.mkdtemp(prefix="cs-parallel-")
    os.chmod(work, 0o777)       # scripts have a user of their own
    books = runbook_folder({"checks": BOOK})
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        console.user("tess", "tester")
        results.check("two browsers at one parallel section", in_browser(
            console, "parallel.js", TOKEN=ana.token, FOLDER=work))
    shutil.rmtree(books)
    shutil.rmtree(work)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
