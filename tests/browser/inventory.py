#!/usr/bin/env python3
"""
The pages of targets, secrets and sessions (inventory.js), on a console of their own.
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

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER/Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK"
TARGETS = f"""environments:
  test:
    label: Test lab
    targets:
      gate: {{ssh: {{host: gate.example, user: jump, agent: true, host_key: "{KEY}"}}, shared: true}}
      node-1: {{ssh: {{host: 10.0.0.11, port: 2222, user: deploy, agent: true,
        host_key: "{KEY}", jump: gate, client: openssh}}}}
      db: {{mysql: {{host: db, user: app, password: db-pass, over: gate}}}}
      api: {{http: {{url: "https://api.example/v1", token: api-token}}}}
    groups: {{nodes: [node-1], all: [nodes, gate]}}
  production: {{label: Production, production: true, targets: {{
    node-1: {{ssh: {{host: node.example, user: deploy, agent: true}}}}}}}}
"""


def main():
    results = Results()
    books = runbook_folder({"up": "# Up\n```sh {#up on=nodes}\ntrue\n```\n"}, TARGETS)
    with Console(runbooks=books) as console:
        console.user("ana", "operator,admin")
        results.check("targets and secrets in the browser", in_browser(console, "inventory.js"))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
