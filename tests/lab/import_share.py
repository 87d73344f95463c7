#!/usr/bin/env python3
"""
import_share.py [FOLDER]: how much of our runbooks `countersign import` finds.

FOLDER (default: ../shared/upgrades beside the repository) has the originals of
poa, metis, xpulse, loonflow and fate.  Each is imported, and the draft compared
with the finished runbook: a step of the runbook stands in the draft if one of
the draft's has its kind and its text (at least half of the words of the shorter
one, with the defaults of parameters in their places); its target is right if both act here, if the
runbook's target has the name of the draft's in NAMES, or if the draft leaves it
to a person where the original names no machine.  Exits with 1 if a word of an
original is missing in its draft, or the share fell below LEAST.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
COUNTERSIGN = TOP / "build/countersign"
# A machine as the originals call it, and its names in our targets.yml.
NAMES = {"192.168.0.69": ("metis-host", "metis-prod", "prod"), "192.168.1.172": ("metis-dev", "dev")}
# The share of steps, in percent, that was reached; a lower one is a loss.
LEAST = {}
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^{\n]*?)\s*(\{.*\})?\s*$")
TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[ \]\s+(.*?)\s*(\{[^{}]*#[^{}]*\})?\s*$")
KINDS = {"bash": "sh", "postgresql": "sql", "mysql": "sql", "sqlite": "sql"}

Step = collections.namedtuple("Step", "kind title text on line")


def attribute(braces, name):
    found = re.search(name + r"=(?:\"([^\"]*)\"|(\S+?))(?=[\s}])", braces)
    return (found.group(1) or found.group(2)) if found else ""


def steps(text):
    """The steps of a runbook, answers and gates aside."""
    found, lines, i, before = [], text.split("\n"), 0, ""
    while i < len(lines):
        fence, task = FENCE.match(lines[i]), TASK.match(lines[i])
        if fence:
            start, body = i, []
            i += 1
            while i < len(lines) and not re.match(r"^\s*" + fence.group(2)[0] + "{3,}\\s*$", lines[i]):
                body.append(lines[i])
                i += 1
            kind, braces = (fence.group(3).split() or [""])[0], fence.group(4) or ""
            if braces and ".example" not in braces and kind not in ("approval", "answers"):
                found.append(Step(KINDS.get(kind, kind), attribute(braces, "title") or before,
                                  "\n".join(body), attribute(braces, "on"), start + 1))
        elif task:
            found.append(Step("task", task.group(1), "", attribute(task.group(2) or "", "on"), i + 1))
        elif lines[i].strip():
            before = lines[i].strip()
        i += 1
    return found


def with_defaults(text):
    """The text with the defaults of its parameters for their names."""
    front = re.match(r"---\n(.*?)\n---\n", text, re.S)
    if not front:
        return text
    for name, body in re.findall(r"(?ms)^  (\w+):(.*?)(?=^  \w|\Z)", front.group(1)):
        default = re.search(r"default:\s*(?:'([^']*)'|\"([^\"]*)\"|([^,}\n]+))", body)
        if default:
            value = next(g for g in default.groups() if g is not None).strip()
            text = re.sub(r"\{\{%s\}\}|\$\{?%s\b\}?" % (name, name), lambda _: value, text)
    return text


def words(text):
    return re.findall(r"[A-Za-z0-9_]+|[\u3400-\u9fff]", text)


def likeness(ours, draft):
    """The share of the shorter text that stands in the other one."""
    if ours.kind == "task":
        a, b = words(ours.title.lower()), words(draft.title.lower())
    else:
        a, b = words(ours.text.lower()), words(re.sub(r"(?m)^\s*(#|--).*$", "", draft.text.lower()))
    a, b = collections.Counter(a), collections.Counter(b)
    least = min(sum(a.values()), sum(b.values()))
    return sum((a & b).values()) / least if least else 0


def right_target(ours, draft):
    if draft.on:
        return ours.on == draft.on or ours.on in NAMES.get(draft.on, ())
    return True


def compare(ours, draft):
    pairs = sorted((-likeness(o, d), i, k) for i, o in enumerate(ours) for k, d in enumerate(draft)
                   if o.kind == d.kind)
    matched, used = {}, set()
    for like, i, k in pairs:
        if -like >= 0.5 and i not in matched and k not in used:
            matched[i] = k
            used.add(k)
    return matched


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else TOP.parent / "shared/upgrades"
    bad = False
    print(f"{'':10}{'steps':>6}{'found':>6}{'target':>7}{'share':>7}{'draft':>6}{'words lost':>11}")
    for name in ("poa", "metis", "xpulse", "loonflow", "fate"):
        original = next(iter(sorted(folder.glob(name + ".*"))), None)
        book = TOP / f"runbooks/{name}.md"
        if original is None or not book.exists():
            print(f"{name:10} not there")
            bad |= original is None
            continue
        with tempfile.TemporaryDirectory() as work:
            draft_path = pathlib.Path(work, "draft.md")
            subprocess.run([COUNTERSIGN, "import", "--output", draft_path, original], check=True, capture_output=True)
            text = draft_path.read_text()
        lost = collections.Counter(words(original.read_text())) - collections.Counter(words(text))
        ours, draft = steps(with_defaults(book.read_text())), steps(text)
        matched = compare(ours, draft)
        right = sum(right_target(ours[i], draft[k]) for i, k in matched.items())
        share = 100 * right // len(ours)
        print(f"{name:10}{len(ours):6}{len(matched):6}{right:7}{share:6}%{len(draft):6}{sum(lost.values()):11}")
        if lost:
            print("   lost:", *list(lost)[:20])
        if "-v" in sys.argv[2:]:
            for i, step in enumerate(ours):
                print(f"   {'+' if i in matched else '-'} {step.line}: {step.kind} {step.title[:60]}")
        bad |= bool(lost) or share < LEAST.get(name, 0)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
