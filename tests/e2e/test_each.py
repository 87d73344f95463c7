#!/usr/bin/env python3
"""
Lists that a step finds out: the section is a template before, and the run gets the steps of
its items when that step has succeeded; here and over SSH, through failures, restarts and the
rollback.  Somebody who writes into the journal adds no item.  Arguments choose tests by name.
"""
import hashlib, pathlib, shutil, sqlite3, subprocess, tempfile

import test_forged as forged
import test_step_ssh as ssh
from console import BUILD, Console, main, runbook_folder, wait_until

BOOK = """---
title: What is there
approvals:
  - {role: approver, count: 1}
parameters:
  folder: {label: Where it leaves its mark}
---
# Look

```sh {#find on=flow capture="names" rerun=safe title="Find the databases"}
while [ ! -e "$folder/go" ]; do sleep 0.1; done
cat "$folder/list"
```

# Database {{name}} {each="name in names" when="name != 'left out'"}

Take care of {{name}}.

```sh {#here save=kept.txt title="Keep {{name}}"}
echo "here $name" | tee -a "$folder/log"
```

```sh {#there on=flow title="Stop {{name}}"}
echo "there $CS_NAME" >>"$folder/log"
```

# Kinds

```sh {#kinds capture="kinds=" rerun=safe}
cat "$folder/kinds"
```

## Kind {{kind}} {each="kind in kinds"}

- [ ] Tell them about {{kind}} {#tell}

# Back {.rollback each="name in names"}

```sh {#back on=flow undo=there title="Start {{name}} again"}
echo "back $name" >>"$folder/log"
```

```sh {#back-here undo=here uses=kept.txt title="Put {{name}} back"}
echo "put $(cat "$CS_ARTIFACTS/kept.txt")" >>"$folder/log"
```
"""
NAMES = "orders\tThe orders\nleft out\n$(touch x) '\"; {{folder}}\n"
KINDS = '[{"id": 7, "label": "Seven", "state": {}}, "b", {"c": "C & Co"}]'


def targets():
    t = ssh.SSHD.target()
    return ("environments:\n  test:\n    label: Test\n    targets:\n      flow: {ssh: {host: %s, "
            "port: %s, user: %s, key: %s, host_key: '%s'}}\n" % (
                t["host"], t["port"], t["user"], t["key"], t["host_key"]))


class Run:
    """An approved and started run, whose lists are files in `marks`."""

    def __init__(self, console, names=NAMES, kinds=KINDS):
        self.console = console
        self.marks = pathlib.Path(tempfile.mkdtemp(prefix="cs-each-"))
        self.marks.chmod(0o777)
        (self.marks / "list").write_text(names)
        (self.marks / "kinds").write_text(kinds)
        self.ana = console.user("ana", "operator")
        self.eve = console.user("eve", "approver")
        status, answer = self.ana.post("/runs", {
            "runbook": "each", "environment": "test", "parameters": {"folder": str(self.marks)}})
        assert status == 201, answer
        self.id = answer["id"]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, _):
        shutil.rmtree(self.marks)

    def get(self):
        return self.ana.run(self.id)

    def ids(self, part="main"):
        return [s["id"] for s in self.get()["steps"] if s["part"] == part]

    def page(self, path="", accept="text/html"):
        return self.ana.ask("GET", f"/runs/{self.id}{path}", accept=accept)[1]

    def begin(self, go=True):
        status, answer = self.eve.post(f"/runs/{self.id}/approvals", {
            "decision": "approve", "plan": self.get()["plan"]})
        assert status == 200, answer
        status, answer = self.ana.post(f"/runs/{self.id}/start")
        assert status == 200, answer
        if go:
            (self.marks / "go").touch()
        return self

    def press(self, step):
        return self.ana.press(self.id, self.ana.step(self.id, step))

    def log(self):
        return (self.marks / "log").read_text().splitlines()


def books():
    return runbook_folder({"each": BOOK}, targets())


def test_a_list_found_over_ssh_is_announced_expanded_and_undone():
    with Console(runbooks=books()) as console, Run(console) as run:
        plan, page = run.get()["plan"], run.page()
        assert run.get()["lists"] == [{"step": "find", "name": "names"},
                                      {"step": "kinds", "name": "kinds"}], run.get()["lists"]
        assert run.ids() == ["find", "kinds"] and run.ids("rollback") == []
        for text in ("“Database {{name}}, Back”: repeated for each item of “names”",
                     "“Find the databases” finds out", "For each item", "Keep {{name}}"):
            assert text in page, text
        preview = run.ana.get(f"/runs/{run.id}/preview/here")
        assert preview[0] == 200 and "$name" in preview[1]["step"]["text"], preview
        assert "which the step “Find the databases” finds out" in preview[1]["list_note"]
        assert run.ana.post(f"/runs/{run.id}/steps/here/execute")[0] == 404
        run.begin()
        assert run.press("find")["state"] == "succeeded"
        item = "here.touch-x-folder"
        assert run.ids() == ["find", "here.orders", "there.orders", "here.left-out",
                             "there.left-out", item, "there.touch-x-folder", "kinds"], run.ids()
        now = run.get()
        assert now["plan"] == plan and now["approvals"]["is_complete"], now["approvals"]
        steps = {s["id"]: s for s in now["steps"]}
        assert steps["here.orders"]["title"] == "Keep The orders"
        assert steps["here.left-out"]["excluded"] and steps["there.orders"]["state"] == "pending"
        assert "Take care of The orders." in run.page()
        end = run.ana.drive(run.id)
        states = {s["id"]: s["state"] for s in end["steps"] if s["part"] == "main"}
        assert states.pop("here.left-out") == states.pop("there.left-out") == "skipped"
        assert set(states.values()) == {"succeeded", "confirmed"}, states
        assert [s["title"] for s in end["steps"] if s["id"].startswith("tell")] == [
            "Tell them about Seven", "Tell them about b", "Tell them about C & Co"]
        last = "$(touch x) '\"; {{folder}}"
        assert run.log() == ["here orders", "there orders", f"here {last}", f"there {last}"]
        assert run.ana.post(f"/runs/{run.id}/rollback", {"reason": "no"})[0] == 200
        end = run.ana.drive(run.id)
        assert run.log()[4:] == [f"back {last}", f"put here {last}", "back orders",
                                 "put here orders"], run.log()
        report = run.ana.get(f"/runs/{run.id}/report.json")[1]
        assert report["lists"][0]["items"][0] == {"id": "orders", "label": "The orders"}
        assert "names: orders, left out," in run.page("/report")


def test_a_wrong_list_fails_its_step_in_both_languages():
    with Console(runbooks=books()) as console, Run(console) as run:
        run.begin()
        for names, word, chinese in (
                ("a\n-rf", "“-”", "选项"), ("a\n\u202eb", "invisible", "不可见"),
                ("a\na", "twice", "两次"), ("x" * 201, "200 bytes", "200 字节"),
                ("\n".join(f"x{i}" for i in range(1500)), "2000 steps", "2000 个")):
            (run.marks / "list").write_text(names)
            verb = "retry" if run.ana.step(run.id, "find")["state"] == "failed" else "execute"
            status, answer = run.ana.post(f"/runs/{run.id}/steps/find/{verb}")
            assert status == 202, answer
            step = run.ana.wait_step(run.id, "find")
            assert step["state"] == "failed", step
            message = step["attempts"][-1]["message"]
            assert "names" in message and word in message, message
            text = console.raw("GET", f"/runs/{run.id}", headers={
                "Authorization": "Bearer " + run.ana.token, "Accept": "text/html",
                "Accept-Language": "zh-CN"})[2].decode()
            assert chinese in text, message
            assert run.ids() == ["find", "kinds"]
        (run.marks / "list").write_text("good\n")
        assert run.ana.post(f"/runs/{run.id}/steps/find/retry")[0] == 202
        assert run.ana.wait_step(run.id, "find")["state"] == "succeeded"
        (run.marks / "kinds").write_text('{"not": "a list"}')
        run.ana.drive(run.id, until="kinds")
        assert "JSON array" in run.press("kinds")["attempts"][-1]["message"]


def test_an_empty_list_and_a_skipped_step_leave_the_steps_out():
    with Console(runbooks=books()) as console, Run(console, "\n \n", "[]") as run:
        run.begin()
        assert run.press("find")["state"] == "succeeded"
        assert run.ids() == ["find", "kinds"] and run.get()["current"] == "kinds"
        assert "found no item of “names”" in run.page()
        assert run.ana.post(f"/runs/{run.id}/steps/kinds/skip", {"reason": "late"})[0] == 200
        assert "has not found out “kinds”" in run.page()
        assert run.get()["lists"][0]["items"] == [] and "items" not in run.get()["lists"][1]


def test_a_list_is_expanded_once_though_keeper_and_runner_die():
    with Console(runbooks=books()) as console, Run(console) as run:
        run.begin(go=False)
        assert run.ana.post(f"/runs/{run.id}/steps/find/execute")[0] == 202
        wait_until(lambda: run.ana.step(run.id, "find")["state"] == "running")
        console.kill("countersign-runner")
        console.kill("countersign-keeper")
        (run.marks / "go").touch()
        assert run.ana.wait_step(run.id, "find")["state"] == "succeeded"
        console.kill("countersign-keeper")
        wait_until(lambda: console.pids("countersign-keeper"))
        console.kill("countersign-runner")
        wait_until(lambda: console.pids("countersign-runner"))
        events = [e["kind"] for e in run.ana.get(f"/runs/{run.id}/events?after=0")[1]["events"]]
        assert events.count("run.expanded") == 1, events
        assert run.press("here.orders")["state"] == "succeeded"
        assert run.press("there.orders")["state"] == "succeeded"
        console.stop()
        console.start()
        assert run.press("here.touch-x-folder")["state"] == "succeeded"


class ForgedList(forged.Forgery):
    """A run whose step has found the items a and b."""

    def begin(self):
        (self.marks / "list").write_text("a\nb\n")
        status, answer = self.ana.post("/runs", {"runbook": "list", "environment": "test",
                                                 "parameters": {"folder": str(self.marks)}})
        assert status == 201, answer
        self.run = answer["id"]
        self.start(self.run)
        self.press(self.run, "find")
        return self.run

    def rehash(self):
        """The chain of the run fits together again."""
        db = sqlite3.connect(self.console.data / "countersign.db", timeout=20)
        before = bytes(32)
        for seq, body in db.execute("SELECT seq, body FROM event WHERE run = ? ORDER BY seq",
                                    (self.run,)).fetchall():
            before = hashlib.blake2b(before + body.encode(), digest_size=32).digest()
            db.execute("UPDATE event SET hash = ? WHERE run = ? AND seq = ?",
                       (before, self.run, seq))
        db.commit()
        db.close()

    def verify_complains(self, word):
        self.console.stop()
        done = subprocess.run([BUILD / "countersign", "verify", "--data", self.console.data],
                              text=True, capture_output=True, timeout=60, env=self.console.env)
        said = done.stdout + done.stderr
        assert done.returncode == 1 and word in said, said


forged.folder = runbook_folder({"list": """---
title: A list
parameters:
  folder: {label: Where it leaves its mark}
---
```sh {#find capture="names"}
cat "$folder/list"
```

# Each {each="name in names"}

```sh {#work}
echo "$name" > "$folder/done"
```
"""})
EXPANDED = "WHERE run = ? AND kind = 'run.expanded'"


def test_items_in_the_tables_are_not_those_of_the_events():
    with ForgedList() as f:
        run = f.begin()
        f.sql("UPDATE run SET expanded = replace(expanded, '\"a\"', '\"evil\"') WHERE id = ?", run)
        f.sql("UPDATE step SET id = 'work.evil' WHERE run = ? AND id = 'work.a'", run)
        f.console.kill("countersign-keeper")    # and what it remembers
        f.refused(run, "work.evil")
        f.verify_complains("work.evil")


def test_a_changed_expansion_stops_its_run():
    with ForgedList() as f:
        run = f.begin()
        f.sql("UPDATE event SET body = replace(body, '\"id\":\"a\"', '\"id\":\"evil\"') "
              + EXPANDED, run)
        f.console.kill("countersign-runner")
        f.refused(run, "work.a", "does not have its hash", "verify")
        f.verify_complains("does not fit")


def test_an_item_that_its_step_did_not_capture_stops_the_run():
    """The whole chain and all tables were made again."""
    with ForgedList() as f:
        run = f.begin()
        f.console.stop()
        for old, new in (('"id":"a"', '"id":"evil"'), ("work.a", "work.evil")):
            f.sql("UPDATE event SET body = replace(body, ?, ?) " + EXPANDED, old, new, run)
        f.sql("UPDATE event SET body = replace(body, 'work.a', 'work.evil') WHERE run = ? "
              "AND kind = 'step.ready' AND body LIKE '%work.a%'", run)
        f.sql("UPDATE run SET expanded = replace(expanded, '\"a\"', '\"evil\"'), "
              "current = 'work.evil' WHERE id = ?", run)
        f.sql("UPDATE step SET id = 'work.evil' WHERE run = ? AND id = 'work.a'", run)
        f.rehash()
        f.console.start()
        f.refused(run, "work.evil", "not the one that its step captured")
        f.verify_complains("is not the one that its step captured")


if __name__ == "__main__":
    with ssh.servers():
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
