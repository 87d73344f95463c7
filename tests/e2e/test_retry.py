#!/usr/bin/env python3
"""
What a retry is for: which targets, with which values, from which statement.
Three databases in files stand for the targets of a group.
"""
import shutil, sqlite3

from console import Console, main, runbook_folder

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


if __name__ == "__main__":
    main([f for name, f in list(globals().items()) if name.startswith("test_")])
