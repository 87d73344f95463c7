#!/usr/bin/env python3
"""
The console reaches every target of the lab, in both environments, with the
secrets that the lab has made: a run with one step for each succeeds.
time limit: 30 minutes
"""
import pathlib

from harness import FOLDER, Console, run

# loonflow-try answers during its upgrade alone.
HTTP = {"rancher": "/workloads", "rancher-store": "/templates",
        "poa-sa": "/v1/clients", "xpulse-api": "/healthz",
        "xpulse-s3": "/jm-measurement-data",
        "jenkins": "/crumbIssuer/api/json", "loonflow-web": "/",
        "loonflow-hook": "/received"}
SSH = ("fate-flow", "fate-mysql", "fate-node", "poa-docker", "metis-dev",
       "metis-local", "metis", "xpulse-machines", "loonflow",
       "loonflow-caller")
SQL = {"mysql": ("poa-db", "xpulse-db", "loonflow-db"),
       "postgresql": ("metis-server-db", "metis-expert-db", "metis-metis-db")}


def document():
    text = "# Targets\n\n"
    for name in SSH:
        text += f"```sh {{#{name} on={name}}}\nsudo id\n```\n\n"
    for name, path in HTTP.items():
        text += f"```http {{#{name} on={name}}}\nGET {path}\n```\n\n"
    for kind, names in SQL.items():
        for name in names:
            text += f"```{kind} {{#{name} on={name}}}\nSELECT 1;\n```\n\n"
    return text


def all_targets_are_reached(ana, environment):
    status, answer = ana.post("/runs", {
        "runbook": "targets", "environment": environment, "title": "all",
        "reason": "test", "parameters": {}})
    assert status == 201, answer
    number = answer["id"]
    assert ana.post(f"/runs/{number}/start")[0] == 200
    steps = ana.drive(number)["steps"]
    wrong = {s["id"]: (s["state"], s["attempts"]) for s in steps
             if s["state"] != "succeeded"}
    assert not wrong, wrong


def the_console_reaches_all_targets():
    books = pathlib.Path(FOLDER, "runbooks")
    for book in books.glob("*.md"):
        book.unlink()
    (books / "targets.md").write_text(document())
    with Console(pathlib.Path(FOLDER, "data"), books) as console:
        for path in pathlib.Path(FOLDER, "secrets").iterdir():
            console.cli("secret", "set", path.name, "--value-stdin",
                        stdin=path.read_text())
        ana = console.user("ana", "operator")
        for environment in ("test", "production"):
            all_targets_are_reached(ana, environment)


run("", [the_console_reaches_all_targets])
