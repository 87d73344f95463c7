#!/usr/bin/env python3
"""
runbooks/xpulse.md on the lab: in test from the first step to the deleted
folder, past the ALTER that fails; in production, on two machines, until old
data cannot be read, and back to 2.0.9.
time limit: 30 minutes
"""
import json
import pathlib
import tempfile

from driver import Run, check_table, drive
from harness import secret, sh

BUCKET = "/jm-measurement-data/production/"
BACK = {"test": "xpulse-test", "production": "xpulse-aws"}
MACHINES = {"test": ["xpulse-test"], "production": ["xpulse-1", "xpulse-2"]}
OLD = [f"{n}.txt" for n in range(99999, 100005)]
BACKUPS = tempfile.TemporaryDirectory(prefix="cs-xpulse.")
pathlib.Path(BACKUPS.name).chmod(0o1777)


def sql(environment, statement):
    return sh(BACK[environment], "mariadb -S /run/mysqld.sock -N -B xpulse -e "
              f'"{statement}"').split("\n")[:-1]


def objects(environment):
    """The keys below production/."""
    text = sh(BACK[environment], "AWS_ACCESS_KEY_ID=acct:ana AWS_SECRET_ACCESS"
              f"_KEY={secret('xpulse-s3')} AWS_DEFAULT_REGION=eu-test-1 aws "
              "--endpoint-url http://127.0.0.1:8080 s3 ls --recursive "
              "s3:/" + BUCKET)
    return {line.split()[-1].removeprefix("production/")
            for line in text.splitlines()}


def api(host, method, path, body=""):
    """The JSON of the back end on a host, or {} where it is an error."""
    text = sh(host, f"curl -sf -X {method} -H 'Authorization: Bearer "
              f"{secret('xpulse-api')}' -d '{body}' localhost:8000{path} "
              "|| echo '{}'")
    return json.loads(text)


def releases(environment):
    return {api(host, "GET", "/healthz").get("release")
            for host in MACHINES[environment]}


def settings(environment):
    return [sh(host, "cat /srv/xpulse/docker-compose.yml "
               "/srv/xpulse/local.svc-biz-core.env")
            for host in MACHINES[environment]]


def is_altered(environment):
    """The statements before the one that fails, and those behind it."""
    index = "SHOW INDEX FROM {} WHERE Key_name = '{}'"
    return (sql(environment, index.format("sem_record", "idx_to_address"))
            == [],
            sql(environment, index.format("wechat_user", "idx_user_id")) != [])


def columns(environment):
    return sql(environment, "SHOW COLUMNS FROM record LIKE 's3_key'")


SNAPSHOT = {"snapshot": lambda: {"value": "rds:xpulse-2.0.9"}}


def start(environment):
    run = Run("xpulse", environment, backup_dir=BACKUPS.name)
    run.start()
    return run


def the_release_goes_through():
    env = "test"
    run = start(env)
    run.to("alters", SNAPSHOT)
    assert objects(env) == {*OLD, *("spec-v1/" + name for name in OLD)}
    skip = run.person("dump").post(
        f"/runs/{run.id}/steps/dump/skip", {"reason": "no"})
    assert skip[0] in (409, 422), skip
    run.fails("alters", "idx_phone")
    assert is_altered(env) == (True, False)
    run.retry("alters", **{"from": "next"}, reason="已经删过了")
    assert is_altered(env) == (True, True)
    written = api("xpulse-test", "POST", "/api/v1/measurements",
                  '{"user_id": 8, "data": "80 81"}')
    assert written["key"] == "100005.txt", written
    run.to("stop")
    assert releases(env) == {"2.0.9"}
    run.to("sync-rest")
    assert releases(env) == {None}
    run.to("migrate")
    assert "spec-v1/100005.txt" in objects(env), "written before the stop"
    run.to("measure")
    assert releases(env) == {"2.1.0"}
    assert sql(env, "SELECT s3_key FROM record WHERE record_id = 99999") \
        == ["NULL"]
    run.to("postman")       # back end and testers, whoever comes first
    assert run.get()["currents"] == ["postman", "app", "api-tests"]
    for name in "api-tests", "postman":
        assert run.press(name)["state"] == "confirmed"
    assert run.get()["currents"] == ["app"]
    run.to("data-good")
    old = [*OLD, "100005.txt"]
    kept = {"spec-v2/100006.pbd", *("spec-v1/" + name for name in old)}
    assert objects(env) == kept | {"discard/" + name for name in old}
    check_table("xpulse", run.get())
    run.ask("/park", reason="几天后再删")
    other = start(env)
    other.ask("/abort", reason="搁置的运行已经让出了机器")
    run.ask("/resume")
    run.close("succeeded")
    assert objects(env) == kept
    for number, key in ((100000, "spec-v1/100000.txt"),
                        (100005, "spec-v1/100005.txt"),
                        (100006, "spec-v2/100006.pbd")):
        found = api("xpulse-test", "GET", f"/api/v1/records/{number}")
        assert found["key"] == key, found
    (dump,) = pathlib.Path(BACKUPS.name).iterdir()
    assert dump.stat().st_mode & 0o077 == 0, "the dump is for its owner"


def old_data_is_lost_and_the_release_goes_back():
    env = "production"
    before = settings(env)
    run = start(env)
    run.fails("alters", "idx_phone", SNAPSHOT)
    sql(env, "CREATE INDEX idx_phone ON sms_record (phone)")
    run.retry("alters", **{"from": "failed"})
    assert is_altered(env) == (True, True)
    run.to("read-again")
    assert releases(env) == {"2.1.0"}
    assert all("X_PULSE_TEST_RAW_DATA_S3_KEY_PREFIX=spec-v2\n" in text
               and ":2.0.9" not in text for text in settings(env))
    sh("xpulse-aws", "AWS_ACCESS_KEY_ID=acct:ana AWS_SECRET_ACCESS_KEY="
       f"{secret('xpulse-s3')} AWS_DEFAULT_REGION=eu-test-1 aws --endpoint-url "
       f"http://127.0.0.1:8080 s3 rm s3:/{BUCKET}spec-v1/100000.txt")
    run.fails("read-again", "404")
    run.roll_back()
    run.to("back-up")
    assert settings(env) == before and releases(env) == {None}
    run.close("rolled_back")
    assert releases(env) == {"2.0.9"} and columns(env) == []
    assert set(OLD) <= objects(env)
    assert not [key for key in objects(env) if key.startswith("discard/")]
    for host in MACHINES[env]:
        found = api(host, "GET", "/api/v1/records/100000")
        assert found["key"] == "100000.txt", found


drive("xpulse", "dba backend tester",
      [the_release_goes_through, old_data_is_lost_and_the_release_goes_back])
