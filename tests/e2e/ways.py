"""
ways.py: ways around the rules of four eyes, each of which must be refused.

A way sets up runs as people would, then makes one attempt, by a form of the
page (with the session's cookie and form token) or by JSON (with a token).  It
says which check of fcgi/journal/checks.def stands in its way: the test of the
variants leaves each check out in turn and demands that a way gets through.
"""
import contextlib
import datetime
import http.client
import itertools
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import wire  # noqa: E402
from console import (PASSWORD, Console, User,  # noqa: E402
                     approving_token, runbook_folder, sign_in)

PLAN = """---
title: A plan
parameters:
  word: {label: Word, default: a}
  other: {label: Other, default: b}
  pass: {label: Password, type: secret, required: false}
approvals:
  - {role: approver, count: 1}
---
- [ ] First {#first}
- [ ] Second {#second}
"""

FREE = """---
title: Steps of each kind
---
```sh {#drop .irreversible}
true
```

```sh {#again .irreversible rerun=safe}
exit 1
```

```sh {#never rerun=never}
exit 1
```

- [ ] Must be done {#must .essential}
- [ ] By the book {#book role=dba}
- [ ] Last {#last}
"""

GATE = """---
title: A gate in the middle
parameters:
  word: {label: Word, default: a}
---
- [ ] Before {#before}

```approval {#gate role=approver count=1}
```

- [ ] After {#after}

```sh {#script}
true
```

# Back {.rollback}

- [ ] Take it back {#undo}
"""

GATE_FIRST = """---
title: A gate before everything
---
```approval {#gate role=approver count=1}
```

- [ ] Work {#work}

# Back {.rollback}

```sh {#undo}
true
```
"""

TWO_GATES = """---
title: A gate of two people
---
```approval {#gate role=approver count=2}
```

- [ ] Work {#work}
"""

SIGNED = """---
title: Signatures
parameters:
  word: {label: Word, default: a}
  answer: {label: Exit code of the probe, default: 0}
---
- [ ] By hand {#hand sign=auditor}

```http {#sent on=hole sign=auditor rerun=probe}
POST /thing
```

```sh {#is-sent .probe of=sent}
exit "$answer"
```

```sh {#typed pty interactive sign=auditor}
echo ready; read line; echo "$line"
```
"""

PROBED = """---
title: A probe comes first
---
```http {#sent on=hole rerun=probe}
POST /thing
```

```sh {#is-sent .probe of=sent}
exit 1
```
"""

BACK = """---
title: There is a way back
---
```sh {#one}
true
```

```sh {#slow}
sleep 60
```

# Back {.rollback}

```sh {#undo undo=one}
true
```

- [ ] Look {#look}
"""

BESIDE = """---
title: Two at the same time
---
# Together {.parallel}

- [ ] One {#one}

```sh {#slow}
sleep 60
```

```sh {#fails}
exit 1
```

```sh {#slow-probe .probe of=fails}
sleep 60
```

# Behind

```approval {#gate role=approver}
```

- [ ] Last {#last}

# Back {.rollback}

```sh {#undo undo=slow}
true
```
"""

BESIDE_GATE = """---
title: A gate before two at the same time
---
```approval {#gate role=approver}
```

# Together {.parallel}

- [ ] One {#one}
- [ ] Two {#two}
"""

REHEARSED = """---
title: Rehearsed
parameters:
  word: {label: Word, default: a}
rehearsal: {in: test, within: %s}
---
- [ ] First {#first}
- [ ] Second {#second}
- [ ] In production alone {#third when="environment == 'production'"}
"""

SENDS = """---
title: Sends a file
rehearsal: test
---
- [ ] First {#first}
- [ ] Second {#second}

```http {#send on=hole when="environment == 'none'"}
POST /thing

< ./FILE.json
```
"""

RULES = """---
title: Two rules
approvals:
  - {role: approver, count: 1%s}
  - {role: lead, count: 1%s}
---
- [ ] First {#first}
"""

BOOKS = {
    "plan": PLAN, "free": FREE, "gate": GATE, "gate-first": GATE_FIRST,
    "two-gates": TWO_GATES, "signed": SIGNED, "probed": PROBED, "back": BACK,
    "beside": BESIDE, "beside-gate": BESIDE_GATE,
    "rehearsed": REHEARSED % "14d", "rehearsed-soon": REHEARSED % "1s",
    "two": RULES % ("", ""), "same": RULES % ("", ", same-person: allowed"),
    "soon": RULES.replace("two", "an end") % (", expires: 2s", ""),
    "many": RULES.replace("count: 1", "count: 2", 1) % ("", ""),
}

TARGETS = """environments:
  test:
    label: Test
    targets:
      hole: {{http: {{url: "http://127.0.0.1:{port}"}}, shared: true}}
  production:
    label: Production
    production: true
    targets:
      hole: {{http: {{url: "http://127.0.0.1:{port}"}}, shared: true}}
  strict:
    label: Strict
    approvals: [{{role: lead, count: 1}}]
    targets:
      hole: {{http: {{url: "http://127.0.0.1:{port}"}}, shared: true}}
"""

PEOPLE = {"ana": "operator,approver,lead,auditor,dba",
          "bo": "approver,auditor", "cy": "approver,lead",
          "di": "lead", "op": "operator,approver,auditor",
          "plain": "operator", "vi": "", "adm": "admin", "qa": "auditor"}


class Hole:
    """Takes a request and closes without an answer: what became of it is not
    known then."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(16)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(5)
                try:
                    peer.recv(65536)
                except OSError:
                    pass


class Answer:
    def __init__(self, status, code=None, body=None):
        self.status = status
        self.code = code
        self.body = body or {}

    def __repr__(self):
        return f"{self.status} {self.code} {str(self.body)[:300]}"


class Person:
    """Somebody with a session and a token that may approve; `known` is the
    token and session of a console from which this one was copied."""

    def __init__(self, world, name, known=None):
        base = world.console.base
        self.world = world
        self.name = name
        self.known = known or (approving_token(base, name),
                               sign_in(base, name))
        self.api = User(base, self.known[0])
        self.session = self.known[1]

    def ask(self, how, path, **body):
        """One attempt: JSON with the token, or a form with the session."""
        if how == "json":
            status, answer = self.api.ask("POST", path, body)
            error = answer.get("error", {}) if isinstance(answer, dict) else {}
            return Answer(status, error.get("code"), answer)
        fields = {k: "true" if v is True else str(v)
                  for k, v in body.items() if v is not None}
        fields["_csrf"] = self.session["X-CSRF-Token"]
        c = http.client.HTTPConnection("127.0.0.1", self.world.console.port,
                                       timeout=60)
        try:
            c.request("POST", path, urllib.parse.urlencode(fields), {
                "Cookie": self.session["Cookie"], "Accept": "text/html",
                "Content-Type": "application/x-www-form-urlencoded"})
            answer = c.getresponse()
            answer.read()
            return Answer(answer.status)
        finally:
            c.close()

    def page(self, path, cookie="lang=en"):
        status, _, text = self.world.console.raw("GET", path, headers={
            "Cookie": f"{self.session['Cookie']}; {cookie}",
            "Accept": "text/html"})
        if status != 200:
            raise AssertionError(f"{path}: {status}")
        return text.decode()

    def do(self, how, run, verb, **body):
        return self.ask(how, f"/runs/{run}/{verb}", **body)

    def step(self, how, run, step, verb, **body):
        return self.ask(how, f"/runs/{run}/steps/{step}/{verb}", **body)

    def decide(self, how, run, decision="approve", plan="", comment="read",
               step=None):
        plan = self.world.plan(run) if plan == "" else plan
        body = {"decision": decision, "comment": comment}
        if plan is not None:
            body["plan"] = plan
        path = f"steps/{step}/approve" if step else "approvals"
        return self.ask(how, f"/runs/{run}/{path}", **body)

    # what must work for a way to be set up
    def good(self, answer):
        if answer.status not in (200, 201, 202, 303):
            raise AssertionError(f"{self.name}: {answer}")
        return answer

    def approves(self, run, **more):
        self.good(self.decide("json", run, **more))

    def confirms(self, run, *steps):
        for step in steps:
            self.good(self.step("json", run, step, "confirm", note="seen"))

    def executes(self, run, step, state, verb="execute", **body):
        self.good(self.step("json", run, step, verb, **body))
        found = self.api.wait_step(run, step)["state"]
        if found != state:
            raise AssertionError(f"{step} is {found}, not {state}")

    def changes(self, run, how="json", **parameters):
        if how == "json":
            return self.ask(how, f"/runs/{run}/parameters",
                            parameters=parameters)
        return self.ask(how, f"/runs/{run}/parameters",
                        **{"param_" + k: v for k, v in parameters.items()})


class World:
    """A console with people, for one way after the other."""

    def __init__(self, console, known=None):
        self.console = console
        self.numbers = itertools.count(1)
        for name, roles in PEOPLE.items():
            if known is None:
                self.add(name, roles)
            setattr(self, name, Person(self, name, known and known[name]))
        console.somebody = self.ana.api

    def known(self):
        return {name: getattr(self, name).known for name in PEOPLE}

    def add(self, name, roles):
        self.console.cli("user", "add", name, "--roles", roles,
                         "--password-stdin", stdin=PASSWORD + "\n")

    def fresh(self, roles):
        """Somebody whose account the way may take apart."""
        name = f"fresh{next(self.numbers)}"
        self.add(name, roles)
        return Person(self, name)

    def account(self, person, **body):
        status, answer = self.adm.api.post(f"/users/{person.name}", body)
        if status != 200:
            raise AssertionError(f"{person.name} {body}: {status} {answer}")

    def create(self, book, by=None, environment="test", start=False,
               **parameters):
        by = by or self.ana
        status, answer = by.api.post("/runs", {
            "runbook": book, "environment": environment,
            "parameters": parameters})
        if status != 201:
            raise AssertionError(f"{book}: {status} {answer}")
        if start:
            by.good(by.do("json", answer["id"], "start"))
        return answer["id"]

    def run(self, run):
        return self.ana.api.run(run)

    def plan(self, run):
        return self.run(run)["plan"]

    def state(self, run, step=None):
        return self.run(run)["state"] if step is None else \
            self.ana.api.step(run, step)["state"]

    def until(self, what, holds, seconds=60):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come about")
            time.sleep(0.1)

    def until_old(self, time_text, seconds):
        """By the clock: a variant has no other way to tell."""
        at = datetime.datetime.fromisoformat(
            time_text.replace("Z", "+00:00")).timestamp()
        self.until("that age", lambda: time.time() > at + seconds + 0.2)

    def until_expired(self, run):
        """All approvals of a run of `soon`."""
        for given in self.run(run)["approvals"]["given"]:
            self.until_old(given["at"], 2)

    def refusals(self, run):
        """[(who, verb, code)] on record."""
        return [(actor, *map(json.loads(body)["data"].get, ("verb", "code")))
                for actor, body in self.console.sql(
                    "SELECT actor, body FROM event WHERE run = ? AND kind ="
                    " 'run.refused' ORDER BY seq", run)]

    def rehearse(self, book="rehearsed", **more):
        run = self.create(book, start=True, **more)
        self.ana.confirms(run, "first", "second")
        self.ana.good(self.ana.do("json", run, "close", result="succeeded"))
        return run

    def unknown(self, book="signed", by=None, **parameters):
        """A run whose step `sent` is of unknown outcome."""
        run = self.create(book, start=True, **parameters)
        if book == "signed":
            self.ana.confirms(run, "hand")
            self.bo.good(self.qa.step("json", run, "hand", "sign", note="y"))
        (by or self.plain).executes(run, "sent", "unknown")
        return run


WAYS = []


def way(check, code, status, hows=("form", "json"), recorded=True):
    """
    A way that `check` stops: the attempt, which the function returns with
    its run, is answered with `status` and `code`, and is on record.
    """
    def add(function):
        for how in hows:
            WAYS.append((function, how, check, code, status, recorded))
        return function
    return add


# ---- one's own work: the plan ----
@way("own_run", "own_run", 403)
def who_created_the_run_approves_it(w, how):
    run = w.create("plan")
    return run, w.ana.decide(how, run)


@way("own_run", "own_run", 403)
def who_created_the_run_rejects_it(w, how):
    run = w.create("plan")
    return run, w.ana.decide(how, run, "reject")


@way("own_run", "own_run", 403)
def who_created_the_run_gives_its_gate(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    return run, w.ana.decide(how, run, step="gate")


@way("own_plan", "own_plan", 403)
def who_changed_a_parameter_approves_the_plan(w, how):
    run = w.create("plan")
    w.op.good(w.op.changes(run, word="evil"))
    return run, w.op.decide(how, run)


@way("own_plan", "own_plan", 403)
def who_changed_a_secret_approves_the_plan(w, how):
    run = w.create("plan")
    w.op.good(w.op.changes(run, **{"pass": "another one"}))
    return run, w.op.decide(how, run)


@way("own_plan", "own_plan", 403)
def who_changed_one_parameter_approves_after_somebody_changed_another(w, how):
    run = w.create("plan")
    w.op.good(w.op.changes(run, word="evil"))
    w.plain.good(w.plain.changes(run, other="harmless"))
    return run, w.op.decide(how, run)


@way("own_plan", "own_plan", 403)
def who_changed_a_parameter_gives_the_gate_behind(w, how):
    run = w.create("gate", start=True)
    w.op.good(w.op.changes(run, word="evil"))
    w.plain.confirms(run, "before")
    return run, w.op.decide(how, run, step="gate")


@way("own_plan", "own_plan", 403)
def who_changed_a_parameter_by_the_form_approves(w, how):
    run = w.create("plan")
    w.op.good(w.op.changes(run, how="form", word="evil", other="b"))
    return run, w.op.decide(how, run)


# ---- one's own work: the step ----
@way("own_step", "own_step", 403)
def who_confirmed_a_step_signs_it(w, how):
    run = w.create("signed", start=True)
    w.op.confirms(run, "hand")
    return run, w.op.step(how, run, "hand", "sign", note="mine")


@way("own_run", "own_run", 403)
def who_created_the_run_signs_what_another_did(w, how):
    run = w.create("signed", start=True)
    w.op.confirms(run, "hand")
    return run, w.ana.step(how, run, "hand", "sign", note="mine")


@way("own_plan", "own_plan", 403)
def who_changed_a_parameter_signs_what_another_did(w, how):
    run = w.create("signed", start=True)
    w.op.good(w.op.changes(run, word="evil"))
    w.plain.confirms(run, "hand")
    return run, w.op.step(how, run, "hand", "sign", note="mine")


@way("own_step", "own_step", 403)
def who_executed_a_step_signs_it_after_another_ran_its_probe(w, how):
    run = w.unknown(by=w.op)
    w.plain.executes(run, "is-sent", "succeeded")
    return run, w.op.step(how, run, "sent", "sign", note="mine")


@way("own_probe", "own_step", 403)
def who_ran_the_probe_signs_the_step(w, how):
    run = w.unknown(answer="2")        # the probe cannot tell
    w.op.executes(run, "is-sent", "failed")
    w.plain.good(w.plain.step("json", run, "sent", "resolve",
                              outcome="succeeded", note="I looked"))
    return run, w.op.step(how, run, "sent", "sign", note="mine")


@way("own_step", "own_step", 403)
def who_resolved_a_step_signs_it(w, how):
    run = w.unknown()
    w.op.good(w.op.step("json", run, "sent", "resolve", outcome="succeeded",
                        note="I looked"))
    return run, w.op.step(how, run, "sent", "sign", note="mine")


@way("own_step", "own_step", 403)
def who_executed_a_step_signs_it_after_another_resolved_it(w, how):
    run = w.unknown(by=w.op)
    w.plain.good(w.plain.step("json", run, "sent", "resolve",
                              outcome="succeeded", note="I looked"))
    return run, w.op.step(how, run, "sent", "sign", note="mine")


@way("own_step", "own_step", 403)
def who_typed_into_a_step_signs_it(w, how):
    run = w.unknown()
    w.plain.good(w.plain.step("json", run, "sent", "resolve",
                              outcome="succeeded", note="I looked"))
    w.qa.good(w.qa.step("json", run, "sent", "sign", note="y"))
    w.plain.good(w.plain.step("json", run, "typed", "execute"))
    w.until("the terminal", lambda: w.state(run, "typed") == "running")
    w.until("a prompt", lambda: w.op.step("json", run, "typed", "type",
                                          attempt=1, line="x").status == 200)
    w.plain.api.wait_step(run, "typed")
    return run, w.op.step(how, run, "typed", "sign", note="mine")


# ---- which approvals count ----
def lapsed(w, how, end, verb):
    """Approved by somebody to whom `end` happens, then the verb."""
    person = w.fresh("approver")
    run = w.create("plan")
    person.approves(run)
    if verb != "start":
        w.plain.good(w.plain.do("json", run, "start"))
    if verb == "close":
        w.plain.confirms(run, "first", "second")
    if verb == "resume":
        w.plain.good(w.plain.do("json", run, "pause"))
    w.account(person, **end)
    if verb == "confirm":
        return run, w.plain.step(how, run, "first", "confirm", note="n")
    if verb == "skip":
        return run, w.plain.step(how, run, "first", "skip", reason="r")
    body = {"result": "succeeded"} if verb == "close" else {}
    return run, w.plain.do(how, run, verb, **body)


@way("counts_enabled", "approvals_missing", 409)
def a_run_is_started_whose_approver_was_disabled(w, how):
    return lapsed(w, how, {"disabled": True}, "start")


@way("counts_enabled", "approvals_missing", 409)
def a_step_is_confirmed_after_the_approver_was_disabled(w, how):
    return lapsed(w, how, {"disabled": True}, "confirm")


@way("counts_enabled", "approvals_missing", 409)
def a_run_is_closed_after_the_approver_was_disabled(w, how):
    return lapsed(w, how, {"disabled": True}, "close")


@way("counts_role", "approvals_missing", 409)
def a_run_is_started_whose_approver_lost_the_role(w, how):
    return lapsed(w, how, {"roles": ["lead"]}, "start")


@way("counts_role", "approvals_missing", 409)
def a_step_is_skipped_after_the_approver_lost_the_role(w, how):
    return lapsed(w, how, {"roles": ["lead"]}, "skip")


@way("counts_role", "approvals_missing", 409)
def a_run_is_resumed_after_the_approver_lost_the_role(w, how):
    return lapsed(w, how, {"roles": ["lead"]}, "resume")


@way("approvals_complete", "approvals_missing", 409)
def a_step_is_confirmed_after_the_approver_lost_the_role(w, how):
    return lapsed(w, how, {"roles": ["lead"]}, "confirm")


@way("counts_rejection", "approvals_missing", 409)
def a_run_is_resumed_whose_plan_somebody_rejected_meanwhile(w, how):
    person = w.fresh("approver")
    run = w.create("plan")
    person.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.good(w.plain.do("json", run, "pause"))
    w.account(person, roles=["lead"])
    w.cy.good(w.cy.decide("json", run, "reject"))
    w.account(person, roles=["approver"])
    return run, w.plain.do(how, run, "resume")


@way("counts_in_time", "approvals_missing", 409)
def a_run_is_started_after_its_approval_has_expired(w, how):
    run = w.create("soon")
    w.bo.approves(run)
    w.di.approves(run)
    w.until_expired(run)
    return run, w.plain.do(how, run, "start")


@way("counts_in_time", "approvals_missing", 409)
def a_first_step_is_confirmed_after_the_approval_has_expired(w, how):
    run = None

    def started():          # on a slow machine it may expire before the start
        nonlocal run
        run = w.create("soon")
        w.di.approves(run)
        w.bo.approves(run)
        return w.plain.do("json", run, "start").status == 200
    w.until("a start in time", started)
    w.until_expired(run)
    return run, w.plain.step(how, run, "first", "confirm", note="n")


@way("counts_enough", "approvals_missing", 409)
def a_run_is_started_of_whose_approvals_one_was_withdrawn(w, how):
    run = w.create("plan")
    w.bo.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.good(w.plain.do("json", run, "pause"))
    w.bo.good(w.bo.do("json", run, "withdraw", comment="no"))
    return run, w.plain.do(how, run, "resume")


def waits(w, how, run):
    """The run must not have become ready by what was given."""
    return run, w.plain.do(how, run, "start")


@way("counts_once", "run_state", 409, recorded=False)
def one_person_fills_two_rules(w, how):
    run = w.create("two")
    w.cy.approves(run)
    return waits(w, how, run)


@way("counts_once", "run_state", 409, recorded=False)
def one_person_fills_the_rule_of_the_document_and_of_the_environment(w, how):
    run = w.create("plan", environment="strict")
    w.cy.approves(run)
    return waits(w, how, run)


@way("counts_once", "run_state", 409, recorded=False)
def two_people_fill_three_places(w, how):
    run = w.create("many")
    w.cy.approves(run)
    w.bo.approves(run)
    return waits(w, how, run)


@way("decided_once", "already_decided", 409)
def one_person_approves_twice(w, how):
    run = w.create("two")
    w.cy.approves(run)
    return run, w.cy.decide(how, run)


@way("decided_once", "already_decided", 409)
def one_person_gives_a_gate_of_two_alone(w, how):
    run = w.create("two-gates", start=True)
    w.bo.approves(run, step="gate")
    return run, w.bo.decide(how, run, step="gate")


@way("decided_once", "already_decided", 409)
def who_approved_rejects_without_withdrawing(w, how):
    run = w.create("two")
    w.cy.approves(run)
    return run, w.cy.decide(how, run, "reject")


@way("ended_decision", "run_state", 409, recorded=False)
def an_approval_stands_again_where_a_change_leads_back(w, how):
    run = w.create("plan", environment="strict")
    w.bo.approves(run)
    w.plain.good(w.plain.changes(run, word="evil"))
    w.plain.good(w.plain.changes(run, word="a"))
    w.di.approves(run)
    return waits(w, how, run)


@way("ended_decision", "step_state", 409, recorded=False)
def a_withdrawn_approval_of_a_gate_counts(w, how):
    run = w.create("two-gates", start=True)
    w.bo.approves(run, step="gate")
    w.bo.good(w.bo.step("json", run, "gate", "withdraw"))
    w.cy.approves(run, step="gate")
    return run, w.plain.step(how, run, "work", "skip", reason="r")


# ---- decisions ----
@way("plan_named", "plan_needed", 422)
def a_plan_is_approved_that_is_not_named(w, how):
    run = w.create("plan")
    return run, w.bo.decide(how, run, plan=None)


@way("plan_named", "plan_needed", 422)
def a_gate_is_given_without_naming_the_plan(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    return run, w.bo.decide(how, run, plan=None, step="gate")


@way("plan_named", "plan_needed", 422)
def a_gate_is_rejected_without_naming_the_plan(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    return run, w.bo.decide(how, run, "reject", plan=None, step="gate")


@way("plan_same", "other_plan", 409)
def a_plan_is_approved_that_has_changed_since_it_was_read(w, how):
    run = w.create("plan")
    read = w.plan(run)
    w.plain.good(w.plain.changes(run, word="evil"))
    return run, w.bo.decide(how, run, plan=read)


@way("plan_same", "other_plan", 409)
def a_gate_is_given_for_the_plan_before_a_change(w, how):
    run = w.create("gate", start=True)
    read = w.plan(run)
    w.plain.good(w.plain.changes(run, word="evil"))
    w.plain.confirms(run, "before")
    return run, w.bo.decide(how, run, plan=read, step="gate")


@way("rejected_by_other", "rejected", 409)
def another_approves_what_somebody_rejected(w, how):
    run = w.create("plan")
    w.bo.good(w.bo.decide("json", run, "reject"))
    return run, w.cy.decide(how, run)


@way("rejected_by_other", "rejected", 409)
def another_gives_the_gate_that_somebody_rejected(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    w.bo.good(w.bo.decide("json", run, "reject", step="gate"))
    return run, w.cy.decide(how, run, step="gate")


@way("rejected_again", "already_decided", 409)
def who_rejected_rejects_again(w, how):
    run = w.create("plan")
    w.bo.good(w.bo.decide("json", run, "reject"))
    return run, w.bo.decide(how, run, "reject")


@way("nothing_to_withdraw", "nothing_to_withdraw", 409)
def somebody_withdraws_what_another_approved(w, how):
    run = w.create("two")
    w.bo.approves(run)
    return run, w.vi.do(how, run, "withdraw", comment="not mine")


@way("withdraw_in_time", "too_late_to_withdraw", 409)
def an_approval_is_withdrawn_after_the_first_step(w, how):
    run = w.create("plan")
    w.bo.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.confirms(run, "first")
    return run, w.bo.do(how, run, "withdraw", comment="sorry")


# ---- gates ----
@way("withdraw_gate_in_time", "too_late_to_withdraw", 409)
def a_gate_is_withdrawn_after_a_step_behind_it(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    w.bo.approves(run, step="gate")
    w.plain.confirms(run, "after")
    return run, w.bo.step(how, run, "gate", "withdraw")


@way("withdraw_gate_in_time", "too_late_to_withdraw", 409)
def a_gate_is_withdrawn_after_a_step_behind_it_was_skipped(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    w.bo.approves(run, step="gate")
    w.plain.good(w.plain.step("json", run, "after", "skip", reason="r"))
    return run, w.bo.step(how, run, "gate", "withdraw")


@way("gate_before", "gate_first", 409)
def a_step_behind_an_open_gate_is_skipped(w, how):
    run = w.create("gate", start=True)
    person = w.fresh("approver")
    w.plain.confirms(run, "before")
    person.approves(run, step="gate")
    w.account(person, roles=["lead"])
    return run, w.plain.step(how, run, "after", "skip", reason="r")


@way("counts_gate_enough", "step_state", 409, recorded=False)
def one_of_two_gives_a_gate(w, how):
    run = w.create("two-gates", start=True)
    w.bo.approves(run, step="gate")
    return run, w.plain.step(how, run, "work", "confirm", note="n")


@way("counts_gate_enabled", "gate_first", 409)
def a_step_is_confirmed_behind_a_gate_whose_giver_was_disabled(w, how):
    run = w.create("gate", start=True)
    person = w.fresh("approver")
    w.plain.confirms(run, "before")
    person.approves(run, step="gate")
    w.account(person, disabled=True)
    return run, w.plain.step(how, run, "after", "confirm", note="n")


@way("counts_gate_role", "gate_first", 409)
def a_step_is_executed_behind_a_gate_whose_giver_lost_the_role(w, how):
    run = w.create("gate", start=True)
    person = w.fresh("approver")
    w.plain.confirms(run, "before")
    person.approves(run, step="gate")
    w.plain.confirms(run, "after")
    w.account(person, roles=["lead"])
    return run, w.plain.step(how, run, "script", "execute")


@way("gate_skipped", "gate", 409)
def a_gate_is_skipped(w, how):
    run = w.create("gate-first", start=True)
    return run, w.op.step(how, run, "gate", "skip", reason="no time")


@way("gate_of_rollback", "gate_first", 409)
def a_rollback_begins_with_a_gate_open_and_nothing_done(w, how):
    run = w.create("gate-first", start=True)
    return run, w.plain.do(how, run, "rollback", reason="a way around")


@way("gate_of_rollback", "gate_first", 409)
def a_rollback_begins_after_all_before_the_gate_was_skipped(w, how):
    run = w.create("gate", start=True)
    w.plain.good(w.plain.step("json", run, "before", "skip", reason="r"))
    return run, w.plain.do(how, run, "rollback", reason="a way around")


@way("step_kind", "wrong_kind", 409, recorded=False)
def a_gate_is_confirmed_like_a_step(w, how):
    run = w.create("gate-first", start=True)
    return run, w.op.step(how, run, "gate", "confirm", note="n")


@way("step_kind", "wrong_kind", 409, recorded=False)
def a_step_by_hand_is_executed(w, how):
    run = w.create("gate", start=True)
    return run, w.plain.step(how, run, "before", "execute")


# ---- the point of no return ----
@way("understood", "understood_needed", 422)
def an_irreversible_step_is_executed_without_a_word(w, how):
    run = w.create("free", start=True)
    return run, w.plain.step(how, run, "drop", "execute")


@way("understood", "understood_needed", 422)
def an_irreversible_step_is_executed_with_understood_false(w, how):
    run = w.create("free", start=True)
    return run, w.plain.step(how, run, "drop", "execute",
                             understood=False if how == "json" else "false")


@way("understood", "understood_needed", 422)
def an_irreversible_step_is_retried_without_a_word(w, how):
    run = w.create("free", start=True)
    w.plain.executes(run, "drop", "succeeded", understood=True)
    w.plain.executes(run, "again", "failed", understood=True)
    return run, w.plain.step(how, run, "again", "retry")


# ---- rehearsal ----
@way("rehearsed", "rehearse_first", 409)
def a_run_is_started_that_nobody_rehearsed(w, how):
    run = w.create("rehearsed", environment="production", word="new" + how)
    return run, w.plain.do(how, run, "start")


@way("rehearsed_values", "rehearse_first", 409)
def a_rehearsal_had_other_values(w, how):
    w.rehearse(word="one" + how)
    run = w.create("rehearsed", environment="production", word="two" + how)
    return run, w.plain.do(how, run, "start")


@way("rehearsed_values", "rehearse_first", 409)
def a_step_runs_after_the_values_were_changed_under_way(w, how):
    w.rehearse(word="fine" + how)
    run = w.create("rehearsed", environment="production", word="fine" + how)
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.good(w.plain.changes(run, word="evil" + how))
    return run, w.plain.step(how, run, "first", "confirm", note="n")


@way("rehearsed_steps", "rehearse_first", 409)
def one_step_of_the_rehearsal_was_skipped(w, how):
    run = w.create("rehearsed", start=True, word="one skipped" + how)
    w.plain.confirms(run, "first")
    w.plain.good(w.plain.step("json", run, "second", "skip", reason="r"))
    w.plain.good(w.plain.do("json", run, "close", result="succeeded"))
    run = w.create("rehearsed", environment="production",
                   word="one skipped" + how)
    return run, w.plain.do(how, run, "start")


@way("rehearsed_files", "rehearse_first", 409)
def a_file_that_is_sent_was_another_one_in_the_rehearsal(w, how):
    folder = w.console.runbooks
    (folder / f"{how}.json").write_text("{}")
    (folder / f"sends-{how}.md").write_text(SENDS.replace("FILE", how))
    w.rehearse(book=f"sends-{how}")
    run = w.create(f"sends-{how}", environment="production")
    if w.run(run)["rehearsal"]["missing"]:
        raise AssertionError("the same file was rehearsed")
    (folder / f"{how}.json").write_text('{"all": true}')
    run = w.create(f"sends-{how}", environment="production")
    return run, w.plain.do(how, run, "start")


@way("rehearsed_result", "rehearse_first", 409)
def the_rehearsal_was_closed_as_failed(w, how):
    run = w.create("rehearsed", start=True, word="failed" + how)
    w.plain.confirms(run, "first", "second")
    w.plain.good(w.plain.do("json", run, "close", result="failed"))
    run = w.create("rehearsed", environment="production",
                   word="failed" + how)
    return run, w.plain.do(how, run, "start")


@way("rehearsed_document", "rehearse_first", 409)
def the_rehearsal_was_of_an_older_document(w, how):
    book = "rehearsed-" + how
    path = w.console.runbooks / f"{book}.md"
    path.write_text(BOOKS["rehearsed"])
    w.rehearse(book=book, word="old")
    path.write_text(BOOKS["rehearsed"].replace("Second", "Another"))
    run = w.create(book, environment="production", word="old")
    return run, w.plain.do(how, run, "start")


@way("rehearsed_one_plan", "rehearse_first", 409)
def the_values_of_the_rehearsal_were_changed_after_a_step(w, how):
    run = w.create("rehearsed", start=True, word="before" + how)
    w.plain.confirms(run, "first")
    w.plain.good(w.plain.changes(run, word="after" + how))
    w.plain.confirms(run, "second")
    w.plain.good(w.plain.do("json", run, "close", result="succeeded"))
    run = w.create("rehearsed", environment="production",
                   word="after" + how)
    return run, w.plain.do(how, run, "start")


@way("rehearsed_in_time", "rehearse_first", 409)
def the_rehearsal_is_too_old(w, how):
    run = w.create("rehearsed-soon", start=True, word="o" + how)
    w.plain.confirms(run, "first", "second")
    w.plain.good(w.plain.do("json", run, "close", result="succeeded"))
    w.until_old(w.run(run)["ended_at"], 1)
    run = w.create("rehearsed-soon", environment="production",
                   word="o" + how)
    return run, w.plain.do(how, run, "start")


# ---- roles, scopes, persons ----
@way("role_operator", "role_needed", 403, recorded=False)
def who_is_no_operator_starts_a_run(w, how):
    run = w.create("gate")
    answer = w.bo.do(how, run, "start")
    answer.code = answer.code and "role_needed"     # the page says forbidden
    return run, answer


@way("role_operator", "role_needed", 403, recorded=False)
def who_is_no_operator_creates_a_run(w, how):
    answer = w.bo.ask(how, "/runs", runbook="plan", environment="test")
    answer.code = answer.code and "role_needed"
    return 0, answer


@way("role_admin", "role_needed", 403, recorded=False)
def who_is_no_admin_raises_their_own_roles(w, how):
    roles = ["admin"] if how == "json" else "admin"
    answer = w.vi.ask(how, "/users/vi", roles=roles)
    answer.code = answer.code and "role_needed"
    if answer.status in (200, 303):
        w.account(w.vi, roles=[])
    return 0, answer


@way("role_step", "role_needed", 403)
def a_step_of_a_role_is_confirmed_without_it(w, how):
    run = w.create("free", start=True)
    return run, w.plain.step(how, run, "book", "confirm", note="n")


@way("role_of_rule", "role_needed", 403)
def who_no_rule_names_approves(w, how):
    run = w.create("plan")
    return run, w.di.decide(how, run)


@way("role_of_gate", "role_needed", 403)
def who_lacks_the_role_of_the_gate_gives_it(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    return run, w.di.decide(how, run, step="gate")


@way("role_signer", "role_needed", 403)
def who_lacks_the_role_signs(w, how):
    run = w.create("signed", start=True)
    w.op.confirms(run, "hand")
    return run, w.cy.step(how, run, "hand", "sign", note="n")


def with_token(w, person):
    """The same person with a token that cannot approve."""
    token = w.console.cli("token", "add", person.name, "--name",
                          f"ci{time.monotonic_ns()}").strip()
    other = object.__new__(Person)
    other.__dict__.update(person.__dict__)
    other.api = User(w.console.base, token)
    return other


@way("token_scope", "scope_needed", 403, ("json",))
def a_token_without_the_scope_approves(w, how):
    run = w.create("plan")
    return run, with_token(w, w.bo).decide(how, run)


@way("token_scope", "scope_needed", 403, ("json",))
def a_token_without_the_scope_signs(w, how):
    run = w.create("signed", start=True)
    w.op.confirms(run, "hand")
    return run, with_token(w, w.qa).step(how, run, "hand", "sign", note="n")


@way("token_scope", "scope_needed", 403, ("json",))
def a_token_without_the_scope_gives_a_gate(w, how):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    return run, with_token(w, w.bo).decide(how, run, step="gate")


OTHER = "another long enough password"
OWN = "words that nobody else has set"


def in_session(w, person, how, path, **body):
    """With the session also by JSON: a token ends with its password."""
    if how == "form":
        return person.ask("form", path, **body)
    status, _, text = w.console.raw("POST", path, json.dumps(body),
                                    dict(person.session))
    answer = json.loads(text) if text else {}
    return Answer(status, answer.get("error", {}).get("code"), answer)


def decides(w, person, how, run):
    return in_session(w, person, how, f"/runs/{run}/approvals",
                      decision="approve", plan=w.plan(run), comment="")


def was_reset(w, roles="approver", own=True):
    """Somebody whose password adm has set; their own is set since."""
    person = somebody(w, f"reset{next(w.numbers)}")
    w.add(person.name, roles)
    status, answer = w.adm.api.post(f"/users/{person.name}/password",
                                    {"password": OTHER})
    assert status in (200, 204), answer
    return signs_in(w, person, own)


def somebody(w, name):
    """Without a token: each one costs the hashing of passwords."""
    person = object.__new__(Person)
    person.world, person.name = w, name
    return person


def signs_in(w, person, own):
    person.session = sign_in(w.console.base, person.name, OTHER)
    if own:
        w.vi.good(in_session(w, person, "json", "/password", old=OTHER,
                             password=OWN))
        person.session = sign_in(w.console.base, person.name, OWN)
    return person


def was_added(w, roles="approver", own=True, by=None):
    """Somebody whose account an admin has added in the browser."""
    person = somebody(w, f"added{next(w.numbers)}")
    w.vi.good(in_session(w, by or w.adm, "json", "/users", name=person.name,
                         roles=roles.split(","), password=OTHER))
    return signs_in(w, person, own)


@way("password_not_own", "password_not_own", 403)
def an_account_approves_with_the_password_that_an_admin_has_set(w, how):
    return (run := w.create("plan")), decides(
        w, was_reset(w, own=False), how, run)


@way("password_not_own", "password_not_own", 403)
def an_account_approves_with_the_password_that_it_was_made_with(w, how):
    return (run := w.create("plan")), decides(
        w, was_added(w, own=False), how, run)


@way("reset_open", "reset_open", 403)
def an_account_approves_whose_reset_nobody_has_confirmed(w, how):
    return (run := w.create("plan")), decides(w, was_reset(w), how, run)


@way("reset_open", "reset_open", 403)
def an_admin_approves_with_an_account_that_they_made(w, how):
    return (run := w.create("plan")), decides(w, was_added(w), how, run)


@way("reset_open", "reset_open", 403)
def an_admin_signs_with_an_account_that_they_made(w, how):
    run = w.create("signed", start=True)
    w.op.confirms(run, "hand")
    return run, in_session(w, was_added(w, "auditor"), how,
                           f"/runs/{run}/steps/hand/sign", note="mine")


@way("reset_open", "reset_open", 403)
def an_admin_gives_a_gate_with_an_account_of_an_account_they_made(w, how):
    run = w.create("gate-first", start=True)
    person = was_added(w, by=was_added(w, "admin"))
    return run, in_session(w, person, how, f"/runs/{run}/steps/gate/approve",
                           decision="approve", plan=w.plan(run), comment="")


def confirms(w, person, how, of):
    return 0, in_session(w, person, how, f"/users/{of.name}/confirm-reset")


@way("confirm_party", "reset_not_yours", 403, recorded=False)
def an_admin_confirms_the_reset_that_they_made(w, how):
    return confirms(w, w.adm, how, was_reset(w))


@way("confirm_party", "reset_not_yours", 403, recorded=False)
def an_admin_confirms_an_account_that_their_account_made(w, how):
    return confirms(w, w.adm, how, was_added(w, by=was_added(w, "admin")))


@way("confirm_party", "reset_not_yours", 403, recorded=False)
def an_account_that_was_confirmed_confirms_what_it_set_before(w, how):
    puppet = was_added(w, "admin")
    made = was_added(w, by=puppet)
    w.bo.good(confirms(w, w.bo, "json", puppet)[1])
    return confirms(w, puppet, how, made)


@way("confirm_own", "reset_not_yours", 403, recorded=False)
def an_account_that_the_admin_made_confirms_their_reset(w, how):
    return confirms(w, was_added(w), how, was_reset(w))


@way("confirm_own", "reset_not_yours", 403, recorded=False)
def an_account_that_was_reset_confirms_its_own_account(w, how):
    person = was_reset(w, "approver,admin")
    return confirms(w, person, how, person)


@way("confirm_set_own", "reset_not_own", 409, recorded=False)
def a_reset_is_confirmed_while_the_admin_knows_the_password(w, how):
    return confirms(w, w.bo, how, was_reset(w, own=False))


# ---- states ----
@way("run_state", "run_state", 409, recorded=False)
def a_run_is_started_that_waits_for_approval(w, how):
    run = w.create("plan")
    return run, w.plain.do(how, run, "start")


@way("run_state", "run_state", 409, recorded=False)
def a_step_is_confirmed_before_the_start(w, how):
    run = w.create("gate")
    return run, w.plain.step(how, run, "before", "confirm", note="n")


@way("run_state", "run_state", 409, recorded=False)
def a_step_is_confirmed_while_a_changed_plan_waits(w, how):
    run = w.create("plan")
    w.bo.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.good(w.plain.changes(run, word="evil"))
    return run, w.plain.step(how, run, "first", "confirm", note="n")


@way("run_state", "run_state", 409, recorded=False)
def a_step_is_confirmed_of_a_run_that_gave_its_targets_back(w, how):
    run = w.create("gate", start=True)
    w.plain.good(w.plain.do("json", run, "park", reason="r"))
    return run, w.plain.step(how, run, "before", "confirm", note="n")


@way("parked_known", "outcome_unknown", 409, recorded=False)
def a_run_is_parked_whose_step_may_be_at_work(w, how):
    run = w.create("probed", start=True)
    w.plain.executes(run, "sent", "unknown")
    return run, w.plain.do(how, run, "park", reason="r")


@way("step_state", "step_state", 409, recorded=False)
def the_second_step_is_confirmed_before_the_first(w, how):
    run = w.create("plan")
    w.bo.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    return run, w.plain.step(how, run, "second", "confirm", note="n")


@way("step_state", "step_state", 409, recorded=False)
def a_step_is_signed_that_nobody_has_done(w, how):
    run = w.create("signed", start=True)
    return run, w.qa.step(how, run, "hand", "sign", note="n")


@way("step_state", "step_state", 409, recorded=False)
def a_step_is_resolved_that_is_in_no_doubt(w, how):
    run = w.create("free", start=True)
    return run, w.plain.step(how, run, "drop", "resolve",
                             outcome="succeeded", note="n")


@way("step_part", "step_state", 409, recorded=False)
def a_step_of_the_way_forward_is_confirmed_in_a_rollback(w, how):
    run = w.create("back", start=True)
    w.plain.executes(run, "one", "succeeded")
    w.plain.good(w.plain.do("json", run, "rollback", reason="r"))
    return run, w.plain.step(how, run, "slow", "execute")


@way("step_essential", "essential", 409, recorded=False)
def an_essential_step_is_skipped(w, how):
    run = w.create("free", start=True)
    w.plain.executes(run, "drop", "succeeded", understood=True)
    for step in ("again", "never"):
        w.plain.good(w.plain.step("json", run, step, "skip", reason="r"))
    return run, w.plain.step(how, run, "must", "skip", reason="r")


@way("step_rerun_never", "never_again", 409, recorded=False)
def a_step_is_retried_that_is_never_run_again(w, how):
    run = w.create("free", start=True)
    for step in ("drop", "again"):
        w.plain.good(w.plain.step("json", run, step, "skip", reason="r"))
    w.plain.executes(run, "never", "failed")
    return run, w.plain.step(how, run, "never", "retry")


@way("step_probe_first", "probe_first", 409, recorded=False)
def a_step_is_retried_whose_probe_has_not_been_asked(w, how):
    run = w.unknown("probed")
    w.plain.good(w.plain.step("json", run, "sent", "resolve",
                              outcome="failed", note="n"))
    return run, w.plain.step(how, run, "sent", "retry")


@way("step_interactive", "not_interactive", 409, recorded=False)
def somebody_types_into_a_step_that_is_not_interactive(w, how):
    run = slow_run(w)
    answer = w.plain.step(how, run, "slow", "type", attempt=1, line="x")
    w.plain.step("json", run, "slow", "cancel")
    return run, answer


def slow_run(w):
    run = w.create("back", start=True)
    w.plain.executes(run, "one", "succeeded")
    w.plain.good(w.plain.step("json", run, "slow", "execute"))
    w.until("the step", lambda: w.state(run, "slow") == "running")
    return run


@way("step_at_work", "step_at_work", 409, recorded=False)
def a_run_is_aborted_while_a_step_is_at_work(w, how):
    run = slow_run(w)
    answer = w.plain.do(how, run, "abort", reason="r")
    w.plain.step("json", run, "slow", "cancel")
    return run, answer


@way("step_at_work", "step_at_work", 409, recorded=False)
def a_rollback_begins_while_a_step_is_at_work(w, how):
    run = slow_run(w)
    answer = w.plain.do(how, run, "rollback", reason="r")
    w.plain.step("json", run, "slow", "cancel")
    return run, answer


@way("rollback_twice", "no_rollback", 409, recorded=False)
def a_rollback_begins_in_a_rollback(w, how):
    run = w.create("back", start=True)
    w.plain.executes(run, "one", "succeeded")
    w.plain.good(w.plain.do("json", run, "rollback", reason="r"))
    return run, w.plain.do(how, run, "rollback", reason="r")


@way("rollback_there", "no_rollback", 409, recorded=False)
def a_rollback_begins_where_there_is_none(w, how):
    run = w.create("free", start=True)
    w.plain.executes(run, "drop", "succeeded", understood=True)
    return run, w.plain.do(how, run, "rollback", reason="r")


@way("rolled_back", "not_rolled_back", 409, recorded=False)
def a_rollback_is_cancelled_that_has_not_begun(w, how):
    run = w.create("back", start=True)
    return run, w.plain.do(how, run, "rollback/cancel", reason="r")


@way("cancelled_in_time", "rollback_begun", 409, recorded=False)
def a_rollback_is_cancelled_after_its_first_step(w, how):
    run = w.create("back", start=True)
    w.plain.executes(run, "one", "succeeded")
    w.plain.good(w.plain.do("json", run, "rollback", reason="r"))
    w.plain.executes(run, w.run(run)["current"], "succeeded")
    return run, w.plain.do(how, run, "rollback/cancel", reason="r")


@way("reopened_in_time", "later_ran", 409, recorded=False)
def a_confirmation_is_taken_back_after_a_later_step(w, how):
    run = w.create("plan")
    w.bo.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.confirms(run, "first", "second")
    return run, w.plain.step(how, run, "first", "reopen", reason="r")


# ---- steps of a parallel section ----
def beside(w, *steps):
    """A run with these of the long steps at work."""
    run = w.create("beside", start=True)
    for step in steps:
        if step == "slow-probe":
            w.plain.executes(run, "fails", "failed")
        w.plain.good(w.plain.step("json", run, step, "execute"))
        w.until(step, lambda: w.state(run, step) == "running")
    return run


def ended(w, run, *steps):
    for step in steps:
        w.plain.step("json", run, step, "cancel")
        w.plain.api.wait_step(run, step)


@way("step_state", "step_state", 409, recorded=False)
def a_step_is_pressed_twice_while_one_beside_it_is_not(w, how):
    run = beside(w, "slow")
    answer = w.ana.step(how, run, "slow", "execute")
    ended(w, run, "slow")
    return run, answer


@way("step_state", "step_state", 409, recorded=False)
def a_gate_is_given_before_all_of_the_section_before_it_is_over(w, how):
    run = beside(w)
    w.plain.confirms(run, "one")
    w.plain.good(w.plain.step("json", run, "fails", "skip", reason="r"))
    return run, w.bo.decide(how, run, step="gate")


@way("step_state", "step_state", 409, recorded=False)
def a_step_behind_the_section_is_confirmed_while_one_of_it_failed(w, how):
    run = beside(w)
    w.plain.confirms(run, "one")
    w.plain.good(w.plain.step("json", run, "slow", "skip", reason="r"))
    w.plain.executes(run, "fails", "failed")
    return run, w.plain.step(how, run, "last", "confirm", note="n")


@way("gate_before", "gate_first", 409)
def a_step_of_the_section_is_pressed_behind_a_gate_that_is_closed_again(w, how):
    bo = w.fresh("approver")
    run = w.create("beside-gate", start=True)
    bo.approves(run, step="gate")
    w.plain.confirms(run, "two")
    w.account(bo, roles=["auditor"])
    return run, w.plain.step(how, run, "one", "confirm", note="n")


@way("step_at_work", "step_at_work", 409, recorded=False)
def a_rollback_begins_while_one_of_two_is_at_work(w, how):
    run = beside(w, "slow", "slow-probe")
    ended(w, run, "slow")
    answer = w.plain.do(how, run, "rollback", reason="r")
    ended(w, run, "slow-probe")
    return run, answer


@way("step_at_work", "step_at_work", 409, recorded=False)
def a_run_is_closed_while_one_of_the_section_is_at_work(w, how):
    run = beside(w, "slow")
    w.plain.confirms(run, "one")
    answer = w.plain.do(how, run, "close", result="failed")
    ended(w, run, "slow")
    return run, answer


@way("step_at_work", "step_at_work", 409, recorded=False)
def a_step_is_retried_while_its_probe_is_at_work(w, how):
    run = beside(w, "slow-probe")
    w.plain.confirms(run, "one")
    answer = w.plain.step(how, run, "fails", "retry")
    ended(w, run, "slow-probe")
    return run, answer


@way("reopened_in_time", "later_ran", 409, recorded=False)
def a_confirmation_of_the_section_is_taken_back_after_a_step_behind_it(w, how):
    run = beside(w)
    w.plain.confirms(run, "one")
    for step in ("slow", "fails"):
        w.plain.good(w.plain.step("json", run, step, "skip", reason="r"))
    w.bo.approves(run, step="gate")
    w.plain.confirms(run, "last")
    return run, w.plain.step(how, run, "one", "reopen", reason="r")


@contextlib.contextmanager
def console_with_people(build=None, data=None, known=None):
    """A console with these runbooks and people; a World."""
    hole = Hole()
    folder = runbook_folder(BOOKS, TARGETS.format(port=hole.port))
    try:
        with Console(data=data, runbooks=folder, build=build) as console:
            yield World(console, known)
    finally:
        hole.socket.close()
        shutil.rmtree(folder)


def attempt(world, row):
    """Makes the attempt; None, or why it was not refused as it must be."""
    function, how, _, code, status, recorded = row
    run, answer = function(world, how)
    if answer.status != status or (answer.code not in (None, code)):
        return f"not {status} {code}, but {answer}"
    if recorded and code not in [c for _, _, c in world.refusals(run)]:
        return f"{code} is not on record: {world.refusals(run)}"
    return None


class Keeper:
    """The keeper without a console, as the command line starts it: who asks
    there may do all, and is nobody."""

    def __init__(self, console):
        self.socket, other = socket.socketpair()
        self.socket.settimeout(30)
        self.process = subprocess.Popen(
            [console.build / "countersign-keeper", "--stdio", "--data",
             console.data, "--runbooks", console.runbooks], stdin=other,
            stdout=subprocess.DEVNULL, env=console.env)
        other.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.wait(30)

    def ask(self, verb, run, step="", **body):
        error, answer = wire.call(self.socket, verb, run=run, step=step,
                                  body=body)
        return Answer(0 if error == 0 else 403, answer.get("code"), answer)


def local_ways(world):
    """[(name, the answer)] of the attempts of the command line itself, which
    belong to the check a_person.  The console is stopped."""
    plan = world.create("plan")
    gate = world.create("gate", start=True)
    world.plain.confirms(gate, "before")
    signed = world.create("signed", start=True)
    world.op.confirms(signed, "hand")
    plans = {run: world.plan(run) for run in (plan, gate)}
    world.console.stop()
    with Keeper(world.console) as keeper:
        return [
            ("the command line approves a plan", keeper.ask(
                "run_approve", plan, decision="approve", plan=plans[plan])),
            ("the command line gives a gate", keeper.ask(
                "step_approve", gate, "gate", decision="approve",
                plan=plans[gate])),
            ("the command line signs a step", keeper.ask(
                "step_sign", signed, "hand", note="n"))]
