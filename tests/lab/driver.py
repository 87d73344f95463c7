"""
driver.py: a runbook on the lab, by the JSON interface alone, with the people
that it names.  run-NAME.py use it:

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
import pathlib
import re

from harness import FOLDER, Console, run as run_on_lab

__all__ = ["BUSY", "Run", "check_table", "drive"]

README = pathlib.Path(__file__).resolve().with_name("README.md")
LEFT_OUT = 0.05             # of the sentences of an original, at most
PRESSES = 300               # of one run, at most
BUSY = 500                  # seconds for a step, on a machine that is busy
PEOPLE = {}                 # by role; of approvers there are two
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
            person = console.user("a-" + role, role)
            person.approves = None      # they neither approve nor sign
            PEOPLE[role] = [person]
        PEOPLE["approver"] = [console.user(name, "approver")
                              for name in ("ann", "bob")]
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


def drive(parts, roles, tests):
    """Never returns; the exit code says whether all tests went through."""
    run_on_lab(parts, [*tests, no_file_has_a_secret],
               lambda: console_of(roles))


class Run:
    def __init__(self, runbook, environment, **parameters):
        self.me = PEOPLE["operator"][0]
        status, answer = self.me.post("/runs", {
            "runbook": runbook, "environment": environment,
            "title": f"{runbook}, {environment}", "reason": "by the test",
            "parameters": parameters})
        assert status == 201, answer
        self.id = answer["id"]
        self.unrehearsed = answer.get("unrehearsed")

    def ask(self, path, who=None, /, **body):
        """A command of a person (the operator); the answer."""
        status, answer = (who or self.me).post(f"/runs/{self.id}{path}", body)
        assert status in (200, 202), (path, status, answer)
        return answer

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
                     **{"note": "seen", **(more or {})})
        else:
            self.ask(at + "execute", self.person(name),
                     **({"understood": True} if step["irreversible"] else {}))
        return self.end_of(name)

    def end_of(self, name):
        step = self.me.wait_step(self.id, name, BUSY)
        if step["state"] == "awaiting_signature":
            self.ask(f"/steps/{name}/sign", PEOPLE[step["sign"]][-1],
                     note="agreed")
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
        self.ask("/rollback", reason="the test wants it back")

    def close(self, result, does=None):
        """Presses to the end, closes the run, and reads its report."""
        self.to(does=does)
        self.ask("/close", result=result, note="by the test")
        run = self.get()
        assert (run["state"], run["result"]) == ("completed", result), run
        for end, kind in ((".json", "application/json"), ("", "text/html")):
            status, text = self.me.get(f"/runs/{self.id}/report{end}",
                                       accept=kind)
            assert status == 200 and run["title"] in str(text), (kind, status)
