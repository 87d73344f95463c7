#!/usr/bin/env python3
"""
The runbook poa on the lab: in test, where MySQL is 8.0.11 and the schema has to
be repaired, to the report; in production, where it is 5.7.38, until a client
has lost a scope, and back.  Rancher, poa-sa and the database are then asked for
what the document promises.
time limit: 30 minutes
"""
import base64
import functools
import json
import pathlib

from driver import Run, check_table, drive
from harness import FOLDER, NET, http, secret, sh

KINDS = ("workloads", "ingresses", "services", "dnsRecords", "configMaps",
         "persistentVolumeClaims", "secrets")
# A client of Rancher does not set these.
NOT_OURS = ("id", "type", "baseType", "uuid", "created", "createdTS", "state",
            "transitioning", "transitioningMessage", "links", "actions",
            "projectId")
SECRETS = ("poa-mysql", "poa-tls")
OLD_SECRETS = ("old-password", "old-key")


class Place:
    """The POA of an environment, and what its people look at."""

    def __init__(self, host, number):
        self.host, self.address = host, f"https://{NET}.{number}"

    def rancher(self, path, body=None):
        status, answer = http(
            "POST" if body else "GET",
            f"{self.address}:8443/v3/project/c-lab:p-poa/{path}", body,
            Authorization="Bearer " + secret("poa-rancher"))
        assert status == (201 if body else 200), answer
        return answer

    def make_secret(self, run, name):
        """As it stands in the sealed output, which is shown on record."""
        text = run.ask(f"/steps/backup-secret.{name}/reveal", attempt=1,
                       target="rancher")["text"]
        self.rancher("secrets", json.loads(text[text.index("{"):]))

    def resources(self):
        return {kind: {item["name"]: {
            k: v for k, v in item.items() if k not in NOT_OURS}
            for item in self.rancher(kind)["data"]} for kind in KINDS}

    def dump(self):
        return http("GET", self.address + "/v1/clients/dump")

    def sql(self, statements):
        return sh(self.host, "mariadb --defaults-file=/etc/lab/client.cnf -N "
                  f"-B <<'END'\n{statements}\nEND")

    def database(self):
        return self.sql("SHOW TABLES; SELECT version, success FROM "
                        "schema_version ORDER BY installed_rank;")

    def use_an_application(self):
        """It takes a token with the secret that it has always had."""
        client = next(c for c in self.dump()[1]["items"]
                      if c["clientName"] == "ttc")
        basic = base64.b64encode(
            f"{client['clientId']}:secret of ttc".encode()).decode()
        status, answer = http(
            "POST", self.address + "/oauth2/token",
            b"grant_type=client_credentials", **{
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": "Basic " + basic})
        assert status == 200 and answer["access_token"], answer


TEST, PRODUCTION = Place("poa-test", 21), Place("poa", 22)


def by_client(dump):
    return {c["clientId"]: (c["clientName"], sorted(c["scopes"]),
                            c["clientSecretHash"]) for c in dump["items"]}


def does(place, run):
    """Before people confirm, they use the applications, and make the secrets
    again."""
    return {**{name + app: place.use_an_application
               for name in ("app-works.", "back-app-works.")
               for app in "12"},
            **{f"back-secret.{name}": functools.partial(
                place.make_secret, run, name) for name in SECRETS}}


def backups_are_kept(run, dump):
    """Those of six kinds and the clients, byte for byte; the seventh, the
    secrets, is sealed output."""
    kept = {a["step"]: a for a in run.get()["artifacts"]}
    assert {f"backup.{kind}" for kind in KINDS[:-1]} <= set(kept), kept
    found = run.me.get(kept["dump"]["url"])
    assert found == (200, dump), found
    assert not [step for step in kept if "secret" in step], kept


def nothing_has_the_old_secrets():
    words = [base64.b64encode(word.encode()) for word in OLD_SECRETS]
    for path in pathlib.Path(FOLDER).glob("data*"):
        for file in (path, *path.rglob("*")):
            if file.is_file() and not file.is_symlink():
                text = file.read_bytes()
                assert not any(word in text for word in words), file


def it_goes_up_with_the_repair():
    _, dump = TEST.dump()
    run = Run("poa", "test")
    check_table("poa", run.get())
    run.start()
    run.to("app-works.1", does(TEST, run))
    assert run.get()["currents"] == ["app-works.1", "app-works.2"]
    run.press("app-works.2", TEST.use_an_application)
    run.to(None, does(TEST, run))
    backups_are_kept(run, dump)
    run.close("succeeded")
    found = run.states()
    assert found["repair"] == found["schema-version"] == found[
        "add-ingress"] == "succeeded", found
    assert TEST.rancher("apps/p-poa:platform-openapi")["state"] == "active"
    now = TEST.resources()
    assert {w["containers"][0]["image"].rpartition(":")[2]
            for w in now["workloads"].values()} == {"1.4.1"}
    assert set(now["secrets"]) == {"poa-db"} and "poa-sa" in now["ingresses"]
    assert not now["dnsRecords"] and not now["persistentVolumeClaims"]
    status, after = TEST.dump()
    assert status == 200 and by_client(after) == by_client(dump), after
    assert "API_FIELD_MOD_RULES\n" in TEST.database()
    assert TEST.database().endswith("1.4.1\t1\n")
    nothing_has_the_old_secrets()


def it_goes_back_where_a_scope_is_lost():
    before, dump = PRODUCTION.resources(), PRODUCTION.dump()
    database = PRODUCTION.database()
    assert all(before.values()), before
    run = Run("poa", "production")
    run.start()
    run.to("same-dump", does(PRODUCTION, run))
    assert run.states()["repair"] in ("pending", "skipped"), run.states()
    assert PRODUCTION.rancher("apps")["data"][0]["state"] == "active"
    PRODUCTION.sql("UPDATE CLIENTS SET SCOPES = REPLACE(SCOPES, "
                   "'\"admincenter:v1:readMenu\", ', '')")
    run.fails("same-dump", "admincenter:v1:readMenu")
    run.roll_back()
    run.close("rolled_back", does(PRODUCTION, run))
    assert PRODUCTION.rancher("apps")["data"] == []
    assert PRODUCTION.resources() == before
    assert PRODUCTION.dump() == dump and dump[0] == 200
    assert PRODUCTION.database() == database


drive("poa", "tester", [it_goes_up_with_the_repair,
                             it_goes_back_where_a_scope_is_lost])
