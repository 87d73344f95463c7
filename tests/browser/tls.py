#!/usr/bin/env python3
"""
Sessions in a browser over TLS: what serve --tls-cert gives (tls.js).
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
from console import Console  # noqa: E402

with tempfile.TemporaryDirectory(prefix="cs-tls-") as folder:
    cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-out", cert, "-keyout", key], check=True, capture_output=True)
    with Console(options=("--tls-cert", cert, "--tls-key", key)) as console:
        base = console.base.replace("http:", "https:")
        code = subprocess.run(
            ["node", "tls.js"], cwd=TOP / "tests/browser",
            env=dict(os.environ, BASE_URL=base, HTTP_URL=console.base,
                     SETUP_LINK=f"{base}/setup?key={console.setup_key}"),
            check=False).returncode
sys.exit(code)
