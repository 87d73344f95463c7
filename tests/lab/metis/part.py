"""
metis: metis-dev (the development environment "172"), metis-local (本地, with
the v2 images and databases), and the machine that is upgraded: metis-prod
("0.69"), in test metis-test.  PostgreSQL (port 5432) runs on metis-local and
on the machines that are upgraded.
"""
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess

from place import (START_SECONDS, install, is_listening, run,
                   wait_until)

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = {"metis-dev": 31, "metis-local": 32, "metis-test": 33,
         "metis-prod": 34}
TOOLS = {"psql": "postgresql", "pg_dump": "postgresql"}
UPGRADED = ("metis-test", "metis-prod")
PG_DATA = pathlib.Path("/var/lib/postgresql/data")
OTHERS = ("nginx:1.18", "postgres:12", "redis:5", "rabbitmq:3.8", "minio:1",
          "consul:1.8", "etcd:3.4", "minerva-ui:v1", "minerva-api:v1",
          "minerva-worker:v1", "minerva-mt:v1", "idp-ui:v1", "idp-api:v1",
          "label-ui:v1", "label-api:v1", "kibana:7")
# id 17 to 25: group, name, tag of v1, tag of v2
IMAGES = (("expert", "expert-ui", "v1.9", "latest"),
          ("expert", "expert-api", "v1.9", "latest"),
          ("metis", "metis-ui", "v1.9.0", "v2.2.0"),
          ("metis", "metis-mt", "v1.9.0", "v2.2.0"),
          ("metis", "metis-api", "v1.9.0", "v2.2.0"),
          ("expert", "metis_workder_manager", "v1", "v2"),
          ("expert", "metis_worker", "v1", "v2"),
          ("expert", "metis_worker", "crypt_v1", "crypt"),
          ("expert", "metis_worker_gpu", "v1.5", "v1.5_no_subtask"))
DAGS = {"bsLzkABb3": ("module_check_pdf_type-1.1.0",
                      "module_pdf_split_pages-1.0.0",
                      "module_intelligence_ocr_text-1.8.0"),
        "TWv8t6Axp": ("module_intelligence_table_structure-1.0.0",
                      "module_json_to_array-1.0.0"),
        "UimCY8U-r": ("module_template_rule_extractor-1.5.0",
                      "module_split_pdf-1.1.0"),
        "motGKsHIy": ("module_intelligence_ocr_consignation-1.7.0",
                      "module_split_pdf-1.2.0")}


def prepare(place):
    place.secret("metis-db")


def put(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def project():
    """The project file of v1: the images, databases and places."""
    services = [{"id": n, "group": "minerva", "name": image.partition(":")[0],
                 "image": image} for n, image in enumerate(OTHERS, 1)]
    for n, (group, name, tag, _) in enumerate(IMAGES, 17):
        label = name + "_crypt" * tag.startswith("crypt")
        services.append({"id": n, "group": group, "name": label,
                         "image": f"{name}:{tag}"})
    return {"data_root": "data_root/intelligence",
            "images": "/data1/project-danganju/images/minerva",
            "redis_port": 6379, "databases": ["minerva", "expert", "metis"],
            "postgres": {"host": "127.0.0.1", "port": 5432, "user":
                         "postgres", "password_file": "/etc/lab/postgres"},
            "services": services}


def write_project(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(project(), indent=2) + "\n")


def images(which):
    return [f"{image[1]}:{image[which]}" for image in IMAGES]


def make_deployer(place, root, folder, have, run_them):
    """deploy.py, docker and PostgreSQL on a machine."""
    put(root / folder / "deploy-script", deploy__py=(
        HERE / "deploy.py").read_text())
    install(root, HERE / "v1.sql", HERE / "v2.sql")
    tools = root / "local/bin"
    tools.mkdir(parents=True)
    shutil.copy(HERE / "deploy.py", tools / "docker")
    (tools / "docker").chmod(0o755)
    containers = {s["name"]: {"image": s["image"], "state": "running",
                              "since": 0} for s in project()["services"]}
    put(root / "var/lib/docker", deploy__json=json.dumps({
        "images": [*OTHERS, *have],
        "containers": containers if run_them else {}}, indent=1))
    put(root / "etc/lab", postgres=place.secret("metis-db"))


def make_dev(root):
    private = root / "data1/private_deploy"
    put(private, dags__json=json.dumps(DAGS), private_deploy__py=(
        HERE / "private_deploy.py").read_text())
    expert = root / "data1/project-dev/data_root/expert"
    put(expert / "wheels", metis_core__whl="wheel of metis_core 2.2.0\n",
        expert_sdk__whl="wheel of expert_sdk 2.0\n")
    put(expert / "resource", fonts__txt="fonts\n", ocr__model="model 1.7.0\n")
    put(root / "data1/project-dev/migrations")


def make_local(place, root):
    folder = pathlib.Path("data/projects/deployment")
    make_deployer(place, root, folder, images(3), False)
    write_project(root / folder / "project-danganju/local-docker.json")
    expert = root / folder / "project-danganju/expert"
    put(expert / "configs", config__yml="redis: 6380\n")
    put(expert / "modules_v1", module_check_file_type__zip="1.0.0\n")
    put(expert / "api_tests", test_api__py="# tests of the API\n")
    put(root / "data/backup")
    put(root / "data1/project-danganju/images/minerva/expert")


def make_upgraded(place, root):
    make_deployer(place, root, pathlib.Path("data1"), images(2), True)
    folder = root / "data1/project-danganju"
    write_project(folder / "prod-docker.json")
    expert = folder / "data_root/intelligence/expert"
    put(expert / "modules", module_check_file_type__zip="1.0.0\n",
        module_libreoffice_server__zip="1.0.0\n")
    put(expert / "configs", config__yml="redis: 6379\n")
    files = folder / "images/minerva/expert"
    files.mkdir(parents=True)
    for group, name, tag, _ in IMAGES:
        word = re.sub("[-:]", "_", f"{name}:{tag}")
        (files / f"{group}-{word}.tar").write_text(f"image {name}:{tag}\n")
    put(files, **{"minerva-minerva_api_v1__tar": "image minerva-api:v1\n"})


def make(place, host, root):
    if host == "metis-dev":
        make_dev(root)
    elif host == "metis-local":
        make_local(place, root)
    else:
        make_upgraded(place, root)


def start(host):
    if host == "metis-dev":
        return
    (tools,) = glob.glob("/usr/lib/postgresql/*/bin")[-1:]
    new = not PG_DATA.exists()
    if new:
        PG_DATA.parent.mkdir(parents=True, exist_ok=True)
        shutil.chown(PG_DATA.parent, "postgres", "postgres")
        word = pathlib.Path("/run/pg-password")
        shutil.copy("/etc/lab/postgres", word)
        shutil.chown(word, "postgres", "postgres")
        run(tools + "/initdb", "-D", PG_DATA, "-U", "postgres", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "-A", "scram-sha-256",
            f"--pwfile={word}", user="postgres", cwd="/tmp")
        with (PG_DATA / "pg_hba.conf").open("a") as file:
            file.write("host all all 0.0.0.0/0 scram-sha-256\n")
    subprocess.Popen(
        [tools + "/postgres", "-D", PG_DATA, "-c", "listen_addresses=*", "-c",
         "unix_socket_directories=/tmp", "-c", "shared_buffers=16MB", "-c",
         "fsync=off"], user="postgres", cwd="/tmp", stdin=subprocess.DEVNULL)
    wait_until("PostgreSQL", START_SECONDS, lambda: is_listening(5432) and subprocess.run(
        ["pg_isready", "-q", "-h", "127.0.0.1"], check=False).returncode == 0)
    if new:
        word = pathlib.Path("/etc/lab/postgres").read_text()
        name = "v1.sql" if host in UPGRADED else "v2.sql"
        run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U",
            "postgres", "-d", "postgres", "-f", f"/opt/lab/{name}",
            env={**os.environ, "PGPASSWORD": word})


def targets(place, environment):
    host = "metis-test" if environment == "test" else "metis-prod"
    databases = {name: {"postgresql": {
        "host": place.address(host), "port": 5432, "user": "postgres",
        "password": "metis-db", "database": database}}
        for name, database in (("metis-expert-db", "expert"),
                               ("metis-metis-db", "metis"),
                               ("metis-server-db", "postgres"))}
    return {"metis-dev": place.ssh("metis-dev"),
            "metis-local": place.ssh("metis-local"),
            "metis": place.ssh(host), **databases}, {}
