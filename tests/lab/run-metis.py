#!/usr/bin/env python3
"""
runbooks/metis.md on the lab: in test from the first workflow to the last
backup, its menus answered by script; in production with a menu that has
changed, which a person answers by hand, until the databases cannot be rebuilt,
and back to v1.
time limit: 30 minutes
"""
import re
import time

from driver import BUSY, Run, check_table, drive
from harness import TOP, sh

EXPERT = "/data1/project-danganju/data_root/intelligence/expert"
IMAGES = "/data1/project-danganju/images/minerva/expert"
LOCAL = "/data/projects/deployment/project-danganju"
MIGRATIONS = "/data1/project-dev/migrations"
NAMES = ("档案局通用文档识别", "档案局表格读取", "档案局表单抽取",
         "档案局模板制作平台OCR")
HOST = {"test": "metis-test", "production": "metis-prod"}
SERVICES = 9


def modules():
    """Those of the table that are not struck out."""
    text = (TOP / "runbooks/metis.md").read_text()
    found = re.findall(r"^\| (module_\S+) \| \[", text, re.MULTILINE)
    assert len(found) == 27, found
    return sorted(set(found))


class Place:
    """The machine that is upgraded, and what people do by hand."""

    def __init__(self, environment):
        self.host = HOST[environment]

    def sql(self, database, statements):
        return sh(self.host, "PGPASSWORD=$(cat /etc/lab/postgres) psql -h "
                  "127.0.0.1 -U postgres -At -v ON_ERROR_STOP=1 -d "
                  f"{database} <<'END'\n{statements}\nEND")

    def containers(self):
        return [line.split()[0] for line in sh(
            self.host, "docker ps").splitlines()[1:]]

    def versions(self):
        return [self.sql(name, "SELECT version_num FROM alembic_version")
                .strip() for name in ("expert", "metis")]

    def keys(self):
        return self.sql("expert", "SELECT appkey, appsecret FROM api "
                        "ORDER BY appkey")

    def files(self):
        return sh(self.host, f"cd {EXPERT} && find . -type f | sort && cd "
                  f"{IMAGES} && find . -type f | sort").split()

    def export_modules(self):
        sh("metis-dev", f"cd {MIGRATIONS} && for name in "
           f"{' '.join(modules())}; do echo $name > $name.zip; done")

    def import_modules(self):
        names = [name.rsplit("-", 1) for name in modules()]
        self.sql("metis", "".join(
            f"INSERT INTO module VALUES ('{n}', '{name}', '{version}');"
            for n, (name, version) in enumerate(names)))

    def make_workspaces(self):
        flows = ("bsLzkABb3", "TWv8t6Axp", "UimCY8U-r", "nUNhK35Cn")
        self.sql("expert", "".join(
            f"INSERT INTO workspace VALUES ('n{n}', 'tenant2', '{name}', "
            f"'{flow}'); INSERT INTO api VALUES ('b{n}', 'n{n}', 'new-{n}', "
            f"'new-secret-{n}');"
            for n, (name, flow) in enumerate(zip(NAMES, flows), 1)))

    def put_keys_back(self):
        self.sql("expert", "".join(
            f"UPDATE api SET appkey = 'key-w{n}', appsecret = "
            f"'old-secret-w{n}' WHERE id = 'b{n}';" for n in range(1, 5)))

    def by_hand(self):
        return {"export-modules": self.export_modules,
                "import-modules": self.import_modules,
                "workspaces": self.make_workspaces,
                "app-keys": self.put_keys_back}


def new_images():
    text = sh("metis-local", f"cat {LOCAL}/local-docker.json")
    return re.findall(r'"image": "([^"]+)"', text)[-SERVICES:]


def the_upgrade_goes_through():
    place = Place("test")
    keys, before = place.keys(), place.files()
    run = Run("metis", "test")
    run.start()
    run.to("local-docker", place.by_hand())
    assert "module_split_pdf-1.2.0.zip" in sh(
        "metis-dev", "ls /data1/private_deploy/packing/danganju")
    run.to("stop-old", place.by_hand())
    assert "metis_worker:crypt" in new_images()
    saved = sh("metis-local", f"ls {IMAGES}").split()
    assert len(saved) == SERVICES and "metis-metis_ui_v2.2.0.tar" in saved
    skip = run.me.post(f"/runs/{run.id}/steps/stop-old/skip", {"reason": "x"})
    assert skip[0] in (409, 422), skip
    run.to("clear", place.by_hand())
    assert len(place.containers()) == 25 - SERVICES
    run.to("drop", place.by_hand())
    assert place.containers()[-1:] == ["metis_worker_gpu:v1.5_no_subtask"]
    assert place.versions() == ["v1", "v1"]
    run.to("keys-after", place.by_hand())
    assert "old-secret" not in str(run.get()), "it is for the eyes of few"
    check_table("metis", run.get())
    run.close("succeeded", place.by_hand())
    assert place.versions() == ["v2", "v2"] and place.keys() == keys
    assert set(new_images()) <= set(place.containers())
    assert len(place.containers()) == 25
    files = place.files()
    assert "./wheel/metis_core.whl" in files and "./modules_v1/" \
        "module_check_file_type.zip" in files and "./api_tests/test_api.py" \
        in files, files
    assert not [f for f in files if "libreoffice" in f or "_v1.9" in f], files
    assert "./expert-expert_ui_v1.9.tar" in before
    assert "test_api.py" in sh("metis-local", f"ls {LOCAL}/expert/api_tests")
    assert "metis_core.whl" in sh("metis-local", f"ls {LOCAL}/expert/wheel")
    dumps = sh(place.host, "ls /data1/project-danganju/backup").split()
    assert len(dumps) == 4, dumps


def answer_by_hand(run, name, target, question, *replies):
    """A step whose questions a person answers, in its terminal."""
    run.ask(f"/steps/{name}/execute")
    for n, reply in enumerate(replies, 1):
        end = time.monotonic() + BUSY
        while True:
            step = run.step(name)
            if step["attempts"] and str(run.output(name, target)).count(
                    question) >= n:
                break
            assert time.monotonic() < end, run.told(name)
            time.sleep(0.3)
        run.ask(f"/steps/{name}/type", line=reply, target=target,
                attempt=step["attempts"][-1]["n"])
    assert run.end_of(name)["state"] == "succeeded", run.told(name)


def the_databases_cannot_be_rebuilt_and_v1_comes_back():
    place = Place("production")
    keys, before = place.keys(), place.files()
    running = place.containers()
    project = sh("metis-local", f"cat {LOCAL}/local-docker.json")
    run = Run("metis", "production")
    run.start()
    run.to("save-images", place.by_hand())
    sh("metis-local", "sed -i 's/请选择操作/请选择菜单/' "
       "/data/projects/deployment/deploy-script/deploy.py")
    answer_by_hand(run, "save-images", "metis-local", "请选择菜单",
                   "5", "1", "0")
    run.to("rebuild", place.by_hand())
    sh(place.host, f"rm {EXPERT}/configs/metis.sql")
    run.fails("rebuild", "metis.sql: no such file")
    assert "metis" not in place.sql(
        "postgres", "SELECT datname FROM pg_database").split()
    run.roll_back()
    run.close("rolled_back")
    assert place.versions() == ["v1", "v1"] and place.keys() == keys
    assert sorted(place.containers()) == sorted(running)
    assert place.files() == before
    assert sh("metis-local", f"cat {LOCAL}/local-docker.json") == project


drive("metis", "modeler super-admin dba",
      [the_upgrade_goes_through,
       the_databases_cannot_be_rebuilt_and_v1_comes_back])
