#!/usr/bin/env python3
"""
Documents of other formats become runbooks through pandoc, on the command line.
"""
import os, pathlib, shutil, subprocess, tempfile

from console import BUILD, main

WORK = pathlib.Path(tempfile.mkdtemp(prefix="cs-import-"))

RST = """Upgrade
=======

1. Stop the service
2. Copy the new files::

     cp -r new/* /srv/app
     systemctl restart app

- One
- Two

.. 

* Another list

Choose from the menu::

   cd /srv/deploy
   python3 deploy.py prod.json
   7 - [2, 3] - 4

.. include:: /etc/passwd

.. code-block:: html

   <p>

   <!-- -->

   </p>
"""


def imported(name, text, **env):
    path = WORK / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = subprocess.run([BUILD / "countersign", "import", path], capture_output=True, text=True,
                          env=dict(os.environ, **env))
    assert "Sanitizer" not in done.stderr, done.stderr
    return done


def test_restructured_text_becomes_a_runbook_without_errors():
    done = imported("it.rst", RST)
    assert done.returncode == 0, done.stderr
    book = WORK / "it.md"
    book.write_text(done.stdout)
    assert "[ ] Stop the service {#stop-the-service}" in done.stdout, done.stdout
    assert "    ```sh {#copy-the-new-files}\n    cp -r new/* /srv/app\n" in done.stdout, done.stdout
    # what is chosen from menus is no command
    assert "```sh {#choose-from-the-menu pty interactive}\ncd /srv/deploy\n" in done.stdout
    assert "\n# 7 - [2, 3] - 4\n" in done.stdout, done.stdout
    # only the author's own empty comment
    assert done.stdout.count("<!-- -->") == 1, done.stdout
    check = subprocess.run([BUILD / "countersign", "check", book], capture_output=True, text=True)
    assert check.returncode == 0 and "3 steps, no errors" in check.stdout, check.stdout


NOTE = """Upgrade
=======

.. note::

   Take a backup first.

.. code-block:: sh

   systemctl stop app

+--------+-------------------+
| From   | What changes      |
+========+===================+
| 1.0    | - the port        |
|        | - the log's place |
+--------+-------------------+
"""


def test_notes_become_alerts_and_tables_have_no_tags():
    done = imported("note.rst", NOTE)
    assert done.returncode == 0, done.stderr
    assert "> [!NOTE]\n>\n> Take a backup first." in done.stdout, done.stdout
    assert "the port; the log's place" in done.stdout and "<" not in done.stdout.replace("<!--", ""), done.stdout
    assert "``` sh {#" in done.stdout, done.stdout


SESSION = """# Grow

List the members:

```sh
$ toolctl member list
1f2e: name=one
```

Printed:

```bash
{"level":"warn"}
```

```sh
toolctl remove <member-id> --data-dir ${old_dir}/member
```

{{< copyable "shell" >}}

```sh
vi /etc/app.conf
```
"""


def test_a_terminal_session_becomes_steps_without_prompts_and_outputs():
    done = imported("session.md", SESSION)
    assert done.returncode == 0, done.stderr
    assert "}\ntoolctl member list\n```\n\n```text\n1f2e: name=one\n```" in done.stdout, done.stdout
    assert '```bash\n{"level":"warn"}' in done.stdout, done.stdout
    assert '  member_id: {label: "member-id"}\n  old_dir: ' in done.stdout, done.stdout
    assert 'remove "$member_id" --data-dir ${old_dir}/' in done.stdout, done.stdout
    book = WORK / "session-imported.md"
    book.write_text(done.stdout)
    check = subprocess.run([BUILD / "countersign", "check", book], capture_output=True, text=True)
    # an editor has a terminal of its own, so that nothing waits unseen
    assert "interactive" in done.stdout, done.stdout
    assert "3 steps, no errors" in check.stdout and "warning" not in check.stdout, check.stdout


LEFT = """# Roll back

```mysql
show variables;
source /srv/more.sql
```

```sh
sudo -i
rm -rf /srv/app
```

```sh
ls
```
"""


def test_what_is_left_as_text_is_said_with_its_line_and_the_rest_is_proposed():
    target = WORK / "left-imported.md"
    (WORK / "left.md").write_text(LEFT)
    done = subprocess.run([BUILD / "countersign", "import", "--output", target,
                           WORK / "left.md"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = target.read_text()
    assert "```mysql\nshow" in text and "```sh\nsudo -i" in text, text
    assert "# Roll back\n" in text and "```sh {#roll-back}\nls\n" in text, text
    at = {line: text.split("\n").index(line) + 1 for line in ("```mysql", "```sh")}
    assert f"{target}:{at['```mysql']}: This stays as text" in done.stderr, done.stderr
    assert f"{target}:{at['```sh']}: This block stays as text and is no step: “sudo” reads" in done.stderr
    assert "1 step proposed" in done.stderr, done.stderr


def test_another_encoding_is_told_and_nothing_is_written():
    target = WORK / "gbk-imported.md"
    for data in ("# 升级\n\n```sh\nls\n```\n".encode("gbk"), "# T\n".encode("utf-16")):
        (WORK / "gbk.md").write_bytes(data)
        done = subprocess.run([BUILD / "countersign", "import", "--output", target,
                               WORK / "gbk.md"], capture_output=True, text=True)
        assert done.returncode == 1 and "iconv" in done.stderr, done
        assert not target.exists()


def test_the_document_opens_no_other_file():
    done = imported("it.rst", RST)
    assert "root:" not in done.stdout, done.stdout


def test_html_and_a_name_in_capitals():
    done = imported("It.HTML", "<h1>Up</h1><pre><code>systemctl stop app\n</code></pre>")
    assert done.returncode == 0 and "```sh {#up}\nsystemctl stop app\n```" in done.stdout, done


MANUAL = """<h2 id="x">19.6. Upgrading <span class="productname">PostgreSQL</span></h2>
<a id="anchor" class="indexterm"></a>
<p>See <a href="b.html" class="xref" title="T"><span class="x">pg_upgrade</span></a>.</p>
<pre class="programlisting">systemctl stop postgresql
</pre>
<pre class="screen"><code class="language-bash">ls /srv
</code></pre>
"""


def test_spans_anchors_and_classes_of_a_manual_leave_no_tags():
    done = imported("manual.html", MANUAL)
    assert done.returncode == 0, done.stderr
    assert 'title: "19.6. Upgrading PostgreSQL"' in done.stdout, done.stdout
    assert '[pg_upgrade](b.html "T")' in done.stdout, done.stdout
    assert "<" not in done.stdout, done.stdout
    assert "}\nsystemctl stop postgresql\n```" in done.stdout, done.stdout
    assert "}\nls /srv\n```" in done.stdout, done.stdout


def test_what_pandoc_would_drop_is_kept_as_text_and_said():
    done = imported("t.wiki", "= Upgrade =\n{{Note|careful}}\n")
    assert "```text\n{{Note|careful}}\n```" in done.stdout, done.stdout
    assert "Kept as text" in done.stderr and "{{Note|careful}}" in done.stderr, done.stderr
    done = imported("t.rst", "T\n=\n\n.. literalinclude:: run.sh\n\n"
                    ".. prompt:: bash $\n\n   make install\n   ls\n\n"
                    ".. include:: other.rst\n")
    assert "```text\n.. literalinclude:: run.sh\n```" in done.stdout, done.stdout
    assert "}\nmake install\nls\n```" in done.stdout, done.stdout
    assert "run.sh" in done.stderr and "other.rst" in done.stderr, done.stderr


def test_what_cannot_be_read_is_said():
    done = imported("x.rst", RST, PATH="/nowhere")
    assert done.returncode == 1 and "install the package pandoc" in done.stderr, done
    done = imported("x.docx", os.urandom(999))
    assert done.returncode == 1 and "pandoc cannot read it" in done.stderr, done
    done = imported("x.pdf", "x")
    assert done.returncode == 1 and "no known format" in done.stderr, done
    done = imported("long.html", "<p>" + "long " * 300000)
    assert done.returncode == 1 and "larger than 1 MB" in done.stderr, done.stderr


if __name__ == "__main__":
    try:
        main([f for name, f in list(globals().items()) if name.startswith("test_")])
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
