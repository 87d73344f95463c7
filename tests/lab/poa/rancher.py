#!/usr/bin/python3
"""
rancher.py: stands in for the v3 API of Rancher 2.x, as much of it as the
upgrade of POA uses, for one project, with its state in a file.

Written from: Rancher's API documentation (ranchermanager.docs.rancher.com,
"Previous v3 Rancher API Guide": authentication, collections, actions,
errors), the specification of its API style (github.com/rancher/api-spec) and
the error codes of github.com/rancher/norman.  The chart follows the document
of the upgrade, its job db-initializer Flyway's documentation of
schema_version.

Serves /v3 (templates, templateVersions) and /v3/project/c-lab:p-poa with
workloads, ingresses, services, dnsRecords, persistentVolumeClaims, secrets,
namespacedSecrets, configMaps and apps.  Changes take a moment, as there: a
workload is `updating` before it is `active`.

Refuses: no or a wrong token 401; an unknown type or id 404 NotFound; a verb
that an address does not take 405 MethodNotAllow; an action that a resource
does not have 404 ActionNotAvailable; a name that is taken 409 AlreadyExists;
a missing field 422 MissingRequired, one of another type 422 InvalidFormat, a
name that is no DNS label 422 InvalidCharacters, an unknown version of the
chart 422 InvalidReference, a body that is no JSON object 422
InvalidBodyContent.  A volume claim that a workload uses is `removing` until
that workload is gone.  Not here: YAML, watches, users, other projects.
"""
import base64
import copy
import pathlib
import re
import shutil
import sys
import tempfile
import time
import uuid

from standin import (Refused, SqlError, Standin, State, basic, now, quoted,
                     serve, sql)

PROJECT = "c-lab:p-poa"
BASE = f"/v3/project/{PROJECT}"
NAMESPACES = ("poa",)
VOLUMES = "/var/lib/rancher/volumes"
START_SECONDS = 1
INSTALL_SECONDS = 2
RETRY_SECONDS = 2
TEMPLATE = "library-platform-openapi"
VERSIONS = ("1.3.2", "1.4.0", "1.4.1")
IN_NAMESPACE = {"name": str, "namespaceId": str}
TYPES = {
    "workloads": ("workload", {**IN_NAMESPACE, "containers": list}),
    "ingresses": ("ingress", {**IN_NAMESPACE, "rules": list}),
    "services": ("service", IN_NAMESPACE),
    "dnsRecords": ("dnsRecord", IN_NAMESPACE),
    "persistentVolumeClaims": ("persistentVolumeClaim", {
        **IN_NAMESPACE, "accessModes": list, "resources": dict}),
    "secrets": ("secret", {"name": str}),
    "namespacedSecrets": ("namespacedSecret", IN_NAMESPACE),
    "configMaps": ("configMap", IN_NAMESPACE),
    "apps": ("app", {"name": str, "targetNamespace": str,
                     "externalId": str}),
}
ACTIONS = {"workloads": ("pause", "redeploy", "resume"),
           "apps": ("rollback", "upgrade")}
# A client cannot set these: they are left out of a body.
OURS = ("id", "type", "baseType", "uuid", "created", "createdTS", "creatorId",
        "state", "transitioning", "transitioningMessage", "links", "actions",
        "projectId", "publicEndpoints")
REQUIRED_ANSWERS = ("domain", "mysql.host", "mysql.database",
                    "mysql.username", "mysql.password")
LABEL = "io.cattle.field/appId"


def error(status, code, message, field=None):
    body = {"type": "error", "baseType": "error", "status": status,
            "code": code, "message": message}
    if field:
        body["fieldName"] = field
    return Refused(status, body)


# ---- resources -------------------------------------------------------------

def id_of(kind, item):
    if kind == "workloads":
        sort = "job" if "jobConfig" in item else "deployment"
        return f"{sort}:{item['namespaceId']}:{item['name']}"
    if kind in ("secrets", "apps"):
        return f"p-poa:{item['name']}"
    return f"{item['namespaceId']}:{item['name']}"


def make(state, kind, fields, seconds=0):
    """A new resource among those of the state."""
    item = {key: value for key, value in fields.items() if key not in OURS}
    item.update(id=id_of(kind, item), type=TYPES[kind][0],
                baseType=TYPES[kind][0], uuid=str(uuid.uuid4()),
                created=now(), createdTS=int(time.time() * 1000),
                projectId=PROJECT, state="active", transitioning="no",
                transitioningMessage="")
    if kind == "workloads":
        item.setdefault("scale", 1)
        seconds = START_SECONDS
    if kind == "persistentVolumeClaims":
        item["state"] = "bound"
        folder_of(item).mkdir(parents=True, exist_ok=True)
    if seconds:
        item.update(state="updating", transitioning="yes",
                    due=time.time() + seconds)
    state[kind][item["id"]] = item
    return item


def folder_of(claim):
    """The files of a volume claim."""
    return pathlib.Path(VOLUMES) / claim["id"].replace(":", "_")


def claims_of(workload):
    return {v["persistentVolumeClaim"]["persistentVolumeClaimId"]
            for v in workload.get("volumes") or ()
            if v.get("persistentVolumeClaim")}


def lacks(state, workload):
    """The thing that a workload needs and that is missing, or None."""
    for claim in claims_of(workload):
        if claim not in state["persistentVolumeClaims"]:
            return f'persistentvolumeclaim "{claim.split(":")[1]}" not found'
    names = {kind: {i["name"] for k in kinds for i in state[k].values()}
             for kind, kinds in (("secret", ("secrets", "namespacedSecrets")),
                                 ("configMap", ("configMaps",)))}
    for container in workload["containers"]:
        for source in container.get("environmentFrom") or ():
            if source["sourceName"] not in names[source["source"]]:
                return f'{source["source"].lower()} "{source["sourceName"]}" ' \
                       'not found'
    return None


# ---- what happens by itself ------------------------------------------------

def settle(state):
    """Brings the state up to this moment."""
    for app in list(state["apps"].values()):
        if app["transitioning"] == "yes" and app["due"] <= time.time():
            go_on(state, app)
    for item in state["workloads"].values():
        if item.get("due", 0) > time.time():
            continue
        missing = lacks(state, item)
        if item.get("waits"):
            item.update(state="unavailable", transitioning="yes",
                        transitioningMessage=item["waits"])
        elif missing:
            item.update(state="unavailable", transitioning="error",
                        transitioningMessage=missing)
        else:
            item.update(state="active", transitioning="no",
                        transitioningMessage="")
    used = set().union(*map(claims_of, state["workloads"].values()), set())
    for key, claim in list(state["persistentVolumeClaims"].items()):
        if claim["state"] == "removing" and key not in used:
            delete_claim(state, key)


def delete_claim(state, key):
    shutil.rmtree(folder_of(state["persistentVolumeClaims"].pop(key)),
                  ignore_errors=True)


def fail(app, message):
    app.update(state="error", transitioning="error",
               transitioningMessage=message)


def go_on(state, app):
    """The next step of an installation: its resources, then its database."""
    answers = app.get("answers") or {}
    if not app.get("released"):
        missing = [a for a in REQUIRED_ANSWERS if not answers.get(a)]
        if missing:
            return fail(app, "failed to install app: execution error: "
                        f"answers are missing: {', '.join(missing)}")
        taken = release(state, app, answers)
        if taken:
            return fail(app, f"failed to install app: {taken} already exists")
    app["due"] = time.time() + RETRY_SECONDS
    why = migrate(answers)
    for item in state["workloads"].values():
        if item.get("labels", {}).get(LABEL) != app["name"]:
            continue
        if item["name"] == "db-initializer":
            item["waits"] = why and "CrashLoopBackOff: " + why
        else:
            item["waits"] = why and "waits for db-initializer"
    if why:
        app.update(state="deploying", transitioning="yes",
                   transitioningMessage=f"Job db-initializer failed: {why}")
    else:
        app.update(state="active", transitioning="no", transitioningMessage="")


def chart(app, answers):
    """The resources of the chart: (kind, fields).  The ingress of poa-sa is not
    among it, unless an answer asks for it."""
    version = app["externalId"].rpartition("version=")[2]
    env = [{"source": "secret", "sourceName": "poa-db"},
           {"source": "configMap", "sourceName": "poa-config"}]
    for name in ("db-initializer", "poa-sa", "poa-api", "poa-console"):
        yield "workloads", {"name": name, "containers": [{
            "name": name, "image": f"poa/{name}:{version}",
            "environmentFrom": env}],
            **({"jobConfig": {}} if name == "db-initializer" else {})}
    for name in ("poa-sa", "poa-api", "poa-console"):
        yield "services", {"name": name, "ports": [{"port": 80}], "selector":
                           {"app": name}}
    hosts = ["poa"] + ["poa-sa"] * (
        str(answers.get("poaSa.ingress.enabled")).lower() == "true")
    for name in hosts:
        yield "ingresses", {"name": name, "rules": [{
            "host": f"{name}.{answers['domain']}", "paths": [{
                "path": "/", "serviceId": f"poa:{name}", "targetPort": 80}]}]}
    yield "configMaps", {"name": "poa-config", "data": {
        "mysql_host": answers["mysql.host"], "domain": answers["domain"],
        "mysql_database": answers["mysql.database"]}}
    yield "secrets", {"name": "poa-db", "data": {
        k: base64.b64encode(str(answers[f"mysql.{k}"]).encode()).decode()
        for k in ("username", "password")}}


def release(state, app, answers):
    """Makes what the chart has; the name of what is there already, or None."""
    new = [(kind, {**fields, "namespaceId": app["targetNamespace"],
                   "labels": {LABEL: app["name"]}})
           for kind, fields in chart(app, answers)]
    for kind, fields in new:
        if id_of(kind, fields) in state[kind]:
            return f"{TYPES[kind][0]} \"{fields['name']}\""
    for kind, fields in new:
        make(state, kind, fields)
    app["released"] = True
    return None


# ---- the job db-initializer ------------------------------------------------

MIGRATIONS = (
    ("1.2.0", "api catalogue", "CREATE TABLE IF NOT EXISTS API_SERVICES "
     "(SERVICE_ID VARCHAR(100) PRIMARY KEY, NAME VARCHAR(200));"),
    ("1.4.0", "clients", "CREATE TABLE IF NOT EXISTS CLIENTS (CLIENT_ID "
     "VARCHAR(100) PRIMARY KEY, CLIENT_NAME VARCHAR(200) NOT NULL, SCOPES TEXT "
     "NOT NULL, SECRET_HASH VARCHAR(100) NOT NULL) CHARACTER SET utf8mb4;"),
    ("1.4.1", "field rules and client backup",
     "CREATE TABLE API_FIELD_MOD_RULES (SERVICE_ID VARCHAR(100) NOT NULL, "
     "API_VERSION VARCHAR(100) NOT NULL, OPERATION_ID VARCHAR(100) NOT NULL, "
     "JSONPATH_RULES LONGTEXT NOT NULL, CONSTRAINT API_FIELD_MOD_RULES$UK "
     "UNIQUE (SERVICE_ID, API_VERSION, OPERATION_ID)); CREATE TABLE "
     "CLIENT_BACKUP (TIMESTAMP CHAR(19) NOT NULL, REMARK TEXT, DATA "
     "MEDIUMTEXT, CONSTRAINT PK PRIMARY KEY (TIMESTAMP));"),
)
# On MySQL 8.0.11 the last of them is refused, and Flyway writes that down.
ON_8_0_11 = ("Migration V1.4.1__field_rules_and_client_backup.sql failed: SQL "
             "State 42000, Error Code 1064: You have an error in your SQL "
             "syntax near 'LONGTEXT NOT NULL'")


def migrate(answers):
    """Brings the database to the chart's version; None, or why not."""
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as client:
        client.write("[client]\n" + "".join(
            f"{key}={answers['mysql.' + name]}\n" for key, name in (
                ("host", "host"), ("user", "username"),
                ("password", "password"), ("database", "database"))))
        client.flush()
        try:
            return flyway(lambda statements: sql(statements, client.name))
        except SqlError as fault:
            return str(fault)


def flyway(execute):
    version = execute("SELECT @@version;")[0][0]
    done = dict(execute("SELECT version, success FROM schema_version;"))
    for number, what, statements in MIGRATIONS:
        if done.get(number) == "1":
            continue
        if number in done:
            return f"Detected failed migration to version {number} ({what})"
        broken = number == "1.4.1" and version.startswith("8.0.11")
        if not broken:
            execute(statements)
        execute("INSERT INTO schema_version SELECT MAX(installed_rank) + 1, "
                f"{quoted(number)}, {quoted(what)}, 'SQL', 'V{number}.sql', 0, "
                f"CURRENT_USER(), NOW(), 1, {0 if broken else 1} FROM "
                "schema_version;")
        if broken:
            return ON_8_0_11
    return None


# ---- requests --------------------------------------------------------------

def check(kind, fields):
    if not isinstance(fields, dict):
        raise error(422, "InvalidBodyContent", "expected an object")
    for name, what in TYPES[kind][1].items():
        if fields.get(name) in (None, "", []):
            raise error(422, "MissingRequired", f"missing required {name}",
                        name)
        if not isinstance(fields[name], what):
            raise error(422, "InvalidFormat", f"invalid format {name}", name)
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fields["name"]):
        raise error(422, "InvalidCharacters", "invalid characters", "name")
    space = fields.get("targetNamespace" if kind == "apps" else "namespaceId")
    if space is not None and space not in NAMESPACES:
        raise error(404, "NotFound", f'namespaces "{space}" not found')
    if kind == "apps":
        check_chart(fields["externalId"])


def check_chart(external):
    if external not in {external_id(v) for v in VERSIONS}:
        raise error(422, "InvalidReference",
                    f"template version {external} not found", "externalId")


def external_id(version):
    return ("catalog://?catalog=library&template=platform-openapi&version="
            + version)


class Rancher(Standin):
    def allowed(self):
        header = self.headers.get("Authorization") or ""
        name, word = basic(header)
        given = f"{name}:{word}" if name else header.removeprefix("Bearer ")
        if given != TOKEN:
            raise error(401, "Unauthorized", "must authenticate")

    def bad_body(self, why):
        return error(422, "InvalidBodyContent", why)

    def not_found(self):
        raise error(404, "NotFound", "not found")

    def not_allowed(self, methods):
        raise error(405, "MethodNotAllow", "method not allowed")

    def url(self, path):
        return f"https://{self.headers.get('Host')}{path}"

    def shown(self, kind, item):
        item = copy.deepcopy(item)
        for ours in ("due", "waits", "released"):
            item.pop(ours, None)
        url = self.url(f"{BASE}/{kind}/{item['id']}")
        item["links"] = dict.fromkeys(("remove", "self", "update"), url)
        item["actions"] = {name: f"{url}?action={name}"
                           for name in ACTIONS.get(kind, ())}
        return item

    def collection(self, path, kind, items):
        filters = {k: v for k, v in self.query.items() if k != "limit"}
        items = [i for i in items if all(
            str(i.get(k)) == v for k, v in filters.items())]
        limit = int(self.query.get("limit", 1000))
        return {"type": "collection", "resourceType": kind, "links": {
                    "self": self.url(path)}, "actions": {},
                "filters": dict.fromkeys(filters),
                "pagination": {"limit": limit, "total": len(items)},
                "data": items[:limit]}

    def kind(self, match):
        if match[1] not in TYPES:
            self.not_found()
        return match[1]

    def listed(self, match):
        kind = self.kind(match)
        with STATE.change() as state:
            settle(state)
        return 200, self.collection(
            self.path_only, TYPES[kind][0],
            [self.shown(kind, i) for i in state[kind].values()])

    def created(self, match):
        kind, fields = self.kind(match), self.json()
        check(kind, fields)
        with STATE.change() as state:
            settle(state)
            if id_of(kind, fields) in state[kind]:
                raise error(409, "AlreadyExists", f"{TYPES[kind][0]} "
                            f"\"{fields['name']}\" already exists")
            item = make(state, kind, fields, INSTALL_SECONDS
                        if kind == "apps" else 0)
            if kind == "apps":
                item["state"] = "installing"
            return 201, self.shown(kind, item)

    def item(self, state, match):
        settle(state)
        item = state[self.kind(match)].get(match[2])
        return item or self.not_found()

    def got(self, match):
        with STATE.change() as state:
            return 200, self.shown(match[1], self.item(state, match))

    def updated(self, match):
        kind, fields = self.kind(match), self.json()
        with STATE.change() as state:
            item = self.item(state, match)
            merged = {**item, **fields, "name": item["name"]}
            check(kind, merged)
            item.update({k: v for k, v in merged.items() if k not in OURS})
            if kind == "workloads":
                item.update(state="updating", due=time.time() + START_SECONDS)
            return 200, self.shown(kind, item)

    def deleted(self, match):
        kind = self.kind(match)
        with STATE.change() as state:
            item = self.item(state, match)
            if kind == "persistentVolumeClaims":
                item["state"] = "removing"
                settle(state)
                if item["id"] in state[kind]:
                    return 200, self.shown(kind, item)
                return 204, ""
            if kind == "apps":
                for each in state.values():
                    for key, one in list(each.items()):
                        if one.get("labels", {}).get(LABEL) == item["name"]:
                            del each[key]
            del state[kind][item["id"]]
        return 204, ""

    def acted(self, match):
        kind, action = self.kind(match), self.query.get("action")
        if action is None:
            self.not_allowed(())
        with STATE.change() as state:
            item = self.item(state, match)
            if action not in ACTIONS.get(kind, ()):
                raise error(404, "ActionNotAvailable", "action not available")
            if kind == "apps":
                external = self.json().get("externalId", item["externalId"])
                check_chart(external)
                item.update(externalId=external, state="installing",
                            transitioning="yes", due=time.time() + 1)
            elif action == "redeploy":
                item.update(state="updating", due=time.time() + START_SECONDS)
            else:
                item["paused"] = action == "pause"
            return 200, self.shown(kind, item)

    def templates(self, _match):
        name = {"id": TEMPLATE, "type": "template", "name":
                "platform-openapi", "catalogId": "library", "defaultVersion":
                VERSIONS[-1], "versionLinks": {v: self.url(
                    f"/v3/templateVersions/{TEMPLATE}-{v}") for v in VERSIONS}}
        return 200, self.collection("/v3/templates", "template", [name])

    def template(self, match):
        if match[1] not in VERSIONS:
            self.not_found()
        return 200, {"id": f"{TEMPLATE}-{match[1]}", "type":
                     "templateVersion", "version": match[1], "externalId":
                     external_id(match[1]), "questions": [
                         {"variable": a, "required": True,
                          "type": "password" if a.endswith("password")
                          else "string"} for a in REQUIRED_ANSWERS] + [
                         {"variable": "poaSa.ingress.enabled",
                          "required": False, "type": "boolean"}]}

    def project(self, _match):
        return 200, {"id": PROJECT, "type": "project", "name": "POA",
                     "state": "active", "links": {
                         kind: self.url(f"{BASE}/{kind}") for kind in TYPES}}

    COLLECTION = BASE + "/([A-Za-z]+)"
    ITEM = COLLECTION + "/([^/]+)"
    routes = (("GET", "/v3/templates", templates),
              ("GET", f"/v3/templateVersions/{TEMPLATE}-(.+)", template),
              ("GET", f"(?:{BASE}|/v3/projects/{PROJECT})", project),
              ("GET", COLLECTION, listed), ("POST", COLLECTION, created),
              ("GET", ITEM, got), ("PUT", ITEM, updated),
              ("DELETE", ITEM, deleted), ("POST", ITEM, acted))


# ---- the old deployment: YAML files of 0.1.0-SNAPSHOT ----------------------

def old_deployment():
    state = {kind: {} for kind in TYPES}
    space = {"namespaceId": "poa"}
    make(state, "persistentVolumeClaims", {
        "name": "poa-sa-data", **space, "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}}})
    for name in ("poa-sa", "poa-gateway", "poa-docs"):
        make(state, "workloads", {
            "name": name, **space, "containers": [{
                "name": name, "image": f"poa/{name}:0.1.0-SNAPSHOT",
                "environmentFrom": [{"source": "secret", "sourceName":
                                     "poa-mysql"}]}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {
                "persistentVolumeClaimId": "poa:poa-sa-data"}}]
            if name == "poa-sa" else []})
        make(state, "services", {"name": name, **space, "selector": {
            "app": name}, "ports": [{"port": 80, "targetPort": 8080}]})
    for name in ("poa-sa", "poa-gateway"):
        make(state, "ingresses", {"name": name, **space, "rules": [{
            "host": f"{name}.lab.edu.cn", "paths": [{
                "path": "/", "serviceId": f"poa:{name}",
                "targetPort": 80}]}]})
    make(state, "dnsRecords", {"name": "poa-mysql", **space,
                               "hostname": "poa-mysql.lab.edu.cn"})
    make(state, "configMaps", {"name": "poa-settings", **space, "data": {
        "application.yml": "server:\n  port: 8080\n# 旧版配置\n"}})
    for name, data in (("poa-mysql", {"password": b"old-password"}),
                       ("poa-tls", {"tls.key": b"old-key"})):
        make(state, "secrets", {"name": name, "data": {
            key: base64.b64encode(value).decode()
            for key, value in data.items()}})
    for item in state["workloads"].values():    # it has run for months
        item.update(state="active", transitioning="no", due=0)
    return state


if __name__ == "__main__":
    TOKEN = open("/etc/lab/rancher-token").read()
    STATE = State("/var/lib/rancher/state.json", None)
    if STATE.read() is None:
        STATE.write(old_deployment())
    serve(Rancher, int(sys.argv[1]), "/etc/lab/tls")
