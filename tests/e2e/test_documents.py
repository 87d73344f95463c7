#!/usr/bin/env python3
"""
A document's blocks run as they are written, under the name that its file has.
"""
import json, os, re, subprocess, tempfile, urllib.parse

from console import BUILD, Console, main, runbook_folder, sign_in

NAMES = ["07-升级 文档", "部署/第 2 步 & 检查 (v1.4)", "what? 100% #1 + a'b\"c", "-dash", "a\\b;c", "x.md", "…"]

TRIVIAL = """---
title: Named so
---
# One

```sh {#one}
true
```
"""

TABS = """---
title: Tabs and fences
---
# Tabs

```sh {#unit}
mkdir -p "$CS_HOME"
cat <<-END > "$CS_HOME/unit"
	listen 80
	END
printf 'all:\\n' > "$CS_HOME/Makefile"
cat <<'END' >> "$CS_HOME/Makefile"
	touch $@
END
```	

Prose between two steps: rm -rf nothing.

> 1. Within a quote and a list
>
>    ```sh {#after}
>    test "$(cat "$CS_HOME/unit")" = "listen 80"
>    grep -q "^	touch" "$CS_HOME/Makefile" &&
>    	echo "tab ok"
>    ```
"""


HAN = """---
title: 编号
---
# 停机

```sh {#列出}
echo '{"items": ["a", "b"]}'
```

```sh {#再列 same-as=列出}
echo '{"items": ["a", "b"]}'
```

```sh {#启服务.甲 when="succeeded(列出) and ran('再列')"}
echo started
```

- [ ] 页面能打开 {#页面-1}

# 节点 {each="n in a,b"}

```sh {#逐台检查每一台机器上的服务是否正常运行着}
echo "$n"
```

# 退回 {.rollback}

```sh {#恢复 undo=启服务.甲}
echo restored
```
"""


def folder_of(names, text):
    folder = runbook_folder({})
    for name in names:
        path = folder / (name + ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def run_all(ana, runbook):
    status, made = ana.post("/runs", {"runbook": runbook, "environment": "test"})
    assert status == 201, (status, made)
    assert ana.post(f"/runs/{made['id']}/start")[0] == 200
    run = ana.drive(made["id"])
    return made["id"], run


def test_ids_of_steps_in_any_script():
    with Console(runbooks=runbook_folder({"han": HAN})) as console:
        ana = console.user("ana", "admin,operator")
        session = sign_in(console.base, "ana")
        status, made = ana.post("/runs", {"runbook": "han", "environment": "test"})
        assert status == 201, made
        ana.post(f"/runs/{made['id']}/start")
        run = ana.drive(made["id"], until="页面-1")
        assert [s["id"] for s in run["steps"]][:4] == ["列出", "再列", "启服务.甲", "页面-1"], run
        assert [s["state"] for s in run["steps"]][:3] == ["succeeded"] * 3, run
        assert ana.output(made["id"], "启服务.甲", "local") == "started\n"
        loop = [s["id"] for s in run["steps"] if s["id"].startswith("逐台")]
        assert len(set(loop)) == 2 and all(len(i.encode()) <= 64 and "\ufffd" not in i for i in loop), loop
        # as a person: every address of the page is one of ASCII, and so is the way back to it
        url = f"/runs/{made['id']}"
        _, _, page = console.raw("GET", url, headers={"Cookie": session["Cookie"], "Accept": "text/html"})
        page = page.decode()
        links = re.findall(r'(?:action|href|data-txt)="([^"]*)"', page)
        assert links and all(link.isascii() for link in links), [link for link in links if not link.isascii()]
        place = urllib.parse.quote("页面-1")
        assert f"{url}/steps/{place}/confirm" in links, links
        status, headers, _ = console.raw(
            "POST", f"{url}/steps/{urllib.parse.quote('页面-1')}/confirm",
            urllib.parse.urlencode({"note": "seen", "_csrf": session["X-CSRF-Token"]}),
            {"Cookie": session["Cookie"], "Origin": console.base, "Accept": "text/html",
             "Content-Type": "application/x-www-form-urlencoded"})
        assert status == 303 and headers["Location"].isascii(), (status, headers["Location"])
        step = urllib.parse.quote("启服务.甲")
        for path in (f"{url}/steps/{step}/attempts/1/local", f"{url}/preview/{step}"):
            status, _, _ = console.raw("GET", path, headers={"Cookie": session["Cookie"], "Accept": "text/html"})
            assert status == 200, (path, status)
        # back: what undoes the step is offered and runs
        assert ana.post(f"{url}/rollback", {"reason": "to see it"})[0] == 200
        run = ana.drive(made["id"])
        assert next(s for s in run["steps"] if s["id"] == "恢复")["state"] == "succeeded", run
        status, answer = ana.post(f"{url}/close", {"note": "", "result": "rolled_back"})
        assert status == 200, answer
        report = ana.get(f"{url}/report")[1]
        assert "启服务.甲" in json.dumps(report, ensure_ascii=False)


def test_an_id_has_letters_and_digits_and_nothing_that_is_not_seen():
    for wrong in ("停，服", "停\u202e服", "停\u3000服", "→", "-停", "停" * 22, "停/服", "停\u200b"):
        folder = runbook_folder({"wrong": f"# One\n\n```sh {{#{wrong}}}\ntrue\n```\n"})
        said = subprocess.run([BUILD / "countersign", "check", folder / "wrong.md"], capture_output=True,
                              text=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
        assert said.returncode != 0 and "wrong.md:3:8: error:" in said.stdout + said.stderr, (wrong, said)


def test_a_block_runs_with_its_tabs_and_without_what_is_around_it():
    home = tempfile.mkdtemp(prefix="cs-tabs-")
    folder = runbook_folder({"tabs": TABS.replace("$CS_HOME", home), "crlf": ""})
    (folder / "crlf.md").write_bytes(TABS.replace("$CS_HOME", home + "/crlf").replace("\n", "\r\n").encode())
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        for name in ("tabs", "crlf"):
            number, run = run_all(ana, name)
            states = {s["id"]: s["state"] for s in run["steps"]}
            assert states == {"unit": "succeeded", "after": "succeeded"}, (name, states, [
                ana.output(number, s, "local") for s in states])
            assert "tab ok" in ana.output(number, "after", "local")


def test_a_runbook_has_the_name_of_its_file_in_any_script():
    folder = folder_of(NAMES, TRIVIAL)
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        listed = {b["name"]: b for b in ana.get("/runbooks")[1]["runbooks"]}
        assert set(listed) == set(NAMES), sorted(listed)
        for name in NAMES:
            where = "/runbooks/" + listed[name]["path"]
            status, book = ana.get(where)
            assert status == 200 and book["name"] == name, (name, status, book)
            for page in ("/runbooks", where, "/runs/new?runbook=" + urllib.parse.quote(name)):
                status, html = ana.get(page, accept="text/html")
                assert status == 200 and (page != "/runbooks" or where in html), (page, status)
            number, run = run_all(ana, name)
            assert run["runbook"] == name and run["steps"][0]["state"] == "succeeded", run
            status, html = ana.get(f"/runs/{number}", accept="text/html")
            assert status == 200 and f'href="{where}"' in html, (name, where)
            runs = ana.get("/runs?runbook=" + urllib.parse.quote(name))[1]["runs"]
            assert [r["id"] for r in runs] == [number], (name, runs)
        assert console.cli("check").count("no errors") == len(NAMES)


def test_names_that_no_runbook_can_have_are_refused_everywhere_alike():
    folder = folder_of(["fine"], TRIVIAL)
    (folder / ".git").mkdir()
    for name in (".git/config", ".hidden", "bell\x07", "turn\u202eed", "wide" * 63):
        (folder / (name + ".md")).write_text(TRIVIAL)
    deep = folder / "a/b/c/d/e/f/g"
    deep.mkdir(parents=True)
    (deep / "deep.md").write_text(TRIVIAL)
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        listed = [b["name"] for b in ana.get("/runbooks")[1]["runbooks"]]
        assert listed == ["fine", "wide" * 63], listed
        for name in ("", ".", "..", "../fine", "./fine", "a//fine", "/fine", "fine/", ".git/config", ".hidden", "bell\x07",
                     "turn\u202eed", "a/b/c/d/e/f/g/deep", "no such", "\u5347" * 60 + "x" * 80, "x" * 300):
            status, answer = ana.post("/runs", {"runbook": name, "environment": "test"})
            assert status in (400, 404, 422), (name, status, answer)
            assert answer["error"]["code"] in ("no_such_runbook", "invalid", "missing_field"), (name, answer)
            status, _ = ana.get("/runbooks/" + urllib.parse.quote(name))
            assert status in (200 if name == "" else 404, 404), (name, status)
        done = subprocess.run([BUILD / "countersign", "check", "--runbooks", folder], capture_output=True)
        said = done.stdout.decode("utf-8", "replace")
        assert done.returncode == 1 and said.count("no runbook can have this name") == 3, said
        assert ".git" not in said and ".hidden" not in said, said


def test_links_stay_within_the_folder():
    """One that leads out is refused, and page, run and check say why."""
    books = folder_of(["team/a"], TRIVIAL)
    outside = folder_of(["b"], TRIVIAL.replace("Named so", "Not ours"))
    (books / "in.md").symlink_to("team/a.md")
    (books / "crew").symlink_to("team")

    def check():
        return subprocess.run([BUILD / "countersign", "check", "--runbooks", books],
                              capture_output=True, text=True)

    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        for name in ("in", "crew/a"):
            assert ana.get(f"/runbooks/{name}")[0] == 200, name
            status, run = ana.post("/runs", {"runbook": name, "environment": "test"})
            assert status == 201, run
        assert check().returncode == 0
        (books / "out.md").symlink_to(outside / "b.md")
        (books / "others").symlink_to(outside)
        listed = [b["name"] for b in ana.get("/runbooks")[1]["runbooks"]]
        assert "crew/a" in listed and "others/b" not in listed, listed
        assert "Not ours" not in ana.get("/runbooks", accept="text/html")[1]
        for name in ("out", "others/b"):
            status, answer = ana.get(f"/runbooks/{name}")
            assert (status, answer["error"]["code"]) == (403, "runbook_leads_out"), answer
            status, html = ana.get(f"/runbooks/{name}", accept="text/html")
            assert "leads out of the runbook folder" in html and "Not ours" not in html, html
            status, answer = ana.post("/runs", {"runbook": name, "environment": "test"})
            assert (status, answer["error"]["code"]) == (403, "runbook_leads_out"), answer
        done = check()
        assert done.returncode == 1, done
        assert done.stderr.count("leads out of the runbook folder") == 2, done
        assert "Not ours" not in done.stdout + done.stderr, done


def test_readme_at_the_top_of_the_folder_is_documentation_and_below_it_a_runbook():
    folder = folder_of(["fine", "team/README"], TRIVIAL)
    (folder / "README.md").write_text("# Not a runbook\n\n```sh {#broken\ntrue\n```\n")

    def check(*files):
        done = subprocess.run([BUILD / "countersign", "check", "--runbooks", folder, *files], capture_output=True, text=True)
        return done.returncode, done.stdout

    code, said = check()
    assert code == 0 and f"{folder}/README.md" not in said and f"{folder}/team/README.md: 1 step" in said, said
    code, said = check(folder / "README.md", folder / "fine.md", folder / "team/README.md")
    assert code == 0 and said.count("1 step, no errors") == 2, said
    assert f"{folder}/README.md: left out" in said, said
    with Console(runbooks=folder) as console:
        ana = console.user("ana", "operator")
        assert [b["name"] for b in ana.get("/runbooks")[1]["runbooks"]] == ["fine", "team/README"]
        assert ana.get("/runbooks/README")[0] == 404
        status, answer = ana.post("/runs", {"runbook": "README", "environment": "test"})
        assert answer["error"]["code"] == "no_such_runbook", (status, answer)
        assert ana.get("/runbooks/team/README")[0] == 200
        assert ana.post("/runs", {"runbook": "team/README", "environment": "test"})[0] == 201


MESSAGE = """---
title: Asks
parameters:
  version: {label: Version, pattern: '[0-9]+[.][0-9]+', message: "Two numbers and a dot, such as 1.4."}
  count: {label: Count, pattern: '[0-9]{2}', required: false}
---
# One

```sh {#one}
echo "$version"
```
"""


def test_what_a_pattern_wants_is_said_once_and_in_the_words_of_the_author():
    with Console(runbooks=runbook_folder({"asks": MESSAGE})) as console:
        ana = console.user("ana", "operator")
        words = "Two numbers and a dot, such as 1.4."

        def form(language="en", **fields):
            body = urllib.parse.urlencode({"runbook": "asks", "environment": "test", **fields})
            status, _, text = console.raw("POST", "/runs", body, {
                "Authorization": "Bearer " + ana.token, "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "text/html", "Accept-Language": language})
            return status, text.decode()

        for language in ("en", "zh-CN"):
            status, html = form(language, param_version="one")
            assert status == 422 or status == 400, status
            assert html.count(words) == 1 and html.count('role="alert"') == 1, html
        status, html = form(param_version="1.4", param_count="1")
        assert html.count("This does not match the pattern [0-9]{2}.") == 1, html
        status, html = form("zh-CN", param_version="1.4", param_count="1")
        assert html.count("[0-9]{2}") == 1 and "does not match" not in html, html
        # what concerns no field of the form stands at its top
        status, html = form(param_version="1.4", environment="moon")
        assert html.count('id="form-error"') == 1, (status, html)
        status, answer = ana.post("/runs", {"runbook": "asks", "environment": "test", "parameters": {"version": "one"}})
        assert answer["error"]["field"] == "version" and answer["error"]["message"] == "Version: " + words, answer
        status, _ = ana.post("/runs", {"runbook": "asks", "environment": "test", "parameters": {"version": "1.4"}})
        assert status == 201, status


ADVICE = """---
title: Warned of
---
# One

```sh {#one role=dba}
cd /srv/app
vi app.conf
```

- [ ] Look {#look role=operator sign=lead}
- [ ] Look again {#again role=operator sign=lead}
"""


def test_warnings_stand_on_the_page_in_the_language_of_the_reader():
    with Console(runbooks=runbook_folder({"warned": ADVICE})) as console:
        ana = console.user("ana", "operator")

        def said(language):
            status, _, text = console.raw("GET", "/runbooks/warned", headers={
                "Authorization": "Bearer " + ana.token, "Accept": "text/html", "Accept-Language": language})
            assert status == 200, status
            return text.decode()

        english, chinese = said("en"), said("zh-CN")
        assert "waits for somebody at a terminal" in english and "|| exit" in english
        assert "要等人在终端前操作" in chinese and "waits for somebody" not in chinese
        for role in ("dba", "lead"):
            assert english.count(f"Nobody here has the role “{role}”") == 1, english
            assert f"这里没有人拥有角色“{role}”" in chinese
        assert "role “operator”" not in english
        console.cli("user", "add", "eva", "--roles", "dba", "--password-stdin", stdin="a long enough password 2\n")
        assert "role “dba”" not in said("en") and "role “lead”" in said("en")


def test_the_command_line_speaks_the_language_of_the_locale():
    folder = folder_of(["fine"], TRIVIAL)
    (folder / "wrong.md").write_text("# Wrong\n\n```sh {#one ona=b}\ntrue\n```\n")

    def said(locale, *args):
        done = subprocess.run([BUILD / "countersign", *args], capture_output=True, text=True,
                              cwd=folder, timeout=60, env=dict(os.environ, LC_ALL=locale))
        assert "Sanitizer" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    for args, code, english, chinese in (
            (["check", "wrong.md"], 1, "wrong.md: 1 step, not to be run", "wrong.md: 1 个步骤，不可执行"),
            (["check", "wrong.md"], 1, "is not an attribute", "error: “ona=”不是"),
            (["check", "none.md"], 1, "none.md: there is no such file", "none.md：没有这个文件"),
            (["import", "fine.md", "--output", "fine.md"], 1, "fine.md exists and is not overwritten", "fine.md 已存在"),
            (["verify", "--data", "none"], 1, "there is no journal in none", "none 中没有日志数据库"),
            (["nothing"], 2, 'there is no command "nothing"', "没有命令“nothing”"),
            (["verify", "--help"], 0, "Recomputes chains", "重新计算哈希链")):
        for locale, text, other in (("C.UTF-8", english, chinese), ("zh_CN.UTF-8", chinese, english)):
            got, out = said(locale, *args)
            assert got == code and text in out and other not in out, (args, locale, got, out)



NEEDS = """---
title: Needs a database
---
# One

```sqlite {#one on=%s}
SELECT 1;
```
"""


def test_check_of_one_file_reads_the_targets_above_it():
    folder = runbook_folder({"fits": NEEDS % "db", "nowhere": NEEDS % "gone", "here": NEEDS.replace(" on=%s", "")}, """
environments:
  test: {targets: {db: {sqlite: {file: a.db}}}}
  bare: {label: Bare}
""")
    (folder / "team").mkdir()
    (folder / "team/below.md").write_text(NEEDS % "db")

    def check(*files):
        done = subprocess.run([BUILD / "countersign", "check", *files], capture_output=True, text=True, cwd=folder / "team")
        assert "Sanitizer" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    for file in ("below.md", folder / "fits.md"):
        code, said = check(file)
        assert code == 0 and "1 step, no errors" in said, said
        assert "cannot run in bare" in said and "cannot run in test" not in said, said
    code, said = check("../nowhere.md")
    assert code == 1 and "cannot run in test" in said and "no environment of targets.yml can run it" in said, said
    assert "1 step, not to be run" in said, said
    code, said = check("../here.md")
    assert code == 1 and ":6:1: warning: A sqlite step runs on a target of targets.yml" in said, said
    assert "no environment of targets.yml can run it" in said, said
    code, said = check("--runbooks", "..")
    assert code == 1 and "team/below.md: warning: cannot run in bare" in said, said
    with open(folder / "targets.yml", "a") as f:
        f.write("  wrong: {lable: Wrong}\n")
    code, said = check("below.md", "../fits.md")
    assert code == 1 and said.count("targets.yml:5:") == 1 and "lable" in said, said


def test_a_folder_without_an_environment_says_what_to_do():
    books = runbook_folder({"b": TRIVIAL})
    targets = (books / "targets.yml").read_text()
    (books / "targets.yml").unlink()
    with Console(runbooks=books) as console:
        ana = console.user("ana", "operator")
        for path in ("/runbooks/b", "/runs/new?runbook=b"):
            model = ana.get(path)[1]
            assert model["no_environments"] and model["environments"] == [], model
            assert "names no environment" in ana.get(path, accept="text/html")[1], path
        assert not ana.get("/runbooks/b")[1]["can_run"]
        assert 'href="/runs/new' not in ana.get("/runbooks/b", accept="text/html")[1]
        assert ana.post("/runs", {"runbook": "b", "environment": "test"})[0] >= 400
        (books / "targets.yml").write_text(targets)
        model = ana.get("/runbooks/b")[1]
        assert model["can_run"] and not model["no_environments"], model
        assert "names no environment" not in ana.get("/runs/new?runbook=b", accept="text/html")[1]


if __name__ == "__main__":
    main([
        test_check_of_one_file_reads_the_targets_above_it,
        test_a_folder_without_an_environment_says_what_to_do,
        test_a_block_runs_with_its_tabs_and_without_what_is_around_it,
        test_ids_of_steps_in_any_script,
        test_an_id_has_letters_and_digits_and_nothing_that_is_not_seen,
        test_a_runbook_has_the_name_of_its_file_in_any_script,
        test_names_that_no_runbook_can_have_are_refused_everywhere_alike,
        test_links_stay_within_the_folder,
        test_readme_at_the_top_of_the_folder_is_documentation_and_below_it_a_runbook,
        test_what_a_pattern_wants_is_said_once_and_in_the_words_of_the_author,
        test_warnings_stand_on_the_page_in_the_language_of_the_reader,
        test_the_command_line_speaks_the_language_of_the_locale,
    ])
