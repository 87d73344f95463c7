#!/usr/bin/python3
"""
fate.py: the FATE upgrade on the lab, by the JSON interface alone.

    tests/e2e/fate.py [--port N] [--net N] [--keep]

All-in-one with a wrong password first, to the report; the cluster (one host by
a key with a passphrase), rolled back; a link that is cut while the script
runs; a host whose key changed.  The hosts themselves are then looked at, with
`lab exec`.  The lab needs root, or sudo without a password; the console is of
whoever starts this.  Takes about a minute; both are its own and go when it
ends.
"""
import argparse
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time

from console import (SUDO, TOP, Console, Results, left_out,
                     may_be_root)

LAB = TOP / "tests/lab/lab"
PASSWORD = "fate_dev"
TABLES = ("t_queue", "t_job", "t_task", "t_data_view",
          "t_machine_learning_model_meta")
MYSQL = "/data/projects/fate/common/mysql/mysql-8.0.13"
FATE = "/data/projects/fate"


reservations = []               # sockets: one process binds a name at a time


def free_net():
    """A network of no other lab: tests run beside each other."""
    for n in random.sample(range(100, 250), 150):
        reservation = socket.socket(socket.AF_UNIX)
        try:
            reservation.bind(f"\0cslab{n}")
        except OSError:
            continue
        reservations.append(reservation)
        if not pathlib.Path(f"/sys/class/net/cslab{n}").exists():
            return n
    raise AssertionError("no network is free for a lab")


class Lab:
    def __init__(self, folder, net=None):
        self.folder = folder
        self.options = ["--dir", folder, "--net", str(net or free_net())]

    def __call__(self, *args):
        done = subprocess.run([*SUDO, LAB, *self.options, *args], text=True,
                              capture_output=True, timeout=500)
        return done.returncode, done.stdout + done.stderr

    def remove(self):
        """Down, and nothing is left of what is root's."""
        self("down")
        subprocess.run([*SUDO, "rm", "-rf", self.folder], check=False)

    def must(self, *args):
        code, text = self(*args)
        if code != 0:
            raise AssertionError(f"lab {' '.join(args)}: {text}")
        return text

    def sh(self, host, script):
        return self("exec", host, "sh", "-c", script)[1].strip()

    def sql(self, host, statement):
        return self.sh(host, f"MYSQL_PWD={PASSWORD} mysql -N -B -S "
                       f"{MYSQL}/run/mysql.sock fate_flow "
                       f"-e \"{statement}\"")

    def version(self, host):
        return self.sh(host, f"cat {FATE}/python/fate_flow/version.txt")

    def is_altered(self, host):
        return self.sql(host, "SHOW COLUMNS FROM t_queue LIKE "
                        "'f_is_waiting'") != ""

    def tables(self, host):
        return self.sql(host, "SHOW TABLES").split()


def lock_a_key(runbooks, keys):
    """One host of the cluster is reached by the key with a passphrase."""
    targets = runbooks / "targets.yml"
    before, name, block = targets.read_text().rpartition("fate-node:\n")
    block = block.replace("keys/lab\n", "keys/lab-locked\n"
                          "          passphrase: lab_key\n", 1)
    targets.write_text(before + name + block)
    return (keys / "passphrase").read_text()


def create(ana, results, environment, method, password):
    status, answer = ana.post("/runs", {
        "runbook": "fate", "environment": environment,
        "title": f"FATE 1.4.4, {method}", "reason": "test",
        "parameters": {"method": method, "db_pass": password}})
    results.check(f"{method}: a run is created (201)", status == 201, answer)
    number = answer["id"]
    status, answer = ana.post(f"/runs/{number}/start")
    results.check(f"{method}: the run starts", status == 200, answer)
    return number


def states(run):
    return {s["id"]: s["state"] for s in run["steps"]}


def message_of(step):
    attempt = step["attempts"][-1]
    return " ".join(str(m) for m in [attempt["message"]]
                    + [t["message"] for t in attempt["targets"]])


def close(results, ana, number, result):
    """Presses to the end, and closes the run; the run."""
    run = ana.drive(number)
    results.check("every step of its part is done", run["current"] is None,
                  states(run))
    status, answer = ana.post(f"/runs/{number}/close",
                              {"result": result, "note": "by the test"})
    run = ana.run(number)
    results.check(f"the run is closed, {result}", status == 200
                  and run["state"] == "completed"
                  and run["result"] == result, (answer, run["state"]))
    return run


def wrong_password(results, lab, ana, number):
    run = ana.drive(number)
    step = ana.step(number, "upgrade")
    results.check("a wrong password makes the upgrade fail",
                  run["current"] == "upgrade" and step["state"] == "failed",
                  states(run))
    text = ana.output(number, "upgrade", "fate-flow")
    results.check("the failure is told in the script's and the client's words",
                  "ERROR: cannot log in to MySQL" in text
                  and "Access denied for user" in text, text)
    results.check("the card says what it was that failed the step",
                  "aborting" in message_of(step), message_of(step))
    results.check("nothing was changed on the host",
                  lab.version("fate-all") == "1.4.0"
                  and sorted(lab.tables("fate-all")) == sorted(TABLES))
    results.check("the run is not over because a step failed",
                  run["state"] == "running", run["state"])
    status, answer = ana.post(f"/runs/{number}/parameters",
                              {"parameters": {"db_pass": PASSWORD}})
    results.check("the password is corrected within the run", status == 200,
                  answer)
    status, answer = ana.post(f"/runs/{number}/steps/upgrade/retry")
    results.check("the retry is accepted (202)", status == 202, answer)
    step = ana.wait_step(number, "upgrade")
    results.check("the retry with the right password succeeds",
                  step["state"] == "succeeded" and len(step["attempts"]) == 2,
                  message_of(step))


def all_in_one(results, lab, console, ana):
    number = create(ana, results, "test", "allinone", "wrong-one")
    wrong_password(results, lab, ana, number)
    ana.drive(number, until="agree")
    results.check("the tables are altered and have their backups",
                  lab.is_altered("fate-all") and sorted(
                      t for t in lab.tables("fate-all") if "backup" in t)
                  == sorted(t + "_backup" for t in TABLES))
    conf = lab.sh("fate-all", f"cat {FATE}/python/arch/conf/base_conf.yaml")
    results.check("the ZooKeeper values went from the old files to the new",
                  "use_registry: true" in conf and "- 10.0.0.2:2181" in conf
                  and "password: \"zk: it's #1\"" in conf, conf)
    run = close(results, ana, number, "succeeded")
    results.check("the steps of the other method were left out",
                  states(run)["upgrade-mysql"] == "skipped", states(run))
    results.check("after the clean-up no copy is left",
                  sorted(lab.tables("fate-all")) == sorted(TABLES)
                  and lab.sh("fate-all", f"ls -d {FATE}/python_* 2>&-; ls ~")
                  == "upgrade_1_4_0-1_4_4.tar.gz")
    report(results, console, ana, number)


def report(results, console, ana, number):
    status, answer = ana.get(f"/runs/{number}/report.json")
    words = str(answer)
    results.check("the report is there, with the run's steps and people",
                  status == 200 and "upgrade" in words and "ana" in words,
                  words[:500])
    status, answer = ana.get(f"/runs/{number}/report", accept="text/html")
    results.check("the report is a page as well",
                  status == 200 and "<html" in answer, str(answer)[:500])
    files = [console.log, *console.data.rglob("*")]
    found = [str(p) for p in files if p.is_file()
             and not p.is_symlink() and PASSWORD.encode() in p.read_bytes()]
    results.check("the password stands in no file of the console", not found,
                  found)


def cluster_and_back(results, lab, ana):
    number = create(ana, results, "production", "ansible", PASSWORD)
    run = ana.drive(number, until="accept")
    results.check("the cluster is upgraded, machine by machine",
                  run["current"] == "accept", states(run))
    results.check("all three machines are upgraded",
                  lab.version("fate-flow") == lab.version("fate-node")
                  == "1.4.4" and lab.is_altered("fate-mysql"))
    service = "cd /data/projects/common/supervisord && sh service.sh status "
    results.check("FATE Flow runs on its machine and not on the node manager's",
                  "RUNNING" in lab.sh("fate-flow", service + "fate-fateflow")
                  and "stopped" in lab.sh("fate-node",
                                          service + "fate-fateflow"))
    status, answer = ana.post(f"/runs/{number}/rollback",
                              {"reason": "the test wants it back"})
    results.check("the rollback begins", status == 200, answer)
    run = close(results, ana, number, "rolled_back")
    results.check("the steps of the other method's rollback were left out",
                  states(run)["back-database"] in ("skipped", "pending"),
                  states(run))
    results.check("the rollback put the code back",
                  lab.version("fate-flow") == lab.version("fate-node")
                  == "1.4.0")
    results.check("the rollback put the database back",
                  not lab.is_altered("fate-mysql")
                  and set(TABLES) <= set(lab.tables("fate-mysql"))
                  and lab.sql("fate-mysql", "SELECT COUNT(*) FROM t_job")
                  == "3", lab.tables("fate-mysql"))
    results.check("FATE Flow runs again, as the old release",
                  '"FATE": "1.4.0"' in lab.sh(
                      "fate-flow", "curl -s 127.0.0.1:9380/v1/version/get"))


def wait_for_output(ana, number, name, target, word, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        step = ana.step(number, name)
        if step["attempts"] and word in str(ana.output(number, name, target)):
            return True
        time.sleep(0.1)
    return False


def cut_link(results, lab, ana):
    number = create(ana, results, "production", "ansible", PASSWORD)
    ana.drive(number, until="upgrade-mysql")
    status, answer = ana.post(f"/runs/{number}/steps/upgrade-mysql/execute")
    results.check("the step is taken (202)", status == 202, answer)
    seen = wait_for_output(ana, number, "upgrade-mysql", "fate-mysql",
                           "Altering table t_queue")
    results.check("its output arrives while it runs", seen)
    lab.must("cut", "fate-mysql")
    time.sleep(8)
    done = lab.is_altered("fate-mysql") and len(
        [t for t in lab.tables("fate-mysql") if t.endswith("_backup")]) == 5
    results.check("the script goes on while the link is cut", done)
    results.check("nothing claims success meanwhile", ana.step(
        number, "upgrade-mysql")["state"] == "running")
    lab.must("heal", "fate-mysql")
    step = ana.wait_step(number, "upgrade-mysql", 180)
    results.check("after the link is back, the result arrives",
                  step["state"] == "succeeded" and len(step["attempts"]) == 1,
                  (step["state"], message_of(step)))
    lines = ana.output(number, "upgrade-mysql", "fate-mysql").splitlines()
    told = [f"Backing up table {t} to {t}_backup" for t in TABLES]
    told += [f"Altering table {t}" for t in TABLES]
    told.append("Upgrading process finished")
    counts = [sum(line.endswith(t) for line in lines) for t in told]
    results.check("and its whole output, each line once",
                  counts == [1] * len(told), lines)
    return number


def changed_key(results, lab, ana, number):
    run = ana.run(number)
    results.check("FATE Flow's machine is next",
                  run["current"] == "upgrade-flow", run["current"])
    lab.must("change-key", "fate-flow")
    ana.post(f"/runs/{number}/steps/upgrade-flow/execute")
    step = ana.wait_step(number, "upgrade-flow")
    results.check("a changed host key stops the step",
                  step["state"] == "failed", step["state"])
    results.check("and the message says so",
                  "host key" in message_of(step).lower(), message_of(step))
    results.check("nothing ran on that host",
                  lab.version("fate-flow") == "1.4.0")
    status, answer = ana.post(f"/runs/{number}/abort",
                              {"reason": "the host is not what it was"})
    results.check("the run can be aborted", status == 200, answer)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int)
    parser.add_argument("--net", type=int)
    parser.add_argument("--keep", action="store_true",
                        help="leave the folder with data and logs")
    args = parser.parse_args()
    if not may_be_root():
        left_out("the lab", "it needs root, or sudo without a password")
        return 0
    results = Results()
    folder = tempfile.TemporaryDirectory(prefix="fate-e2e-")
    top = pathlib.Path(folder.name)
    if args.keep:
        folder._finalizer.detach()
        print("kept:", top)
    lab = Lab(str(top / "lab"), args.net)
    try:
        lab.must("up", "fate")
        phrase = lock_a_key(top / "lab/runbooks", top / "lab/keys")
        with Console(top / "data", top / "lab/runbooks",
                     args.port) as console:
            ana = console.user("ana", "operator,approver")
            console.cli("secret", "set", "lab_key", "--value-stdin",
                        stdin=phrase)
            all_in_one(results, lab, console, ana)
            cluster_and_back(results, lab, ana)
            lab.must("reset", "fate")
            changed_key(results, lab, ana, cut_link(results, lab, ana))
            results.check("countersign verify finds the record sound",
                          console.cli("verify") is not None)
    except AssertionError as fault:
        results.check("the test went through", False, fault)
    finally:
        lab("down") if args.keep else lab.remove()
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
