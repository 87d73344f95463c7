#!/usr/bin/env python3
"""
The runbook loonflow on the lab, from r0.1 to r1.0: refused in production before
its rehearsal, rehearsed in test to the report, then in production stopped by a
table that is not as in test, and rolled back.  The hosts are then asked for what
the document promises.
time limit: 30 minutes
"""
import hashlib
import time

from driver import Run, check_table, drive
from harness import NET, http, secret, sh, until


class Place:
    """The hosts of an environment, and what its people do."""

    def __init__(self, app, back, app_number, back_number, web, hook):
        self.app, self.back = app, back
        self.address = f"http://{NET}.{app_number}:"
        self.web = self.address + str(web)
        self.hook = f"http://{NET}.{back_number}:{hook}"

    def sql(self, statements):
        return sh(self.back, "mariadb -S /run/mysqld.sock -N -B loonflow "
                  f"<<'END'\n{statements}\nEND")

    def call(self, method, url, body):
        """By lisi, with the token of the application ops."""
        at = str(int(time.time()))
        word = at + secret("loonflow-app-token")
        status, answer = http(
            method, url, body, appname="ops", username="lisi", timestamp=at,
            signature=hashlib.md5(word.encode()).hexdigest())
        assert status == 200 and answer["code"] == 0, answer
        return answer["data"]

    def add_notice(self):
        """On the page of notices, while r1.0 is tried with DEBUG."""
        workflows = self.address + "9999/api/v1.0/workflows"
        assert "DEBUG = True" in http("GET", self.address + "9999/none")[1]
        self.notice = self.call("POST", workflows + "/custom_notices", {
            "name": "企业微信", "hook_url": self.hook + "/notice",
            "hook_token": secret("loonflow-hook-token")})["custom_notice_id"]

    def set_templates(self):
        self.call("PATCH", self.address + "9999/api/v1.0/workflows/1", {
            "notices": str(self.notice), "title_template": "工单 {title}",
            "content_template": "请处理 {title}"})

    def make_ticket(self):
        self.call("POST", self.web + "/api/v1.0/tickets", {
            "workflow_id": 1, "title": "升级验收"})

    def does(self):
        return {"notices": self.add_notice, "templates": self.set_templates,
                "accept": self.make_ticket}

    def schema(self):
        return self.sql("SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM "
                        "information_schema.COLUMNS WHERE TABLE_SCHEMA = "
                        "'loonflow' ORDER BY 1, ORDINAL_POSITION")

    def page(self):
        return http("GET", self.web)[1]

    def lost_tasks(self):
        """Tasks that a worker took and did not end, once it is idle."""
        return sh(self.app, "ls /var/lib/loonflow/queue | grep taken || true")


TEST = Place("loonflow-test", "loonflow-test", 51, 51, 8100, 9100)
PRODUCTION = Place("loonflow-app", "loonflow-back", 52, 53, 8000, 9000)


def caller_works(place):
    until("a ticket of the caller", lambda: "ok: ticket" in sh(
        place.back, "python3 /data/caller/caller.py status && tail -n 1 "
        "/data/caller/caller.log"))


def all_is_new(place):
    assert "loonflow 1.0.3" in place.page()
    status, text = http("GET", place.web + "/none")
    assert status == 404 and "DEBUG" not in text, text
    assert http("GET", place.web)[0] == 200
    config = sh(place.app, "cat /data/loonflow-1.0/settings/config.py; "
                "stat -c %a /data/loonflow-1.0/settings/config.py")
    assert "DEBUG = False" in config and config.endswith("600\n"), config
    assert secret("loonflow-db") in config.split("DATABASES = ")[-1]
    sh(place.app, "diff -r /data/loonflow-0.1/media /data/loonflow-1.0/media")
    assert "listening" not in sh(
        place.app, "curl -s localhost:9999 && echo listening || true")
    workers = sh(place.app, "readlink /proc/$(cat "
                 "/data/loonflow-1.0/celery.pid)/cwd")
    assert workers == "/data/loonflow-1.0\n", workers
    sh(place.app, "tr '\\0' ' ' </proc/$(cat /data/loonflow-1.0/celery.pid)"
       "/cmdline | grep -q /data/venv-1.0/bin/")
    assert '"header"' in sh(place.back, "cat /data/caller/caller.json")
    caller_works(place)


def the_data_is_migrated(place):
    assert place.sql(
        "SELECT act_state_id FROM ticket_ticketrecord WHERE id < 5 ORDER BY "
        "id").split() == ["4", "1", "1", "2"]
    assert place.sql(
        "SELECT username, in_process FROM ticket_ticketuser WHERE ticket_id = "
        "3 ORDER BY id").split() == ["zhangsan", "0", "lisi", "1", "admin", "1"]
    assert place.sql(
        "SELECT participant FROM workflow_state WHERE participant_type_id = 6 "
        "ORDER BY id").split() == ["1", "2"]
    assert place.sql("SELECT workflow_ids FROM account_apptoken") == "1,2\n"
    assert place.sql("SHOW TABLES LIKE 'ticket_ticketstatelastman'") == ""


def received_by(place):
    return http("GET", place.hook + "/received")[1]["received"]


def accepted_is_told(place):
    """A worker sends the notice of the ticket some time after it was made."""
    return any(r["path"] == "/notice" and r["title_result"] == "工单 升级验收"
               for r in received_by(place))


def the_hook_was_told(place, *announced):
    """Of the ticket by loonflow, of the upgrade by the console, which signs as
    the target's sign: says; what was signed wrongly has not arrived."""
    until("the notice of the ticket", lambda: accepted_is_told(place))
    received = received_by(place)
    texts = [r["text"] for r in received if r["path"] == "/announce"]
    assert len(texts) == len(announced) and all(
        words in text for words, text in zip(announced, texts)), texts


def the_documents_agree():
    """The table of the original, and the document in English."""
    chinese = Run("loonflow", "test").get()
    check_table("loonflow", chinese)
    english = Run("loonflow-en", "test").get()
    assert [(s["id"], s["kind"]) for s in chinese["steps"]] == [
        (s["id"], s["kind"]) for s in english["steps"]]


def production_is_refused_before_its_rehearsal():
    run = Run("loonflow", "production")
    assert run.get()["rehearsal"]["missing"]
    run.approve_all()
    status, answer = run.me.post(f"/runs/{run.id}/start")
    assert status == 409 and answer["error"][
        "code"] == "rehearse_first", answer
    run.ask("/abort", reason="还没有演练")


def it_goes_up_in_test():
    run = Run("loonflow", "test")
    run.start()
    run.close("succeeded", TEST.does())
    all_is_new(TEST)
    the_data_is_migrated(TEST)
    the_hook_was_told(TEST, "试发的通知", "已升级到 r1.0.3")
    until("the task at hand", lambda: not TEST.lost_tasks())


def another_token_is_noticed(run):
    """The hook has another token than the console, until people agree on it."""
    token = "/etc/lab/hook-token"
    sh(PRODUCTION.back, f"cp {token} /root/token && echo other >{token}")
    run.fails("hook-accepts", "403")
    sh(PRODUCTION.back, f"mv /root/token {token}")
    run.retry("hook-accepts")


def stopped_and_mended(run):
    """A column that production has already stops the new tables in their middle; the
    rest of it runs once that is mended."""
    run.to("stop-workers")
    assert sh(PRODUCTION.back, "python3 /data/caller/caller.py status || "
              "true") == "caller: stopped\n"
    run.fails("ddl-1-0", "Duplicate column name 'title_template'")
    assert len(sh("loonflow-app", "ls /data/backup/*.sql.gz").split()) == 1
    assert "is_workflow_admin" in PRODUCTION.schema()
    PRODUCTION.sql("ALTER TABLE workflow_workflow DROP title_template")
    run.retry("ddl-1-0", **{"from": "failed"})


def all_is_old(before):
    assert PRODUCTION.schema() == before
    assert "loonflow 0.1.4" in PRODUCTION.page()
    assert '"query"' in sh(PRODUCTION.back, "cat /data/caller/caller.json")
    caller_works(PRODUCTION)
    folders = sh("loonflow-app", "ls /data").split()
    assert "loonflow-1.0" not in folders and "loonflow-0.1" in folders, folders
    assert sh("loonflow-app", "readlink /proc/$(cat /data/loonflow-0.1/"
              "celery.pid)/cwd") == "/data/loonflow-0.1\n"
    assert PRODUCTION.sql(
        "SELECT participant FROM workflow_state WHERE id = 3; SELECT COUNT(*) "
        "FROM ticket_ticketrecord WHERE title = '升级验收'"
    ).split() == ["find_manager", "0"]


def it_goes_up_in_production_and_back():
    PRODUCTION.sql("ALTER TABLE workflow_workflow ADD title_template "
                   "VARCHAR(10)")
    before = PRODUCTION.schema()
    run = Run("loonflow", "production")
    assert not run.get()["rehearsal"]["missing"]
    run.start()
    another_token_is_noticed(run)
    stopped_and_mended(run)
    run.to("accept", PRODUCTION.does())
    PRODUCTION.make_ticket()
    until("the notice of the ticket", lambda: accepted_is_told(PRODUCTION))
    all_is_new(PRODUCTION)
    run.roll_back()
    run.close("rolled_back")
    done = {name for name, state in run.states().items()
            if state in ("succeeded", "confirmed")}
    assert {"back-caller-stop", "back-workers-stop", "back-web-stop",
            "back-try-stop", "restore", "back-web", "back-workers",
            "back-caller", "back-unpack", "back-version"} <= done, done
    all_is_old(before)
    the_hook_was_told(PRODUCTION, "试发的通知", "已退回 r0.1")


drive("loonflow", "caller notify tester", [
    the_documents_agree, production_is_refused_before_its_rehearsal,
    it_goes_up_in_test, it_goes_up_in_production_and_back])
