#!/usr/bin/env python3
"""An exported report tells nothing but what its events and its document come
to: `countersign verify report.json` finds each value that was changed, taken
away or added.

The reports are of runs with approvals, a gate, signatures, failures, a skip,
a kept output, a rollback, comments and changed parameters; one is still open.

time limit: 20 minutes
"""
import concurrent.futures
import copy
import json
import os
import pathlib
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import main  # noqa: E402
from recorded import QUICK, Journal, verify  # noqa: E402

# Paths (without numbers) that the events do not prove.
NOT_PROVEN = set()
# Exported by the console before a report had a "format".
BEFORE = TOP / "tests/e2e/report_before.json"
AT_ONCE = 100

journal = Journal()
reports = {name: json.loads(text) for name, text in journal.reports.items()}
journal.close()


def nodes(value, path=()):
    """The place of each value, but for the texts of the events."""
    yield path
    if path == ("events",):
        return
    if isinstance(value, dict):
        for key, member in value.items():
            yield from nodes(member, (*path, key))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from nodes(member, (*path, i))


def at(report, path):
    for key in path:
        report = report[key]
    return report


def other_values(value):
    """Some values that are not this one, of its type and of another."""
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int):
        return [value + 1, str(value), float(value)]
    if isinstance(value, str):
        return [value + "x", None]
    if isinstance(value, dict):
        return [None, {**value, "more": 1}]
    if isinstance(value, list):
        return [None, [*value, None]] + [value[:-1]] * bool(value)
    return ["", 0, {}]


def plain(path):
    return ".".join(k for k in path if isinstance(k, str))


def changes(report, seen):
    """(where, what, the text of the report with that change): each value is
    changed and taken away, but where another of its kind was `seen`."""
    for path in list(nodes(report)):
        if plain(path) in seen:
            continue
        if not path:
            yield path, "a list", json.dumps([report])
            yield path, "more", json.dumps({**report, "more": 1})
            continue
        holder, key = at(report, path[:-1]), path[-1]
        value = holder[key]
        for other in other_values(value):
            holder[key] = other
            yield path, other, json.dumps(report)
        if isinstance(holder, list):
            holder.pop(key)
            yield path, "taken away", json.dumps(report)
            holder.insert(key, value)
            continue
        del holder[key]
        yield path, "taken away", json.dumps(report)
        holder[key] = value


def unnoticed(batch):
    """Those of some changes that verify does not find."""
    with tempfile.TemporaryDirectory(prefix="cs-report-") as folder:
        files = []
        for n, (_, _, text) in enumerate(batch):
            files.append(pathlib.Path(folder) / f"{n}.json")
            files[-1].write_text(text)
        _, said = verify(*files, build=QUICK)
        answers = said.split(folder + "/")[1:]
        assert len(answers) == len(batch), said[-2000:]
        return [(plain(path), what) for answer, (path, what, _) in
                zip(answers, batch) if "NOT as recorded" not in answer]


def check(report):
    """The exit code and the answer for one report."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.json"
        path.write_text(json.dumps(report))
        return verify(path)


def reports_verify_as_they_were_exported():
    assert set(reports) == {"rollback", "skip", "open", "changed"}
    for name, report in reports.items():
        code, said = check(report)
        assert code == 0 and "not proven" not in said, (name, said)
    text = json.dumps(reports)
    for word in ('"signatures": [{', '"artifact": {',
                 '"is_given": true', '"skipped_failed"', '"comments": [{',
                 '"rolled_back"', '"captures": {'):
        assert word in text, word


def each_value_that_was_changed_is_found():
    every, seen = [], set()
    for name in ("rollback", "skip", "open", "changed"):
        # of the last two, what the others did not have
        every += changes(reports[name], set() if name in ("rollback", "skip")
                         else seen)
        seen |= {plain(path) for path in nodes(reports[name]) if path}
    batches = [every[n:n + AT_ONCE] for n in range(0, len(every), AT_ONCE)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        missed = sum(pool.map(unnoticed, batches), [])
    print(f"        {len(every)} changes of {len(reports)} reports")
    assert len(every) > 3000, len(every)
    missed = [done for done in missed if done[0] not in NOT_PROVEN]
    assert not missed, (len(missed), missed[:30])


def each_event_that_was_changed_or_taken_away_is_found():
    report = reports["skip"]
    for n, text in enumerate(report["events"]):
        changed = copy.deepcopy(report)
        changed["events"][n] = text.replace('"at":"2', '"at":"3', 1)
        assert check(changed)[0] == 1, text
        del changed["events"][n]
        assert check(changed)[0] == 1, text


def a_difference_is_named_by_its_place():
    changed = copy.deepcopy(reports["skip"])
    step = next(i for i, s in enumerate(changed["steps"])
                if s["id"] == "look")
    changed["steps"][step]["signed_by"] = "bob"
    changed["steps"][step]["signatures"][0]["by"] = "bob"
    changed["more\nsteps"] = 1
    said = check(changed)[1]
    for line in (f'WRONG: steps[{step}].signed_by is "bob", and by the '
                 'events "eve"', f"steps[{step}].signatures[0].by is",
                 "more?steps is 1, which the events do not prove"):
        assert line in said, said


def a_report_of_before_verifies_as_far_as_it_did():
    report = json.loads(BEFORE.read_text())
    code, said = check(report)
    assert code == 0, said
    assert "not proven by the events: " in said and "steps.can" in said, said
    for path, value in ((("result",), "failed"), (("steps", 0, "state"), "x"),
                        (("approvals", "given", 0, "by"), "bob"),
                        (("parameters", "folder"), "/"),
                        (("steps", 0, "attempts", 0, "exit"), 7),
                        (("steps", 0, "outcome"), "failed"),
                        (("progress", "done"), 99)):
        changed = copy.deepcopy(report)
        at(changed, path[:-1])[path[-1]] = value
        assert check(changed)[0] == 1, path


def a_report_is_not_taken_for_one_of_before():
    """Without its format, a changed value is found all the same."""
    report = copy.deepcopy(reports["skip"])
    del report["format"]
    assert check(report)[0] == 1
    report["can"] = []
    code, said = check(report)
    assert code == 0 and "older version" in said, said
    for i, step in enumerate(report["steps"]):
        for key in ("signed_by", "outcome", "role", "essential", "targets"):
            changed = copy.deepcopy(report)
            changed["steps"][i][key] = ["other"]
            assert check(changed)[0] == 1, (step["id"], key)


def an_empty_word_in_an_event_is_an_answer():
    report = copy.deepcopy(reports["skip"])
    events = [json.loads(text) for text in report["events"]]
    texts = [(n, key) for n, e in enumerate(events)
             for key, value in e["data"].items()
             if isinstance(value, str) and value]
    for n, key in texts:
        changed = copy.deepcopy(report)
        event = copy.deepcopy(events[n])
        event["data"][key] = ""
        changed["events"][n] = json.dumps(event, separators=(",", ":"))
        assert check(changed)[0] == 1, (n, key)


main([reports_verify_as_they_were_exported,
      each_value_that_was_changed_is_found,
      an_empty_word_in_an_event_is_an_answer,
      each_event_that_was_changed_or_taken_away_is_found,
      a_difference_is_named_by_its_place,
      a_report_of_before_verifies_as_far_as_it_did,
      a_report_is_not_taken_for_one_of_before])
