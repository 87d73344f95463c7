#!/usr/bin/env python3
"""
xpulse's part of the lab: S3, Jenkins with its registry, docker-compose and
the back end refuse what the real ones refuse and keep their state; the upgrade
can be done with them by hand, and `lab reset` takes it back.  Arguments choose
tests by name.
time limit: 30 minutes
"""
import base64

from harness import LAB, NET, http, refused, run, secret, sh, until

BACK = f"{NET}.44"
JENKINS = f"http://{BACK}:8081"
JOB = "/job/xpulse-release"
FOLDER = "cd /srv/xpulse && "
MIGRATION = ("ALTER TABLE record ADD COLUMN s3_key VARCHAR(50) AFTER "
             "transaction_number; UPDATE record SET s3_key = concat('spec-v1/',"
             " record_id, '.txt') WHERE record_id >= '100000'")


ALTERS = """
ALTER TABLE subscription_transfer_record COMMENT '订阅转让记录表', MODIFY user_id INT UNSIGNED NOT NULL;
ALTER TABLE user_profile MODIFY COLUMN gender VARCHAR(10), MODIFY COLUMN user_id INT UNSIGNED;
ALTER TABLE local_notifications MODIFY COLUMN frequency VARCHAR(30), ALTER COLUMN has_weekdays SET DEFAULT 0;
ALTER TABLE audit_user_signin_signout MODIFY COLUMN record_type VARCHAR(10) NOT NULL;
ALTER TABLE pn_record MODIFY COLUMN user_id INT UNSIGNED;
ALTER TABLE sem_record DROP KEY idx_to_address;
ALTER TABLE sms_record DROP KEY idx_phone;
ALTER TABLE user_access_token ADD KEY idx_expired_at (expired_at) USING BTREE;
ALTER TABLE verification_code ADD KEY idx_sn (sn), ADD KEY idx_code (code), MODIFY expired_at DATETIME NOT NULL;
ALTER TABLE organization_admin RENAME legacy_organization_admin;
ALTER TABLE phone_or_email_verfication MODIFY expired_at DATETIME NOT NULL;
ALTER TABLE sms_record DROP COLUMN expired_at, DROP COLUMN is_valid;
ALTER TABLE feedback ALTER COLUMN content SET DEFAULT '';
"""


def jenkins(method, path, word=None, **headers):
    word = word or secret("xpulse-jenkins")
    auth = base64.b64encode(f"release:{word}".encode()).decode()
    return http(method, JENKINS + path, Authorization=f"Basic {auth}",
                **headers)


def built(tag):
    """Builds the tag; the result."""
    crumb = jenkins("GET", "/crumbIssuer/api/json")[1]["crumb"]
    before = len(jenkins("GET", JOB + "/api/json")[1]["builds"])
    status, _ = jenkins("POST", f"{JOB}/buildWithParameters?TAG={tag}",
                        **{"Jenkins-Crumb": crumb})
    assert status == 201, status
    number = until("the build begins", lambda: jenkins(
        "GET", f"/queue/item/{before + 1}/api/json")[1].get(
            "executable"))["number"]
    return until("the build ends", lambda: jenkins(
        "GET", f"{JOB}/{number}/api/json")[1]["result"])


def api(method, path, body=None, token=None, host=42):
    return http(method, f"http://{NET}.{host}:8000{path}", body,
                Authorization="Bearer " + (token or secret("xpulse-api")))


def sql(statement):
    return sh("xpulse-aws", f'mariadb -S /run/mysqld.sock -N -B xpulse -e '
              f'"{statement}"')


def aws(arguments, code=0, key=None):
    key = key or secret("xpulse-s3")
    return sh("xpulse-aws", "AWS_ACCESS_KEY_ID=acct:ana AWS_SECRET_ACCESS_KEY="
              f"{key} AWS_DEFAULT_REGION=eu-test-1 AWS_REQUEST_CHECKSUM_"
              "CALCULATION=when_required aws --endpoint-url "
              f"http://{BACK}:8080 {arguments} 2>&1", code)


def jenkins_refuses_what_is_wrong():
    build = JOB + "/buildWithParameters?TAG=2.1.0"
    assert http("GET", JENKINS + JOB + "/api/json")[0] == 403
    assert jenkins("GET", JOB + "/api/json", "wrong")[0] == 401
    status, text = jenkins("POST", build)
    assert (status, "No valid crumb" in text) == (403, True), text
    token = secret("xpulse-jenkins-token")
    assert jenkins("GET", build, token)[0] == 405
    assert jenkins("POST", JOB + "/build", token)[0] == 400
    assert jenkins("POST", JOB + "/buildWithParameters", token)[0] == 400
    assert jenkins("GET", JOB + "/99/api/json")[0] == 404
    assert jenkins("GET", "/job/other/api/json")[0] == 404
    status, body = http("GET", JENKINS + "/v2/svc-biz-core/manifests/2.1.0")
    assert (status, body["errors"][0]["code"]) == (404, "MANIFEST_UNKNOWN")
    assert built("9.9.9") == "FAILURE"


def docker_compose_refuses_what_is_wrong():
    refused("xpulse-1", "cd / && docker-compose pull",
            "Can't find a suitable configuration file")
    refused("xpulse-1", FOLDER + "docker-compose fly", "invalid choice")
    refused("xpulse-1", FOLDER + "docker-compose up -d nobody",
            "No such service: nobody")
    copy = "mkdir -p /srv/new && cp /srv/xpulse/* /srv/new && cd /srv/new && "
    new = copy + "sed -i s/2.0.9/2.1.0/ docker-compose.yml && "
    refused("xpulse-1", new + "docker-compose pull", "manifest unknown")
    refused("xpulse-1", new + "docker-compose up -d", "manifest unknown")
    refused("xpulse-1", copy + "rm *.env && docker-compose up -d",
            "Couldn't find env file")
    refused("xpulse-1", copy + "echo ': :' > docker-compose.yml && "
            "docker-compose pull", "ScannerError")
    assert "2.1.0" not in sh("xpulse-1", "docker images")


def the_back_end_refuses_what_is_wrong():
    assert api("GET", "/healthz")[1]["release"] == "2.0.9"
    assert api("GET", "/api/v1/records/100000", token="x")[0] == 401
    assert api("DELETE", "/api/v1/records/100000")[0] == 405
    assert api("GET", "/api/v1/records/1")[0] == 404
    assert api("POST", "/api/v1/measurements", {"user_id": 7})[0] == 422


def one_of_the_alters_fails():
    """Of each kind that the team's document has."""
    code, said = LAB("exec", "xpulse-test", "mariadb", "-S",
                     "/run/mysqld.sock", "--force", "xpulse", "-e", ALTERS)
    errors = [line for line in said.splitlines() if line.startswith("ERROR")]
    assert code != 0 and len(errors) == 1 and "idx_phone" in errors[0], said


def s3_refuses_what_is_wrong():
    assert "SignatureDoesNotMatch" in aws("s3 ls", 254, "wrong")
    assert "NoSuchBucket" in aws("s3 ls s3://nobodys", 254)


def the_upgrade_works_and_its_absence_shows():
    sh("xpulse-1", FOLDER + "sudo docker-compose down")
    assert sh("xpulse-1", "sudo docker ps -a").count("\n") == 1
    assert built("2.1.0") == "SUCCESS"
    sh("xpulse-1", FOLDER + "sed -i s/2.0.9/2.1.0/ docker-compose.yml && "
       "sudo docker-compose pull && sudo docker-compose up -d")
    until("2.1.0 crashes without its setting", lambda: "Exited (1)" in sh(
        "xpulse-1", "docker ps -a"))
    sh("xpulse-1", FOLDER + "echo X_PULSE_TEST_RAW_DATA_S3_KEY_PREFIX=spec-v2 "
       ">> local.svc-biz-core.env && docker-compose up -d")
    until("and without the column", lambda: "Unknown column 's3_key'" in sh(
        "xpulse-1", FOLDER + "docker-compose logs"))
    sql(MIGRATION)
    sh("xpulse-1", FOLDER + "docker-compose up -d")
    until("2.1.0 serves", lambda: "Up" in sh("xpulse-1", "docker ps"))
    until("2.1.0 answers", lambda: sh(
        "xpulse-1", "curl -s localhost:8000/healthz || true"))
    assert api("GET", "/healthz")[1]["release"] == "2.1.0"
    assert api("GET", "/api/v1/records/100000")[0] == 404
    aws("s3 sync s3://jm-measurement-data/production/ s3://jm-measurement-data"
        "/production/spec-v1/ --exclude '*/*' --include '*.txt'")
    status, body = api("GET", "/api/v1/records/100000")
    assert (status, body["key"]) == (200, "spec-v1/100000.txt"), body
    assert api("GET", "/api/v1/analysis/100000")[1]["beats"] == 3
    status, body = api("POST", "/api/v1/measurements",
                       {"user_id": 7, "data": "61 62"})
    assert (status, body["key"]) == (201, "spec-v2/100005.pbd"), body
    assert "spec-v2/100005.pbd" in aws(
        "s3 ls --recursive s3://jm-measurement-data/production/")


def after_a_reset_all_is_as_before():
    LAB.must("reset")
    for host in (42, 43):
        assert api("GET", "/healthz", host=host)[1]["release"] == "2.0.9"
    assert jenkins("GET", JOB + "/api/json")[1]["builds"] == []
    assert sql("SHOW COLUMNS FROM record LIKE 's3_key'") == ""
    assert "spec-v" not in aws(
        "s3 ls --recursive s3://jm-measurement-data/production/")


run("xpulse", [jenkins_refuses_what_is_wrong,
               docker_compose_refuses_what_is_wrong,
               the_back_end_refuses_what_is_wrong, one_of_the_alters_fails,
               s3_refuses_what_is_wrong,
               the_upgrade_works_and_its_absence_shows,
               after_a_reset_all_is_as_before])
