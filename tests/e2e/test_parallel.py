#!/usr/bin/env python3
"""
Steps of a parallel section: taken in any order and at the same time, by
different people and by one, here and over SSH; with a pause, restarts of the
programs, a lost pair and a rollback in between.
"""
import concurrent.futures
import pathlib
import re
import shutil
import tempfile

from console import Console, main, runbook_folder, wait_until
from test_terminal import Sshd

HOLD = """touch "$folder/{name}.begun"
until [ -e "$folder/{until}" ]; do sleep 0.1; done
echo "{name} saw {until}"
"""
BOOK = """---
title: Several people at the same time
parameters:
  folder: {label: A folder}
---
- [ ] Begin {#begin}

# Together {.parallel}

```sh {#here}
%s```

```sh {#far on=libssh2 role=dba}
%s```

## By people

- [ ] Measure {#measure role=tester capture="seen" type=number}

# Behind

```sh {#behind}
echo "measured $seen"
```

# Back {.rollback}

```sh {#back-here undo=here}
echo back
```

```sh {#back-far on=libssh2 undo=far}
echo back
```
"""
# Each of the first two steps goes on once the other has begun.
MEET = BOOK % (HOLD.format(name="here", until="far.begun"),
               HOLD.format(name="far", until="here.begun"))
WAIT = BOOK % (HOLD.format(name="here", until="go-here"),
               HOLD.format(name="far", until="go-far"))

WORK = pathlib.Path(tempfile.mkdtemp(prefix="cs-parallel-"))
WORK.chmod(0o777)       # scripts may have a user of their own


class World:
    """A console with three people, and a run that is at its section."""

    def __init__(self, console, book):
        self.console = console
        self.ana = console.user("ana", "operator")
        self.bo = console.user("bo", "operator,dba")
        self.tess = console.user("tess", "tester")
        for person in self.bo, self.tess:
            person.approves = None
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.folder.chmod(0o777)
        status, answer = self.ana.post("/runs", {
            "runbook": book, "environment": "test",
            "parameters": {"folder": str(self.folder)}})
        assert status == 201, answer
        self.run = answer["id"]
        self.good(self.ana, "start")
        self.good(self.ana, "steps/begin/confirm")

    def post(self, who, path, **body):
        return who.post(f"/runs/{self.run}/{path}", body)

    def good(self, who, path, **body):
        status, answer = self.post(who, path, **body)
        assert status in (200, 202), (path, status, answer)
        return answer

    def refused(self, who, path, code, **body):
        status, answer = self.post(who, path, **body)
        assert answer["error"]["code"] == code, (path, status, answer)
        return answer["error"]

    def get(self):
        return self.ana.run(self.run)

    def states(self, *names):
        found = {s["id"]: s["state"] for s in self.get()["steps"]}
        return [found[name] for name in names]

    def page(self, who=None, path=""):
        status, text = (who or self.ana).get(f"/runs/{self.run}{path}",
                                             accept="text/html")
        assert status == 200, (path, status)
        return text

    def both_at_work(self):
        wait_until(lambda: self.states("here", "far") == ["running"] * 2
                   and (self.folder / "here.begun").exists()
                   and (self.folder / "far.begun").exists())

    def press_both(self):
        """Two people, each their own button, in the same moment."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(
                lambda each: self.post(each[0], f"steps/{each[1]}/execute",
                                       attempt=1),
                ((self.ana, "here"), (self.bo, "far"))))
        assert [status for status, _ in answers] == [202, 202], answers

    def let_go(self, *names):
        for name in names:
            (self.folder / ("go-" + name)).touch()

    def ended(self, name, state="succeeded"):
        step = self.ana.wait_step(self.run, name)
        assert step["state"] == state, step
        return step

    def close(self, result="succeeded"):
        self.good(self.ana, "close", result=result)


def cards(html):
    """{id: (classes, is it unfolded)} of the step cards of a page."""
    return {name: (set(classes.split()), "open" in rest) for classes, name, rest in
            re.findall(r'<details class="step ([^"]*)" id="step-([^"]*)"([^>]*)>', html)}


def in_parallel(book):
    def decorate(test):
        def run():
            with Console(runbooks=BOOKS) as console:
                test(World(console, book))
        run.__name__ = test.__name__
        return run
    return decorate


@in_parallel("meet")
def two_people_have_their_long_steps_at_work_at_the_same_time(w):
    run = w.get()
    assert run["currents"] == ["here", "far", "measure"], run["currents"]
    assert run["current"] == "here"
    w.refused(w.ana, "steps/behind/execute", "step_state")
    w.refused(w.ana, "steps/far/execute", "role_needed")
    w.press_both()
    for name in "here", "far":      # neither ends before the other has begun
        w.ended(name)
    assert w.ana.output(w.run, "here", "local") == "here saw far.begun\n"
    assert w.ana.output(w.run, "far", "libssh2") == "far saw here.begun\n"
    run = w.get()
    assert (run["currents"], run["current"]) == (["measure"], "measure"), run
    w.refused(w.ana, "steps/behind/execute", "step_state")
    w.refused(w.ana, "steps/measure/confirm", "role_needed", value="3")
    w.good(w.tess, "steps/measure/confirm", value="3")
    assert w.get()["currents"] == ["behind"]
    w.good(w.bo, "steps/behind/execute")
    w.ended("behind")
    assert w.ana.output(w.run, "behind", "local") == "measured 3\n"
    w.close()
    assert w.get()["currents"] == []
    told_in_order_of_time(w)


def told_in_order_of_time(w):
    """Record, timeline and report have what overlapped as it happened."""
    events = w.ana.get(f"/runs/{w.run}/events?after=0")[1]["events"]
    happened = [(e["kind"], e["data"].get("step")) for e in events]
    first_end = min(happened.index(("step.ended", s)) for s in ("here", "far"))
    for step in "here", "far":
        assert happened.index(("step.running", step)) < first_end, happened
    assert [e["at"] for e in events] == sorted(e["at"] for e in events)
    times = re.findall(r'<time datetime="([^"]+)">', w.page(
        path="/report").split('id="h-chronology"')[1].split("</section>")[0])
    assert len(times) > 10 and times == sorted(times), times
    here, far = (w.ana.step(w.run, s)["attempts"][0] for s in ("here", "far"))
    assert (here["by"], far["by"]) == ("ana", "bo")
    assert here["started_at"] < far["ended_at"] and \
        far["started_at"] < here["ended_at"], (here, far)


@in_parallel("meet")
def one_person_may_press_both_and_each_button_only_once(w):
    w.good(w.bo, "steps/far/execute", attempt=1)
    w.good(w.bo, "steps/here/execute", attempt=1)
    w.refused(w.ana, "steps/here/execute", "step_state", attempt=1)
    for name in "here", "far":
        assert len(w.ended(name)["attempts"]) == 1


@in_parallel("wait")
def the_page_has_all_that_may_be_taken_with_its_buttons(w):
    assert "in any order, also at the same time" in w.page()
    # the document has the note, too, and the preview says it of a step
    status, text = w.ana.get("/runbooks/wait", accept="text/html")
    assert status == 200 and "in any order, also at the same time" in text
    assert "in any order with the other steps" in w.page(path="/preview/here")
    assert "in any order with" not in w.page(path="/preview/behind")
    found = cards(w.page())
    for name in "here", "far", "measure":
        assert "current" in found[name][0] and found[name][1], found
    assert "current" not in found["behind"][0] and not found["behind"][1]
    # the bar leads each person to a step of their own
    for who, step in (w.ana, "here"), (w.tess, "measure"):
        assert re.search(rf'<a class="next" href="#step-{step}"><span>Next: '
                         r"\(1 of 3\)", w.page(who)), step
    assert re.search("(Next|Confirm): Measure", w.tess.get("/", accept="text/html")[1])
    w.press_both()
    w.both_at_work()
    page = w.page(w.tess)
    assert "/steps/measure/confirm" in page
    assert not re.search(r"/steps/(here|far)/execute", page), "both are at work"
    assert '<meta http-equiv="refresh"' not in page, "it would empty the field"
    # without scripts an answer stands at the step that was pressed
    session = w.console.raw("POST", f"/runs/{w.run}/steps/far/cancel", "", {
        "Authorization": "Bearer " + w.bo.token, "Accept": "text/html",
        "Content-Type": "application/x-www-form-urlencoded"})
    assert session[1]["Location"].endswith("#step-far"), dict(session[1])
    w.ended("far", "failed")
    assert "is-failed" in w.page().split("bar-facts")[1].split("</p>")[0]
    row = w.ana.get("/runs", accept="text/html")[1].split(
        f'data-key="run/{w.run}"')[1].split("</li>")[0]
    assert "A step failed" in row, row
    w.good(w.bo, "steps/far/skip", reason="not today")
    w.let_go("here")
    w.ended("here")


@in_parallel("wait")
def a_pause_and_restarts_leave_both_at_work(w):
    w.press_both()
    w.both_at_work()
    w.good(w.ana, "pause")
    w.refused(w.tess, "steps/measure/confirm", "run_state", value="1")
    for program in "countersign-keeper", "countersign-runner":
        w.console.kill(program)
    wait_until(lambda: w.ana.get("/runs")[0] == 200)
    w.both_at_work()
    w.console.stop()
    w.let_go("far")         # it ends while nobody is there to hear of it
    w.console.start()
    w.ended("far")
    assert w.states("here") == ["running"]
    w.let_go("here")
    w.ended("here")
    assert w.get()["currents"] == ["measure"]
    w.good(w.ana, "resume")
    w.good(w.tess, "steps/measure/confirm", value="1")
    w.good(w.ana, "steps/behind/execute")
    w.ended("behind")
    w.close()


@in_parallel("wait")
def a_rollback_waits_for_both_and_undoes_the_later_press_first(w):
    w.good(w.bo, "steps/far/execute", attempt=1)
    w.good(w.ana, "steps/here/execute", attempt=1)
    w.both_at_work()
    for path, more in (("rollback", {}), ("abort", {"reason": "r"}),
                       ("park", {"reason": "r"}), ("close", {"result": "failed"})):
        w.refused(w.ana, path, "step_at_work", **more)
    w.let_go("far")
    w.ended("far")
    w.refused(w.ana, "rollback", "step_at_work")
    w.good(w.ana, "steps/here/cancel")
    w.ended("here", "failed")
    w.good(w.ana, "rollback", reason="both did something")
    for step in "back-here", "back-far":
        run = w.get()
        assert (run["current"], run["currents"]) == (step, [step]), run
        w.good(w.bo, f"steps/{step}/execute")
        w.ended(step)
    w.close("rolled_back")


@in_parallel("wait")
def both_are_in_doubt_where_both_were_lost(w):
    w.press_both()
    w.both_at_work()
    w.console.kill("countersign-executor")
    for name in "here", "far":
        w.ended(name, "unknown")
    assert w.get()["currents"] == ["here", "far", "measure"]
    w.let_go("here", "far")
    w.good(w.tess, "steps/measure/confirm", value="2")
    w.good(w.bo, "steps/far/resolve", outcome="succeeded", note="it printed")
    w.refused(w.ana, "steps/behind/execute", "step_state")
    w.good(w.ana, "steps/here/resolve", outcome="failed", note="it did not")
    w.good(w.ana, "steps/here/retry")
    w.ended("here")
    w.good(w.ana, "steps/behind/execute")
    w.ended("behind")
    w.close()


SSHD = Sshd(WORK)
BOOKS = runbook_folder({"meet": MEET, "wait": WAIT}, SSHD.targets())
try:
    main([two_people_have_their_long_steps_at_work_at_the_same_time,
          one_person_may_press_both_and_each_button_only_once,
          the_page_has_all_that_may_be_taken_with_its_buttons,
          a_pause_and_restarts_leave_both_at_work,
          a_rollback_waits_for_both_and_undoes_the_later_press_first,
          both_are_in_doubt_where_both_were_lost])
finally:
    SSHD.process.terminate()
    SSHD.process.wait()
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.rmtree(BOOKS, ignore_errors=True)
