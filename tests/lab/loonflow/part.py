"""
loonflow: in production loonflow-app (uwsgi on port 8000, workers) and
loonflow-back (MariaDB on 3306, the hook on 9000, the caller); in test all of
it on loonflow-test, with the ports 8100, 3307 and 9100.  Release r0.1 runs;
the packages of the later releases and the wheels of 1.0's requirements are in
/root.
"""
import os
import pathlib
import shutil
import subprocess
import zipfile

from place import (copy_template, install, make_template, run, serve,
                   start_mariadb)

HERE = pathlib.Path(__file__).resolve().parent
DDL = HERE.parent.parent.parent / "runbooks/loonflow/ddl.sql"
HOSTS = {"loonflow-test": 51, "loonflow-app": 52, "loonflow-back": 53}
APP = {"test": "loonflow-test", "production": "loonflow-app"}
BACK = {"test": "loonflow-test", "production": "loonflow-back"}
PORTS = {"test": {"web": 8100, "db": 3307, "hook": 9100},
         "production": {"web": 8000, "db": 3306, "hook": 9000}}
DATA = "/var/lib/mysql"
RELEASES = ("0.2.5", "0.3.17", "1.0.3")
OLD = "0.1.4"
PRO = """\
# loonflow: settings of production.  Copy this file to settings/config.
DEBUG = {debug}
DATABASES = {{
    'default': {{
        'ENGINE': 'django.db.backends.mysql',
        'NAME': 'loonflow',
        'USER': 'loonflow',
        'PASSWORD': '{password}',
        'HOST': '{host}',
        'PORT': '{port}',
    }}
}}
REDIS_HOST = '{host}'
REDIS_PORT = 6379
"""
UWSGI = """\
[uwsgi]
chdir = {folder}
http = :{port}
pidfile = {folder}/uwsgi.pid
daemonize = {folder}/uwsgi.log
"""
CELERY = ("celery", "multi", "start", "-A", "tasks", "worker", "-l", "info",
          "-c", "8", "-Q", "loonflow", "--logfile=celery.log",
          "--pidfile=celery.pid")
WHEELS = {"Django": ("2.2.13", "django", "VERSION = (2, 2, 13)\n"),
          "celery": ("4.3.0", "celery", (HERE / "celery.py").read_text()),
          "uWSGI": ("2.0.18", "uwsgi", (HERE / "uwsgi.py").read_text())}


def environment_of(host):
    return "test" if host == "loonflow-test" else "production"


def prepare(place):
    text = (HERE / "loonflow.sql").read_text()
    make_template(place, "loonflow", text.replace(
        "@password@", place.secret("loonflow-db")).replace(
        "@token@", place.secret("loonflow-app-token")))
    place.secret("loonflow-hook-token")


# ---- the releases ----------------------------------------------------------

def make_release(folder, version):
    """A release as it is unpacked."""
    (folder / "settings").mkdir(parents=True)
    for name in ("manage.py", "tasks.py"):
        shutil.copy(HERE / name, folder)
    (folder / "VERSION").write_text(version + "\n")
    (folder / "settings/__init__.py").touch()
    (folder / "settings/pro.py").write_text(PRO.format(
        debug=False, password="123456", host="127.0.0.1", port=3306))
    (folder / "media").mkdir()
    (folder / "requirements").mkdir()
    (folder / "requirements/pro.txt").write_text("".join(
        f"{name}=={value[0]}\n" for name, value in WHEELS.items())
        if version.startswith("1.") else "# what the system has\n")
    (folder / "uwsgi.ini").write_text(UWSGI.format(
        folder="/data/loonflow", port=8000))


def make_packages(place, host, home):
    work = place.host(host) / "package"
    (home / "releases").mkdir()
    for version in RELEASES:
        name = f"loonflow-r{version}"
        make_release(work / name, version)
        run("tar", "-czf", home / f"releases/{name}.tar.gz", "--owner=0",
            "--group=0", "-C", work, name)
    shutil.rmtree(work)
    (home / "wheels").mkdir()
    for name, (version, module, text) in WHEELS.items():
        make_wheel(home / "wheels", name, version, module, text)


def make_wheel(folder, name, version, module, text):
    """A package of one module, with a command if it has a main()."""
    info = f"{name}-{version}.dist-info"
    files = {f"{module}.py": text,
             f"{info}/METADATA": "Metadata-Version: 2.1\n"
             f"Name: {name}\nVersion: {version}\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: lab\n"
             "Root-Is-Purelib: true\nTag: py3-none-any\n"}
    if "def main(" in text:
        files[f"{info}/entry_points.txt"] = (
            f"[console_scripts]\n{module} = {module}:main\n")
    record = f"{info}/RECORD"
    files[record] = "".join(f"{path},,\n" for path in (*files, record))
    with zipfile.ZipFile(
            folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)


def make_app(place, host, root):
    environment = environment_of(host)
    ports = PORTS[environment]
    folder = root / "data/loonflow-0.1"
    make_release(folder, OLD)
    (folder / "settings/config.py").write_text(PRO.format(
        debug=False, password=place.secret("loonflow-db"),
        host=place.address(BACK[environment]), port=ports["db"]))
    (folder / "uwsgi.ini").write_text(UWSGI.format(
        folder="/data/loonflow-0.1", port=ports["web"]))
    for path in ("workflow_script/find_manager.py",
                 "workflow_script/create_vpn.py", "ticket_file/年假.txt"):
        file = folder / "media" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"# {path}\n")
    make_packages(place, host, root / "root")
    helper = root / "data/loonflow-helper/update/0.3.xto1.0.x"
    helper.mkdir(parents=True)
    for file in (DDL, HERE / "dml.py"):
        shutil.copy(file, helper)
    tools = root / "local/bin"
    tools.mkdir(parents=True)
    for name in ("celery", "uwsgi"):
        shutil.copy(HERE / f"{name}.py", tools / name)
        (tools / name).chmod(0o755)


def make_back(place, host, root):
    environment = environment_of(host)
    folder = root / "data/caller"
    folder.mkdir(parents=True)
    shutil.copy(HERE / "caller.py", folder)
    web = f"{place.address(APP[environment])}:{PORTS[environment]['web']}"
    (folder / "caller.json").write_text(
        '{\n  "url": "http://' + web + '",\n  "app_name": "ops",\n  "token": "'
        + place.secret("loonflow-app-token")
        + '",\n  "username": "zhangsan",\n  "username_in": "query"\n}\n')
    (root / "etc/lab").mkdir()
    (root / "etc/lab/hook-token").write_text(
        place.secret("loonflow-hook-token"))
    copy_template(place, "loonflow", root / DATA[1:])


def make(place, host, root):
    install(root, HERE / "hook.py")
    if host in APP.values():
        make_app(place, host, root)
    if host in BACK.values():
        make_back(place, host, root)


def start(host):
    ports = PORTS[environment_of(host)]
    if host in BACK.values():
        start_mariadb(DATA, "/run/mysqld.sock", f"--port={ports['db']}")
        serve(ports["hook"], "hook.py")
    if host in APP.values():
        os.chdir("/data/loonflow-0.1")
        pathlib.Path("celery.pid").unlink(missing_ok=True)
        run("uwsgi", "--ini", "uwsgi.ini")
        run(*CELERY)
        os.chdir("/")
    if host in BACK.values():
        subprocess.run(["python3", "/data/caller/caller.py", "start"],
                       check=False, stdin=subprocess.DEVNULL)


def targets(place, environment):
    app, back, ports = APP[environment], BACK[environment], PORTS[environment]
    return {
        "loonflow": place.ssh(app), "loonflow-caller": place.ssh(back),
        "loonflow-db": {"mysql": {
            "host": place.address(back), "port": ports["db"],
            "user": "loonflow", "password": "loonflow-db",
            "database": "loonflow"}},
        "loonflow-web": {"http": {
            "url": f"http://{place.address(app)}:{ports['web']}"}},
        "loonflow-try": {"http": {
            "url": f"http://{place.address(app)}:9999"}},
        "loonflow-hook": {"http": {
            "url": f"http://{place.address(back)}:{ports['hook']}",
            "sign": {"hmac": "sha256", "secret": "loonflow-hook-token",
                     "header": "X-Signature"}}},
    }, {}
