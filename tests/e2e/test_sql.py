#!/usr/bin/env python3
"""
SQL steps against servers of their own: MariaDB on a socket and a loopback
port, PostgreSQL, SQLite.  Most drive countersign-executor-clients alone, with
job specs as the runner makes them; the last goes through the whole console.
"""
import glob, hashlib, json, os, pathlib, pwd, re, secrets, shutil, signal, socket, sqlite3
import subprocess, tempfile, threading, time

from console import BUILD, Console, free_port, main, runbook_folder
from messages import status_line
from sshd import cut, settings

WORK = pathlib.Path(tempfile.mkdtemp(prefix="cs-sql-"))
WORK.chmod(0o755)
PASSWORD = "geheim'\"\\ %s"
NASTY = ["", "'", "''", '"', "\\", "\\'", "\\\\'", "a'; DROP TABLE v; --", "`", "$$",
         "$(id)", "%s %n", "-1", "--", "/*", "*/", "#", ";", "{{x}}", "\t", "é", "\u202e",
         "日本語", "🚀'", "你\\", "\u007f", "x" * 65000, "E'\\'", "¿'", "使'", "\n\r\n",
         "NULL", "0x41", " trailing ", "\x01\x1a", "a\\'b\"c`d"]


class Step:
    """One countersign-executor-clients in a folder of its own."""

    def __init__(self, kind, text, target, program=None, **more):
        top = {k: more.pop(k) for k in ("values", "secrets", "mask", "numbers", "files")
               if k in more}
        self.dir = tempfile.mkdtemp(prefix="exec.", dir=WORK)
        name = secrets.token_hex(16)
        order = {"exec": name, "targets": [target], **top,
                 "step": {"id": "s", "kind": kind, "text": text, "text_line": 10, **more}}
        self.name = target["name"]
        self.process = subprocess.Popen([BUILD / "countersign-executor-clients", name], cwd=self.dir,
                                        stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        self.process.stdin.write(json.dumps(order).encode())
        self.process.stdin.close()
        self.process.stdin = None

    def wait(self):
        errors = self.process.communicate(timeout=90)[1].decode(errors="replace")
        assert "Sanitizer" not in errors and "runtime error" not in errors, errors
        lines = [status_line(x) for x in open(self.dir + "/status")]
        assert lines[-1].get("done") is True, lines
        self.end = [x for x in lines if x.get("target") == self.name and "tries" in x][-1]
        self.state = self.end["state"]
        self.message = self.end["message"]
        self.captures = self.end.get("captures") or {}
        return self

    @property
    def text(self):
        path = f"{self.dir}/{self.name}.txt"
        return open(path, "rb").read().decode() if os.path.exists(path) else ""

    def until(self, words):
        end = time.monotonic() + 30
        while words not in self.text:
            assert time.monotonic() < end, self.text
            time.sleep(0.02)


def run(kind, text, target, **more):
    return Step(kind, text, target, **more).wait()


def good(step):
    assert step.state == "succeeded", (step.state, step.message, step.text)
    return step


def bad(step, *words, state="failed"):
    assert step.state == state, (step.state, step.message, step.text)
    for word in words:
        assert word in step.message, f"{word!r} is not in {step.message!r}"
    return step


# ------------------------------------------------------------- the servers

def make_certificate(name):
    """A certificate that is its own authority; its path and its key's."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", WORK / (name + ".key"), "-out", WORK / (name + ".pem")],
                   check=True, capture_output=True)
    return str(WORK / (name + ".pem")), str(WORK / (name + ".key"))


def present(target):
    return {k: v for k, v in target.items() if v is not None}


class MariaDB:
    def __init__(self):
        self.dir = WORK / "mariadb"
        self.port, self.socket = free_port(), str(WORK / "mariadb.sock")
        user = ["--user=root"] if os.getuid() == 0 else []
        options = ["--no-defaults", f"--datadir={self.dir}", *user]
        subprocess.run(["mariadb-install-db", *options, "--skip-test-db",
                        "--auth-root-authentication-method=normal"],
                       check=True, capture_output=True)
        self.log = open(WORK / "mariadb.log", "wb")
        self.process = subprocess.Popen(
            ["mariadbd", *options, f"--socket={self.socket}", f"--port={self.port}",
             "--bind-address=127.0.0.1", f"--pid-file={WORK}/mariadb.pid",
             f"--ssl-cert={CERT}", f"--ssl-key={KEY}",
             "--innodb-buffer-pool-size=16M", "--performance-schema=off"],
            stdout=self.log, stderr=self.log)
        wait_for(lambda: self.sql("SELECT 1") == "1")
        self.sql("CREATE DATABASE app CHARACTER SET utf8mb4")
        self.sql(f"CREATE USER op@'%' IDENTIFIED BY {quote(PASSWORD)}; "
                 "GRANT ALL ON app.* TO op@'%'")

    def sql(self, text):
        done = subprocess.run(["mariadb", "--no-defaults", "-uroot", "-N", f"-S{self.socket}"],
                              input=text, text=True, capture_output=True)
        return done.stdout.strip() if done.returncode == 0 else done.stderr

    def target(self, **more):
        return present({"name": "db", "kind": "mysql", "host": "127.0.0.1", "port": str(self.port),
                "user": "op", "password": PASSWORD, "database": "app", **more})

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


class PostgreSQL:
    def __init__(self):
        bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.dir, self.port = WORK / "pg", free_port()
        self.dir.mkdir()
        self.prefix = []
        if os.getuid() == 0:
            shutil.chown(self.dir, "postgres")
            self.prefix = ["runuser", "-u", "postgres", "--"]
        word = self.dir / "password"
        word.write_text(PASSWORD)
        word.chmod(0o644)
        subprocess.run([*self.prefix, bin + "/initdb", "-D", self.dir / "data", "-U", "op",
                        "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8",
                        "--locale=C.UTF-8"], check=True, capture_output=True, cwd="/")
        for path, name in ((CERT, "cert"), (KEY, "key")):
            shutil.copy(path, self.dir / name)
            (self.dir / name).chmod(0o600)
            if os.getuid() == 0:
                shutil.chown(self.dir / name, "postgres")
        self.log = open(WORK / "pg.log", "wb")
        self.process = subprocess.Popen(
            [*self.prefix, bin + "/postgres", "-D", self.dir / "data", "-p", str(self.port),
             "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.dir}",
             "-c", "fsync=off", "-c", "ssl=on", "-c", f"ssl_cert_file={self.dir}/cert",
             "-c", f"ssl_key_file={self.dir}/key"], stdout=self.log, stderr=self.log, cwd="/")
        wait_for(lambda: self.sql("SELECT 1") == "1")

    def sql(self, text):
        done = subprocess.run(
            ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "op", "-d", "postgres",
             "-qAtX", "-v", "ON_ERROR_STOP=1"], input=text, text=True, capture_output=True,
            env=dict(os.environ, PGPASSWORD=PASSWORD))
        return done.stdout.strip() if done.returncode == 0 else done.stderr

    def target(self, **more):
        return present({"name": "db", "kind": "postgresql", "host": "127.0.0.1",
                "port": str(self.port), "user": "op", "password": PASSWORD,
                "database": "postgres", **more})

    def stop(self):
        pid = int((self.dir / "data/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        self.process.wait(30)
        self.log.close()


class Sshd:
    """The machine over which a database is reached."""

    def __init__(self):
        self.dir, self.port = WORK / "sshd", free_port()
        self.dir.mkdir(mode=0o700)
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        for name in ("host", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.dir / name],
                           check=True)
        (self.dir / "conf").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.dir}/host\n"
            f"AuthorizedKeysFile {self.dir}/key.pub\n{settings()}"
            "PermitRootLogin yes\nPidFile none\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", self.dir / "conf",
                                         "-E", self.dir / "log"])
        wait_for(lambda: os.path.exists(self.dir / "log")
                 and "listening" in (self.dir / "log").read_text())

    def target(self, **more):
        key = " ".join((self.dir / "host.pub").read_text().split()[:2])
        user = pwd.getpwuid(os.geteuid()).pw_name
        return {"name": "bastion", "kind": "ssh", "host": "127.0.0.1", "port": self.port,
                "user": user, "key": str(self.dir / "key"), "host_key": key,
                "client": "libssh2", **more}

    def cut(self):
        cut(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def wait_for(what):
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end, "the server does not start"
        time.sleep(0.1)


def lite(text="", name="app.db"):
    """The target of a SQLite file, made if it is not there."""
    path = WORK / name
    with sqlite3.connect(path) as db:
        db.executescript(text)
    return {"name": "db", "kind": "sqlite", "file": str(path)}


def ask_lite(text, name="app.db"):
    with sqlite3.connect(WORK / name) as db:
        return db.execute(text).fetchall()


# ---------------------------------------------------------------- MariaDB

def alters(wrong=None):
    """31 statements from line 12 of the document on, two lines each."""
    lines = ["-- release 2.1.0", ""]
    for n in range(1, 32):
        lines += [f"ALTER TABLE {'missing' if n == wrong else 't'}", f"  ADD COLUMN c{n} INT;"]
    return "\n".join(lines)


def test_31_alter_tables_each_with_its_own_result():
    MARIA.sql("CREATE TABLE app.t (id INT PRIMARY KEY)")
    s = good(run("mysql", alters(), MARIA.target()))
    lines = s.text.splitlines()
    assert len(lines) == 32, s.text
    assert lines[11].startswith("[12 of 31] line 34: ALTER TABLE t ADD COLUMN c12 INT — ok, "
                                "0 rows, "), lines[11]
    assert lines[31].startswith("31 of 31 statements were executed, "), lines[31]
    assert s.end["exit"] is None
    assert MARIA.sql("SELECT COUNT(*) FROM information_schema.columns "
                     "WHERE table_name = 't'") == "32"


def test_the_17th_of_31_fails_and_says_what_was_applied():
    MARIA.sql("DROP TABLE IF EXISTS app.t; CREATE TABLE app.t (id INT PRIMARY KEY)")
    s = bad(run("mysql", alters(wrong=17), MARIA.target()),
            "Statement 17 of 31 (line 44) failed on db", "Table 'app.missing' doesn't exist "
            "(1146, 42S02)", "Applied before it, and kept: statements 1–16.",
            "Not executed: statements 18–31.")
    assert "[17 of 31] line 44: ALTER TABLE missing ADD COLUMN c17 INT — FAILED" in s.text
    assert "    44 | ALTER TABLE missing\n    45 |   ADD COLUMN c17 INT\n" in s.text, s.text
    assert "[18 of 31]" not in s.text and "    46 |" not in s.text
    assert MARIA.sql("SELECT COUNT(*) FROM information_schema.columns "
                     "WHERE table_name = 't'") == "17"


def test_results_are_tables_and_captured():
    s = good(run("mysql", "SELECT 1 AS one, 'ä\\nb' AS two, NULL AS three, X'00FF' AS bin;\n"
                 "SELECT VERSION() AS version, 7 AS n WHERE 1 = 1;\n"
                 "CREATE TABLE IF NOT EXISTS seen (x INT)", MARIA.target(),
                 captures=[{"name": "version", "how": "whole", "what": ""},
                           {"name": "n", "how": "regex", "what": r"\| (\d+)$"}],
                 expect="MariaDB"))
    assert (" one | two  | three | bin\n-----+------+-------+--------\n"
            " 1   | ä\\nb | NULL  | 0x00FF\n") in s.text, s.text
    assert "MariaDB" in s.captures["version"] and s.captures["n"] == "7", s.captures
    bad(run("mysql", "SELECT 'rotten'", MARIA.target(), reject="rot+en"), "(its reject)")
    bad(run("mysql", "SELECT 1 FROM dual WHERE 1 = 0", MARIA.target(),
            captures=[{"name": "x", "how": "whole", "what": ""}]), "no output to capture")


def test_large_results_are_bounded():
    s = good(run("mysql", "SELECT seq, REPEAT('x', 300) FROM seq_1_to_300000;", MARIA.target()))
    assert " (and 299800 more rows)" in s.text and len(s.text) < 60000, len(s.text)
    assert "— ok, 300000 rows" in s.text


def test_procedures_by_delimiter_and_warnings():
    s = good(run("mysql", "DELIMITER //\nCREATE OR REPLACE PROCEDURE p()\nBEGIN\n"
                 "  SELECT 'first';\n  SELECT 'second';\nEND//\nDELIMITER ;\nCALL p();\n"
                 "SELECT 1/0;", MARIA.target()))
    assert "[2 of 3] line 17: CALL p() — ok" in s.text, s.text
    assert " first\n" in s.text and " second\n" in s.text
    assert "1 warning," in s.text and "Division by 0" in s.text, s.text


def arrives(kind, target, create, ask):
    """Each nasty value as a literal, read back byte for byte."""
    ask(create)
    texts = [x for x in NASTY if not (kind == "postgresql" and x == "")] + [""]
    values = {f"v{i}": x for i, x in enumerate(texts)}
    good(run(kind, "\n".join(f"INSERT INTO v VALUES ({i}, {{{{v{i}}}}});"
                             for i in range(len(texts))), target, values=values))
    return texts


def test_nasty_values_arrive_byte_for_byte():
    texts = arrives("mysql", MARIA.target(), "CREATE TABLE app.v (i INT, x LONGTEXT)", MARIA.sql)
    for i, x in enumerate(texts):
        assert MARIA.sql(f"SELECT HEX(x) FROM app.v WHERE i = {i}").lower() == \
            x.encode().hex(), x[:80]
    texts = arrives("postgresql", PG.target(), "CREATE TABLE v (i INT, x TEXT)", PG.sql)
    for i, x in enumerate(texts):
        assert PG.sql(f"SELECT encode(x::bytea, 'hex') FROM (SELECT convert_to(x, 'UTF8') AS x "
                      f"FROM v WHERE i = {i}) AS y") == x.encode().hex(), x[:80]
    lite("CREATE TABLE v (i INT, x TEXT)", "nasty.db")
    texts = arrives("sqlite", lite(name="nasty.db"), "", lambda text: None)
    for i, x in enumerate(texts):
        assert ask_lite(f"SELECT CAST(x AS BLOB) FROM v WHERE i = {i}", "nasty.db") == \
            [(x.encode(),)], x[:80]


def test_values_are_not_quoted_where_that_is_unsafe():
    value = {"x": "1'"}
    bad(run("mysql", "SELECT 1;\nSELECT '{{x}}'", MARIA.target(), values=value),
        "Nothing was done: line 11 of the document is wrong", "inside quotes")
    bad(run("mysql", "SELECT {{y}}", MARIA.target(), values=value), "no value for {{y}}")
    bad(run("mysql", "SET NAMES latin1;\nSELECT {{x}}", MARIA.target(), values=value),
        "Statement 2 of 2 (line 11) failed", "character set")
    bad(run("mysql", "SET sql_mode = 'NO_BACKSLASH_ESCAPES';\nSELECT {{x}}", MARIA.target(),
            values=value), "NO_BACKSLASH_ESCAPES")
    bad(run("postgresql", "SET standard_conforming_strings = off;\nSELECT {{x}}", PG.target(),
            values=value), "standard_conforming_strings")


def test_secrets_are_in_no_output():
    s = good(run("mysql", "SELECT {{x}} AS leaked", MARIA.target(),
                 secrets={"x": "hunter2hunter2"}))
    assert "hunter2" not in s.text and "leaked" in s.text, s.text


def test_logins_that_fail_say_what_to_do():
    bad(run("mysql", "SELECT 1", MARIA.target(password="wrong")), "Nothing was done",
        "refused the login of op", "Access denied", "targets.yml")
    bad(run("mysql", "SELECT 1", MARIA.target(port=str(free_port()))), "Nothing was done",
        "could not be used", "Check that it runs")
    bad(run("mysql", "SELECT 1", MARIA.target(database="none")), "'none'")
    bad(run("postgresql", "SELECT 1", PG.target(password="wrong")), "Nothing was done",
        "password authentication failed", "secret in the store")
    bad(run("postgresql", "SELECT 1", PG.target(port=str(free_port()))), "Nothing was done",
        "Connection refused", "host and port")
    bad(run("postgresql", "SELECT 1", PG.target(database="none")), "does not exist")
    bad(run("sqlite", "SELECT 1", {"name": "db", "kind": "sqlite", "file": "/nowhere/x.db"}),
        "Nothing was done", "unable to open database file", "targets.yml")
    bad(run("mysql", "SELECT 1", {"name": "local", "kind": "local"}), "of kind mysql")


def test_a_preflight_warns_of_a_database_that_the_run_may_create():
    MARIA.sql("CREATE USER IF NOT EXISTS few@'127.0.0.1' IDENTIFIED BY 'pw';"
              "CREATE USER IF NOT EXISTS many@'127.0.0.1' IDENTIFIED BY 'pw';"
              "GRANT SELECT ON *.* TO many@'127.0.0.1'")
    for target, words in (
            (MARIA.target(database="none", user="many", password="pw"), "none does not exist yet; steps"),
            (MARIA.target(database="none", user="few", password="pw"), "has no rights to it"),
            (PG.target(database="none"), "none does not exist yet; steps"),
            ({"name": "db", "kind": "sqlite", "file": str(WORK / "none.db")}, "none.db does not exist yet; steps")):
        step = good(run("preflight", "", target))
        checks = step.end["checks"]
        assert [c["state"] for c in checks] == ["warning"], checks
        assert words in checks[0]["text"], checks
    for target in (MARIA.target(password="wrong"), PG.target(password="wrong"),
                   {"name": "db", "kind": "sqlite", "file": str(WORK)}):
        step = bad(run("preflight", "", target))
        assert step.end["checks"][0]["state"] == "failed", step.end


def test_a_preflight_of_a_kind_that_it_does_not_know_is_a_finding():
    step = bad(run("preflight", "", {"name": "cache", "kind": "redis", "host": "127.0.0.1"}), "of kind redis")
    assert [c["state"] for c in step.end["checks"]] == ["failed"], step.end


def test_a_server_that_never_answers_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        steps = [Step("mysql", "SELECT 1", MARIA.target(port=port)),
                 Step("postgresql", "SELECT 1", PG.target(port=port))]
        for s in steps:
            bad(s.wait(), "Nothing was done")


def test_a_socket_in_the_file_system():
    good(run("mysql", "SELECT 1", {"name": "db", "kind": "mysql", "socket": MARIA.socket,
                                   "user": "op", "password": PASSWORD, "database": "app"}))
    good(run("postgresql", "SELECT 1", {"name": "db", "kind": "postgresql", "user": "op",
                                        "socket": str(PG.dir), "port": str(PG.port),
                                        "password": PASSWORD, "database": "postgres"}))


def test_tls_holds_the_server_against_the_ca():
    for kind, target, text in (("mysql", MARIA.target, "SHOW STATUS LIKE 'Ssl_version'"),
                               ("postgresql", PG.target, "SELECT version FROM pg_stat_ssl "
                                "WHERE pid = pg_backend_pid()")):
        assert "TLSv1" in good(run(kind, text, target(host="localhost", ca=CERT))).text
        bad(run(kind, text, target(host="localhost", ca=OTHER_CERT)), "Nothing was done",
            "certificate")


def cancelled(kind, target, text, state="failed", **more):
    s = Step(kind, text, target, **more)
    if not more:
        s.until("[2 of 3]")
        time.sleep(0.3)
        s.process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    s.wait()
    assert time.monotonic() - begin < 8, "it took too long"
    return bad(s, "Statement 2 of 3 (line 11) was ended by the server",
               "Applied before it, and kept: statements 1.", "Not executed: statements 3.",
               state=state)


def hung(kind, target, text, server, starter):
    """A cancel where the process that takes connections is stopped; who has
    started it is stopped with it (runuser)."""
    s = Step(kind, f"SELECT 1;\n{text};\nSELECT 3", target)
    s.until("[2 of 3]")
    time.sleep(0.3)
    os.kill(server, signal.SIGSTOP)
    try:
        s.process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        s.wait()
        assert time.monotonic() - begin < 40, "it took too long"
    finally:
        os.kill(server, signal.SIGCONT)
        os.kill(starter, signal.SIGCONT)
    return bad(s, "did not answer within 10 s", state="unknown")


CROSS = "SELECT COUNT(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b"
ENDLESS = ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
           "SELECT COUNT(*) FROM c")


def test_a_server_that_hangs_is_not_waited_for():
    """Nor by what asks it to end the statement."""
    hung("mysql", MARIA.target(), "SELECT SLEEP(60)", MARIA.process.pid, MARIA.process.pid)
    pid = int((PG.dir / "data/postmaster.pid").read_text().split()[0])
    hung("postgresql", PG.target(), "SELECT pg_sleep(60)", pid, PG.process.pid)


def test_cancel_and_timeout_end_the_statement_on_the_server():
    cancelled("mysql", MARIA.target(), f"SELECT 1;\n{CROSS};\nSELECT 3")
    s = cancelled("mysql", MARIA.target(), f"SELECT 1;\n{CROSS};\nSELECT 3", timeout_ms=1500)
    assert "(its timeout)" in s.message, s.message
    cancelled("postgresql", PG.target(), "SELECT 1;\nSELECT pg_sleep(60);\nSELECT 3")
    cancelled("sqlite", lite(), f"SELECT 1;\n{ENDLESS};\nSELECT 3")
    assert MARIA.sql("SELECT COUNT(*) FROM information_schema.processlist "
                     "WHERE info LIKE '%seq_1%' AND user = 'op'") == "0"


def test_a_lost_connection_is_unknown():
    s = Step("mysql", "SELECT 1;\nSELECT SLEEP(60);\nSELECT 3", MARIA.target())
    s.until("[2 of 3]")
    wait_for(lambda: MARIA.sql("SELECT id FROM information_schema.processlist "
                               "WHERE info LIKE 'SELECT SLEEP%'").isdigit())
    MARIA.sql("KILL " + MARIA.sql("SELECT id FROM information_schema.processlist "
                                  "WHERE info LIKE 'SELECT SLEEP%'"))
    bad(s.wait(), "Statement 2 of 3 (line 11) was running on db when the connection was lost",
        "Whether it took effect is not known", "Applied before it, and kept: statements 1.",
        state="unknown")
    s = Step("postgresql", "SELECT 1;\nSELECT pg_sleep(60);\nSELECT 3", PG.target())
    s.until("[2 of 3]")
    wait_for(lambda: PG.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            "WHERE query LIKE 'SELECT pg_sleep%'") == "t")
    bad(s.wait(), "when the connection was lost", state="unknown")


# ----------------------------------------------------- PostgreSQL, SQLite

def test_postgresql_statements_bodies_and_notices():
    s = good(run("postgresql", "CREATE TABLE p (id int);\nDO $$\nBEGIN\n  INSERT INTO p VALUES "
                 "(1); INSERT INTO p VALUES (2);\n  RAISE NOTICE 'inserted %', 2;\nEND $$;\n"
                 "UPDATE p SET id = id + 1;\nSELECT id, 'x' AS x FROM p ORDER BY id;",
                 PG.target(), captures=[{"name": "id", "how": "whole", "what": ""}]))
    assert "NOTICE:  inserted 2" in s.text, s.text
    assert "[3 of 4] line 16: UPDATE p SET id = id + 1 — ok, 2 rows" in s.text, s.text
    assert " id | x\n----+---\n 2  | x\n 3  | x\n" in s.text, s.text
    assert s.captures == {"id": "2"}
    bad(run("postgresql", "COPY p TO STDOUT", PG.target()), "COPY")
    bad(run("postgresql", "COPY p FROM STDIN", PG.target()), "COPY")
    bad(run("postgresql", "SELECT 1;\nSELEC 2", PG.target()), "syntax error", "(42601)",
        "Applied before it, and kept: statements 1.")


def test_a_transaction_is_all_or_nothing():
    for kind, target, ask in (
            ("postgresql", PG.target(), lambda: PG.sql("SELECT COUNT(*) FROM tx")),
            ("sqlite", lite(name="tx.db"),
             lambda: str(ask_lite("SELECT COUNT(*) FROM tx", "tx.db")[0][0]))):
        good(run(kind, "CREATE TABLE tx (id int)", target))
        text = "INSERT INTO tx VALUES (1);\nINSERT INTO tx VALUES (2);\n"
        bad(run(kind, text + "INSERT INTO nothing VALUES (3);", target, transaction="yes"),
            "Taken back with the transaction: statements 1–2.")
        assert ask() == "0"
        s = good(run(kind, text, target, transaction="yes"))
        assert "COMMIT — ok" in s.text and ask() == "2", s.text
        bad(run(kind, "BEGIN;\n" + text, target), "leave a transaction open")
        assert ask() == "2"
        bad(run(kind, text + "COMMIT;", target, transaction="yes"), "themselves")


def test_mysql_transactions_warn_of_schema_changes():
    MARIA.sql("CREATE TABLE app.tx (id INT)")
    s = bad(run("mysql", "INSERT INTO tx VALUES (1);\nINSERT INTO nothing VALUES (2)",
                MARIA.target(), transaction="yes"), "taken back")
    assert "Note: MySQL and MariaDB commit" in s.text
    assert MARIA.sql("SELECT COUNT(*) FROM app.tx") == "0"
    good(run("mysql", "INSERT INTO tx VALUES (1)", MARIA.target(), transaction="yes"))
    bad(run("mysql", "START TRANSACTION;\nINSERT INTO tx VALUES (2)", MARIA.target()),
        "leave a transaction open")
    assert MARIA.sql("SELECT COUNT(*) FROM app.tx") == "1"


def test_sqlite_statements_triggers_and_locks():
    target = lite("CREATE TABLE a (x); CREATE TABLE log (x);", "s.db")
    s = good(run("sqlite", "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  INSERT INTO log VALUES "
                 "(new.x); UPDATE log SET x = x + 1;\nEND;\nINSERT INTO a VALUES (1), (2);\n"
                 "SELECT x FROM log", target,
                 captures=[{"name": "x", "how": "whole", "what": ""}]))
    assert s.captures == {"x": "3"}, s.captures
    db = sqlite3.connect(WORK / "s.db", isolation_level=None, check_same_thread=False)
    db.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(1, lambda: db.execute("COMMIT"))
    timer.start()
    good(run("sqlite", "INSERT INTO a VALUES (5)", target))
    timer.join()
    db.close()
    bad(run("sqlite", "INSERT INTO a VALUES (6);\nNONSENSE", target), "syntax error",
        "Applied before it, and kept: statements 1.")


# ----------------------------------------------------------------- over SSH

def test_databases_over_an_ssh_target():
    over = SSHD.target()
    s = good(run("mysql", "SELECT CURRENT_USER() AS who;\n"
                 "SELECT seq, REPEAT('x', 3000) FROM seq_1_to_5000", MARIA.target(over=over)))
    assert "op@%" in s.text and "5000 rows" in s.text, s.text
    s = good(run("postgresql", "SELECT 6 * 7 AS answer", PG.target(over=over)))
    assert " 42\n" in s.text
    ca = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    for client in ("libssh2", "openssh"):
        over = SSHD.target(client=client)
        good(run("mysql", "SELECT 1", MARIA.target(over=over)))
        good(run("mysql", "SELECT 1", MARIA.target(over=over, host=None, socket=MARIA.socket)))
        good(run("postgresql", "SELECT 1", PG.target(over=over, host=None, socket=str(PG.dir))))
        assert "TLSv1" in good(run("postgresql", ca, PG.target(over=over, host="localhost",
                                                               ca=CERT))).text
        bad(run("postgresql", ca, PG.target(over=over, host="localhost", ca=OTHER_CERT)),
            "Nothing was done", "certificate")
    cancelled("mysql", MARIA.target(over=over), f"SELECT 1;\n{CROSS};\nSELECT 3")
    cancelled("postgresql", PG.target(over=over), "SELECT 1;\nSELECT pg_sleep(60);\nSELECT 3")


def test_a_way_over_ssh_that_fails_says_where():
    bad(run("mysql", "SELECT 1", MARIA.target(over=SSHD.target(), port=str(free_port()))),
        "Nothing was done", "bastion (127.0.0.1:", "could not connect to 127.0.0.1:")
    bad(run("mysql", "SELECT 1", MARIA.target(over=SSHD.target(client="openssh"),
                                              port=str(free_port()))),
        "Nothing was done", "bastion (127.0.0.1:", "could not connect to 127.0.0.1:")
    bad(run("mysql", "SELECT 1", MARIA.target(over=SSHD.target(), host=None, socket="/nowhere")),
        "Nothing was done", "could not connect to /nowhere")
    bad(run("mysql", "SELECT 1", MARIA.target(over=SSHD.target(port=free_port()))),
        "refused the connection", "bastion")
    s = Step("mysql", f"SELECT 1;\n{CROSS};\nSELECT 3", MARIA.target(over=SSHD.target()))
    s.until("[2 of 3]")
    SSHD.cut()
    bad(s.wait(), "Statement 2 of 3 (line 11) was running on db", state="unknown")


# --------------------------------------------------- statements from files

def from_file(kind, text, target, content, **more):
    """A step that takes statements from a file, which it is given as the runner does."""
    path = WORK / "ddl.sql"
    path.write_bytes(content)
    digest = more.pop("sha256", hashlib.sha256(content).hexdigest())
    return run(kind, text, target, files={"./db/ddl.sql": {"file": str(path), "sha256": digest}},
               **more)


def test_statements_come_from_a_file():
    """With its lines, and its end ends its last statement; a value is none of a file."""
    text = ("DROP TABLE IF EXISTS from_file;\n  < ./db/ddl.sql \nSELECT COUNT(*), MIN(t), {{who}} "
            "FROM from_file;\n-- < ./db/other.sql\n")
    content = (b"\xef\xbb\xbfCREATE TABLE from_file (n INT, t VARCHAR(20));\r\n-- two; rows\r\n\r\n"
               b"INSERT INTO from_file VALUES (1, 'a{{who}}');\nINSERT INTO from_file\n VALUES (2, 'x')")
    for kind, target in (("mysql", MARIA.target()), ("postgresql", PG.target()),
                         ("sqlite", lite(name="file.db"))):
        s = good(from_file(kind, text, target, content, values={"who": "ana"}))
        for line in ("[1 of 5] line 10: DROP", "[2 of 5] line ./db/ddl.sql:1: CREATE",
                     "[3 of 5] line ./db/ddl.sql:4: INSERT", "[4 of 5] line ./db/ddl.sql:5: INSERT",
                     "[5 of 5] line 12: SELECT"):
            assert line in s.text, s.text
        assert re.search(r"2 +\| a\{\{who\}\} +\| ana", s.text), s.text
        s = bad(from_file(kind, text, target, b"SELECT 1;\nSELECT nothing\nFROM nowhere",
                          values={"who": "ana"}),
                "Statement 3 of 4 (line ./db/ddl.sql:2) failed", "1–2")
        assert "     2 | SELECT nothing\n     3 | FROM nowhere" in s.text, s.text
    s = good(from_file("mysql", "< ./db/ddl.sql\nSELECT 1; SELECT 2", MARIA.target(),
                       b"DELIMITER $$\nSELECT 3; $$ SELECT 4 $$"))
    assert "4 of 4 statements" in s.text, s.text


def test_a_file_that_cannot_be_used_executes_nothing():
    target = lite(name="unused.db")
    text = "CREATE TABLE used (n INT);\n< ./db/ddl.sql"
    for content, words, more in (
            (b"SELECT 1", ("./db/ddl.sql", "is not the one any more"), {"sha256": "0" * 64}),
            (b"SELECT 1;\nSELECT 'open", ("Nothing was done", "./db/ddl.sql, line 2"), {}),
            (b"-- nothing\n", ("Nothing was done", "./db/ddl.sql, line 1"), {}),
            (b"SELECT 1;\n< ./db/more.sql", ("./db/ddl.sql, line 2", "from another one"), {}),
            (b"SELECT 1\0;", ("./db/ddl.sql is not a text",), {})):
        bad(from_file("sqlite", text, target, content, **more), *words)
    bad(run("sqlite", text, target), "./db/ddl.sql")
    with sqlite3.connect(target["file"]) as db:
        assert db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)


FILES = """# Release

```sqlite {#ddl on=own}
< ./db/ddl.sql
INSERT INTO people VALUES ('ana');
```

```sqlite {#again on=own}
< ./db/ddl.sql
```
"""


def test_the_plan_pins_the_file():
    books = runbook_folder({"release": FILES}, """environments:
  test:
    targets:
      own: {sqlite: {file: own.db}}
""")
    (books / "own.db").touch()
    (books / "own.db").chmod(0o666)
    books.chmod(0o777)
    path = books / "db" / "ddl.sql"
    path.parent.mkdir()
    content = "CREATE TABLE people (name TEXT); -- <b>\n"

    def checked():
        return subprocess.run([BUILD / "countersign", "check", books / "release.md"], text=True,
                              capture_output=True).stdout

    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator,approver")
        start = {"runbook": "release", "environment": "test", "parameters": {}}
        for make in (lambda: None, lambda: path.symlink_to("/etc/passwd"), path.mkdir):
            make()
            status, answer = ana.post("/runs", start)
            assert status == 422 and "./db/ddl.sql" in answer["error"]["message"], answer
            assert "./db/ddl.sql" in checked(), checked()
            if path.is_symlink():
                path.unlink()
        path.rmdir()
        path.write_text(content)
        assert "ddl.sql" not in checked(), checked()
        status, run = ana.post("/runs", start)
        assert status == 201, run
        number = run["id"]
        preview = ana.get(f"/runs/{number}/preview/ddl")[1]
        digest = hashlib.sha256(content.encode()).hexdigest()
        assert [(f["name"], f["text"], f["sha256"]) for f in preview["files"]] == [
            ("./db/ddl.sql", content, digest)], preview["files"]
        html = ana.ask("GET", f"/runs/{number}/preview/ddl", accept="text/html")[1]
        assert "CREATE TABLE people (name TEXT); -- &lt;b&gt;" in html
        assert ana.post(f"/runs/{number}/start")[0] == 200
        assert ana.press(number, ana.step(number, "ddl"))["state"] == "succeeded"
        text = ana.output(number, "ddl", "own")
        assert "[1 of 2] line ./db/ddl.sql:1: CREATE" in text and "line 5: INSERT" in text, text
        path.write_text(content + "DROP TABLE people;\n")
        preview = ana.get(f"/runs/{number}/preview/again")[1]
        assert preview["files"][0]["is_changed"] and preview["files"][0]["text"] is None
        html = ana.ask("GET", f"/runs/{number}/preview/again", accept="text/html")[1]
        assert "was changed or removed" in html and "DROP TABLE" not in html
        again = ana.press(number, ana.step(number, "again"))
        assert again["state"] == "failed", again
        assert "./db/ddl.sql is not the one any more" in again["attempts"][-1]["message"], again
        with sqlite3.connect(books / "own.db") as db:
            assert db.execute("SELECT name FROM people").fetchall() == [("ana",)]
        second = ana.post("/runs", start)[1]
        assert ana.run(second["id"])["plan"] != ana.run(number)["plan"]
    shutil.rmtree(books)


# ------------------------------------------------------------ the console

DOCUMENT = """---
title: Release
parameters:
  name: {label: Name}
---
# Release

```mysql {#count on=app-db capture="n" expect="Robert"}
CREATE TABLE IF NOT EXISTS people (name VARCHAR(80));
INSERT INTO people VALUES ({{name}});
SELECT COUNT(*) AS n, name FROM people GROUP BY name
```

```mysql {#alter on=app-db}
ALTER TABLE people
  ADD COLUMN n INT DEFAULT {{n}};
ALTER TABLE people ADD COLUMN n INT;
```
"""


def test_through_the_console_with_a_stored_password():
    over = SSHD.target()
    books = runbook_folder({"release": DOCUMENT}, f"""environments:
  test:
    targets:
      app-db:
        mysql: {{host: 127.0.0.1, port: {MARIA.port}, user: op, password: app-password,
                database: app, over: bastion}}
      bastion:
        ssh: {{host: 127.0.0.1, port: {SSHD.port}, user: {over["user"]}, key: {over["key"]},
              host_key: {over["host_key"]}}}
""")
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator,approver")
            console.cli("secret", "set", "app-password", stdin=PASSWORD)
            status, run = ana.post("/runs", {"runbook": "release", "environment": "test",
                                             "parameters": {"name": "Robert'); --"}})
            assert status == 201, run
            ana.post(f"/runs/{run['id']}/start")
            run = ana.drive(run["id"])
            steps = {s["id"]: s for s in run["steps"]}
            assert steps["count"]["state"] == "succeeded", steps["count"]
            assert "Robert'); --" in ana.output(run["id"], "count", "app-db")
            assert steps["alter"]["state"] == "failed", steps["alter"]
            text = ana.output(run["id"], "alter", "app-db")
            assert "[2 of 2] line 17: ALTER TABLE people ADD COLUMN n INT — FAILED" in text, text
            assert "Duplicate column name 'n'" in text and PASSWORD not in text
    finally:
        shutil.rmtree(books)


LONG = """---
title: Release
parameters:
  size: {label: Size, type: number}
---
# Release

```mysql {#long on=app-db}
USE app;
%s
SELECT c30 FROM wide LIMIT {{size}}
```

```mysql {#never on=app-db}
SET @a = 1;
CREATE TABLE IF NOT EXISTS other (a INT);
ALTER TABLE missing ADD COLUMN a INT
```
"""


def test_a_retry_starts_at_the_statement_that_failed():
    MARIA.sql("DROP TABLE IF EXISTS app.wide; CREATE TABLE app.wide (c17 INT);")
    statements = [f"ALTER TABLE wide ADD COLUMN c{i} INT;" for i in range(1, 32)]
    books = runbook_folder({"release": LONG % "\n".join(statements)}, f"""environments:
  test:
    targets:
      app-db:
        mysql: {{host: 127.0.0.1, port: {MARIA.port}, user: op, password: app-password,
                database: app}}
""")
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator,approver")
            console.cli("secret", "set", "app-password", stdin=PASSWORD)
            status, run = ana.post("/runs", {"runbook": "release", "environment": "test",
                                             "parameters": {"size": "5"}})
            assert status == 201, run
            run = run["id"]
            ana.post(f"/runs/{run}/start")
            ana.post(f"/runs/{run}/steps/long/execute")
            step = ana.wait_step(run, "long")
            target = step["attempts"][-1]["targets"][0]
            # USE is the first of 33, so the 17th ALTER TABLE is the 18th
            assert step["state"] == "failed" and target["resume"] == 18, step
            assert target["resume_of"] == 33 and \
                re.fullmatch(r"\d+ of 33", target["progress"]), target
            page = ana.get(f"/runs/{run}", accept="text/html")[1]
            assert "Retry from statement 18 of 33" in page, page
            assert "The first 17 statements have been applied" in page

            # not mended: it stops at the same place, and can again
            ana.post(f"/runs/{run}/steps/long/retry", {"from": "failed"})
            target = ana.wait_step(run, "long")["attempts"][-1]["targets"][0]
            assert target["resume"] == 18, target
            MARIA.sql("ALTER TABLE app.wide DROP COLUMN c17")
            status, answer = ana.post(f"/runs/{run}/steps/long/retry", {"from": "failed"})
            assert status == 202, answer
            step = ana.wait_step(run, "long")
            assert step["state"] == "succeeded", step
            text = ana.output(run, "long", "app-db")
            assert "[1 of 33] line 9: USE app — ok" in text, text
            assert text.count(" — skipped: applied by an earlier attempt") == 16, text
            assert "[18 of 33] line 26: ALTER TABLE wide ADD COLUMN c17 INT — ok" in text, text
            assert "16 of 33 statements were executed, 17 by an earlier attempt" in text, text

            # what belongs to the connection cannot be gone on with
            ana.post(f"/runs/{run}/steps/never/execute")
            step = ana.wait_step(run, "never")
            assert step["attempts"][-1]["targets"][0]["resume"] is None, step
            status, answer = ana.post(f"/runs/{run}/steps/never/retry", {"from": "failed"})
            assert status == 409 and "from the beginning" in answer["error"]["message"], answer
    finally:
        shutil.rmtree(books)


def test_a_failed_statement_is_skipped_with_a_reason():
    MARIA.sql("DROP TABLE IF EXISTS app.some; CREATE TABLE app.some (a INT, b INT)")
    statements = ["ALTER TABLE some ADD COLUMN a INT", "ALTER TABLE some ADD COLUMN c INT",
                  "ALTER TABLE some ADD COLUMN b INT", "ALTER TABLE some ADD COLUMN d INT",
                  "ALTER TABLE some ADD COLUMN a INT"]
    book = "---\ntitle: Skips\n---\n"
    for name, words in ("s", ""), ("e", " .essential"), ("t", " transaction=yes"):
        book += (f"```mysql {{#{name} on=app-db{words}}}\n" + ";\n".join(statements)
                 + "\n```\n\n")
    books = runbook_folder({"r": book}, f"""environments:
  test:
    targets:
      app-db:
        mysql: {{host: 127.0.0.1, port: {MARIA.port}, user: op, password: app-password,
                database: app}}
""")
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator,approver")
            console.cli("secret", "set", "app-password", stdin=PASSWORD)
            run = ana.post("/runs", {"runbook": "r", "environment": "test"})[1]["id"]
            ana.post(f"/runs/{run}/start")
            ana.post(f"/runs/{run}/steps/s/execute")
            assert ana.wait_step(run, "s")["attempts"][0]["targets"][0]["resume"] == 1
            page = ana.get(f"/runs/{run}", accept="text/html")[1]
            assert "Skip statement 1 and go on" in page
            assert "Retry from statement 1 of" not in page
            retry = f"/runs/{run}/steps/s/retry"
            assert ana.post(retry, {"from": "next"})[1]["error"]["field"] == "reason"
            assert ana.post(retry, {"from": "last", "reason": "x"})[0] == 422
            for statement, skipped in (3, [1]), (5, [1, 3]):
                status, answer = ana.post(retry, {"from": "next", "reason": "it is there"})
                assert status == 202, answer
                target = ana.wait_step(run, "s")["attempts"][-1]["targets"][0]
                assert target["resume"] == statement and target["skipped"] == skipped, target
            assert MARIA.sql("SHOW COLUMNS FROM app.some LIKE 'd'") != ""
            # the same statement again is no skip, and those before stay skipped
            ana.post(retry, {"from": "failed"})
            target = ana.wait_step(run, "s")["attempts"][-1]["targets"][0]
            assert target["resume"] == 5 and target["skipped"] == [1, 3], target
            ana.post(retry, {"from": "next", "reason": "nor is the last one needed"})
            step = ana.wait_step(run, "s")
            assert step["state"] == "succeeded", step
            assert step["attempts"][-1]["targets"][0]["skipped"] == [1, 3, 5]
            text = ana.output(run, "s", "app-db")
            assert text.count("skipped by a person") == 4, text
            assert "0 of 5 statements were executed, 2 by an earlier attempt, " \
                "3 skipped by a person" in text, text
            page = ana.get(f"/runs/{run}/report", accept="text/html")[1]
            assert "Skipped statements: 1, 3, 5" in page, page

            # an essential step has no statement to skip, a transaction none to go on from
            ana.post(f"/runs/{run}/steps/e/execute")
            assert ana.wait_step(run, "e")["state"] == "failed"
            assert "Skip statement" not in ana.get(f"/runs/{run}", accept="text/html")[1]
            status, answer = ana.post(f"/runs/{run}/steps/e/retry",
                                      {"from": "next", "reason": "x"})
            assert status == 409 and answer["error"]["code"] == "essential", answer
            MARIA.sql("DROP TABLE app.some; CREATE TABLE app.some (z INT)")
            ana.post(f"/runs/{run}/steps/e/retry", {"targets": "all"})
            assert ana.wait_step(run, "e")["attempts"][-1]["targets"][0]["resume"] == 5
            assert ana.post(f"/runs/{run}/abort", {"reason": "end of the test"})[0] == 200
    finally:
        shutil.rmtree(books)


def test_other_values_are_another_plan():
    MARIA.sql("DROP TABLE IF EXISTS app.two; CREATE TABLE app.two (a INT)")
    book = ("---\ntitle: R\nparameters:\n  v: {label: V}\n---\n```mysql {#s on=app-db}\n"
            "INSERT INTO two VALUES (1);\nINSERT INTO two VALUES ({{v}})\n```\n")
    books = runbook_folder({"r": book}, f"""environments:
  test:
    targets:
      app-db:
        mysql: {{host: 127.0.0.1, port: {MARIA.port}, user: op, password: app-password,
                database: app}}
""")
    try:
        with Console(runbooks=books) as console:
            ana = console.user("ana", "operator,approver")
            console.cli("secret", "set", "app-password", stdin=PASSWORD)
            run = ana.post("/runs", {"runbook": "r", "environment": "test",
                                     "parameters": {"v": "no number"}})[1]["id"]
            ana.post(f"/runs/{run}/start")
            ana.post(f"/runs/{run}/steps/s/execute")
            assert ana.wait_step(run, "s")["attempts"][0]["targets"][0]["resume"] == 2
            status, answer = ana.post(f"/runs/{run}/parameters", {"parameters": {"v": "2"}})
            assert status == 200, answer
            page = ana.get(f"/runs/{run}", accept="text/html")[1]
            assert "Retry from statement" not in page
            status, answer = ana.post(f"/runs/{run}/steps/s/retry", {"from": "failed"})
            assert status == 409 and "other values" in answer["error"]["message"], answer
    finally:
        shutil.rmtree(books)


def test_a_number_is_a_number_and_nothing_else_is():
    for kind, target in (("mysql", MARIA.target()), ("postgresql", PG.target())):
        for value, wanted in (("2", "2"), ("-2", "-2"), ("1.5", "1.5"), ("2e3", "2000")):
            step = good(run(kind, "SELECT 0 -{{n}} * -1 AS v", target, values={"n": value},
                            numbers=["n"], captures=[{"name": "v", "how": "whole"}]))
            assert float(step.captures["v"]) == float(wanted), (kind, value, step.captures)
        for value in ("", "1 OR 1=1", "1;", "--1", "0x10", "1e", "1.", ".5", "NaN", "١"):
            bad(run(kind, "SELECT {{n}}", target, values={"n": value}, numbers=["n"]),
                "is not a number")
        good(run(kind, "SELECT 1 LIMIT {{n}}", target, values={"n": "1"}, numbers=["n"]))


def test_a_delimiter_may_also_begin_a_comment():
    good(run("mysql", "DELIMITER #\nDROP PROCEDURE IF EXISTS later #\n"
             "CREATE PROCEDURE later() BEGIN SELECT 1; SELECT 2; END #\n"
             "DELIMITER ;\nCALL later();\n", MARIA.target()))


def test_what_only_a_client_knows_is_found_before_anything_is_applied():
    for kind, target, last, word in (
            ("mysql", MARIA.target(), "SHOW STATUS\\G", "client"),
            ("mysql", MARIA.target(), "source /srv/schema.sql;", "client"),
            ("mysql", MARIA.target(), "CREATE FUNCTION twice(a INT) RETURNS INT "
             "DETERMINISTIC\nBEGIN\n  RETURN a * 2;\nEND;", "DELIMITER"),
            ("mysql", MARIA.target(), "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE "
             "first", "LOCAL"),
            ("postgresql", PG.target(), "COPY first FROM stdin;\n1\tx\n\\.\n", "INSERT"),
            ("postgresql", PG.target(), "SELECT 1 \\gset", "client"),
            ("sqlite", lite(), ".tables", "sqlite3")):
        bad(run(kind, "CREATE TABLE client_only (a INT);\n" + last, target), word,
                   "Nothing was done", "line 11")
        bad(run(kind, "SELECT * FROM client_only", target), "client_only")


def test_a_secret_that_the_server_quotes_back_is_hidden():
    for secret in ("a'b$c-efgh", "x\"y'z&w<v\\uvw", "long'" + "z9" * 60):
        for kind, target in (("mysql", MARIA.target()), ("postgresql", PG.target()),
                             ("sqlite", lite())):
            for text in ("ALTR USER app IDENTIFIED BY {{pw}};",
                         "SELECT {{pw}} FROM nowhere WHERE x == {{pw}} AND",
                         "SELECT CAST({{pw}} AS integer) + no_such_function({{pw}})",
                         "SELECT {{pw}} AS a, REPLACE({{pw}}, , '') AS b"):
                step = run(kind, text, target, values={"pw": secret}, mask=[secret])
                for part in (secret, secret[-5:], secret[2:7]):
                    assert part not in step.message, (kind, text, step.message)
                    assert part not in step.text, (kind, text, step.text)


def test_what_a_result_does_not_show_is_judged_too():
    text = ("CREATE TABLE IF NOT EXISTS many (a TEXT, b INT);\nDELETE FROM many;\n"
            "INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
            "FROM n WHERE i < 300) SELECT 'x', i FROM n;\nUPDATE many SET a = {{bad}} "
            "WHERE b = {{row}};\nSELECT a, b FROM many ORDER BY b")
    for row in ("7", "250"):
        for value in ("FATAL", "x" * 200 + " FATAL", "x\\ny\\nFATAL"):
            values = {"bad": value, "row": row}
            bad(run("sqlite", text, lite(), values=values, reject="FATAL"), "its reject")
            good(run("sqlite", text, lite(), values=values, expect="FATAL"))
    wide = "SELECT " + ", ".join(str(i) for i in range(60)) + ", 'FATAL' AS last"
    good(run("sqlite", wide, lite(), expect="^4[0-9] .*58 \\| 59 \\| FATAL$"))
    bad(run("sqlite", "SELECT 'FAT' || 'AL', x'4641540041414c' AS b FROM many", lite(),
            reject="^FAT.AAL$"), "its reject")


if __name__ == "__main__":
    (CERT, KEY), (OTHER_CERT, _) = make_certificate("server"), make_certificate("other")
    MARIA, PG, SSHD = MariaDB(), PostgreSQL(), Sshd()
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        MARIA.stop()
        PG.stop()
        SSHD.stop()
        shutil.rmtree(WORK, ignore_errors=True)
