#!/usr/bin/env python3
"""
manage.py: stands in for loonflow (a workflow engine in Django), as the release
that the file VERSION beside it names: 0.1, 0.2, 0.3 or 1.0.

Written from: loonflow's documentation (loonflow.readthedocs.io: deployment,
interface authentication, tickets, notifications), the notes of its versions
for the tables and columns of each release, and Django's
documentation of runserver, DEBUG and its errors.

    manage.py check | runserver [ADDRESS:]PORT | serve PORT (for uwsgi)

    GET  /                                  the first page
    GET, POST  /api/v1.0/tickets            lists; {"workflow_id", "title"}
    GET  /api/v1.0/workflows, /api/v1.0/workflows/ID/states
    GET, POST  /api/v1.0/workflows/custom_notices     (1.0)
    PATCH /api/v1.0/workflows/ID            notices, title_template,
                                            content_template (1.0)

A caller signs with the token of its application: the headers signature =
md5(timestamp + token), timestamp, appname; username is a header since 0.3,
before that a parameter.  A new ticket is a task for the workers; they send
notices to hooks, signed in the same way with the hook's token.

Refuses as the real one does: to start without the copy of settings/pro that
is called config, or (1.0) without Django, on a port in use; any page 500 where a table or column of its
release is missing, with the reason if DEBUG; an address that does not exist
404, a page about DEBUG if DEBUG; a call without a valid signature, older
than 120 seconds, without username or for a workflow that the application may
not use, with {"code": -1}; a ticket in whose state a script takes part that
is not a script's id (since 0.3).  The broker (redis there) is a folder.
"""
import hashlib
import importlib
import json
import os
import pathlib
import re
import sys
import tempfile
import time
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
VERSION = (HERE / "VERSION").read_text().strip()
RELEASE = tuple(map(int, VERSION.split(".")[:2]))
if RELEASE >= (1, 0):
    try:
        import django
    except ImportError:
        sys.exit("ImportError: Couldn't import Django. Are you sure it's "
                 "installed and available on your PYTHONPATH environment "
                 "variable? Did you forget to activate a virtual environment?")
    assert django.VERSION
sys.path[:0] = [str(HERE), "/opt/lab"]
try:
    config = importlib.import_module("settings.config")
except ImportError as fault:
    sys.exit(f"ModuleNotFoundError: {fault}: copy settings/pro.py to "
             "settings/config.py")
from standin import (Refused, SqlError, Standin, quoted, serve,  # noqa: E402
                     sql)

QUEUE = pathlib.Path("/var/lib/loonflow/queue")
DONE = pathlib.Path("/var/lib/loonflow/done")
SIGNED_SECONDS = 120
TASK_SECONDS = 2
BY_SCRIPT = "6"
FIRST = {
    "account_apptoken": "id app_name token",
    "account_loonuser": "id username",
    "ticket_ticketflowlog": "id ticket_id transition_id",
    "ticket_ticketrecord": "id title workflow_id state_id relation "
    "participant_type_id participant gmt_created",
    "workflow_customfield": "id field_key",
    "workflow_state": "id name workflow_id type_id participant_type_id "
    "participant",
    "workflow_transition": "id name transition_type_id",
    "workflow_workflow": "id name",
    "workflow_workflowscript": "id name saved_name",
}
SINCE = (
    ((0, 2), {"workflow_transition": "timer attribute_type_id "
              "condition_expression",
              "ticket_ticketrecord": "script_run_last_result "
              "multi_all_person",
              "workflow_state": "remember_last_man_enable",
              "account_apptoken": "workflow_ids ticket_sn_prefix",
              "workflow_workflow": "limit_expression notices",
              "workflow_customnotice": "id name",
              "workflow_customfield": "label"}),
    ((1, 0), {"account_loonuser": "is_workflow_admin",
              "workflow_customnotice": "hook_url hook_token",
              "workflow_workflow": "title_template content_template",
              "workflow_workflowadmin": "id username workflow_id",
              "workflow_state": "enable_retreat",
              "ticket_ticketrecord": "act_state_id",
              "ticket_ticketuser": "id ticket_id username in_process"}),
)


# ---- the database ----------------------------------------------------------

def client_file():
    server = config.DATABASES["default"]
    with tempfile.NamedTemporaryFile("w", suffix=".cnf", delete=False) as f:
        f.write("[client]\n" + "".join(f"{key}={server[name]}\n" for key, name
                in (("host", "HOST"), ("port", "PORT"), ("user", "USER"),
                    ("password", "PASSWORD"), ("database", "NAME"))))
    return f.name


def rows(statement):
    """The rows of a statement.  SqlError."""
    path = client_file()
    try:
        return sql(statement, path)
    finally:
        os.unlink(path)


def check_tables():
    """SqlError in Django's words where the database is of another release."""
    have = {}
    for table, column in rows(
            "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS "
            "WHERE TABLE_SCHEMA = DATABASE();"):
        have.setdefault(table, set()).add(column)
    needed = [FIRST] + [more for since, more in SINCE if RELEASE >= since]
    for tables in needed:
        for table, columns in tables.items():
            if table not in have:
                raise SqlError(f"(1146, \"Table '{table}' doesn't exist\")")
            for column in columns.split():
                if column not in have[table]:
                    raise SqlError(f"(1054, \"Unknown column '{table}."
                                   f"{column}' in 'field list'\")")


# ---- tasks -----------------------------------------------------------------

def put_task(**task):
    QUEUE.mkdir(parents=True, exist_ok=True)
    path = QUEUE / f"{time.time():.6f}-{uuid.uuid4().hex[:8]}"
    path.with_suffix(".new").write_text(json.dumps(task))
    path.with_suffix(".new").rename(f"{path}.json")


def run_task(task):
    """Called by a worker: the work on a ticket, then its notices."""
    time.sleep(TASK_SECONDS)
    results = notify(task["ticket"]) if RELEASE >= (1, 0) else []
    return {**task, "release": VERSION, "notices": results}


def notify(ticket):
    """Sends the notices of the ticket's workflow; (hook, answer) of each."""
    results = []
    for title, name, content, hook, token in rows(
            "SELECT t.title, w.title_template, w.content_template, n.hook_url,"
            " n.hook_token FROM ticket_ticketrecord t JOIN workflow_workflow w "
            "ON w.id = t.workflow_id JOIN workflow_customnotice n ON "
            f"FIND_IN_SET(n.id, w.notices) WHERE t.id = {int(ticket)};"):
        body = {"title_result": name.replace("{title}", title),
                "content_result": content.replace("{title}", title),
                "ticket_id": int(ticket), "participant": "zhangsan"}
        at = str(int(time.time()))
        request = urllib.request.Request(
            hook, json.dumps(body).encode(), {
                "Content-Type": "application/json", "timestamp": at,
                "signature": signature(at, token)})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                results.append([hook, json.loads(answer.read())])
        except (OSError, ValueError) as fault:
            results.append([hook, str(fault)])
    return results


# ---- requests --------------------------------------------------------------

def signature(timestamp, token):
    return hashlib.md5((timestamp + token).encode()).hexdigest()


def no(message):
    return Refused(200, {"code": -1, "msg": message, "data": {}})


class Loonflow(Standin):
    def allowed(self):
        try:
            check_tables()
            if self.path_only.startswith("/api/"):
                self.check_caller()
        except SqlError as fault:
            why = f"OperationalError at {self.path_only}\n{fault}\n"
            raise Refused(500, why if config.DEBUG else
                          "<h1>Server Error (500)</h1>") from None

    def check_caller(self):
        at = self.headers.get("timestamp", "")
        self.app = self.headers.get("appname", "")
        found = rows("SELECT token FROM account_apptoken WHERE app_name = "
                     f"{quoted(self.app)};")
        if not found or not at.isdigit() or \
                self.headers.get("signature") != signature(at, found[0][0]):
            raise no("签名校验失败")
        if abs(time.time() - int(at)) > SIGNED_SECONDS:
            raise no("时间戳过期,请保证在120s内")
        given = self.headers if RELEASE >= (0, 3) else {
            **self.query, **(self.json() if self.body else {})}
        self.user = given.get("username")
        if not self.user:
            raise no("username is required")

    def not_found(self):
        return 404, ("Page not found (404)\nYou're seeing this error because "
                     "you have DEBUG = True in your Django settings file.\n"
                     if config.DEBUG else "Not Found\n")

    def first(self, _match):
        return 200, f"<title>loonflow {VERSION}</title>\n", {
            "Content-Type": "text/html; charset=utf-8"}

    def good(self, data):
        return 200, {"code": 0, "msg": "", "data": data}

    def may(self, workflow):
        """The application has been given the workflow (since 0.2)."""
        if RELEASE < (0, 2):
            return
        given = rows("SELECT workflow_ids FROM account_apptoken WHERE "
                     f"app_name = {quoted(self.app)};")[0][0] or ""
        if str(workflow) not in given.split(","):
            raise no(f"{self.app} 没有工作流 {workflow} 的权限")

    def tickets(self, _match):
        more = (", act_state_id", " JOIN (SELECT DISTINCT ticket_id FROM "
                "ticket_ticketuser) u ON u.ticket_id = t.id") \
            if RELEASE >= (1, 0) else ("", "")
        names = ["id", "title", "workflow_id", "state_id", "act_state_id"]
        return self.good([dict(zip(names, row)) for row in rows(
            f"SELECT id, title, workflow_id, state_id{more[0]} FROM "
            f"ticket_ticketrecord t{more[1]} ORDER BY id;")])

    def new_ticket(self, _match):
        body = self.json()
        workflow, title = body.get("workflow_id"), body.get("title")
        if not isinstance(workflow, int) or not title:
            raise no("workflow_id and title are required")
        self.may(workflow)
        states = rows("SELECT id, participant_type_id, participant FROM "
                      f"workflow_state WHERE workflow_id = {workflow} ORDER BY "
                      "id;")
        if not states:
            raise no(f"工作流 {workflow} 不存在")
        state, kind, who = states[0]
        if kind == BY_SCRIPT and RELEASE >= (0, 3) and not (
                who.isdigit() and rows("SELECT id FROM workflow_workflowscript "
                                       f"WHERE id = {who};")):
            raise no(f"脚本记录 {who} 不存在")
        number = rows(
            "INSERT INTO ticket_ticketrecord (title, workflow_id, state_id, "
            "relation, participant_type_id, participant) VALUES "
            f"({quoted(title)}, {workflow}, {state}, {quoted(self.user)}, 1, "
            f"{quoted(self.user)}); SELECT LAST_INSERT_ID();")[0][0]
        if RELEASE >= (1, 0):
            rows("INSERT INTO ticket_ticketuser (ticket_id, username, "
                 f"in_process) VALUES ({number}, {quoted(self.user)}, 1); "
                 "UPDATE ticket_ticketrecord SET act_state_id = 1 WHERE id = "
                 f"{number};")
        put_task(ticket=int(number))
        return self.good({"ticket_id": int(number)})

    def workflows(self, _match):
        names = ["id", "name"]
        if RELEASE >= (1, 0):
            names += ["notices", "title_template", "content_template"]
        return self.good([dict(zip(names, row)) for row in rows(
            f"SELECT {', '.join(names)} FROM workflow_workflow ORDER BY id;")])

    def states(self, match):
        names = ["id", "name", "participant_type_id", "participant"]
        return self.good([dict(zip(names, row)) for row in rows(
            f"SELECT {', '.join(names)} FROM workflow_state WHERE workflow_id "
            f"= {match[1]} ORDER BY id;")])

    def only_new(self):
        if RELEASE < (1, 0):
            raise Refused(*self.not_found())

    def notices(self, _match):
        self.only_new()
        return self.good([dict(zip(("id", "name", "hook_url"), row)) for row in
                          rows("SELECT id, name, hook_url FROM "
                               "workflow_customnotice ORDER BY id;")])

    def new_notice(self, _match):
        self.only_new()
        body = self.json()
        for name in ("name", "hook_url", "hook_token"):
            if not body.get(name):
                raise no(f"{name} is required")
        if not re.match(r"https?://", body["hook_url"]):
            raise no("hook_url: 请输入合法的URL")
        number = rows(
            "INSERT INTO workflow_customnotice (name, hook_url, hook_token) "
            f"VALUES ({quoted(body['name'])}, {quoted(body['hook_url'])}, "
            f"{quoted(body['hook_token'])}); SELECT LAST_INSERT_ID();")[0][0]
        return self.good({"custom_notice_id": int(number)})

    def change_workflow(self, match):
        self.only_new()
        body = self.json()
        sets = [f"{name} = {quoted(body[name])}" for name in (
            "notices", "title_template", "content_template") if name in body]
        if not sets or set(body) - {"notices", "title_template",
                                    "content_template"}:
            raise no("notices, title_template, content_template")
        rows(f"UPDATE workflow_workflow SET {', '.join(sets)} WHERE id = "
             f"{match[1]};")
        return self.good({})

    API = "/api/v1.0/workflows"
    routes = (("GET", "/", first), ("GET", "/api/v1.0/tickets", tickets),
              ("POST", "/api/v1.0/tickets", new_ticket),
              ("GET", API, workflows),
              ("GET", API + "/([0-9]+)/states", states),
              ("GET", API + "/custom_notices", notices),
              ("POST", API + "/custom_notices", new_notice),
              ("PATCH", API + "/([0-9]+)", change_workflow))


def main():
    command, *arguments = sys.argv[1:] or ["help"]
    if command == "check":
        try:
            check_tables()
        except SqlError as fault:
            sys.exit(f"django.db.utils.OperationalError: {fault}")
        print("System check identified no issues (0 silenced).")
    elif command in ("runserver", "serve"):
        port = int((arguments or ["8000"])[0].rpartition(":")[2])
        if command == "runserver":
            print("Performing system checks...\n\nSystem check identified no "
                  f"issues (0 silenced).\nloonflow {VERSION}\nStarting "
                  f"development server at http://0.0.0.0:{port}/\nQuit the "
                  "server with CONTROL-C.", flush=True)
        try:
            serve(Loonflow, port)
        except OSError:
            sys.exit("Error: That port is already in use.")
        except KeyboardInterrupt:
            sys.exit(0)
    else:
        sys.exit(f"Unknown command: '{command}'\nType 'manage.py help' for "
                 "usage.")


if __name__ == "__main__":
    main()
