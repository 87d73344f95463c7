#!/usr/bin/env python3
"""
POA's part of the lab: Rancher, poa-sa and MySQL refuse what the real ones
refuse, keep their state, and are as before after `lab reset`.  Arguments
choose tests by name.
time limit: 30 minutes
"""
from harness import LAB, NET, http, run, secret, until


class Poa:
    """The POA of an environment."""

    def __init__(self, number):
        self.address = f"{NET}.{number}"
        self.clients = f"https://{self.address}/v1/clients"
        self.token = "Bearer " + secret("poa-rancher")

    def rancher(self, method, path, body=None, token=None):
        return http(method, f"https://{self.address}:8443/v3/project/"
                    f"c-lab:p-poa/{path}", body,
                    Authorization=token or self.token)

    def refused(self, status, code, *request, **more):
        found, answer = self.rancher(*request, **more)
        assert (found, answer["code"], answer["type"]) == (
            status, code, "error"), (request, found, answer)

    def all(self):
        return {kind: self.rancher("GET", kind)[1]["data"]
                for kind in KINDS}

    def delete_all(self):
        for kind, items in self.all().items():
            for item in items:
                assert self.rancher("DELETE", f"{kind}/{item['id']}")[0] in (
                    200, 204, 404)
        assert not any(self.all().values())

    def install(self, **answers):
        status, _ = self.rancher("POST", "apps", {
            "name": "platform-openapi", "targetNamespace": "poa",
            "externalId": STABLE, "answers": {
                "domain": "lab.edu.cn", "mysql.host": self.address,
                "mysql.database": "platform-openapi", "mysql.username": "poa",
                "mysql.password": secret("poa-db"), **answers}})
        assert status == 201, status

    def app(self, state):
        path = "apps/p-poa:platform-openapi"
        return until(f"the app is {state}", lambda: (
            app := self.rancher("GET", path)[1])["state"] == state and app)

    def dump(self):
        return http("GET", self.clients + "/dump")


KINDS = ("workloads", "ingresses", "services", "dnsRecords",
         "persistentVolumeClaims", "secrets", "configMaps")
STABLE = "catalog://?catalog=library&template=platform-openapi&version=1.4.1"
INGRESS = {"name": "poa-sa", "namespaceId": "poa", "rules": [{
    "host": "poa-sa.lab.edu.cn", "paths": [{
        "path": "/", "serviceId": "poa:poa-sa", "targetPort": 80}]}]}


def by_client(answer):
    return {c["clientId"]: (c["clientName"], sorted(c["scopes"]),
                            c["clientSecretHash"]) for c in answer["items"]}


def rancher_refuses_what_is_wrong():
    poa = Poa(22)
    whole = {"name": "new", "namespaceId": "poa", "containers": [{}]}
    refused = poa.refused
    refused(401, "Unauthorized", "GET", "workloads", token="Bearer nobody:x")
    refused(404, "NotFound", "GET", "nonsense")
    refused(404, "NotFound", "GET", "workloads/deployment:poa:nobody")
    refused(405, "MethodNotAllow", "PATCH", "workloads")
    refused(405, "MethodNotAllow", "DELETE", "workloads")
    refused(405, "MethodNotAllow", "POST", "workloads/deployment:poa:poa-sa")
    refused(404, "ActionNotAvailable", "POST",
            "workloads/deployment:poa:poa-sa?action=fly", {})
    refused(409, "AlreadyExists", "POST", "workloads",
            {**whole, "name": "poa-sa"})
    refused(422, "MissingRequired", "POST", "workloads", {"name": "new"})
    refused(422, "InvalidFormat", "POST", "workloads",
            {**whole, "containers": "none"})
    refused(422, "InvalidCharacters", "POST", "workloads",
            {**whole, "name": "New_One"})
    refused(422, "InvalidBodyContent", "POST", "workloads", b"{")
    refused(422, "InvalidReference", "POST", "apps", {
        "name": "x", "targetNamespace": "poa", "externalId": "catalog://?"})
    refused(404, "NotFound", "POST", "services",
            {"name": "x", "namespaceId": "elsewhere"})


def poa_sa_refuses_what_is_wrong():
    poa = Poa(22)
    _, dump = poa.dump()
    assert http("POST", poa.clients + "/dump", {})[0] == 405
    assert http("GET", poa.clients + "/import")[0] == 405
    assert http("GET", poa.clients + "/nobody")[0] == 404
    take = poa.clients + "/import"
    assert http("POST", take, b"{")[0] == 400
    assert http("POST", take, b"{}", **{"Content-Type": "text/plain"})[0] == 415
    assert http("POST", take, {"items": [{"clientId": "x"}]})[0] == 422
    assert poa.dump() == (200, dump)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    client = next(c for c in dump["items"] if c["clientName"] == "ttc")
    body = f"grant_type=client_credentials&client_id={client['clientId']}" \
           "&client_secret=secret%20of%20ttc"
    token = f"https://{poa.address}/oauth2/token"
    assert http("POST", token, body.encode(), **form)[0] == 200
    assert http("POST", token, body[:-1].encode(), **form)[0] == 401


def poa_goes_up_and_back():
    """MySQL 8.0.11: the schema has to be repaired."""
    poa = Poa(21)
    before, (_, dump) = poa.all(), poa.dump()
    assert all(before.values()), before
    claim = "persistentVolumeClaims/poa:poa-sa-data"
    status, answer = poa.rancher("DELETE", claim)
    assert (status, answer["state"]) == (200, "removing"), answer
    assert poa.rancher("GET", claim)[0] == 200
    poa.delete_all()
    assert poa.dump() == (404, "default backend - 404")

    poa.install()
    message = poa.app("deploying")["transitioningMessage"]
    assert "db-initializer failed" in message, message
    assert poa.rancher("POST", "ingresses", INGRESS)[0] == 201
    assert poa.dump()[0] == 503
    LAB.must("exec", "poa-test", "mariadb",
             "--defaults-file=/etc/lab/client.cnf", "-e",
             "CREATE TABLE API_FIELD_MOD_RULES (A INT); CREATE TABLE "
             "CLIENT_BACKUP (TIMESTAMP CHAR(19) PRIMARY KEY, REMARK TEXT, "
             "DATA MEDIUMTEXT); UPDATE schema_version SET success = 1")
    poa.app("active")
    until("poa-sa serves", lambda: poa.dump()[0] == 200)
    assert poa.dump()[1] == {"items": []}
    assert http("POST", poa.clients + "/import", dump)[0] == 200
    _, after = poa.dump()
    assert by_client(after) == by_client(dump) and after != dump

    poa.delete_all()
    assert poa.rancher("DELETE", "apps/p-poa:platform-openapi")[0] == 204
    for kind in reversed(KINDS):
        for item in before[kind]:
            assert poa.rancher("POST", kind, item)[0] == 201, item
    until("the old poa-sa serves", lambda: poa.dump()[0] == 200)
    assert http("POST", poa.clients + "/import", dump)[0] == 200
    assert poa.dump() == (200, dump)


def poa_installs_at_once_on_another_mysql():
    poa = Poa(22)
    poa.install()
    message = poa.app("error")["transitioningMessage"]
    assert "already exists" in message, message
    assert poa.rancher("DELETE", "apps/p-poa:platform-openapi")[0] == 204
    poa.delete_all()
    poa.install(**{"mysql.password": "wrong"})
    message = poa.app("deploying")["transitioningMessage"]
    assert "Access denied" in message, message
    assert poa.rancher("DELETE", "apps/p-poa:platform-openapi")[0] == 204
    poa.install(**{"poaSa.ingress.enabled": "true"})
    poa.app("active")
    until("poa-sa serves", lambda: poa.dump() == (200, {"items": []}))


def after_a_reset_all_is_as_before():
    LAB.must("reset")
    for number in (21, 22):
        poa = Poa(number)
        assert len(poa.dump()[1]["items"]) == 5
        assert len(poa.all()["workloads"]) == 3
        assert poa.rancher("GET", "apps")[1]["data"] == []


run("poa", [rancher_refuses_what_is_wrong, poa_sa_refuses_what_is_wrong,
            poa_goes_up_and_back, poa_installs_at_once_on_another_mysql,
            after_a_reset_all_is_as_before])
