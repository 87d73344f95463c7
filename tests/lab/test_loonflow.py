#!/usr/bin/env python3
"""
loonflow's part of the lab: the engine, its workers, uwsgi, the caller and the
hook refuse what the real ones refuse and keep their state; the upgrade from
r0.1 to r1.0 can be done with them by hand, and `lab reset` takes it back.
Arguments choose tests by name.
time limit: 30 minutes
"""
import hashlib
import hmac
import json
import time

from harness import LAB, NET, http, refused, run, secret, sh, until

HOOK = f"http://{NET}.53:9000"
WEB = f"http://{NET}.52:8000"
CELERY = ("-A tasks worker -l info -c 8 -Q loonflow --logfile=celery.log "
          "--pidfile=celery.pid")
TO_0_2 = """
ALTER TABLE workflow_transition ADD timer INT NOT NULL DEFAULT 0, ADD attribute_type_id INT NOT NULL DEFAULT 1, ADD condition_expression VARCHAR(1000) NOT NULL DEFAULT '[]';
ALTER TABLE ticket_ticketrecord ADD script_run_last_result TINYINT NOT NULL DEFAULT 1, ADD is_end TINYINT NOT NULL DEFAULT 0, ADD is_rejected TINYINT NOT NULL DEFAULT 0, ADD multi_all_person VARCHAR(1000) NOT NULL DEFAULT '{}';
DROP TABLE ticket_ticketstatelastman;
ALTER TABLE workflow_state ADD remember_last_man_enable TINYINT NOT NULL DEFAULT 0;
ALTER TABLE account_apptoken ADD workflow_ids VARCHAR(2000) NOT NULL DEFAULT '', ADD ticket_sn_prefix VARCHAR(20) NOT NULL DEFAULT 'loonflow';
ALTER TABLE workflow_workflow ADD limit_expression VARCHAR(1000) NOT NULL DEFAULT '{}', ADD notices VARCHAR(50) NOT NULL DEFAULT '';
CREATE TABLE workflow_customnotice (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, script VARCHAR(100) NOT NULL DEFAULT '', title_template VARCHAR(50), content_template VARCHAR(1000));
ALTER TABLE workflow_customfield ADD label VARCHAR(1000) NOT NULL DEFAULT '{}';
"""


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def signed(token, at=None):
    at = str(int(at or time.time()))
    return {"timestamp": at, "signature": md5(at + token)}


def call(method, path, body=None, at=None, **headers):
    """A call of the application ops, signed; (status, body)."""
    return http(method, WEB + path, body, **{
        "appname": "ops", **signed(secret("loonflow-app-token"), at),
        **headers})


def no(words, *arguments, **more):
    status, body = call(*arguments, **more)
    assert (status, body["code"]) == (200, -1) and words in body["msg"], body


def sql(statements):
    """Statements for loonflow's database, as a script on its host."""
    return sh("loonflow-back", "mariadb -S /run/mysqld.sock -N -B loonflow "
              f"<<'END'\n{statements}\nEND")


def unpack(version, name):
    """A release in a folder of its own, with the settings of this lab."""
    folder = f"/data/{name}"
    sh("loonflow-app", f"cd /data && tar xzf /root/releases/loonflow-r{version}"
       f".tar.gz && mv loonflow-r{version} {name} && sed -i "
       f"s,/data/loonflow$,{folder}, {folder}/uwsgi.ini && sed -i "
       f"s,/data/loonflow/,{folder}/, {folder}/uwsgi.ini && cp -r "
       f"/data/loonflow-0.1/media/. {folder}/media")
    return folder


def take_settings(folder):
    sh("loonflow-app", f"cp /data/loonflow-0.1/settings/config.py "
       f"{folder}/settings/config.py")


def stop_all(folder):
    sh("loonflow-back", "python3 /data/caller/caller.py stop || true")
    sh("loonflow-app", f"cd {folder} && celery multi stopwait {CELERY} && "
       "uwsgi --stop uwsgi.pid")


def start_all(folder, activate="true"):
    sh("loonflow-app", f"cd {folder} && . {activate} && uwsgi uwsgi.ini && "
       f"celery multi start {CELERY}")


def calls_without_a_valid_signature_are_refused():
    ticket = {"workflow_id": 1, "title": "x", "username": "lisi"}
    tickets = "/api/v1.0/tickets"
    no("签名校验失败", "POST", tickets, ticket, signature="0" * 32)
    no("签名校验失败", "POST", tickets, ticket, appname="nobody")
    no("时间戳过期", "POST", tickets, ticket, at=time.time() - 200)
    no("username", "POST", tickets, {"workflow_id": 1, "title": "x"})
    no("required", "POST", tickets, {"title": "x", "username": "lisi"})
    no("不存在", "POST", tickets, {**ticket, "workflow_id": 9})
    assert call("DELETE", tickets, {"username": "lisi"})[0] == 405
    status, text = http("GET", WEB + "/nothing")
    assert status == 404 and "DEBUG" not in text, text


def the_hook_checks_the_signature():
    notice = {"title_result": "t", "content_result": "c"}
    token = secret("loonflow-hook-token")
    url = HOOK + "/notice"
    assert http("POST", url, notice)[0] == 403
    assert http("POST", url, notice, **signed("wrong"))[0] == 403
    assert http("POST", url, notice,
                **signed(token, time.time() - 200))[0] == 403
    assert http("POST", url, {}, **signed(token))[0] == 422
    assert http("POST", url, b"{", **signed(token))[0] == 400
    assert http("GET", url)[0] == 405
    assert http("GET", HOOK + "/received")[1] == {"received": []}
    assert http("POST", url, notice, **signed(token))[0] == 200
    body = json.dumps({"text": "维护"}).encode()
    mac = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    url = HOOK + "/announce"
    assert http("POST", url, body, **{"X-Signature": mac[:-1] + "x"})[0] == 403
    assert http("POST", url, body, **{"X-Signature": mac})[0] == 200
    assert len(http("GET", HOOK + "/received")[1]["received"]) == 2


def workers_end_the_task_at_hand():
    until("a task is at hand", lambda: ".taken" in sh(
        "loonflow-app", "ls /var/lib/loonflow/queue"))
    stop_all("/data/loonflow-0.1")
    left = sh("loonflow-app", "ls /var/lib/loonflow/queue")
    assert ".taken" not in left, left
    assert "Warm shutdown" in sh("loonflow-app",
                                 "cat /data/loonflow-0.1/celery.log")
    assert "DOWN" in sh("loonflow-app", "cd /data/loonflow-0.1 && celery "
                        f"multi stopwait {CELERY}")
    refused("loonflow-app", "uwsgi --stop /data/loonflow-0.1/uwsgi.pid",
            "No such process")
    refused("loonflow-app", "cd / && celery multi start " + CELERY,
            "The module tasks was not found")
    refused("loonflow-app", "uwsgi /nothing.ini", "No such file")
    refused("loonflow-back", "python3 /data/caller/caller.py stop",
            "does not run")


def the_first_hops_need_their_changes():
    """r0.1 to r0.2 (the schema) to r0.3 (username, scripts by id)."""
    folder = unpack("0.2.5", "loonflow-0.2")
    refused("loonflow-app", f"cd {folder} && python3 manage.py check",
            "No module named 'settings.config'")
    take_settings(folder)
    refused("loonflow-app", f"cd {folder} && python3 manage.py check",
            "Unknown column")
    sql(TO_0_2)
    sh("loonflow-app", f"cd {folder} && python3 manage.py check")
    start_all(folder, "/dev/null")
    refused("loonflow-app", f"cd {folder} && uwsgi uwsgi.ini",
            "Address already in use")
    no("没有工作流 1 的权限", "POST", "/api/v1.0/tickets",
       {"workflow_id": 1, "title": "x", "username": "lisi"})
    sql("UPDATE account_apptoken SET workflow_ids = '1,2'")
    assert call("POST", "/api/v1.0/tickets", {
        "workflow_id": 2, "title": "x", "username": "lisi"})[1]["code"] == 0
    stop_all(folder)
    folder = unpack("0.3.17", "loonflow-0.3")
    take_settings(folder)
    start_all(folder, "/dev/null")
    ticket = {"workflow_id": 2, "title": "x", "username": "lisi"}
    no("username", "POST", "/api/v1.0/tickets", ticket)
    no("脚本记录 find_manager 不存在", "POST", "/api/v1.0/tickets", ticket,
       username="lisi")
    sql("UPDATE workflow_state s JOIN workflow_workflowscript w ON w.name = "
        "s.participant SET s.participant = w.id WHERE s.participant_type_id = "
        "6")
    assert call("POST", "/api/v1.0/tickets", ticket,
                username="lisi")[1]["code"] == 0
    stop_all(folder)


def the_last_hop_needs_its_changes():
    """r0.3 to r1.0: environment, DDL, DML, DEBUG, notices by hook."""
    folder = unpack("1.0.3", "loonflow-1.0")
    take_settings(folder)
    refused("loonflow-app", f"cd {folder} && python3 manage.py check",
            "Couldn't import Django")
    sh("loonflow-app", "python3 -m venv /data/venv-1.0 && "
       f"/data/venv-1.0/bin/pip install -q --no-index --find-links "
       f"/root/wheels -r {folder}/requirements/pro.txt")
    activate = f"cd {folder} && . /data/venv-1.0/bin/activate && "
    refused("loonflow-app", activate + "python manage.py check",
            "OperationalError")
    helper = "/data/loonflow-helper/update/0.3.xto1.0.x"
    refused("loonflow-app", f"python3 {helper}/dml.py", "Can't connect")
    sql(sh("loonflow-app", f"cat {helper}/ddl.sql"))
    for name, value in (("DB_HOST", f"{NET}.53"), ("DB_NAME", "loonflow"),
                        ("DB_USER", "loonflow"),
                        ("DB_PASSWORD", secret("loonflow-db"))):
        sh("loonflow-app", f"sed -i 's/^{name} = .*/{name} = \"{value}\"/' "
           f"{helper}/dml.py")
    assert "条记录" in sh("loonflow-app", f"python3 {helper}/dml.py")
    refused("loonflow-app", f"python3 {helper}/dml.py", "has rows already")
    assert sql("SELECT act_state_id FROM ticket_ticketrecord WHERE id < 5 "
               "ORDER BY id").split() == ["4", "1", "1", "2"]
    sh("loonflow-app", f"sed -i 's/^DEBUG = .*/DEBUG = True/' "
       f"{folder}/settings/config.py")
    sh("loonflow-app", activate + "(python manage.py runserver 0.0.0.0:9999 "
       ">/tmp/run.log 2>&1 & echo $! >/tmp/run.pid)")
    page = f"http://{NET}.52:9999"
    until("runserver answers", lambda: "loonflow 1.0.3" in sh(
        "loonflow-app", "curl -s localhost:9999 || true"))
    assert "DEBUG = True" in http("GET", page + "/nothing")[1]
    sh("loonflow-app", "kill $(cat /tmp/run.pid) && sed -i "
       f"'s/^DEBUG = .*/DEBUG = False/' {folder}/settings/config.py && echo "
       f"'virtualenv = /data/venv-1.0' >> {folder}/uwsgi.ini")
    start_all(folder, "/data/venv-1.0/bin/activate")
    assert "DEBUG" not in http("GET", WEB + "/nothing")[1]


def notices_reach_the_hook():
    before = http("GET", HOOK + "/received")[1]["received"]
    notices = "/api/v1.0/workflows/custom_notices"
    lisi = {"username": "lisi"}
    no("hook_token", "POST", notices, {"name": "n", "hook_url": HOOK}, **lisi)
    answer = call("POST", notices, {
        "name": "企业微信", "hook_url": HOOK + "/notice",
        "hook_token": secret("loonflow-hook-token")}, **lisi)[1]
    assert answer["code"] == 0, answer
    assert call("PATCH", "/api/v1.0/workflows/1", {
        "notices": str(answer["data"]["custom_notice_id"]),
        "title_template": "工单 {title}", "content_template":
        "请处理 {title}"}, **lisi)[1]["code"] == 0
    assert call("POST", "/api/v1.0/tickets", {
        "workflow_id": 1, "title": "验收"}, **lisi)[1]["code"] == 0
    found = until("the notice", lambda: http("GET", HOOK + "/received")[1][
        "received"][len(before):])
    assert found[-1]["title_result"] == "工单 验收", found
    sh("loonflow-back", "sed -i 's/\"query\"/\"header\"/' "
       "/data/caller/caller.json && python3 /data/caller/caller.py start")
    until("the caller's ticket", lambda: "ok: ticket" in sh(
        "loonflow-back", "tail -n 1 /data/caller/caller.log"))


def after_a_reset_all_is_as_before():
    LAB.must("reset")
    assert "0.1.4" in http("GET", WEB)[1]
    assert http("GET", HOOK + "/received")[1] == {"received": []}
    assert sh("loonflow-app", "ls -d /data/loonflow*").split() == [
        "/data/loonflow-0.1", "/data/loonflow-helper"]
    assert "ticket_ticketstatelastman" in sql("SHOW TABLES")


run("loonflow", [calls_without_a_valid_signature_are_refused,
                 the_hook_checks_the_signature, workers_end_the_task_at_hand,
                 the_first_hops_need_their_changes,
                 the_last_hop_needs_its_changes, notices_reach_the_hook,
                 after_a_reset_all_is_as_before])
