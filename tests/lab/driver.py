"""
driver.py: a runbook on the lab, with the people that it names, by the JSON
interface; with LAB_PAGES=FOLDER by their browsers, with pictures there
(pages.py).  run-NAME.py use it:

    drive("xpulse", "dba tester", [it_goes_through, it_goes_back])

starts the hosts of the upgrade and a console with runbooks/, sets the secrets
of the targets, makes an account for each role, and calls the functions as
tests.  In them:

    run = Run("xpulse", "production", release="2.1.0")
    run.start()                     # the approvals are given first
    run.to("stop", does={"snapshot": make_snapshot})
    run.fails("alters", "idx_phone")
    run.roll_back()
    run.close("rolled_back")        # presses to the end; report and record

`does` has, by the ids of tasks, what a person does by hand before the
confirmation; what it returns is in the body of the confirmation.

The tests then read from the targets, with `sh` and the like of harness.py,
what a step has done; never from the console.
"""
import contextlib
import os
import pathlib
import re

from harness import FOLDER, PASSWORD, Console, run as run_on_lab
from pages import PASSED_BY, Pages

__all__ = ["BUSY", "Run", "check_table", "drive"]

README = pathlib.Path(__file__).resolve().with_name("README.md")
LEFT_OUT = 0.05             # of the sentences of an original, at most
PRESSES = 300               # of one run, at most
BUSY = 500                  # seconds for a step, on a machine that is busy
PEOPLE = {}                 # by role; of approvers there are two
PAGES = []                  # the browsers, where people use them
SECRETS = re.compile(r"(?:token|passw\w*|passphrase|secret\w*): ([\w-]+)")


def no_file_has_a_secret():
    """None of the targets, that is; a lab has other words that are known."""
    folder = pathlib.Path(FOLDER)
    named = SECRETS.findall((folder / "runbooks/targets.yml").read_text())
    words = [path.read_bytes() for path in (folder / "secrets").iterdir()
             if path.name in named]
    assert words, named
    for path in (folder / "data.log", *(folder / "data").rglob("*")):
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes()
            assert not any(word in text for word in words), path


@contextlib.contextmanager
def console_of(roles):
    """A console with the runbooks and the secrets of the lab."""
    folder = pathlib.Path(FOLDER)
    with Console(folder / "data", folder / "runbooks") as console:
        for path in (folder / "secrets").iterdir():
            console.cli("secret", "set", path.name, "--value-stdin",
                        stdin=path.read_text())
        for role in ("operator", *roles.split()):
            person = a_person(console, "a-" + role, role)
            person.approves = None      # they neither approve nor sign
            PEOPLE[role] = [person]
        PEOPLE["approver"] = [a_person(console, name, "approver")
                              for name in ("ann", "bob")]
        with browsers(console):
            yield


def a_person(console, name, role):
    person = console.user(name, role)
    person.name = name
    return person


@contextlib.contextmanager
def browsers(console):
    """Of all people, if there is to be one for each."""
    if "LAB_PAGES" not in os.environ:
        yield
        return
    with contextlib.closing(Pages(console.base, PASSWORD,
                                  os.environ["LAB_PAGES"])) as pages:
        PAGES.append(pages)
        yield


def check_table(name, run):
    """The table of README.md with the sentences of an original names steps
    that the run has, and leaves out few sentences."""
    text = README.read_text().partition(f"\n### {name}")[2]
    rows = [line.rstrip(" |").rpartition(" | ")[2]
            for line in text.partition("\n#")[0].splitlines()
            if line.startswith("| ")][1:]
    assert rows, name
    steps = {step["id"].partition(".")[0] for step in run["steps"]}
    for row in rows:
        unknown = set(re.findall("`([a-z][a-z0-9-]*)`", row)) - steps
        assert not unknown, (row, unknown)
    notes = [row for row in rows if row.startswith("not: ")]
    assert len(notes) <= LEFT_OUT * len(rows), notes
    check_copies(run)


def check_copies(run):
    """No parameter and no step says what targets.yml says; no script sends
    requests by itself; a menu is written once."""
    text = pathlib.Path(FOLDER, "runbooks/targets.yml").read_text()
    known = set(re.findall(r"(?:host|port|url|database): (\S+)", text))
    said = known & {str(value) for value in run["parameters"].values()}
    assert not said, said
    for step in run["steps"]:
        said = {word for word in known if "." in word and word in step["text"]}
        assert not said, (step["id"], said)
        assert step["kind"] != "python" or not re.search(
            "urllib|http[.]client|requests", step["text"]), step["id"]
    text = pathlib.Path(FOLDER, f"runbooks/{run['runbook']}.md").read_text()
    blocks = re.findall(r"^```answers(.*)\n", text, re.MULTILINE)
    assert all("like=" in block for block in blocks[1:]), blocks


def drive(parts, roles, tests):
    """Never returns; the exit code says whether all tests went through."""
    run_on_lab(parts, [*tests, no_file_has_a_secret],
               lambda: console_of(roles))


class Run:
    def __init__(self, runbook, environment, **parameters):
        self.me = PEOPLE["operator"][0]
        self.title = f"{runbook}, {environment}"
        fields = {"runbook": runbook, "environment": environment,
                  "title": self.title, "reason": "按计划升级",
                  "parameters": parameters}
        if PAGES:
            self.id = PAGES[0].create(self.me, fields)
        else:
            status, answer = self.me.post("/runs", fields)
            assert status == 201, answer
            self.id = answer["id"]

    def ask(self, path, who=None, /, **body):
        """A command of a person (the operator); the answer."""
        if PAGES and not path.endswith(PASSED_BY):
            return PAGES[0].submit(who or self.me, self.id, path, body)
        status, answer = (who or self.me).post(f"/runs/{self.id}{path}", body)
        assert status in (200, 202), (path, status, answer)
        return answer

    def look(self, name, at="", step=None):
        """A picture of one of its pages, where there are browsers."""
        if PAGES:
            PAGES[0].look(self.me, f"/runs/{self.id}{at}", name, step and {
                key: step[key] for key in ("id", "state")})

    def get(self):
        return self.me.run(self.id)

    def step(self, name):
        return self.me.step(self.id, name)

    def states(self):
        return {s["id"]: s["state"] for s in self.get()["steps"]}

    def output(self, name, target="local"):
        return self.me.output(self.id, name, target)

    def told(self, name):
        """The state, the messages and the outputs of the last attempt."""
        step = self.step(name)
        text = f"{name}: {step['state']}"
        for attempt in step["attempts"][-1:]:
            text += f": {attempt['message']}"
            for target in attempt["targets"]:
                text += f"\n{target['name']}: {target['message']}\n" \
                    + str(self.output(name, target["name"]))
        return text

    def approve(self, path, person):
        self.ask(path, person, decision="approve", plan=self.get()["plan"])

    def approve_all(self):
        """As many people of each role approve as the rules say."""
        for rule in self.get()["approvals"]["required"]:
            for person in PEOPLE[rule["role"]][:rule["count"]]:
                self.approve("/approvals", person)

    def start(self):
        self.ask("/preflight")
        self.look("preflight", "/preflight")
        self.approve_all()
        self.ask("/start")

    def person(self, name):
        return PEOPLE[self.step(name)["role"] or "operator"][0]

    def press(self, name, does=None):
        """Presses the button of the step, as a person of its role; the step
        afterwards, signed where it asks for it."""
        step = self.step(name)
        at = f"/steps/{name}/"
        if step["kind"] == "approval":
            for person in PEOPLE[step["role"]]:
                if self.step(name)["state"] == "ready":
                    self.approve(at + "approve", person)
        elif step["kind"] == "manual":
            more = does() if does else None
            self.ask(at + "confirm", self.person(name),
                     **{"note": "已核对", **(more or {})})
        else:
            self.ask(at + "execute", self.person(name),
                     **({"understood": True} if step["irreversible"] else {}))
        return self.end_of(name)

    def end_of(self, name):
        step = self.me.wait_step(self.id, name, BUSY)
        if step["state"] not in ("succeeded", "confirmed"):
            self.look(f"{name}-{step['state']}", step=step)
        if step["state"] == "awaiting_signature":
            self.ask(f"/steps/{name}/sign", PEOPLE[step["sign"]][-1],
                     note="同意")
            step = self.step(name)
        return step

    def to(self, until=None, does=None):
        """Presses until the step `until` is next, or none is left."""
        for _ in range(PRESSES):
            name = self.get()["current"]
            if name in (None, until):
                assert name == until, (until, self.states())
                return
            step = self.press(name, (does or {}).get(name))
            assert step["state"] in ("succeeded", "confirmed"), self.told(name)
        raise AssertionError(f"run {self.id} does not end")

    def fails(self, name, words, does=None):
        """The step, which is next or becomes it, fails with these words."""
        self.to(name, does)
        assert self.press(name)["state"] == "failed", self.told(name)
        assert words in self.told(name), self.told(name)

    def retry(self, name, **body):
        self.ask(f"/steps/{name}/retry", self.person(name), **body)
        assert self.end_of(name)["state"] == "succeeded", self.told(name)

    def roll_back(self):
        self.ask("/rollback", reason="升级不成，退回旧版本")

    def close(self, result, does=None):
        """Presses to the end, closes the run, and reads its report."""
        self.to(does=does)
        self.ask("/close", result=result, note="已完成")
        run = self.get()
        assert (run["state"], run["result"]) == ("completed", result), run
        for end, kind in ((".json", "application/json"), ("", "text/html")):
            status, text = self.me.get(f"/runs/{self.id}/report{end}",
                                       accept=kind)
            assert status == 200 and run["title"] in str(text), (kind, status)
        self.look("ended")
        self.look("report", "/report")
