#!/usr/bin/env python3
"""
metis' part of the lab: deploy.py and its menus, the scripts of private_deploy
and PostgreSQL refuse what the real ones refuse and keep their state; the
upgrade can be done with them by hand, and `lab reset` takes it back.
Arguments choose tests by name.
time limit: 30 minutes
"""
import subprocess

from harness import LAB, NET, SUDO, refused, run, secret, sh, typed

EXPERT = "/data1/project-danganju/data_root/intelligence/expert"
IMAGES = "/data1/project-danganju/images/minerva/expert"
LOCAL = "/data/projects/deployment/project-danganju"
ALL = "[17,18,19,20,21,22,23,24,25]"
TAGS = (("expert-ui:v1.9", "expert-ui:latest"),
        ("expert-api:v1.9", "expert-api:latest"),
        ("metis-ui:v1.9.0", "metis-ui:v2.2.0"),
        ("metis-mt:v1.9.0", "metis-mt:v2.2.0"),
        ("metis-api:v1.9.0", "metis-api:v2.2.0"),
        ("metis_workder_manager:v1", "metis_workder_manager:v2"),
        ("metis_worker:v1", "metis_worker:v2"),
        ("metis_worker:crypt_v1", "metis_worker:crypt"),
        ("metis_worker_gpu:v1.5", "metis_worker_gpu:v1.5_no_subtask"))


def deploy(project, *lines):
    folder = "/data/projects/deployment" if project == "local" else "/data1"
    name = "prod" if project == "prod" else "local"
    return f"cd {folder}/deploy-script && " + typed(
        f"python3 deploy.py ../project-danganju/{name}-docker.json", *lines)


def sql(database, statement):
    return sh("metis-prod", "PGPASSWORD=$(cat /etc/lab/postgres) psql -h "
              f"127.0.0.1 -U postgres -At -d {database} -c \"{statement}\"")


def deploy_refuses_what_is_wrong():
    folder = "cd /data1/deploy-script && "
    refused("metis-prod", folder + "python3 deploy.py x.json </dev/null",
            "终端")
    refused("metis-prod", folder + typed("python3 deploy.py x.json"),
            "FileNotFoundError")
    text = sh("metis-prod", deploy("prod", "nine", "9", "4", "99", "25", "0"))
    assert text.count("输入有误") == 3, text
    refused("metis-prod", deploy("prod", "6", "[2]", "0"), "no such file")
    sh("metis-prod", f"touch {EXPERT}/configs/expert.sql")
    refused("metis-prod", deploy("prod", "6", "2", "0"),
            'database "expert" already exists')
    sh("metis-prod", f"rm {EXPERT}/configs/expert.sql")
    refused("metis-prod", deploy("x", "0"), "FileNotFoundError")


def private_deploy_refuses_what_is_wrong():
    call = ("cd /data1/private_deploy && python3 -c \"from private_deploy "
            "import download_modules_by_dag as d; d('danganju', [{}], '{}')\"")
    refused("metis-dev", call.format("'nobody'", "release"),
            "dag nobody not found")
    refused("metis-dev", call.format("", "none"), "encrypt_mark")
    sh("metis-dev", call.format("'bsLzkABb3', 'motGKsHIy'", "release"))
    assert "module_split_pdf-1.2.0.zip" in sh(
        "metis-dev", "ls /data1/private_deploy/packing/danganju")


def make_v2_on_the_local_machine():
    edit = "".join(f"s/{old}\"/{new}\"/;" for old, new in TAGS)
    sh("metis-local", f"sed -i '{edit}' {LOCAL}/local-docker.json")
    refused("metis-local", deploy("local", "2", "17", "0"), "no such file")
    sh("metis-local", deploy("local", "5", "[2, 3]", "1", ALL, "0"))
    files = sh("metis-local", f"ls {IMAGES}").split()
    assert len(files) == 9 and "metis-metis_ui_v2.2.0.tar" in files, files
    assert "tenant2" in sh("metis-local",
                           f"cat {LOCAL}/expert/configs/expert.sql")


def carry(source, target):
    """A folder from the local machine to the upgraded one."""
    hosts = f"{LAB.options[1]}/hosts"
    subprocess.run([*SUDO, "cp", "-r", f"{hosts}/metis-local/root{source}/.",
                    f"{hosts}/metis-prod/root{target}"], check=True)


def the_upgrade_works_and_its_absence_shows():
    make_v2_on_the_local_machine()
    text = sh("metis-prod", deploy("prod", "7", "[2, 3]", "4", ALL, "0"))
    assert text.count("[OK]") == 11, text
    assert sh("metis-prod", "docker ps").count("\n") == 1 + 16
    sh("metis-prod", f"cd {IMAGES} && rm expert-expert_* expert-metis_* "
       "metis-metis_*")
    refused("metis-prod", deploy("prod", "2", "25", "0"), "no such file")
    carry(IMAGES, IMAGES)
    carry(LOCAL + "/expert/configs", EXPERT + "/configs")
    sh("metis-local", f"sed -i 's/\"redis_port\": 6379/\"redis_port\": 6379 /' "
       f"{LOCAL}/local-docker.json && mkdir /tmp/p && cp "
       f"{LOCAL}/local-docker.json /tmp/p")
    carry("/tmp/p", "/data1/project-danganju")
    refused("metis-prod", deploy("new", "3", "25", "0"),
            "Unable to find image")
    refused("metis-prod", deploy("new", "2", "25", "3", "25", "0"),
            "wheel: no such directory")
    sh("metis-prod", f"mkdir {EXPERT}/wheel")
    sh("metis-prod", deploy("new", "3", "25", "0"))
    sh("metis-prod", deploy("new", "2", ALL, "0"))
    refused("metis-prod", deploy("new", "3", "18", "0"),
            "expert is at v1, not at v2")
    for database in ("expert", "metis"):
        sql("postgres", f"DROP DATABASE {database}")
    refused("metis-prod", deploy("new", "7", "[2,3]", "0"), "does not exist")
    sh("metis-prod", deploy("new", "6", "[2,3]", "0"))
    refused("metis-prod", deploy("new", "3", ALL, "0"), "redis 127.0.0.1:6379")
    sh("metis-prod", "sed -i 's/6379/6380/' "
       "/data1/project-danganju/local-docker.json")
    text = sh("metis-prod", deploy("new", "3", ALL, "0"))
    assert text.count("[OK]") == 9, text
    assert "metis-api:v2.2.0" in sh("metis-prod", "docker ps")
    assert sql("metis", "SELECT version_num FROM alembic_version") == "v2\n"


def postgresql_takes_connections_with_the_password_alone():
    login = (f"psql -h {NET}.34 -U postgres -d postgres -Atc 'SELECT 1' 2>&1")
    refused("metis-dev", "PGPASSWORD=wrong " + login,
            "password authentication failed")
    assert sh("metis-dev", f"PGPASSWORD={secret('metis-db')} {login}") == "1\n"


def after_a_reset_all_is_as_before():
    LAB.must("reset")
    assert sh("metis-prod", "docker ps").count("\n") == 1 + 25
    assert sql("expert", "SELECT version_num FROM alembic_version") == "v1\n"
    assert "expert-expert_ui_v1.9.tar" in sh("metis-prod", f"ls {IMAGES}")
    assert sh("metis-local", f"ls {IMAGES}") == ""


run("metis", [deploy_refuses_what_is_wrong,
              private_deploy_refuses_what_is_wrong,
              the_upgrade_works_and_its_absence_shows,
              postgresql_takes_connections_with_the_password_alone,
              after_a_reset_all_is_as_before])
