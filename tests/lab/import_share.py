#!/usr/bin/env python3
"""
import_share.py FOLDER [-v]: how much of our runbooks `countersign import` finds.

FOLDER has the originals of poa, metis, xpulse, loonflow and fate.  Each is
imported, and the draft compared with the finished runbook.  A step of the
runbook is found if a step of the draft has its kind and its text (at least half
of the words of the shorter one, with the defaults of parameters in their
places; of a task, the words of its title or of its sentence in README.md) and
the right target: the machine of NAMES that the original names, or none where it
names none.

A person added steps to each runbook that no original mentions: gates, probes,
the way back.  So there are two shares: of all steps, and of those for which the
table of sentences in README.md names a sentence.  Of these, `by hand` counts
those whose sentence is a task of the draft: the original says in words what to
do, and a person wrote the script or the request.

Exits with 1 if a word of an original is missing in its draft, or a share of the
named steps fell below LEAST.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
COUNTERSIGN = TOP / "build/countersign"
BOOKS = {"poa": "poa", "metis": "metis", "xpulse": "xpulse", "loonflow": "loonflow", "fate": "fate-zh"}
# A machine as the originals call it, and its name in our targets.yml.
NAMES = {"192.168.0.69": ("metis",), "192.168.1.172": ("metis-dev",), "poa-sa.xxx.edu.cn": ("poa-sa",),
         "mysql": ("fate-mysql",), "fateflow": ("fate-flow",), "nodemanager": ("node",)}
# The shares of named steps, in percent, that were reached; a lower one is a loss.
LEAST = {"poa": 34, "metis": 66, "xpulse": 48, "loonflow": 32, "fate": 58}
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^{\n]*?)\s*(\{.*\})?\s*$")
TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[ \]\s+(.*?)\s*(\{[^{}]*#[^{}]*\})?\s*$")
KINDS = {"bash": "sh", "postgresql": "sql", "mysql": "sql", "sqlite": "sql"}

Step = collections.namedtuple("Step", "id kind title text on line")
Row = collections.namedtuple("Row", "sentences steps")


def attribute(braces, name):
    found = re.search(name + r"=(?:\"([^\"]*)\"|(\S+?))(?=[\s}])", braces)
    return (found.group(1) or found.group(2)) if found else ""


def step_id(braces):
    found = re.search(r"#([\w.-]+)", braces)
    return found.group(1) if found else ""


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
                found.append(Step(step_id(braces), KINDS.get(kind, kind), attribute(braces, "title") or before,
                                  "\n".join(body), attribute(braces, "on"), start + 1))
        elif task:
            braces = task.group(2) or ""
            found.append(Step(step_id(braces), "task", task.group(1), "", attribute(braces, "on"), i + 1))
        elif lines[i].strip():
            before = lines[i].strip()
        i += 1
    return found


def table(name):
    """The rows of README.md for a runbook: sentences, and ids that they became."""
    text = pathlib.Path(__file__).with_name("README.md").read_text()
    part = re.search(rf"(?ms)^### {name}: .*?(?=^##|\Z)", text).group(0)
    rows = [re.findall(r"(?:[^|`]|`[^`]*`)+", line) for line in part.split("\n") if line.startswith("|")]
    return [Row(re.split("[；;]", row[0]), re.findall(r"`([\w.-]+)`", row[1])) for row in rows[2:]]


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


def share_of(a, b):
    """The share of the shorter text that stands in the other one."""
    a, b = collections.Counter(words(a.lower())), collections.Counter(words(b.lower()))
    least = min(sum(a.values()), sum(b.values()))
    return sum((a & b).values()) / least if least else 0


def likeness(ours, draft, rows):
    if ours.kind == "task":
        sentences = [s for row in rows if ours.id in row.steps for s in row.sentences]
        return max(share_of(text, draft.title) for text in [ours.title, *sentences])
    return share_of(ours.text, re.sub(r"(?m)^\s*(#|--).*$", "", draft.text))


def right_target(ours, draft, rows):
    """Its target is the machine that the original names, if it names one."""
    if ours.kind == "task" or (ours.kind == "http" and not draft.on):
        host = re.search(r"https?://([\w.-]+)", draft.text)
        return not host or ours.on in NAMES.get(host.group(1), (ours.on,))
    if draft.on:
        return ours.on == draft.on or ours.on in NAMES.get(draft.on, ())
    sentences = " ".join(s for row in rows if ours.id in row.steps for s in row.sentences)
    return ours.kind == "copy" or not any(ours.on in targets and ("." in name or name + "机器" in sentences)
                                          for name, targets in NAMES.items())


def compare(ours, draft, rows):
    pairs = sorted((-likeness(o, d, rows), not right_target(o, d, rows), i, k)
                   for i, o in enumerate(ours) for k, d in enumerate(draft) if o.kind == d.kind)
    matched, used = {}, set()
    for like, _, i, k in pairs:
        if -like >= 0.5 and i not in matched and k not in used:
            matched[i] = k
            used.add(k)
    return matched


def by_hand(step, rows, draft):
    """The sentence that the step was made of is a task of the draft."""
    return any(share_of(sentence, task.title) >= 0.5 for row in rows if step.id in row.steps
               for sentence in row.sentences for task in draft if task.kind == "task")


def imported(original):
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work, "draft.md")
        subprocess.run([COUNTERSIGN, "import", "--output", path, original], check=True, capture_output=True)
        return path.read_text()


def measure(name, original, verbose):
    """The shares of all and of named steps, and what is lost."""
    text, rows = imported(original), table(name)
    lost = collections.Counter(words(original.read_text())) - collections.Counter(words(with_defaults(text)))
    ours = steps(with_defaults((TOP / f"runbooks/{BOOKS[name]}.md").read_text()))
    draft = steps(with_defaults(text))
    matched = compare(ours, draft, rows)
    ids = {step for row in rows for step in row.steps}
    right = {i for i, k in matched.items() if right_target(ours[i], draft[k], rows)}
    named = {i for i, step in enumerate(ours) if step.id in ids}
    hand = {i for i in named - right if by_hand(ours[i], rows, draft)}
    shares = 100 * len(right) // len(ours), 100 * len(right & named) // len(named)
    print(f"{name:10}{len(ours):6}{len(right):6}{shares[0]:5}%{len(named):8}{len(right & named):6}{shares[1]:5}%"
          f"{len(hand):9}{100 * len((right & named) | hand) // len(named):5}%{len(draft):7}{sum(lost.values()):6}")
    if lost:
        print("   lost:", *list(lost)[:20])
    for i, step in enumerate(ours if verbose else []):
        sign = "+" if i in right else "t" if i in matched else "h" if i in hand else "-" if i in named else "."
        where = draft[matched[i]].line if i in matched else ""
        print(f"   {sign} {step.line}: {step.kind} {step.id} {step.title[:50]} {where}")
    return shares[1], lost


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder, bad = pathlib.Path(sys.argv[1]), False
    print(f"{'':10}{'all':>6}{'found':>6}{'':6}{'named':>8}{'found':>6}{'':6}{'by hand':>9}{'':6}{'draft':>7}{'lost':>6}")
    for name in BOOKS:
        original = next(iter(sorted(folder.glob(name + ".*"))), None)
        if original is None:
            print(f"{name:10} is not in {folder}")
            bad = True
            continue
        share, lost = measure(name, original, "-v" in sys.argv[2:])
        bad |= bool(lost) or share < LEAST.get(name, 0)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
