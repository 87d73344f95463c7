"""
xpulse: in production two machines with docker-compose (xpulse-1, xpulse-2)
and xpulse-aws with the S3 server (port 8080: Swift with its S3 interface),
the MariaDB (3306), Jenkins and the registry (8081); in test all of that on
xpulse-test.
"""
import os
import pathlib
import shutil
import subprocess
import sys

from place import (HERE as LAB, START_SECONDS, copy_template, install, is_listening,
                   make_template, serve, start_mariadb, wait_until)

sys.path.append(str(LAB))
from standin import S3  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = {"xpulse-test": 41, "xpulse-1": 42, "xpulse-2": 43, "xpulse-aws": 44}
TOOLS = {"/usr/bin/aws": "awscli",
         "/usr/lib/python3/dist-packages/swift/__init__.py": "python3-swift"}
MACHINES = ("xpulse-test", "xpulse-1", "xpulse-2")
BACK = {"test": "xpulse-test", "production": "xpulse-aws"}
DATA = "/var/lib/mysql"
S3_SERVER = LAB.parent / "e2e/s3_server.py"
ACCESS_KEY, REGION = "acct:ana", "eu-test-1"
BUCKET = "/jm-measurement-data"
COMPOSE = """\
version: "3"
services:
  svc-biz-core:
    image: {registry}/svc-biz-core:2.0.9
    env_file: local.svc-biz-core.env
    ports: ["8000:8000"]
  svc-analysis:
    image: {registry}/svc-analysis:2.0.9
    env_file: local.svc-biz-core.env
    ports: ["8001:8001"]
"""
SETTINGS = """\
# xpulse: svc-biz-core
X_PULSE_DB_HOST={address}
X_PULSE_DB_USER=xpulse
X_PULSE_DB_PASSWORD={password}
X_PULSE_DB_DATABASE=xpulse
X_PULSE_S3_URL=http://{address}:8080
X_PULSE_S3_REGION={region}
X_PULSE_S3_ACCESS_KEY={access_key}
X_PULSE_S3_SECRET_KEY={secret_key}
"""


def prepare(place):
    text = (HERE / "xpulse.sql").read_text()
    make_template(place, "xpulse", text.replace(
        "@password@", place.secret("xpulse-db")).replace(
        "@token@", place.secret("xpulse-api")))


def make_machine(place, host, root):
    back = BACK["test" if host == "xpulse-test" else "production"]
    tools = root / "local/bin"
    tools.mkdir(parents=True)
    for name in ("docker-compose", "docker"):
        shutil.copy(HERE / "docker_compose.py", tools / name)
        (tools / name).chmod(0o755)
    folder = root / "srv/xpulse"
    folder.mkdir(parents=True)
    (folder / "docker-compose.yml").write_text(
        COMPOSE.format(registry=f"{back}:8081"))
    (folder / "local.svc-biz-core.env").write_text(SETTINGS.format(
        address=place.address(back), password=place.secret("xpulse-db"),
        region=REGION, access_key=ACCESS_KEY,
        secret_key=place.secret("xpulse-s3")))


def make(place, host, root):
    install(root, HERE / "xpulse.py", HERE / "jenkins.py", S3_SERVER)
    if host in MACHINES:
        make_machine(place, host, root)
    if host in BACK.values():
        lab = root / "etc/lab"
        lab.mkdir()
        (lab / "s3").write_text(place.secret("xpulse-s3"))
        (lab / "jenkins-password").write_text(place.secret("xpulse-jenkins"))
        (lab / "jenkins-token").write_text(
            place.secret("xpulse-jenkins-token"))
        copy_template(place, "xpulse", root / DATA[1:])


def start_s3():
    """It serves until its standard input, which stays open, is closed."""
    secret = pathlib.Path("/etc/lab/s3").read_text()
    new = not pathlib.Path("/var/lib/s3").exists()
    subprocess.Popen(["/usr/bin/python3", "/opt/lab/s3_server.py",
                      "/var/lib/s3", "0.0.0.0:8080"], stdin=subprocess.PIPE,
                     stdout=subprocess.DEVNULL,
                     env={**os.environ, "S3_SECRET": secret})
    wait_until("the S3 server", START_SECONDS, lambda: is_listening(8080))
    if new:
        s3 = S3("http://127.0.0.1:8080", REGION, ACCESS_KEY, secret)
        s3.put(BUCKET)
        for n in range(99999, 100005):
            s3.put(f"{BUCKET}/production/{n}.txt",
                   f"{n % 100 + 60} 72 75\n".encode())


def start(host):
    if host in BACK.values():
        start_mariadb(DATA, "/run/mysqld.sock")
        serve(8081, "jenkins.py")
        start_s3()
    if host in MACHINES:
        # 2.0.9 runs; what it needs of xpulse-aws may still be starting.
        wait_until("the release to start", START_SECONDS, lambda: subprocess.run(
            ["docker-compose", "up", "-d"], cwd="/srv/xpulse",
            check=False).returncode == 0 and is_listening(8000)
            and is_listening(8001))


def targets(place, environment):
    back = BACK[environment]
    address = place.address(back)
    machines = ["xpulse-test"] if environment == "test" else MACHINES[1:]
    named = {f"xpulse-{n}": place.ssh(m) for n, m in enumerate(machines, 1)}
    return {
        **named,
        "xpulse-api": {"http": {
            "url": f"http://{place.address(machines[0])}:8000",
            "token": "xpulse-api"}},
        "xpulse-db": {"mysql": {"host": address, "port": 3306,
                                "user": "xpulse", "password": "xpulse-db",
                                "database": "xpulse"}},
        "xpulse-s3": {"http": {"url": f"http://{address}:8080", "aws": {
            "region": REGION, "service": "s3", "access_key": ACCESS_KEY,
            "secret_key": "xpulse-s3"}}},
        "jenkins": {"http": {"url": f"http://{address}:8081",
                             "user": "release",
                             "password": "xpulse-jenkins"}},
    }, {"xpulse-machines": list(named)}
