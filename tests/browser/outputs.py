#!/usr/bin/env python3
"""
Outputs of groups on the screen (outputs.js); one real sshd stands for all
hosts, and what each prints names it.
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

GROUPS = (2, 8, 12, 64)
# Lines at random moments; a third of the hosts fails, others each time.
SCRIPT = r"""r() { od -An -N2 -tu2 /dev/urandom | tr -d ' '; }
for i in 1 2 3 4 5 6; do
	echo "$CS_TARGET says $i of 6 in $$"
	sleep 0.$(( $(r) % 9 ))
done
[ $(( $(r) % 3 )) -ne 0 ] || { echo "$CS_TARGET gives up"; exit 3; }
echo "$CS_TARGET is done"
"""


# One line of 1 MB, as programs that print JSON do.
LONG = """# Load
```python {#dump}
print([f"client-{i:05} of them all, 客户端, in one line" for i in range(20000)])
```
"""


def targets():
    t = ssh.SSHD.target()
    text = "environments:\n  test:\n    label: Test\n    targets:\n"
    for i in range(1, max(GROUPS) + 1):
        text += (f"      h{i:03}: {{shared: true, ssh: {{host: 127.0.0.1, port: {t['port']}, user: "
                 f"{t['user']}, key: {t['key']}, host_key: {t['host_key']}}}}}\n")
    text += "    groups:\n"
    for n in GROUPS:
        text += f"      g{n}: [{', '.join(f'h{i:03}' for i in range(1, n + 1))}]\n"
    return text


def main():
    results = Results()
    books = runbook_folder({f"roll-{n}": f"# Roll\n```sh {{#roll on=g{n}}}\n{SCRIPT}```\n"
                            for n in GROUPS}, targets())
    pathlib.Path(books, "long.md").write_text(LONG)
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,admin")
        results.check("outputs of groups in the browser", in_browser(
            console, "outputs.js", TOKEN=ana.token))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    with ssh.servers():
        sys.exit(main())
