"""
FATE: fate-mysql (a MariaDB), fate-flow, fate-node and fate-node-2 (the node
managers), and fate-all (all in one).  In the environment test FATE's roles are
all fate-all.
"""
import pathlib
import shutil

from place import copy_template, make_template, run, start_mariadb

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = {"fate-mysql": 11, "fate-flow": 12, "fate-node": 13, "fate-all": 14,
         "fate-node-2": 15}
WITH_MYSQL = ("fate-mysql", "fate-all")
NODES = ("fate-node", "fate-node-2")
WITH_PYTHON = ("fate-flow", "fate-all", *NODES)
ROLES = ("fate-flow", "fate-mysql", *NODES)
API = {"fate-api": {"http": {"url": "http://127.0.0.1:9380",
                             "over": "fate-flow"}}}
FATE = "data/projects/fate"
MYSQL = FATE + "/common/mysql/mysql-8.0.13"


def prepare(place):
    make_template(place, "fate", (HERE / "fate_flow.sql").read_text())


def pack(archive, folder, name):
    run("tar", "-czf", archive, "--owner=0", "--group=0", "-C", folder, name)


def make_python(version, folder):
    shutil.copytree(HERE / "python", folder)
    shutil.copytree(HERE / f"python-{version}", folder, dirs_exist_ok=True)


def make_package(place, host, home):
    work = place.host(host) / "package"
    shutil.copytree(HERE / "upgrade_package", work / "upgrade_package")
    make_python("1.4.4", work / "python")
    pack(work / "upgrade_package/upgrade_python_package.tar.gz", work, "python")
    pack(home / "upgrade_1_4_0-1_4_4.tar.gz", work, "upgrade_package")
    shutil.rmtree(work)


def make(place, host, root):
    make_package(place, host, root / "root")
    fate = root / FATE
    fate.mkdir(parents=True)
    if host in WITH_PYTHON:
        make_python("1.4.0", fate / "python")
        shutil.copytree(HERE / "eggroll", fate / "eggroll")
    if host in WITH_MYSQL:
        mysql = root / MYSQL
        for name in ("bin", "run"):
            (mysql / name).mkdir(parents=True)
        (mysql / "bin/mysql").symlink_to("/usr/bin/mariadb")
        copy_template(place, "fate", mysql / "data")
    if host != "fate-all":
        shutil.copytree(HERE / "supervisord",
                        fate.parent / "common/supervisord")


def start(host):
    if host in WITH_MYSQL:
        start_mariadb(f"/{MYSQL}/data", f"/{MYSQL}/run/mysql.sock",
                      "--skip-networking")
    supervisor = "/data/projects/common/supervisord/service.sh"
    if host == "fate-all":
        run("sh", f"/{FATE}/python/fate_flow/service.sh", "start")
    if host == "fate-flow":
        run("sh", supervisor, "start", "fate-fateflow")
    if host in NODES:
        run("sh", supervisor, "start", "fate-nodemanager")


def targets(place, environment):
    """The targets and the groups of an environment."""
    if environment == "test":
        return ({**{role: place.ssh("fate-all") for role in ROLES[:3]}, **API},
                {"fate-machines": ROLES[:1], "fate-nodes": NODES[:1]})
    return ({**{role: place.ssh(role) for role in ROLES}, **API},
            {"fate-machines": ROLES, "fate-nodes": NODES})
