#!/usr/bin/env python3
"""
Edit steps on this machine and on an sshd of the test's own, by both clients:
what a file becomes, what stays of it, what is refused, and what is shown.
"""
import os, pathlib, secrets, shutil, signal, tempfile, time

import test_step_ssh as ssh
from console import ROOT, Console, left_out, main, runbook_folder

WORK = pathlib.Path(ssh.WORK)
LOCAL = {"name": "here", "kind": "local"}


def targets():
    return [LOCAL, ssh.SSHD.target("far"), ssh.SSHD.target("wide", client="openssh")]


def fresh(content, mode=0o640):
    folder = WORK / f"e{secrets.token_hex(4)}"
    folder.mkdir()
    path = folder / "it's a file.conf"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def edit(path, text, target=LOCAL, **more):
    step = ssh.Step(text, [target], kind="edit", file=str(path), text_line=7, **more)
    step.wait()
    step.end = [x for x in step.lines() if x.get("target") == target["name"]
                and "tries" in x][-1]
    out = pathlib.Path(step.dir) / f"{target['name']}.txt"
    step.text = out.read_text() if out.exists() else ""
    return step


def succeeds(path, text, **more):
    step = edit(path, text, **more)
    assert step.end["state"] == "succeeded", (step.end, step.text)
    return step


def refused(path, text, words, **more):
    before = path.read_bytes() if path.is_file() else None
    step = edit(path, text, **more)
    assert step.end["state"] == "failed" and words in step.end["message"], step.end
    assert before is None or path.read_bytes() == before
    if path.parent.exists():
        assert len(list(path.parent.iterdir())) <= 1, list(path.parent.iterdir())


def owned_by_others(path):
    """The owner of the file.  Only root can give it to another user, and keep
    it with that one; its group may be any that we are in."""
    groups = [g for g in os.getgroups() if g != os.getgid()]
    owner = (1, 2) if ROOT else (os.getuid(), (groups or [os.getgid()])[0])
    os.chown(path, *owner)
    return owner


def test_the_set_user_id_bit_is_kept_and_hard_links_are_not_parted():
    for target in targets():
        path = fresh(b"a=1\n", 0o4750)
        succeeds(path, "set a = 2", target=target)
        assert path.stat().st_mode & 0o7777 == 0o4750, oct(path.stat().st_mode)
        path = fresh(b"a=1\n")
        other = WORK / f"other-{secrets.token_hex(4)}"
        os.link(path, other)
        refused(path, "set a = 2", "hard link", target=target)
        other.unlink()
        succeeds(path, "set a = 2", target=target)


def test_a_file_is_changed_and_everything_else_of_it_kept():
    if not ROOT:
        left_out("the owner of a file that is another user's is kept")
    for target in targets():
        path = fresh(b"version=2.0.9\nport: 80\nold\nlast\n")
        owner = owned_by_others(path)
        step = succeeds(path, "replace 2.0.9 -> 2.1.0\nset port = {{port}}\nremove old\n"
                        "ensure new = $(id) -> 'x'\n", target=target,
                        values={"port": "81; rm -rf / -> \\"})
        assert path.read_text() == ("version=2.1.0\nport: 81; rm -rf / -> \\\nlast\n"
                                    "new = $(id) -> 'x'\n"), path.read_text()
        info = path.stat()
        assert (info.st_mode & 0o7777, info.st_uid, info.st_gid) == (0o640, *owner)
        assert "-version=2.0.9\n+version=2.1.0\n" in step.text and "-old\n" in step.text
        backup = step.text.split("Backup: ")[1].strip()
        assert open(backup).read() == "version=2.0.9\nport: 80\nold\nlast\n"
        assert sorted(map(str, path.parent.iterdir())) == sorted([str(path), backup])


def test_a_second_run_finds_nothing_to_change():
    for target in targets():
        path = fresh(b"v=2.0.9\n")
        text = "replace 2.0.9 -> 2.0.9.1\nensure a\nset k = v\nremove b\n"
        succeeds(path, text, target=target)
        once = path.read_bytes()
        assert once == b"v=2.0.9.1\na\nk=v\n", once
        step = succeeds(path, text, target=target)
        assert "Nothing to change" in step.text and path.read_bytes() == once
        assert len(list(path.parent.iterdir())) == 2


def test_line_ends_and_a_missing_last_one_are_kept():
    for content, wanted in ((b"a\r\nk = 1\r\n", b"a\r\nk = 2\r\nz\r\n"),
                            (b"a\nk=1", b"a\nk=2\nz"), (b"k:   1\n", b"k:   2\nz\n")):
        path = fresh(content)
        succeeds(path, "set k = 2\nensure z")
        assert path.read_bytes() == wanted, path.read_bytes()
    path = fresh(b"")
    succeeds(path, "ensure only")
    assert path.read_bytes() == b"only\n"


def test_a_symbolic_link_stays_and_its_file_is_changed():
    path = fresh(b"a=1\n")
    link = path.parent / "link"
    link.symlink_to(path.name)
    succeeds(link, "set a = 2")
    assert link.is_symlink() and path.read_bytes() == b"a=2\n"


def test_what_cannot_be_done_is_refused_with_the_reason():
    for target in targets():
        refused(fresh(b"x\n"), "ensure y\nreplace a -> b", "Line 8 of the document",
                target=target)
        refused(fresh(b"k=1\nk=2\n"), "set k = 3", "2 lines", target=target)
        refused(fresh(b"a\0b\n"), "ensure y", "not a text", target=target)
        refused(fresh(b"\xff\xfe\n"), "ensure y", "not a text", target=target)
        refused(fresh(b"x" * (10 * 1024 * 1024 + 1)), "ensure y", "10 MB", target=target)
        refused(WORK / "nowhere/at-all", "ensure y", "is not there", target=target)
        folder = fresh(b"").parent / "folder"
        folder.mkdir()
        step = edit(folder, "ensure y", target=target)
        assert step.end["state"] == "failed" and "no regular" in step.end["message"]
    refused(fresh(b"x\n"), "ensure {{a}}", "more than one line", values={"a": "1\n2"})
    refused(fresh(b"[s]\na=1\n"), "set b = 2", "sections")
    refused(fresh(b"x\n"), "append y", "begins with replace")


def test_a_folder_that_may_not_be_written_is_named():
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        path = folder / "f"
        path.write_bytes(b"x\n")
        path.chmod(0o666)
        refused(path, "ensure y", "may not write in the folder", user="nobody")
        path.chmod(0o600)
        refused(path, "ensure y", "nobody may not read and write", user="nobody")
    finally:
        shutil.rmtree(folder)


def test_a_large_file_arrives_whole():
    for target in targets():
        path = fresh(b"0123456789abcde\n" * 640000)
        succeeds(path, "ensure end", target=target)
        assert path.read_bytes() == b"0123456789abcde\n" * 640000 + b"end\n"


def test_a_file_that_changed_after_it_was_read_is_left_alone():
    path = fresh(b"x\n")
    tools = WORK / "tools"
    tools.mkdir()
    (tools / "cat").write_text('#!/bin/sh\n/bin/cat "$1"\necho theirs >>"$1"\n')
    (tools / "cat").chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{tools}:{before}"
    try:
        step = edit(path, "ensure y")
    finally:
        os.environ["PATH"] = before
    assert step.end["state"] == "failed", step.end
    assert "changed by somebody" in step.end["message"], step.end
    assert path.read_bytes() == b"x\ntheirs\n" and len(list(path.parent.iterdir())) == 1


def test_a_link_cut_or_a_cancel_leaves_the_old_file_or_the_new():
    old = b"0123456789abcde\n" * 640000
    far = targets()[1]
    for end in (ssh.SSHD.cut, None):
        path = fresh(old)
        step = ssh.Step("ensure end", [far], kind="edit", file=str(path), text_line=7)
        time.sleep(0.7)
        end() if end else step.process.send_signal(signal.SIGTERM)
        step.wait()
        last = [x for x in step.lines() if x.get("target") == "far" and "tries" in x][-1]
        now = path.read_bytes()
        if last["state"] == "succeeded":
            assert now == old + b"end\n"
        else:
            assert now in (old, old + b"end\n")
            assert last["state"] == "unknown" or now == old, last
        assert not [x for x in path.parent.iterdir() if x.name.endswith(".new")]


def test_secrets_are_masked_in_the_difference():
    path = fresh(b"password=old\n")
    step = succeeds(path, "set password = {{pw}}", secrets={"pw": "hunter2-and-more"})
    assert path.read_text() == "password=hunter2-and-more\n"
    assert "hunter2" not in step.text and "+password=" in step.text


def test_what_is_not_on_record_is_put_back_by_hand():
    path = fresh(b"a\n")
    step = succeeds(f"{path.parent}/{{{{pw}}}}", "ensure b", secrets={"pw": path.name})
    changed = step.end["changed"]
    assert changed == {"file": "", "backup": "", "sum": ""}, changed
    for undo, words in (({"here": changed}, "its backup is not on record"),
                        ({}, "its end did not arrive")):
        step = edit(path, "", restores=True, undo=undo)
        assert step.end["state"] == "failed" and words in step.end["message"], step.end
    assert path.read_bytes() == b"a\nb\n"


def test_a_target_behind_a_jump_host_is_reached_over_it():
    far = targets()[1]
    path = fresh(b"x\n")
    step = edit(path, "ensure y", target={**far, "jump": ssh.OTHER.target("gate")})
    assert step.end["state"] == "succeeded", step.end
    assert path.read_bytes() == b"x\ny\n"
    step = edit(path, "ensure z", target={**far, "jump": ssh.OTHER.target("gate", port=1)})
    assert step.end["state"] == "failed" and "gate" in step.end["message"], step.end
    assert path.read_bytes() == b"x\ny\n"


def test_what_a_login_prints_is_no_part_of_the_file():
    noisy = ssh.Sshd("noisy", extra="ForceCommand echo Welcome; echo Careful >&2; "
                     'eval "$SSH_ORIGINAL_COMMAND"')
    try:
        for client in ("libssh2", "openssh"):
            target = noisy.target("noisy", client=client)
            path = fresh(b"v=1\n")
            step = succeeds(path, "set v = 2", target=target)
            assert path.read_bytes() == b"v=2\n"
            assert "Welcome" not in step.text and "+v=2" in step.text, step.text
            step = edit(path.parent / "none", "set v = 2", target=target)
            assert "is not there" in step.end["message"] and \
                "Careful" not in step.end["message"], step.end
    finally:
        noisy.stop()


def test_the_console_runs_an_edit_step():
    path = fresh(b"version=1\n")
    book = f"---\ntitle: Edit\n---\n```edit {{#it file=\"{path}\"}}\nset version = 2\n```\n"
    with Console(runbooks=runbook_folder({"edit": book})) as console:
        ana = console.user("ana", "operator,approver,admin")
        status, run = ana.post("/runs", {"runbook": "edit", "environment": "test"})
        assert status == 201, run
        ana.post(f"/runs/{run['id']}/start")
        end = ana.drive(run["id"])
        assert path.read_bytes() == b"version=2\n", end
        assert "+version=2" in ana.output(run["id"], "it", "local")


if __name__ == "__main__":
    with ssh.servers():
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
