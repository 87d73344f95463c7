#!/usr/bin/python3
"""
docker_compose.py: stands in for docker-compose 1.x and docker on a machine,
with its images and containers in a file.  It is installed under both names.

Written from: the command-line reference of Compose v1 (docs.docker.com,
"docker-compose up, down, pull, ps"), of `docker ps` and `docker images`, and
the OCI distribution specification for the registry that it asks.

    docker-compose [-f FILE] pull | up -d | down | ps | config | stop | start |
                   restart | logs
    docker ps [-a] | images

A container is a process: xpulse.py, as the release that the tag of its image
names, with the variables of `environment` and `env_file`.

Refuses: a folder without a docker-compose.yml, a file that is no YAML or has
no services, an env_file that is missing, an image that the registry does not
have, a service that is not in the file, any other command.  `up` pulls what
is missing, as the real one does, and makes a container anew where its image
or its variables have changed.  Not here: `up` in the foreground, networks,
volumes, builds.
"""
import argparse
import os
import pathlib
import signal
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, "/opt/lab")
import yaml  # noqa: E402
from standin import State, daemon, is_alive, stop  # noqa: E402

STATE = State("/var/lib/docker/lab.json", {"images": {}, "containers": {}})
STOP_SECONDS = 10


def refuse(text):
    sys.exit("ERROR: " + text)


# ---- the file --------------------------------------------------------------

def find_file(given):
    if given:
        return pathlib.Path(given)
    here = pathlib.Path.cwd()
    for folder in (here, *here.parents):
        for name in ("docker-compose.yml", "docker-compose.yaml"):
            if (folder / name).exists():
                return folder / name
    refuse("Can't find a suitable configuration file in this directory or any "
           "parent. Are you in the right directory?\n\nSupported filenames: "
           "docker-compose.yml, docker-compose.yaml")


def read_file(given):
    """(folder, services) of the file."""
    path = find_file(given)
    try:
        content = yaml.safe_load(path.read_text())
    except OSError as fault:
        refuse(f"{path}: {fault.strerror}")
    except yaml.YAMLError as fault:
        refuse(f"yaml.scanner.ScannerError: {fault}")
    services = content.get("services") if isinstance(content, dict) else None
    if not isinstance(services, dict) or not services:
        refuse(f"The Compose file '{path}' is invalid because: it has no "
               "services")
    for name, service in services.items():
        if not isinstance(service, dict) or not service.get("image"):
            refuse(f"The Compose file '{path}' is invalid because: Service "
                   f"{name} has neither an image nor a build context "
                   "specified.")
    return path.resolve().parent, services


def listed(value):
    return value if isinstance(value, list) else [value] if value else []


def variables(folder, service):
    env = {}
    for name in listed(service.get("env_file")):
        path = folder / name
        if not path.exists():
            refuse(f"Couldn't find env file: {path}")
        for line in path.read_text().splitlines():
            key, _, value = line.strip().partition("=")
            if key and not key.startswith("#"):
                env[key] = value
    given = service.get("environment") or {}
    if isinstance(given, list):
        given = dict(item.partition("=")[::2] for item in given)
    return {**env, **{key: str(value) for key, value in given.items()}}


# ---- images ----------------------------------------------------------------

def pull_image(state, image):
    where, _, tag = image.rpartition(":")
    registry, _, name = where.partition("/")
    request = urllib.request.Request(
        f"http://{registry}/v2/{name}/manifests/{tag}", method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            digest = answer.headers["Docker-Content-Digest"]
    except urllib.error.HTTPError as fault:
        refuse(f"manifest for {image} not found: manifest unknown"
               if fault.code == 404 else f"{image}: {fault}")
    except OSError as fault:
        refuse(f'Get "http://{registry}/v2/": {fault}')
    new = state["images"].get(image) != digest
    state["images"][image] = digest
    print(f"Digest: {digest}\nStatus: "
          + (f"Downloaded newer image for {image}" if new
             else f"Image is up to date for {image}"))


def pull(_folder, services, _args):
    with STATE.change() as state:
        for name, service in services.items():
            print(f"Pulling {name} ({service['image']})...", flush=True)
            pull_image(state, service["image"])


# ---- containers ------------------------------------------------------------

def exit_file(name):
    return pathlib.Path(f"/var/lib/docker/{name}.exit")


def log_file(name):
    return pathlib.Path(f"/var/lib/docker/{name}.log")


def status_of(container):
    seconds = int(time.time() - container["started"])
    if is_alive(container["pid"]):
        return f"Up {seconds} seconds"
    try:
        code = exit_file(container["name"]).read_text().strip()
    except OSError:
        code = "137"
    return f"Exited ({code}) {seconds} seconds ago"


def run_container(container):
    name = container["name"]
    exit_file(name).unlink(missing_ok=True)
    container["pid"] = daemon(
        ["sh", "-c", 'trap : TERM; python3 /opt/lab/xpulse.py "$1" "$2" & wait '
         '$!; code=$?; kill $! 2>/dev/null; echo $code >"$3"', "container",
         container["image"], container["port"], str(exit_file(name))],
        log_file(name), env={**container["env"], "PATH": os.environ["PATH"]})
    container["started"] = time.time()


def end_container(container):
    if is_alive(container["pid"]) and \
            not stop(container["pid"], signal.SIGTERM, STOP_SECONDS):
        os.killpg(container["pid"], signal.SIGKILL)


def up(folder, services, args):
    if not args.detach:
        refuse("this stand-in has `up -d` alone")
    with STATE.change() as state:
        for name, service in services.items():
            env = variables(folder, service)
            port = str(listed(service.get("ports"))[0]).partition(":")[0]
            if service["image"] not in state["images"]:
                print(f"Pulling {name} ({service['image']})...", flush=True)
                pull_image(state, service["image"])
            full = f"{folder.name}_{name}_1"
            wanted = {"name": full, "image": service["image"], "env": env,
                      "port": port, "service": name, "folder": str(folder)}
            old = state["containers"].get(full)
            if old and is_alive(old["pid"]) and \
                    wanted.items() <= old.items():
                print(f"{full} is up-to-date")
                continue
            if old:
                end_container(old)
            print(("Recreating" if old else "Creating") + f" {full} ... done")
            run_container(wanted)
            state["containers"][full] = wanted


def of_folder(state, folder):
    return [c for c in state["containers"].values()
            if c["folder"] == str(folder)]


def down(folder, _services, _args):
    with STATE.change() as state:
        for container in of_folder(state, folder):
            print(f"Stopping {container['name']} ... ", end="", flush=True)
            end_container(container)
            print("done")
        for container in of_folder(state, folder):
            print(f"Removing {container['name']} ... done")
            del state["containers"][container["name"]]
        print(f"Removing network {folder.name}_default")


def stop_all(folder, _services, _args):
    with STATE.change() as state:
        for container in of_folder(state, folder):
            end_container(container)
            print(f"Stopping {container['name']} ... done")


def start_all(folder, _services, _args):
    with STATE.change() as state:
        found = of_folder(state, folder)
        if not found:
            refuse("No containers to start")
        for container in found:
            if not is_alive(container["pid"]):
                run_container(container)
            print(f"Starting {container['service']} ... done")


def restart(*args):
    stop_all(*args)
    start_all(*args)


def ps(folder, _services, _args):
    print(f"{'Name':32}{'Command':14}{'State':10}Ports\n" + "-" * 64)
    for c in of_folder(STATE.read(), folder):
        state = "Up" if is_alive(c["pid"]) else "Exit " + \
            status_of(c).partition("(")[2].partition(")")[0]
        print(f"{c['name']:32}{'xpulse':14}{state:10}0.0.0.0:{c['port']}"
              f"->{c['port']}/tcp")


def config(_folder, services, _args):
    print(yaml.safe_dump({"services": services}), end="")


def logs(folder, _services, _args):
    for container in of_folder(STATE.read(), folder):
        for line in log_file(container["name"]).read_text().splitlines():
            print(f"{container['name']} | {line}")


COMMANDS = {"pull": pull, "up": up, "down": down, "ps": ps, "config": config,
            "stop": stop_all, "start": start_all, "restart": restart,
            "logs": logs}


def compose():
    parser = argparse.ArgumentParser(prog="docker-compose")
    parser.add_argument("-f", "--file")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        command = commands.add_parser(name)
        if name == "up":
            command.add_argument("-d", "--detach", action="store_true")
        command.add_argument("services", nargs="*")
    args = parser.parse_args()
    folder, services = read_file(args.file)
    for name in args.services:
        if name not in services:
            refuse(f"No such service: {name}")
    if args.services:
        services = {name: services[name] for name in args.services}
    COMMANDS[args.command](folder, services, args)


def docker():
    parser = argparse.ArgumentParser(prog="docker")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("ps").add_argument("-a", "--all", action="store_true")
    commands.add_parser("images")
    args = parser.parse_args()
    state = STATE.read()
    if args.command == "images":
        print(f"{'REPOSITORY':42}{'TAG':10}IMAGE ID")
        for image, digest in state["images"].items():
            name, _, tag = image.rpartition(":")
            print(f"{name:42}{tag:10}{digest[7:19]}")
        return
    print(f"{'CONTAINER ID':15}{'IMAGE':42}{'STATUS':30}NAMES")
    for c in state["containers"].values():
        if args.all or is_alive(c["pid"]):
            print(f"{format(c['pid'], '012x'):15}{c['image']:42}"
                  f"{status_of(c):30}{c['name']}")


if __name__ == "__main__":
    docker() if pathlib.Path(sys.argv[0]).name == "docker" else compose()
