#!/usr/bin/env python3
"""
runbooks/fate-zh.md on the lab: on the cluster with its two node managers, from
the first step to the last copy that is removed; on one machine until the old
settings cannot be taken over, and back to 1.4.0.  tests/e2e/fate.py has
fate.md, whose steps are the same.
time limit: 30 minutes
"""
import re

from driver import Run, check_table, drive
from harness import LAB, TOP

FATE = "/data/projects/fate"
TABLES = ["t_data_view", "t_job", "t_machine_learning_model_meta", "t_queue",
          "t_task"]
PASSWORD = "fate_dev"
SERVICE = "sh /data/projects/common/supervisord/service.sh status "
CURL = "curl -s 127.0.0.1:9380/v1/version/get"
BLOCK = re.compile(r"^```\w+ \{#.*?^```$", re.DOTALL | re.MULTILINE)


def steps_of(name):
    """The blocks that are steps, as they stand."""
    return BLOCK.findall((TOP / f"runbooks/{name}.md").read_text())


def both_languages_have_the_same_steps():
    assert steps_of("fate") == steps_of("fate-zh") != []


def the_cluster_is_upgraded():
    run = Run("fate-zh", "production", method="ansible", db_pass=PASSWORD)
    run.start()
    run.to("upgrade-node.fate-node")
    assert (LAB.version("fate-flow"), LAB.version("fate-node")) \
        == ("1.4.4", "1.4.0")
    assert LAB.is_altered("fate-mysql")
    run.to("upgrade-node.fate-node-2")
    assert LAB.version("fate-node-2") == "1.4.0", "one after the other"
    run.to("agree")
    for node in ("fate-node", "fate-node-2"):
        assert LAB.version(node) == "1.4.4"
        assert "not running" in LAB.sh(node, SERVICE + "fate-fateflow 2>&1 "
                                       "|| echo not running")
        assert "RUNNING" in LAB.sh(node, SERVICE + "fate-nodemanager")
    answer = LAB.sh("fate-flow", CURL)
    assert '"1.4.4"' in answer and "10.0.0.2:2181" in answer, answer
    conf = LAB.sh("fate-flow", f"cat {FATE}/python/arch/conf/base_conf.yaml")
    assert "use_acl: true" in conf and "user: \"fate\"" in conf \
        and "password: \"zk: it's #1\"" in conf, conf
    assert "zk: it's" not in str(run.get())
    assert len(LAB.tables("fate-mysql")) == 2 * len(TABLES)
    check_table("fate", run.get())
    run.close("succeeded")
    assert LAB.tables("fate-mysql") == TABLES
    for host in ("fate-flow", "fate-node", "fate-node-2"):
        assert LAB.sh(host, f"ls -d {FATE}/python_* 2>&-; ls ~") \
            == "upgrade_1_4_0-1_4_4.tar.gz", host


def old_settings_are_wrong_and_1_4_0_comes_back():
    settings = f"{FATE}/python/fate_flow/settings.py"
    LAB.sh("fate-all", "sed -i 's/10.0.0.1:2181/nowhere/' " + settings)
    run = Run("fate-zh", "test", method="allinone", db_pass=PASSWORD)
    run.start()
    run.fails("write-zookeeper", "'nowhere' is not HOST:PORT")
    assert LAB.version("fate-all") == "1.4.4" and LAB.is_altered("fate-all")
    run.roll_back()
    run.close("rolled_back")
    assert LAB.version("fate-all") == "1.4.0"
    assert not LAB.is_altered("fate-all")
    assert set(TABLES) <= set(LAB.tables("fate-all"))
    assert LAB.sql("fate-all", "SELECT COUNT(*) FROM t_job") == "3"
    assert "nowhere" in LAB.sh("fate-all", "cat " + settings)
    assert '"1.4.0"' in LAB.sh("fate-all", CURL)


drive("fate", "", [both_languages_have_the_same_steps,
                   the_cluster_is_upgraded,
                   old_settings_are_wrong_and_1_4_0_comes_back])
