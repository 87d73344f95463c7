#!/usr/bin/env python3
"""
The FATE upgrade through the browser (fate.js), on a lab of its own.  The
hosts themselves are looked at afterwards.
time limit: 20 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import (PASSWORD, Console, Results,  # noqa: E402
                     left_out, may_be_root)
from fate import Lab  # noqa: E402


def drive(console, scene):
    return subprocess.run(
        ["node", "fate.js"], cwd=TOP / "tests/browser",
        env=dict(os.environ, BASE_URL=console.base, SCENE=scene,
                 WHO="ana", PASSWORD=PASSWORD), check=False).returncode == 0


def main():
    if not may_be_root():
        left_out("the lab", "it needs root, or sudo without a password")
        return 0
    results = Results()
    with tempfile.TemporaryDirectory(prefix="fate-browser-") as folder:
        lab = Lab(folder + "/lab")
        try:
            lab.must("up")
            with Console(folder + "/data", folder + "/lab/runbooks") as c:
                c.user("ana", "operator")
                results.check("all in one, by the browser, to the report",
                              drive(c, "allinone"))
                results.check("the one host is upgraded", lab.version(
                    "fate-all") == "1.4.4" and lab.is_altered("fate-all"))
                results.check("the cluster, by the browser, to the report",
                              drive(c, "ansible"))
                results.check("all machines of the cluster are upgraded",
                              lab.version("fate-flow") == "1.4.4"
                              and lab.version("fate-node") == "1.4.4"
                              and lab.is_altered("fate-mysql"))
                lab.must("reset")
                results.check("the cluster, rolled back by the browser",
                              drive(c, "rollback"))
                results.check("the rollback put code and database back",
                              lab.version("fate-flow") == "1.4.0"
                              and not lab.is_altered("fate-mysql"))
        finally:
            lab.remove()
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
