#!/usr/bin/env python3
"""
The runbook poa on the lab: in test, where MySQL is 8.0.11 and the schema has to
be repaired, to the report; in production, where it is 5.7.38, until a client
has lost a scope, and back.  Rancher, poa-sa and the database are then asked for
what the document promises.
time limit: 30 minutes
"""
import base64
import pathlib

from driver import Run, check_table, drive
from harness import FOLDER, NET, http, secret, sh

KINDS = ("workloads", "ingresses", "services", "dnsRecords", "configMaps",
         "persistentVolumeClaims", "secrets")
# A client of Rancher does not set these.
NOT_OURS = ("id", "type", "baseType", "uuid", "created", "createdTS", "state",
            "transitioning", "transitioningMessage", "links", "actions",
            "projectId")
SECRETS = {"poa-mysql": "old-password", "poa-tls": "old-key"}


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


def does(place):
    """Before people confirm, they use the applications."""
    return {name + app: place.use_an_application
            for name in ("app-works.", "back-app-works.") for app in "12"}


def backups_are_kept(run, dump):
    """Those of six kinds and the clients, byte for byte; of the seventh, the
    secrets, people see the content by a reveal alone."""
    kept = {a["step"]: a for a in run.get()["artifacts"]}
    assert {f"backup.{kind}" for kind in KINDS[:-1]} <= set(kept), kept
    found = run.me.get(kept["dump"]["url"])
    assert found == (200, dump), found
    artifact = kept["backup-secrets"]
    status, answer = run.me.get(f"/runs/{run.id}/artifacts/{artifact['id']}")
    assert artifact["sealed"] and status == 403, (artifact, answer)
    text = run.ask("/steps/backup-secrets/reveal", attempt=1,
                   target="rancher")["text"]
    assert all(clear_of(name) in text for name in SECRETS), text
    assert [step for step, a in kept.items() if a["sealed"]] == [
        "backup-secrets"], kept


def clear_of(name):
    """An old secret, as it stands in Rancher's answers."""
    return base64.b64encode(SECRETS[name].encode()).decode()


def nothing_has_the_old_secrets(run):
    """No file of the data folder, and no page of the run."""
    words = [word for name in SECRETS for word in (SECRETS[name], clear_of(name))]
    for path in pathlib.Path(FOLDER).glob("data*"):
        for file in (path, *path.rglob("*")):
            if file.is_file() and not file.is_symlink():
                text = file.read_bytes()
                assert not any(word.encode() in text for word in words), file
    steps = run.get()["steps"]
    pages = ["", "/report", *(f"/preview/{step['id']}" for step in steps)] + [
        f"/steps/{step['id']}/attempts/{attempt['n']}/{target['name']}"
        for step in steps for attempt in step["attempts"]
        for target in attempt["targets"]]
    for page in pages:
        for kind in ("text/html", "application/json"):
            status, text = run.me.get(f"/runs/{run.id}{page}", accept=kind)
            assert status == 200, (page, text)
            assert not any(word in str(text) for word in words), page
    assert len(pages) > 80, pages


def it_goes_up_with_the_repair():
    _, dump = TEST.dump()
    run = Run("poa", "test")
    check_table("poa", run.get())
    run.start()
    run.to("app-works.1", does(TEST))
    assert run.get()["currents"] == ["app-works.1", "app-works.2"]
    run.press("app-works.2", TEST.use_an_application)
    run.to(None, does(TEST))
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
    nothing_has_the_old_secrets(run)


def it_goes_back_where_a_scope_is_lost():
    before, dump = PRODUCTION.resources(), PRODUCTION.dump()
    database = PRODUCTION.database()
    assert all(before.values()), before
    run = Run("poa", "production")
    run.start()
    run.to("same-dump", does(PRODUCTION))
    assert set(PRODUCTION.resources()["secrets"]) == {"poa-db"}
    assert run.states()["repair"] in ("pending", "skipped"), run.states()
    assert PRODUCTION.rancher("apps")["data"][0]["state"] == "active"
    PRODUCTION.sql("UPDATE CLIENTS SET SCOPES = REPLACE(SCOPES, "
                   "'\"admincenter:v1:readMenu\", ', '')")
    run.fails("same-dump", "admincenter:v1:readMenu")
    run.roll_back()
    run.close("rolled_back", does(PRODUCTION))
    assert PRODUCTION.rancher("apps")["data"] == []
    after = PRODUCTION.resources()
    assert after == before
    assert [clear_of(name) in str(after["secrets"][name]["data"])
            for name in SECRETS] == [True, True], after["secrets"]
    assert PRODUCTION.dump() == dump and dump[0] == 200
    assert PRODUCTION.database() == database
    found = run.states()
    assert found["back-secrets"] == found["same-secrets"] == "succeeded", found
    nothing_has_the_old_secrets(run)


drive("poa", "tester", [it_goes_up_with_the_repair,
                             it_goes_back_where_a_scope_is_lost])
