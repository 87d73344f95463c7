#!/usr/bin/python3
"""
poa_sa.py: stands in for the service poa-sa of POA (the OAuth clients of an
open platform) and for the ingress controller before it.

Written from: the document of the upgrade (addresses, form of the dump, `200` of the import), RFC 6749 section 4.4 (client credentials) for
/oauth2/token, and the documentation of ingress-nginx for what answers while
there is no service: `default backend - 404` without an ingress, 503 without
a running workload.

The release is that of the image of the workload poa-sa (rancher.py's state).
0.1.0-SNAPSHOT keeps the clients in a file on its volume claim, 1.4.1 in the
database platform-openapi; so the old clients are gone with the claim.  1.4.1
lists them in another order than 0.1.0, and keeps what an import replaces in
CLIENT_BACKUP.  A client's secret is kept as base64url(SHA-256(secret)).

Refuses: other verbs 405; an import that is no JSON 400, that is not sent as
application/json 415, whose clients lack a field 422; an unknown client 404; a
token for a wrong secret 401.  A request for an address (no name in Host) is
taken as one for the host of poa-sa's ingress, as the lab has no name server.
"""
import base64
import contextlib
import hashlib
import json
import pathlib
import secrets
import sys
import time
import urllib.parse

from standin import (Refused, SqlError, Standin, State, basic, quoted, serve,
                     sql)

RANCHER = "/var/lib/rancher/state.json"
VOLUME = pathlib.Path("/var/lib/rancher/volumes/poa_poa-sa-data/clients.json")
FIELDS = {"clientId": str, "clientName": str, "scopes": list,
          "clientSecretHash": str}


def hash_of(secret):
    return base64.urlsafe_b64encode(
        hashlib.sha256(secret.encode()).digest()).decode()


class OldStore:
    """0.1.0-SNAPSHOT: a file on the volume, in the order of its making."""

    def read(self):
        with contextlib.suppress(FileNotFoundError):
            return json.loads(VOLUME.read_text())
        return []

    def put(self, clients):
        kept = {c["clientId"]: c for c in self.read()}
        kept.update((c["clientId"], c) for c in clients)
        VOLUME.write_text(json.dumps(list(kept.values()), ensure_ascii=False))


class NewStore:
    """1.4.1: tables, by id."""

    def read(self):
        return [{"clientId": i, "clientName": n, "scopes": sorted(
                    json.loads(s), reverse=True), "clientSecretHash": h}
                for i, n, s, h in sql(
                    "SELECT CLIENT_ID, CLIENT_NAME, SCOPES, SECRET_HASH FROM "
                    "CLIENTS ORDER BY CLIENT_ID;")]

    def put(self, clients):
        before = json.dumps({"items": self.read()}, ensure_ascii=False)
        sql("START TRANSACTION; REPLACE INTO CLIENT_BACKUP VALUES "
            f"({quoted(time.strftime('%Y-%m-%dT%H:%M:%S'))}, 'import', "
            f"{quoted(before)});" + "".join(
                "REPLACE INTO CLIENTS VALUES ("
                + ", ".join(map(quoted, (
                    c["clientId"], c["clientName"],
                    json.dumps(c["scopes"]), c["clientSecretHash"])))
                + ");" for c in clients) + "COMMIT;")


def store():
    """The store of the release that runs.  Refused, as the ingress controller
    answers, if nothing serves the clients."""
    state = json.loads(pathlib.Path(RANCHER).read_text())
    if not any(p.get("serviceId") == "poa:poa-sa"
               for i in state["ingresses"].values()
               for r in i["rules"] for p in r.get("paths", ())):
        raise Refused(404, "default backend - 404")
    workload = state["workloads"].get("deployment:poa:poa-sa")
    if workload is None or "poa:poa-sa" not in state["services"] or \
            workload["state"] != "active" and not starts(workload):
        raise Refused(503, "503 Service Temporarily Unavailable")
    image = workload["containers"][0]["image"]
    return OldStore() if image.endswith("0.1.0-SNAPSHOT") else NewStore()


def starts(workload):
    """It has come up, and nobody has asked rancher.py since."""
    return workload["state"] == "updating" and not workload.get("waits") \
        and workload.get("due", 0) < time.time()


def checked(dump):
    if not isinstance(dump, dict) or not isinstance(dump.get("items"), list):
        raise Refused(422, {"message": "items: a list is needed"})
    for n, client in enumerate(dump["items"]):
        for name, kind in FIELDS.items():
            if not isinstance(client, dict) or \
                    not isinstance(client.get(name), kind):
                raise Refused(422, {"message": f"items[{n}].{name}: missing "
                                    "or of another type"})
    return dump["items"]


class PoaSa(Standin):
    def found(self):
        try:
            where = store()
            return where, where.read()
        except SqlError as fault:
            raise Refused(500, {"message": str(fault)}) from None

    def dump(self, _match):
        return 200, {"items": self.found()[1]}

    def list(self, _match):
        return 200, {"items": [{k: v for k, v in c.items()
                                if k != "clientSecretHash"}
                               for c in self.found()[1]]}

    def one(self, match):
        for client in self.found()[1]:
            if client["clientId"] == match[1]:
                return 200, client
        raise Refused(404, {"message": f"no client {match[1]}"})

    def take(self, _match):
        where, _ = self.found()
        kind = self.headers.get("Content-Type", "").partition(";")[0]
        if kind.strip().lower() != "application/json":
            raise Refused(415, {"message": "application/json is needed"})
        clients = checked(self.json())
        try:
            where.put(clients)
        except SqlError as fault:
            raise Refused(500, {"message": str(fault)}) from None
        return 200, {"imported": len(clients)}

    def token(self, _match):
        form = dict(urllib.parse.parse_qsl(self.body.decode()))
        name, word = basic(self.headers.get("Authorization"))
        name = name or form.get("client_id")
        word = word or form.get("client_secret") or ""
        clients = {c["clientId"]: c for c in self.found()[1]}
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, {"error": "unsupported_grant_type"})
        if name not in clients or \
                clients[name]["clientSecretHash"] != hash_of(word):
            raise Refused(401, {"error": "invalid_client"})
        return 200, {"access_token": secrets.token_urlsafe(24), "token_type":
                     "bearer", "expires_in": 3600,
                     "scope": " ".join(sorted(clients[name]["scopes"]))}

    routes = (("GET", "/v1/clients/dump", dump),
              ("GET", "/v1/clients", list),
              ("POST", "/v1/clients/import", take),
              ("GET", "/v1/clients/(?!dump$|import$)(.+)", one),
              ("POST", "/oauth2/token", token))


def first_clients():
    """Those of the old deployment: names and scopes as in the document."""
    read = ["authz:v1:readRole", "messagecenter:v1:sendMessage",
            "user:v1:readGroup", "user:v1:readLabel",
            "user:v1:readOrganization", "user:v1:readUser"]
    more = {"消息服务": ["messagecenter:v1:readMessage",
                      "messagecenter:v1:writeMessage", "user:v1:readPost",
                      "user:v1:readUserSecret"],
            "formflow": [], "ttc": [],
            "portal-service": ["admincenter:v1:readMenu",
                               "communicate:v1:communicationSend",
                               "user:v1:readPost"],
            "数据资产": ["admincenter:v1:readMenu", "user:v1:readUserSecret"]}
    for name, scopes in more.items():
        client = base64.urlsafe_b64encode(
            hashlib.sha1(name.encode()).digest()).decode()
        yield {"clientId": client, "clientName": name,
               "scopes": sorted(read + scopes),
               "clientSecretHash": hash_of("secret of " + name)}


if __name__ == "__main__":
    made = State("/var/lib/poa-sa/made.json", False)
    if not made.read():
        OldStore().put(first_clients())
        made.write(True)
    serve(PoaSa, int(sys.argv[1]), "/etc/lab/tls")
