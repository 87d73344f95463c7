#!/usr/bin/python3
"""
deploy.py PROJECT.json: stands in for the deployer of metis, with its menus.
Under the name docker it shows what it has done: docker ps [-a] | images.

Written from: the document of the upgrade, whose paths such
as `5 - [2,3] - 1 - [17,...,25]` name the entries of these menus; the naming
of image files follows its `rm` lines.  Databases are real: pg_dump, psql and
createdb of PostgreSQL.

    1 save images to files     2 load images from files
    3 start services           4 stop services
    5 export the first state of databases, 6 rebuild databases from it
    7 back databases up        0 leave

Lists are written 17,18 or [17, 18] or [17-25].  Images that the machine has
and its containers are in /var/lib/docker/deploy.json.

Refuses: to work without a terminal; a project file that is missing or no
JSON; numbers that a menu does not have (it asks again); to save an image that
the machine does not have; to load one whose file is missing; to start a
service whose image is not loaded, whose database is missing or of another
version, a v2 service where redis is not on port 6380, the GPU worker without
the folder wheel; to rebuild a database that exists, or of which no first
state is there; to back up one that does not exist.  It ends with 1 if it
refused anything.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

STATE = pathlib.Path("/var/lib/docker/deploy.json")
MENU = ("退出", "保存镜像", "加载镜像", "启动服务", "停止服务",
        "导出初始数据库", "重建数据库", "备份数据库")
NEEDS_DATABASE = {"expert-api": "expert", "metis-api": "metis"}
NEEDS_REDIS = ("metis-api", "metis_workder_manager")


class Failed(Exception):
    pass


def read_state():
    return json.loads(STATE.read_text())


def write_state(state):
    STATE.write_text(json.dumps(state, indent=1))


class Project:
    def __init__(self, path):
        self.folder = path.resolve().parent
        content = json.loads(path.read_text())
        self.services = content["services"]
        self.databases = content["databases"]
        self.redis_port = content["redis_port"]
        self.images = pathlib.Path(content["images"])
        data = self.folder / content["data_root"]
        self.data = (data if data.exists() else self.folder) / "expert"
        self.postgres = content["postgres"]

    def client(self, program, *arguments, **more):
        """Runs a client of PostgreSQL; its output."""
        server = self.postgres
        word = pathlib.Path(server["password_file"]).read_text().strip()
        done = subprocess.run(
            [program, "-w", *arguments], text=True, capture_output=True,
            env={**os.environ, "PGPASSWORD": word, "PGHOST": server["host"],
                 "PGPORT": str(server["port"]), "PGUSER": server["user"]},
            check=False, **more)
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        return done.stdout

    def exists(self, database):
        return database in self.client(
            "psql", "-d", "postgres", "-Atc",
            "SELECT datname FROM pg_database").split()

    def image_file(self, service):
        name = re.sub("[-:]", "_", service["image"])
        return self.images / "expert" / f"{service['group']}-{name}.tar"


def version_of(image):
    tag = image.rpartition(":")[2]
    return "v1" if re.match(r"v1(?!\.5_no_subtask)|crypt_v1", tag) else "v2"


def digest(image):
    return f"image {image}\n"


# ---- what the entries of the menu do, for one service or database -----------

def save(project, service):
    image = service["image"]
    if image not in read_state()["images"]:
        raise Failed(f"No such image: {image}")
    path = project.image_file(service)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(digest(image))
    return str(path)


def load(project, service):
    path, image = project.image_file(service), service["image"]
    if not path.exists():
        raise Failed(f"{path}: no such file")
    if path.read_text() != digest(image):
        raise Failed(f"{path}: not the image {image}")
    state = read_state()
    state["images"] = sorted({*state["images"], image})
    write_state(state)
    return f"Loaded image: {image}"


def check_start(project, service):
    name, image = service["name"], service["image"]
    if image not in read_state()["images"]:
        raise Failed(f"Unable to find image '{image}' locally")
    new = version_of(image) == "v2"
    if new and name in NEEDS_REDIS and project.redis_port != 6380:
        raise Failed(f"{name}: redis 127.0.0.1:{project.redis_port}: "
                     "connection refused")
    if name == "metis_worker_gpu" and new and \
            not (project.data / "wheel").is_dir():
        raise Failed(f"{name}: {project.data / 'wheel'}: no such directory")
    database = NEEDS_DATABASE.get(name)
    if database:
        if not project.exists(database):
            raise Failed(f'{name}: database "{database}" does not exist')
        found = project.client("psql", "-d", database, "-Atc",
                               "SELECT version_num FROM alembic_version")
        if found.strip() != version_of(image):
            raise Failed(f"{name}: database {database} is at {found.strip()}, "
                         f"not at {version_of(image)}")


def start(project, service):
    check_start(project, service)
    state = read_state()
    state["containers"][service["name"]] = {
        "image": service["image"], "state": "running", "since": time.time()}
    write_state(state)
    return f"{service['name']} started"


def stop(_project, service):
    state = read_state()
    container = state["containers"].get(service["name"])
    if container is None or container["state"] != "running":
        return f"{service['name']} does not run"
    container["state"] = "exited"
    write_state(state)
    return f"{service['name']} stopped"


def first_state(project, database):
    return project.data / "configs" / f"{database}.sql"


def export(project, database):
    path = first_state(project, database)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(project.client("pg_dump", "-d", database))
    return str(path)


def rebuild(project, database):
    path = first_state(project, database)
    if not path.exists():
        raise Failed(f"{path}: no such file")
    if project.exists(database):
        raise Failed(f'database "{database}" already exists')
    project.client("createdb", database)
    project.client("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database,
                   "-f", str(path), "-o", "/dev/null")
    return f"{database} rebuilt from {path}"


def backup(project, database):
    folder = project.folder / "backup"
    folder.mkdir(exist_ok=True)
    path = folder / f"{database}-{time.strftime('%Y%m%d%H%M%S')}.dump"
    text = project.client("pg_dump", "-d", database)
    path.write_text(text)
    return str(path)


DO = (None, save, load, start, stop, export, rebuild, backup)


# ---- the menus -------------------------------------------------------------

def numbers(text):
    """The numbers of a list, or None where it is none."""
    found = []
    for item in text.strip().strip("[]").replace(" ", "").split(","):
        match = re.fullmatch(r"([0-9]+)(?:-([0-9]+))?", item)
        if not match:
            return None
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return found


def choose(question, entries):
    """The entries whose numbers are typed; asks until they are right."""
    for number, text in entries.items():
        print(f"  {number:2}) {text}")
    while True:
        chosen = numbers(input(f"{question}: "))
        if chosen and all(n in entries for n in chosen):
            return chosen
        print("输入有误，请重新输入")


def turn(project):
    """One round of the first menu: how many failed, or None at its end."""
    (choice,) = choose("请选择操作 [0-7]", dict(enumerate(MENU)))[:1]
    if choice == 0:
        return None
    if choice <= 4:
        chosen = {s["id"]: s for s in project.services}
        shown = {n: s["image"] for n, s in chosen.items()}
        picked = choose("请选择服务，例如 [17,18]", shown)
    else:
        chosen = dict(enumerate(project.databases, 1))
        picked = choose("请选择数据库，例如 [2,3]", chosen)
    failed = 0
    for number in picked:
        try:
            print("[OK]", DO[choice](project, chosen[number]), flush=True)
        except (Failed, OSError) as fault:
            failed += 1
            print("[失败]", fault, flush=True)
    print(f"{MENU[choice]}完成: {len(picked) - failed} 成功, {failed} 失败")
    return failed


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python3 deploy.py PROJECT.json")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.exit("deploy.py 需要在终端中运行")
    try:
        project = Project(pathlib.Path(sys.argv[1]))
    except (OSError, ValueError, KeyError) as fault:
        sys.exit(f"{sys.argv[1]}: {fault!r}")
    failed = 0
    try:
        while (more := turn(project)) is not None:
            failed += more
    except EOFError:
        print()
    sys.exit(1 if failed else 0)


def docker():
    state = read_state()
    if sys.argv[1:] == ["images"]:
        print("\n".join(state["images"]))
    elif sys.argv[1:] in (["ps"], ["ps", "-a"]):
        print(f"{'IMAGE':36}{'STATUS':12}NAMES")
        for name, c in state["containers"].items():
            if c["state"] == "running" or "-a" in sys.argv:
                print(f"{c['image']:36}{c['state']:12}{name}")
    else:
        sys.exit("this stand-in has `docker ps [-a]` and `docker images`")


if __name__ == "__main__":
    docker() if pathlib.Path(sys.argv[0]).name == "docker" else main()
