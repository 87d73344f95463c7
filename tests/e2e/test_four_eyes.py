#!/usr/bin/env python3
"""
Four eyes: the ways around the rules (ways.py) are refused and on record, by
form and by JSON; what the rules leave open is possible.
"""
import concurrent.futures
import pathlib
import re
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from console import TOP, Results  # noqa: E402
import ways  # noqa: E402


def checks():
    text = (TOP / "fcgi/journal/checks.def").read_text()
    return re.findall(r"^CHECK_ROW\((\w+),", text, re.M)


# ---- what must be possible ----
def an_approval_is_withdrawn_and_given_again(w):
    run = w.create("plan")
    w.bo.approves(run)
    assert w.state(run) == "ready"
    assert "withdraw" in w.bo.api.run(run)["can"]
    assert "withdraw" not in w.cy.api.run(run)["can"]
    w.bo.good(w.bo.do("form", run, "withdraw", comment="I misread"))
    assert w.state(run) == "awaiting_approval"
    assert w.run(run)["approvals"]["given"] == []
    w.bo.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.bo.good(w.bo.do("json", run, "withdraw"))     # no step has run
    assert w.state(run) == "awaiting_approval"
    w.cy.approves(run)
    assert w.state(run) == "running"
    w.plain.confirms(run, "first")
    assert "withdraw" not in w.cy.api.run(run)["can"]


def a_paused_run_stays_paused_whatever_is_decided(w):
    """Only an operator's start or resume lets steps be pressed."""
    run = w.create("plan")
    w.bo.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.good(w.plain.do("json", run, "pause"))
    w.plain.good(w.plain.changes(run, word="b"))
    assert w.state(run) == "awaiting_approval"
    w.bo.approves(run)
    assert w.state(run) == "paused"
    assert "confirm" not in w.plain.api.step(run, "first")["can"]
    w.plain.good(w.plain.do("json", run, "resume"))
    w.plain.good(w.plain.changes(run, word="c"))
    w.cy.good(w.cy.decide("json", run, "reject"))
    w.cy.approves(run)              # takes it back
    assert w.state(run) == "running"
    w.plain.confirms(run, "first", "second")


def a_rollback_and_its_end_leave_a_paused_run_paused(w):
    run = w.create("back", start=True)
    w.plain.executes(run, "one", "succeeded")
    w.plain.good(w.plain.do("json", run, "pause"))
    w.plain.good(w.plain.do("json", run, "rollback", reason="r"))
    assert w.state(run) == "paused"
    w.plain.good(w.plain.do("json", run, "rollback/cancel", reason="r"))
    assert w.state(run) == "paused"
    w.plain.good(w.plain.do("json", run, "rollback", reason="r"))
    w.plain.good(w.plain.do("json", run, "resume"))
    w.plain.executes(run, "undo", "succeeded")


def a_parameter_that_is_changed_there_and_back_is_approved_anew(w):
    run = w.create("plan")
    w.bo.approves(run)
    plan = w.plan(run)
    w.plain.good(w.plain.changes(run, word="b"))
    assert w.run(run)["approvals"]["given"] == []
    w.plain.good(w.plain.changes(run, word="a"))
    found = w.bo.api.run(run)
    assert found["plan"] == plan and found["approvals"]["given"] == [], found
    assert "approve" in found["can"], found["can"]
    w.bo.approves(run)
    assert w.state(run) == "ready"


def who_took_a_change_back_is_no_author_of_the_plan_of_another(w):
    """op changed a value, plain gave it another: nothing of op is left."""
    run = w.create("plan")
    w.op.good(w.op.changes(run, word="x"))
    w.plain.good(w.plain.changes(run, word="y"))
    w.op.approves(run)
    assert w.state(run) == "ready"


def an_approval_that_has_expired_is_given_again(w):
    run = w.create("soon")
    w.di.approves(run)
    w.bo.approves(run)
    w.until_expired(run)
    assert "start" not in w.plain.api.run(run)["can"]
    assert "approve" in w.bo.api.run(run)["can"]

    def started():          # it lasts for two seconds
        w.bo.decide("json", run)
        return w.plain.do("json", run, "start").status == 200
    w.until("a start in time", started)
    w.until("a step in time", lambda: w.bo.decide("json", run) and
            w.plain.step("json", run, "first", "confirm",
                         note="n").status == 200)
    w.plain.good(w.plain.do("json", run, "close", result="succeeded"))


def two_people_fill_two_rules_in_whatever_order(w):
    for first, second in ((w.cy, w.bo), (w.bo, w.cy)):
        run = w.create("two")
        first.approves(run)     # cy could fill either
        assert w.state(run) == "awaiting_approval"
        second.approves(run)
        assert w.state(run) == "ready"


def one_person_fills_two_rules_where_the_second_allows_it(w):
    run = w.create("same")
    w.cy.approves(run)
    assert w.state(run) == "ready"


def a_lapsed_approval_is_made_good_by_another(w):
    person = w.fresh("approver")
    run = w.create("plan")
    person.approves(run)
    w.plain.good(w.plain.do("json", run, "start"))
    w.account(person, roles=["lead"])
    found = w.bo.api.run(run)
    assert found["approvals"]["given"][0]["lapse"] == "role", found
    assert not found["approvals"]["is_complete"], found
    assert "approve" in found["can"], found["can"]
    w.bo.approves(run)
    w.plain.confirms(run, "first", "second")


def a_gate_whose_giver_lost_the_role_is_given_by_another(w):
    person = w.fresh("approver")
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    person.approves(run, step="gate")
    w.account(person, roles=["lead"])
    assert w.bo.api.step(run, "gate")["state"] == "ready"
    w.bo.approves(run, step="gate")
    w.plain.confirms(run, "after")


def an_approval_of_a_gate_is_withdrawn_while_it_is_open(w):
    run = w.create("two-gates", start=True)
    w.bo.approves(run, step="gate")
    assert "withdraw" in w.bo.api.step(run, "gate")["can"]
    w.bo.good(w.bo.step("form", run, "gate", "withdraw"))
    w.bo.approves(run, step="gate")
    w.cy.approves(run, step="gate")
    w.plain.confirms(run, "work")


def a_gate_that_was_given_is_withdrawn_until_a_step_behind_it(w):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    w.bo.approves(run, step="gate")
    assert w.state(run, "after") == "ready"
    assert "withdraw" in w.bo.api.step(run, "gate")["can"]
    assert "withdraw" not in w.cy.api.step(run, "gate")["can"]
    assert f"/runs/{run}/steps/gate/withdraw" in w.bo.page(f"/runs/{run}")
    w.bo.good(w.bo.step("form", run, "gate", "withdraw"))
    found = w.run(run)
    assert found["current"] == "gate", found["current"]
    assert w.state(run, "gate") == "ready"
    assert w.state(run, "after") == "pending"
    assert w.plain.step("json", run, "after", "confirm",
                        note="n").status == 409
    report = w.ana.page(f"/runs/{run}/report")
    assert "withdrew their approval of the gate" in report
    assert "撤回了对关卡的批准" in w.ana.page(
        f"/runs/{run}/report", "lang=zh-CN")
    w.cy.approves(run, step="gate")
    w.plain.good(w.plain.do("json", run, "pause"))
    w.cy.good(w.cy.step("json", run, "gate", "withdraw", comment="wait"))
    assert w.state(run) == "paused"
    w.plain.good(w.plain.do("json", run, "resume"))
    w.bo.approves(run, step="gate")
    w.plain.confirms(run, "after")
    assert "withdraw" not in w.bo.api.step(run, "gate")["can"]


def a_resolved_step_waits_for_its_signature(w):
    run = w.unknown()
    w.plain.good(w.plain.step("json", run, "sent", "resolve",
                              outcome="succeeded", note="I looked"))
    assert w.state(run, "sent") == "awaiting_signature"
    assert "sign" in w.qa.api.step(run, "sent")["can"]
    assert "sign" not in w.op.api.step(run, "typed")["can"]
    w.qa.good(w.qa.step("form", run, "sent", "sign", note="right"))
    assert w.state(run, "sent") == "succeeded"


def a_missing_rehearsal_is_told_where_the_run_is_created(w):
    status, _, page = w.console.raw("GET", "/runs/new?runbook=rehearsed",
        headers={"Cookie": w.ana.session["Cookie"], "Accept": "text/html"})
    assert status == 200 and b"rehearsal" in page.lower(), status
    status, answer = w.ana.api.post("/runs", {
        "runbook": "rehearsed", "environment": "production",
        "parameters": {"word": "told"}})
    assert status == 201 and answer["unrehearsed"] == "test", answer
    run = answer["id"]
    found = w.run(run)["rehearsal"]
    assert found["missing"] and found["in"] == "test", found
    page = w.ana.page(f"/runs/{run}")
    assert 'id="unrehearsed"' in page
    w.rehearse(word="told")
    found = w.run(run)["rehearsal"]
    assert not found["missing"] and found["run"], found
    assert found["not_rehearsed"] == ["third"], found
    assert 'id="not-rehearsed"' in w.ana.page(f"/runs/{run}")
    w.plain.good(w.plain.do("json", run, "start"))
    w.plain.confirms(run, "first", "second", "third")


def a_refusal_is_told_in_words_and_once(w):
    run = w.create("plan")
    for _ in range(5):
        w.ana.decide("json", run)
    assert w.refusals(run) == [("ana", "run_approve", "own_run")]
    w.plain.good(w.plain.changes(run, word="b"))    # something happens
    w.ana.decide("json", run)
    assert len(w.refusals(run)) == 2
    report = w.ana.page(f"/runs/{run}/report")
    assert "was refused: decide on the plan" in report
    assert "Nobody approves or signs their own work" in report
    chinese = w.ana.page(f"/runs/{run}/report", "lang=zh-CN")
    assert "被拒绝" in chinese and "不能批准或签署自己的工作" in chinese


def nobody_fills_the_journal_by_asking(w):
    run = w.create("plan")
    for i in range(120):
        w.bo.decide("json", run, plan=f"{i:064x}"[::-1])
        w.ana.decide("json", run)
        w.di.decide("json", run)
    assert len(w.refusals(run)) <= 50, len(w.refusals(run))


def an_irreversible_step_is_executed_with_the_word(w):
    run = w.create("free", start=True)
    w.plain.good(w.plain.step("form", run, "drop", "execute",
                              understood="true"))
    assert w.plain.api.wait_step(run, "drop")["state"] == "succeeded"


def a_rollback_with_a_gate_open_undoes_what_was_done(w):
    run = w.create("gate", start=True)
    w.plain.confirms(run, "before")
    w.plain.good(w.plain.do("json", run, "rollback", reason="r"))
    w.plain.confirms(run, "undo")


POSSIBLE = [an_approval_is_withdrawn_and_given_again,
            a_paused_run_stays_paused_whatever_is_decided,
            a_rollback_and_its_end_leave_a_paused_run_paused,
            a_parameter_that_is_changed_there_and_back_is_approved_anew,
            who_took_a_change_back_is_no_author_of_the_plan_of_another,
            an_approval_that_has_expired_is_given_again,
            two_people_fill_two_rules_in_whatever_order,
            one_person_fills_two_rules_where_the_second_allows_it,
            a_lapsed_approval_is_made_good_by_another,
            a_gate_whose_giver_lost_the_role_is_given_by_another,
            an_approval_of_a_gate_is_withdrawn_while_it_is_open,
            a_gate_that_was_given_is_withdrawn_until_a_step_behind_it,
            a_resolved_step_waits_for_its_signature,
            a_missing_rehearsal_is_told_where_the_run_is_created,
            a_refusal_is_told_in_words_and_once,
            nobody_fills_the_journal_by_asking,
            an_irreversible_step_is_executed_with_the_word,
            a_rollback_with_a_gate_open_undoes_what_was_done]


def named(function):
    return function.__name__.replace("_", " ")


def guarded(do, *args):
    try:
        return do(*args)
    except Exception:
        return traceback.format_exc()


def main():
    results = Results()
    wanted = sys.argv[1:]
    rows = [r for r in ways.WAYS if not wanted or r[0].__name__ in wanted]
    possible = [f for f in POSSIBLE if not wanted or f.__name__ in wanted]
    if wanted and not rows + possible:
        sys.exit(f"no such test: {' '.join(wanted)}")
    with ways.console_with_people() as w, \
            concurrent.futures.ThreadPoolExecutor(4) as pool:
        for row, why in zip(rows, pool.map(
                lambda row: guarded(ways.attempt, w, row), rows)):
            results.check(f"{row[2]}: {named(row[0])}, by {row[1]}",
                          why is None, why or "")
        for test, why in zip(possible, pool.map(
                lambda test: guarded(test, w), possible)):
            results.check(named(test), why is None, why or "")
        if not wanted:
            for name, answer in ways.local_ways(w):
                results.check(f"a_person: {name}", answer.code ==
                              "no_person", answer)
    if not wanted:
        held = {row[2] for row in rows} | {"a_person"}
        results.check("there are at least 80 ways", len(rows) + 3 >= 80,
                      len(rows) + 3)
        results.check("each check stands in a way", held == set(checks()),
                      held ^ set(checks()))
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
