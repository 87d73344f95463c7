#!/usr/bin/python3
"""
xpulse.py IMAGE PORT: stands in for the back end of xpulse, as the release
that the tag of IMAGE names.  docker_compose.py starts it as a container.

Written from: the document of the upgrade, which says what
2.1.0 changes: measurements are kept in S3 under the key that the table
`record` names, new ones as .pbd below the prefix of
X_PULSE_TEST_RAW_DATA_S3_KEY_PREFIX.  Its other settings (X_PULSE_DB_*,
X_PULSE_S3_*) are the stand-in's own.

    GET  /healthz                       release and service
    POST /api/v1/measurements           {"user_id", "data"}: keeps it
    GET  /api/v1/records/ID             the measurement
    GET  /api/v1/analysis/ID            what is in it

Refuses to start (exit 1, as a container that crashes): 2.1.0 without its
prefix, or where `record` has no column s3_key; any release without a
database.  Refuses requests: without a token of user_access_token 401, other
verbs 405, a measurement without its fields 422, a record that is not in the
table, has no key or whose object is gone 404.
"""
import json
import os
import sys

from standin import Refused, S3, SqlError, Standin, quoted, serve, sql

IMAGE, PORT = sys.argv[1], int(sys.argv[2])
RELEASE = IMAGE.rpartition(":")[2]
NEW = RELEASE >= "2.1.0"
BUCKET = "/jm-measurement-data/production/"


def setting(name):
    value = os.environ.get("X_PULSE_" + name)
    if not value:
        sys.exit(f"xpulse {RELEASE}: X_PULSE_{name} is not set")
    return value


CLIENT = f"/run/xpulse-{PORT}.cnf"
with open(CLIENT, "w") as file:
    file.write("[client]\n" + "".join(
        f"{key}={setting('DB_' + key.upper())}\n"
        for key in ("host", "user", "password", "database")))
BUCKETS = S3(setting("S3_URL"), setting("S3_REGION"),
             setting("S3_ACCESS_KEY"), setting("S3_SECRET_KEY"))
PREFIX = setting("TEST_RAW_DATA_S3_KEY_PREFIX") if NEW else ""


def rows(statement):
    return sql(statement, CLIENT)


class Xpulse(Standin):
    def allowed(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.path_only != "/healthz" and not rows(
                "SELECT 1 FROM user_access_token WHERE expired_at > NOW() AND "
                f"token = {quoted(token)};"):
            raise Refused(401, {"error": "a valid access token is needed"})

    def health(self, _match):
        return 200, {"service": IMAGE.rpartition("/")[2].partition(":")[0],
                     "release": RELEASE}

    def measure(self, _match):
        body = self.json()
        for name, kind in (("user_id", int), ("data", str)):
            if not isinstance(body, dict) or \
                    not isinstance(body.get(name), kind):
                raise Refused(422, {"error": f"{name} is missing"})
        number = rows(
            "INSERT INTO record (record_id, transaction_number, user_id) "
            "SELECT MAX(record_id) + 1, UUID(), "
            f"{body['user_id']} FROM record; SELECT MAX(record_id) FROM "
            "record;")[0][0]
        key = f"{PREFIX}/{number}.pbd" if NEW else f"{number}.txt"
        BUCKETS.put(BUCKET + key, body["data"].encode())
        if NEW:
            rows(f"UPDATE record SET s3_key = {quoted(key)} WHERE record_id = "
                 f"{number};")
        return 201, {"record_id": int(number), "key": key}

    def raw(self, number):
        """(key, content) of a measurement."""
        column = "s3_key" if NEW else "CONCAT(record_id, '.txt')"
        found = rows(f"SELECT {column} FROM record WHERE record_id = "
                     f"{number};")
        if not found or found[0][0] is None:
            raise Refused(404, {"error": f"record {number} has no data"})
        status, data = BUCKETS.get(BUCKET + found[0][0])
        if status != 200:
            raise Refused(404, {"error": f"{found[0][0]} is not in the bucket"})
        return found[0][0], data.decode()

    def record(self, match):
        key, data = self.raw(match[1])
        return 200, {"record_id": int(match[1]), "key": key, "data": data}

    def analysis(self, match):
        numbers = [int(n) for n in self.raw(match[1])[1].split()]
        return 200, {"record_id": int(match[1]), "beats": len(numbers),
                     "mean": round(sum(numbers) / max(len(numbers), 1), 1)}

    routes = (("GET", "/healthz", health),
              ("POST", "/api/v1/measurements", measure),
              ("GET", "/api/v1/records/([0-9]+)", record),
              ("GET", "/api/v1/analysis/([0-9]+)", analysis))


try:
    rows("SELECT s3_key FROM record LIMIT 1;" if NEW
         else "SELECT record_id FROM record LIMIT 1;")
except SqlError as fault:
    sys.exit(f"xpulse {RELEASE}: {fault}")
print(f"xpulse {RELEASE} listens on port {PORT}", json.dumps(PREFIX),
      flush=True)
serve(Xpulse, PORT)
