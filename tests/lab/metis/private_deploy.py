"""
private_deploy.py: stands in for the scripts of private_deploy, which fetch
the modules of workflows (DAGs).

Written from: the document of the upgrade, which calls
download_modules_by_dag(packing_name, dag_ids, encrypt_mark).

Refuses (ValueError): a DAG that the server does not have, an encrypt_mark
other than release and debug, a packing_name that is no file name.
"""
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent


def download_modules_by_dag(packing_name, dag_ids, encrypt_mark):
    """Writes packing/NAME/MODULE.zip for each module of the workflows."""
    if not re.fullmatch(r"[\w-]+", packing_name):
        raise ValueError(f"packing_name: {packing_name!r}")
    if encrypt_mark not in ("release", "debug"):
        raise ValueError(f"encrypt_mark: {encrypt_mark!r}")
    dags = json.loads((HERE / "dags.json").read_text())
    for dag in dag_ids:
        if dag not in dags:
            raise ValueError(f"dag {dag} not found")
    folder = HERE / "packing" / packing_name
    folder.mkdir(parents=True, exist_ok=True)
    for module in sorted({m for dag in dag_ids for m in dags[dag]}):
        (folder / f"{module}.zip").write_text(f"{module} {encrypt_mark}\n")
        print("downloaded", module)
