#!/usr/bin/env python3
"""
Events bring what they change in the page of a run (changes.js).
time limit: 20 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, in_browser, runbook_folder  # noqa: E402


def long():
    """200 steps in 20 sections."""
    text = ["---", "title: Two hundred steps", "---"]
    for part in range(20):
        text += [f"# Part {part}", "", f"The services of part {part} are replaced.", ""]
        for n in range(10 * part, 10 * part + 10):
            text += [f'```sh {{#s{n} title="Replace service {n}"}}',
                     "set -eu", "sleep 0.025", f'echo "service {n} is replaced"', "```", ""]
    return "\n".join(text)


ALL = """---
title: All that happens
parameters:
  word: {label: A word, default: one}
---
# Before

- [ ] Announce it {#announce}

```sh {#find capture="found~found (\\S+)"}
echo "found the-answer-$word"
```

# Work on {{found}}

It was {{found}} that we found.

```sh {#break title="Break {{found}}"}
[ "$word" = two ]
```

- [ ] Perhaps {#perhaps .optional}

- [ ] Look at it {#look sign=tester}

# At once {.parallel}

- [ ] One side {#one}
- [ ] The other side {#other}

```sh {#do}
echo done
```

# Behind

- [ ] The end {#end}

# Back {.rollback}

```sh {#undo undo=do}
echo back
```
"""


def main():
    results = Results()
    books = runbook_folder({"long": long(), "all": ALL})
    with Console(runbooks=books) as console:
        console.user("tess", "operator,tester")     # whose account ends
        ana = console.user("ana", "operator,admin")
        supervisor = next(pid for pid in console.pids("countersign-web")
                          if pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text())
        results.check("the changes travel, not the page", in_browser(
            console, "changes.js", TOKEN=ana.token, WEB=str(supervisor)))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
