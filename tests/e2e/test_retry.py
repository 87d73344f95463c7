#!/usr/bin/env python3
"""
Retries: on which targets, with which values, from which statement.
Three databases in files stand for the targets of a group.
"""
import html, re, shutil, sqlite3

from console import Console, main, runbook_folder, sign_in

NAMES = ("a", "b", "c")


class Databases:
    """A console whose group `all` is of three databases."""

    def __init__(self, document, tables=NAMES):
        self.books = runbook_folder({"book": document})
        text = "environments:\n  test:\n    targets:\n"
        for name in NAMES:
            text += f"      {name}: {{sqlite: {{file: {self.path(name)}}}}}\n"
            self.sql(name, "CREATE TABLE two (n)")
            if name in tables:
                self.sql(name, "CREATE TABLE one (n)")
        (self.books / "targets.yml").write_text(
            text + f"    groups:\n      all: [{', '.join(NAMES)}]\n")
        self.console = Console(runbooks=self.books)

    def path(self, name):
        return self.books / (name + ".db")

    def sql(self, name, text):
        with sqlite3.connect(self.path(name)) as db:
            return [row[0] for row in db.execute(text)]

    def __enter__(self):
        self.console.__enter__()
        self.ana = self.console.user("ana", "operator")
        return self

    def __exit__(self, *problem):
        try:
            return self.console.__exit__(*problem)
        finally:
            shutil.rmtree(self.books)

    def start(self, **parameters):
        status, run = self.ana.post("/runs", {"runbook": "book", "environment": "test",
                                              "parameters": parameters})
        assert status == 201, run
        self.run = run["id"]
        assert self.ana.post(f"/runs/{self.run}/start")[0] == 200

    def ask(self, verb, **body):
        return self.ana.post(f"/runs/{self.run}/steps/s/{verb}", body)

    def attempt(self, verb="retry", **body):
        """{target: state} of the attempt, and the step."""
        status, answer = self.ask(verb, **body)
        assert status == 202, answer
        step = self.ana.wait_step(self.run, "s")
        return {t["name"]: t["state"] for t in step["attempts"][-1]["targets"]}, step

    def page(self):
        return self.ana.get(f"/runs/{self.run}", accept="text/html")[1]


def test_what_succeeded_with_other_values_is_not_done():
    book = ("---\ntitle: B\nparameters:\n  v: {label: V}\n---\n"
            "```sqlite {#s on=all serial max-fail=1}\nINSERT INTO one VALUES ({{v}})\n```\n")
    with Databases(book, ("a", "c")) as d:
        d.start(v="old")
        assert d.attempt("execute")[0] == {"a": "succeeded", "b": "failed", "c": "succeeded"}
        assert "Retry on 1 failed target" in d.page()
        status, answer = d.ana.post(f"/runs/{d.run}/parameters", {"parameters": {"v": "new"}})
        assert status == 200, answer
        page = d.page()
        assert "failed target" not in page and "is executed again" in page, page
        d.sql("b", "CREATE TABLE one (n)")
        got, step = d.attempt()
        assert got == dict.fromkeys(NAMES, "succeeded") and step["state"] == "succeeded", step
        assert [d.sql(n, "SELECT n FROM one") for n in NAMES] == [["old", "new"], ["new"],
                                                                  ["old", "new"]]


def test_rerun_never_is_for_each_target():
    book = ("---\ntitle: B\n---\n```sqlite {#s on=all serial rerun=never}\n"
            "INSERT INTO one VALUES (1)\n```\n")
    with Databases(book, ("b", "c")) as d:
        d.start()
        assert d.attempt("execute")[0] == {"a": "failed", "b": "not_started",
                                           "c": "not_started"}
        page = d.page()
        assert "Run on the 2 targets on which it was not started" in page, page
        assert "Retry on" not in page, page
        status, answer = d.ask("retry", targets="all")
        assert status == 409 and answer["error"]["code"] == "never_again", answer
        got, step = d.attempt()
        assert got == {"b": "succeeded", "c": "succeeded"}, got
        # the one that failed is left to a person
        assert step["state"] == "failed" and "retry" not in step["can"], step
        assert "a has not" in step["attempts"][-1]["message"], step
        status, answer = d.ask("retry")
        assert status == 409 and answer["error"]["code"] == "never_again", answer
        assert "skip" in step["can"]


def test_a_target_that_was_left_out_goes_on_where_it_had_stopped():
    book = ("---\ntitle: B\n---\n```sqlite {#s on=all serial}\n"
            "INSERT INTO two VALUES (1);\nINSERT INTO one VALUES (2)\n```\n")
    with Databases(book, ("a",)) as d:
        d.start()
        assert d.attempt("execute")[0] == {"a": "succeeded", "b": "failed", "c": "not_started"}
        assert "Retry from statement 2 of 2" in d.page()
        d.sql("a", "DROP TABLE two")
        got, step = d.attempt(**{"from": "failed", "targets": "all"})
        assert got == {"a": "failed", "b": "not_started", "c": "not_started"}, step
        assert "Retry from statement 2 of 2" in d.page()
        d.sql("a", "CREATE TABLE two (n)")
        for name in ("b", "c"):
            d.sql(name, "CREATE TABLE one (n)")
        got, step = d.attempt(**{"from": "failed"})
        assert step["state"] == "succeeded", step
        assert [d.sql(n, "SELECT n FROM two") for n in NAMES] == [[1], [1], [1]]


def test_what_was_done_after_a_failure_stands_in_words():
    """In the chronology of the report, in both languages."""
    book = ("---\ntitle: B\nparameters:\n  v: {label: V}\n  pass: {label: P, type: secret}\n"
            "---\n```sqlite {#s on=b}\nINSERT INTO two VALUES (1);\n"
            "INSERT INTO one VALUES (2);\nINSERT INTO three VALUES ({{v}})\n```\n\n"
            "```sqlite {#t on=b}\nINSERT INTO four VALUES (1)\n```\n\n- [ ] Look {#look}\n")
    with Databases(book, ("a",)) as d:
        d.start(v="7", **{"pass": "a secret value"})
        assert d.attempt("execute")[0] == {"b": "failed"}
        d.sql("b", "CREATE TABLE one (n)")
        assert d.attempt(**{"from": "failed"})[0] == {"b": "failed"}
        got, _ = d.attempt(**{"from": "next", "reason": "three is not needed"})
        assert got == {"b": "succeeded"}, got
        d.ana.post(f"/runs/{d.run}/steps/t/execute")
        assert d.ana.wait_step(d.run, "t")["state"] == "failed"
        d.ana.post(f"/runs/{d.run}/steps/t/retry")
        assert d.ana.wait_step(d.run, "t")["state"] == "failed"
        for values in ({"v": "8"}, {"pass": "another secret value"}):
            status, answer = d.ana.post(f"/runs/{d.run}/parameters", {"parameters": values})
            assert status == 200, answer
        for step, reason in ("t", "four comes later"), ("look", "nobody is here"):
            status, answer = d.ana.post(f"/runs/{d.run}/steps/{step}/skip", {"reason": reason})
            assert status == 200, answer
        session = sign_in(d.console.base, "ana")["Cookie"]
        for language, words in (
                ("en", ["retried from statement 2", "skipped statement 3 and went on",
                        "three is not needed", "retried (attempt 2)",
                        "changed the parameters: a new plan", "v: 7 → 8",
                        "pass: another secret", "skipped it after it had not succeeded",
                        "four comes later", "nobody is here"]),
                ("zh-CN", ["从第 2 条语句起重试", "跳过了第 3 条语句并继续", "three is not needed",
                           "重试（第 2 次）", "更改了参数：新的计划", "v: 7 → 8",
                           "pass: 另一个密钥", "在未成功之后跳过了它", "four comes later",
                           "nobody is here"])):
            status, _, page = d.console.raw("GET", f"/runs/{d.run}/report", headers={
                "Cookie": f"{session}; lang={language}", "Accept": "text/html"})
            text = " ".join(html.unescape(re.sub("<[^>]*>", " ", page.decode())).split())
            assert status == 200 and "secret value" not in text
            at = 0
            for word in words:      # in the order in which it happened
                assert word in text[at:], (language, word, text[at:])
                at = text.index(word, at)


if __name__ == "__main__":
    main([f for name, f in list(globals().items()) if name.startswith("test_")])
