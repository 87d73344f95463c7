#!/usr/bin/env python3
"""
Each check of the authorization, left out: a variant of keeper and web is built
for every row of fcgi/journal/checks.def, and a way around the rules
(tests/e2e/ways.py) that this check stops must get through there.

    tests/long/test_checks.py [CHECK...]      B=build JOBS=2

time limit: 120 minutes
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ.setdefault("B", str(TOP / "build"))
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Results  # noqa: E402
import ways  # noqa: E402

BUILD = pathlib.Path(os.environ["B"]).resolve()
JOBS = int(os.environ.get("JOBS", os.cpu_count() or 1))
PROGRAMS = ["countersign", "countersign-runner", "countersign-executor",
            "countersign-executor-clients", "countersign-compile",
            "countersign-pack"]
FOLDERS = ["base", "lang", "plan", "compiler", "inventory", "journal", "wire",
           "pack", "html", "web", "keeper"]

printing = threading.Lock()


def checks():
    text = (TOP / "fcgi/journal/checks.def").read_text()
    return re.findall(r"^CHECK_ROW\((\w+),", text, re.M)


def holders():
    """The object files of what has a CHECK()."""
    return [p.relative_to(TOP / "fcgi").with_suffix(".o")
            for p in (TOP / "fcgi").glob("**/*.c")
            if "CHECK(" in p.read_text()]


def build_variant(folder, check):
    """All programs, those with checks built anew without this one."""
    for name in FOLDERS:
        if (BUILD / "obj" / name).is_dir():
            shutil.copytree(BUILD / "obj" / name, folder / "obj" / name)
    for path in BUILD.glob("*.inc"):
        shutil.copy2(path, folder)
    for name in holders():
        (folder / "obj" / name).unlink()
    for name in PROGRAMS:
        os.link(BUILD / name, folder / name) if os.stat(BUILD).st_dev == \
            os.stat(folder).st_dev else shutil.copy2(BUILD / name, folder)
    done = subprocess.run(
        ["make", "--no-print-directory", f"B={folder}",
         folder / "countersign-keeper", folder / "countersign-web"],
        cwd=TOP, text=True, capture_output=True, timeout=600,
        env=dict(os.environ,
                 CPPFLAGS=f"-DDISABLED_CHECK=CHECK_{check}"))
    if done.returncode != 0:
        raise AssertionError(done.stderr[-2000:])


def first_through(world, check):
    """The way that gets through where the check is left out, or None."""
    if check == "a_person":
        return next((name for name, answer in ways.local_ways(world)
                     if answer.code != "no_person"), None)
    for row in sorted((r for r in ways.WAYS if r[2] == check),
                      key=lambda r: r[1] == "form"):
        why = ways.attempt(world, row)
        if why is not None:
            return f"{row[0].__name__.replace('_', ' ')}, by {row[1]}"
    return None


def try_variant(check, data, known):
    """The way that gets through, or an exception."""
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="check-") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)     # scripts of steps run as another user
        build_variant(folder / ".", check)
        copy = folder / "data"
        shutil.copytree(data, copy,
                        ignore=shutil.ignore_patterns("*.sock"))
        with ways.console_with_people(folder, copy, known) as world:
            world.console.somebody = None   # what it did is not for verify
            return first_through(world, check)


def main():
    results = Results()
    wanted = sys.argv[1:] or checks()
    base = pathlib.Path(tempfile.mkdtemp(prefix="cs-checks-"))
    data = base / "data"
    data.mkdir(mode=0o700)
    with ways.console_with_people(BUILD, data) as world:
        known = world.known()

    def one(check):
        try:
            return check, try_variant(check, data, known), ""
        except Exception:
            return check, None, traceback.format_exc()
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for check, way, why in pool.map(one, wanted):
            with printing:
                results.check(f"without {check}: {way or 'nothing gets by'}",
                              way is not None, why)
    print(f"{results.passed} of {len(wanted)} variants are noticed")
    shutil.rmtree(base, ignore_errors=True)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
