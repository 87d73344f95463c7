#!/usr/bin/env python3
"""
runbooks/README.md is what authors read: its examples pass `countersign check`,
and it has every attribute and key that the program knows.
"""
import pathlib, re, subprocess, tempfile

from console import BUILD, TOP, main

README = (TOP / "runbooks/README.md").read_text()
SOURCES = [path.read_text() for path in TOP.glob("fcgi/**/*.c")]
BODIES = {"answers": "/a/ => b", "http": "GET https://shop.test/", "mysql": "SELECT 1;", "postgresql": "SELECT 1;",
          "sqlite": "SELECT 1;", "copy": "/etc/hosts -> /tmp/hosts", "edit": "ensure a = b", "approval": ""}
# The texts that the examples of a table refer to.
AROUND = """---
title: Around
parameters:
  method: {label: Method, default: container}
  from: {label: From, default: '1.0'}
  to: {label: To, default: '1.1'}
---
# Around

```sh {#stop}
echo stop
```

```sh {#settings save=settings-before}
echo settings
```

```sh {#menu pty}
./menu
```

```answers
/go on/ => y
```

"""


def fenced(info, page=README):
    """The blocks of the page with that info string, and the lines where they begin."""
    found = re.finditer(r"^(`{3,})" + info + r"\n(.*?)^\1\n", page, re.M | re.S)
    return [(page.count("\n", 0, m.start()) + 2, m.group(2)) for m in found]


def targets():
    return [(line, text) for line, text in fenced("yaml") if text.startswith("environments:")]


def all_targets():
    """The example that has the targets of all others."""
    return next(text for _, text in targets() if "shop:" in text and "billing:" in text and "web: [web1, web2]" in text)


def check(name, text, beside=None):
    """Its lines of errors and warnings, without those of line and column."""
    with tempfile.TemporaryDirectory(prefix="cs-reference-") as folder:
        path = pathlib.Path(folder) / name
        path.write_text(text)
        if beside:
            path.with_name("targets.yml").write_text(beside)
        for sent in re.findall(r"^< (\./\S+)", text, re.M):
            (path.parent / sent).parent.mkdir(exist_ok=True)
            (path.parent / sent).write_text("{}")
        done = subprocess.run([BUILD / "countersign", "check", path], capture_output=True, text=True)
        said = [line for line in done.stdout.splitlines() if ": error: " in line or ": warning: " in line]
        assert (done.returncode == 0) == (not any(": error: " in line for line in said)), done
        return said


def test_each_example_of_a_runbook_passes_check_without_a_warning():
    examples = fenced("markdown")
    assert len(examples) > 15, len(examples)
    first = all_targets()
    for line, text in examples:
        said = check("example.md", text, first)
        assert not said, (f"README.md:{line}", said)
        assert re.search(r"^ *```\w+ \{|- \[ \]", text, re.M), f"README.md:{line}: an example without a step"


def test_runbooks_on_other_pages_of_documentation_pass_check():
    for page in (TOP / "README.md", *TOP.glob("*/README.md")):
        for line, text in fenced("markdown", page.read_text()):
            said = check("example.md", text)
            assert not said, (f"{page}:{line}", said)


def test_each_example_of_targets_yml_passes_check():
    assert len(targets()) > 4, len(targets())
    for line, text in targets():
        said = check("targets.yml", text)
        assert not said, (f"README.md:{line}", said)


def around(example):
    """A document in which the example of a row stands at its place."""
    if example.startswith(("#", "- [ ]")):
        document = f"{AROUND}{example}\n\n```sh {{#inside}}\necho inside\n```\n"
    else:
        body = BODIES.get(example.split()[0], "echo done")
        example = "sh {pty}\necho a\n```\n\n```" + example if example.startswith("answers ") else example
        document = f"{AROUND}{'# Back {.rollback}' if re.search('undo=|after=', example) else ''}\n\n```{example}\n{body}\n```\n"
        document = document.replace("#stop}\n" + body, "#go-on}\n" + body) if "{#stop}" in example else document
    return document


def rows(heading):
    """First cell and example of each row of the table below the heading."""
    section = README.split(f"\n{heading}\n")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = re.split(r"(?<!\\) \| ", line.strip("| "))
        if line.startswith("| `"):
            yield cells[0], cells[-1].strip("`").replace("\\|", "|")


def test_the_example_of_each_attribute_passes_check():
    first = all_targets()
    for heading in ("## Attributes of a step", "## Attributes of a heading"):
        for name, example in rows(heading):
            said = check("row.md", around(example), first)
            assert not said, (name, example, said)
            word = re.search(r"[#.\w][\w-]*", name).group()
            assert word == "#id" or re.search(rf"[{{ ]{re.escape(word)}[ =}}]", example), (name, example)


def source(line):
    """The one file of the program with that line, wherever it stands."""
    found = [text for text in SOURCES if line in text]
    assert len(found) == 1, (line, len(found))
    return found[0]


def attributes():
    """As the program's tables have them: key=, word, .class."""
    forms = {"KEY": "{}=", "WORD": "{}", "CLASS": ".{}"}
    steps = (TOP / "fcgi/plan/step.def").read_text()
    headings = (TOP / "fcgi/plan/section.def").read_text()
    for of, table in ("step", steps), ("heading", headings):
        rows = re.findall(r'^ATTRIBUTE\("([\w-]+)",\s+(\w+),', table, re.M)
        assert len(rows) > 4, (of, rows)
        for name, sort in rows:
            yield of, forms[sort].format(name)


def test_every_attribute_stands_in_its_table_and_in_a_whole_example():
    examples = "\n".join(text for _, text in fenced("markdown"))
    known = {"step": "".join(name for name, _ in rows("## Attributes of a step")),
             "heading": "".join(name for name, _ in rows("## Attributes of a heading"))}
    for of, name in attributes():
        assert f"`{name}" in known[of], f"{name} of a {of} is missing in the table"
        assert re.search(rf"[{{ ]{re.escape(name)}" + ("" if name.endswith("=") else r"[ }]"), examples), \
            f"{name} of a {of} is in no example"


def kinds():
    """Each kind of step of plan/kinds.def: its word and its flags."""
    text = (TOP / "fcgi/plan/kinds.def").read_text()
    sets = dict(re.findall(r"^#define (\w+) \((.*)\)$", text, re.M))
    for word, flags in re.findall(r'^KIND\(\w+,\s*"(\w+)",[^|)]*,\s*([A-Z_ |]+)\)', text, re.M):
        yield word, {flag for part in flags.split(" | ") for flag in sets.get(part, part).split(" | ")}


def kinds_with(*flags):
    return {word for word, has in kinds() if has & set(flags)}


def test_each_kind_of_block_stands_in_the_table_of_kinds_and_in_a_whole_example():
    table = README.split("\n## Kinds of step\n")[1].split("\n### ")[0]
    first = " ".join(line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `"))
    examples = "\n".join(text for _, text in fenced("markdown"))
    assert len(kinds_with("KIND_BLOCK")) > 9
    assert set(re.findall(r"`(\w+)`", first)) == kinds_with("KIND_BLOCK"), first
    for word in kinds_with("KIND_BLOCK"):
        assert re.search(rf"^ *```{word}( \{{|$)", examples, re.M), f"a block of {word} is in no example"


def test_each_kind_of_target_is_named_and_stands_in_an_example():
    known = re.findall(r'\bROW\("(\w+)",', source("#define KINDS(ROW)"))
    named = re.search(r"A target has one kind \((.*?)\)", README, re.S).group(1)
    assert len(known) > 4 and re.findall(r"`(\w+)`", named) == known, (named, known)
    examples = "".join(text for _, text in targets())
    for kind in known:
        assert re.search(rf"\b{kind}:\s", examples), f"a target of kind {kind} is in no example"
        assert re.search(rf"^### .*\b{kind}\b", README, re.M), f"no section explains targets of kind {kind}"


def test_the_column_of_kinds_says_what_takes_an_attribute():
    acts, manual = kinds_with("KIND_EXECUTED") & kinds_with("KIND_BLOCK"), {"manual"}
    groups = {"SCRIPTS": kinds_with("KIND_SCRIPT"), "SQL": kinds_with("KIND_SQL"), "OUTPUT": kinds_with("KIND_OUTPUT"),
              "ACTS": acts, "MANUAL": manual, "GATE": {"approval"}, "ALL": acts | manual | {"approval", "answers"}}
    words = {"scripts": groups["SCRIPTS"], "SQL": groups["SQL"], "output": groups["OUTPUT"], "task items": manual,
             "all": acts | manual}
    steps = (TOP / "fcgi/plan/step.def").read_text()
    taken = {name: set().union(*(groups.get(part) or {part[2:-1].lower()} for part in of.split(" | ")))
             for name, of in re.findall(r'^ATTRIBUTE\("([\w-]+)",\s+\w+,\s+([A-Z()_ |]+),', steps, re.M)}
    assert len(taken) > 30
    section = README.split("\n## Attributes of a step\n")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = re.split(r"(?<!\\) \| ", line.strip("| "))
        name = re.search(r"^`\.?([\w-]+)", cells[0])
        if not line.startswith("| `") or not name or name.group(1) not in taken:
            continue
        said = set().union(*(words.get(part) or {part.strip("`")} for part in cells[1].split(", ")))
        want = taken.pop(name.group(1))
        want -= {"answers"} if len(want) > 1 else set()  # a sentence says that these take title= and like= alone
        assert said == want, f"{name.group(1)}: the column says {sorted(said)}, step.def {sorted(want)}"
    assert not taken, taken


def keys():
    """Every key that front matter and targets.yml may have."""
    lists = [names for text in SOURCES if re.search(r"\w+_check_keys\(", text)
             for names in re.findall(r"char \*const \w*keys\[\] = \{(.*?)\}", text, re.S)]
    assert len(lists) > 10, lists
    for names in lists:
        yield from re.findall(r'"([\w-]+)"', names)


def test_every_key_and_type_stands_in_the_reference():
    types = re.findall(r'\[PARAMETER_\w+\] = "(\w+)"', source("\nread_type("))
    assert len(types) == 6, types
    for name in {*keys(), *types}:
        assert re.search(rf"`[^`\n]*(?<![\w-]){re.escape(name)}(?![\w-])[^`\n]*`", README), f"{name} is not explained"
        assert re.search(rf"[\s{{\[,]{re.escape(name)}\b", "".join(text for _, text in targets() + fenced("markdown"))), \
            f"{name} is in no example"


def commands():
    """Verb, path as in the reference, and fields of a request: the rows of plan/commands.def that have a path."""
    text = (TOP / "fcgi/plan/commands.def").read_text()
    places = {"RUN": "/runs/ID", "STEP": "/runs/ID/steps/STEP", "COMMAND": ""}
    for sort, verb, path, fields in re.findall(r'^(RUN|STEP|COMMAND)\((\w+),.*?"(/[^"]*)",(.*)', text, re.M):
        yield verb, places[sort] + path.replace(":name", "NAME"), re.findall(r"(?:NEED|MAY)\((\w+),", fields)


def test_every_command_stands_in_the_table_of_requests_with_its_fields():
    table = README.split("\n## Requests for programs\n")[1].split("\n## ")[0]
    assert len(list(commands())) > 30
    for verb, path, fields in commands():
        parent, last = path.rsplit("/", 1)
        assert f"`POST {path}`" in table or re.search(rf"`POST {parent}/[^|]*`/{last}`", table), (verb, path)
        for field in fields:
            assert re.search(rf'`"?{field}["`]', table), f"{field} of {path} is not explained"


def anchors(page):
    """Of its headings, as Git forges make them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^(`{3,}).*?^\1$", "", page, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_links_of_the_documentation_lead_somewhere():
    for page in (TOP / "README.md", *TOP.glob("*/README.md")):
        text = re.sub(r"^(`{3,}).*?^\1$", "", page.read_text(), flags=re.M | re.S)
        for file, anchor in re.findall(r"\]\(([\w./-]*)(?:#([^)\s]+))?\)", text):
            to = page.parent / file if file else page
            assert to.exists(), f"{page}: {file}"
            assert not anchor or anchor in anchors(to.read_text()), f"{page}: {file}#{anchor}"


if __name__ == "__main__":
    main([
        test_each_example_of_a_runbook_passes_check_without_a_warning,
        test_runbooks_on_other_pages_of_documentation_pass_check,
        test_each_example_of_targets_yml_passes_check,
        test_the_example_of_each_attribute_passes_check,
        test_every_attribute_stands_in_its_table_and_in_a_whole_example,
        test_each_kind_of_block_stands_in_the_table_of_kinds_and_in_a_whole_example,
        test_each_kind_of_target_is_named_and_stands_in_an_example,
        test_the_column_of_kinds_says_what_takes_an_attribute,
        test_every_key_and_type_stands_in_the_reference,
        test_every_command_stands_in_the_table_of_requests_with_its_fields,
        test_links_of_the_documentation_lead_somewhere,
    ])
