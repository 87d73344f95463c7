#!/usr/bin/env python3
"""
The page of one output (viewer.js): a million lines, one that grows, and a line
that is longer than what is loaded at once.
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, in_browser, runbook_folder  # noqa: E402

BOOK = r"""# Lines

```sh {#million}
seq -f 'line %07.0f of many, with a text behind it that makes it as long as lines are' 499998
printf '\033[31mERROR: disk 7 is full\nno room\033[0m\n<b>bold</b> & "text"\n'
seq -f 'line %07.0f of many, with 0 errors' 500002 999998
echo 'almost: permission denied'
echo 'the very last needle'
```

```python {#long}
print([f"client-{i:05} of them all, 客户端, in one line" for i in range(20000)])
print("behind it")
```

```sh {#rejected reject="^quota .* [0-9]+"}
seq 300
printf 'quota of \033[1mvol1\033[0m is 97\n'
seq 300
```

```sh {#grow}
for i in 1 2 3 4 5; do echo "early $i"; done
while [ ! -e "$CS_OUTPUT_GATE/go" ]; do sleep 0.1; done
seq -f 'late %g' 3000
while [ ! -e "$CS_OUTPUT_GATE/end" ]; do sleep 0.1; done
echo 'and the end'
```
"""


def main():
    results = Results()
    gate = pathlib.Path(os.environ.get("TMPDIR", "/tmp"), f"cs-gate-{os.getpid()}")
    gate.mkdir(mode=0o755)
    books = runbook_folder(
        {"lines": BOOK.replace("$CS_OUTPUT_GATE", str(gate))},
        "environments:\n  test: {label: Test, local: {unconfined: true}}\n")
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,admin")
        results.check("the page of an output in the browser", in_browser(
            console, "viewer.js", TOKEN=ana.token, GATE=str(gate)))
    shutil.rmtree(books)
    shutil.rmtree(gate)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
