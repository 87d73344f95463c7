"""The lab's fate_flow_server: says its version and where it registers."""
import http.server
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
VERSION = (HERE / "version.txt").read_text().strip()
CONF = (HERE.parent / "arch/conf/base_conf.yaml").read_text()


def registry():
    if not re.search(r"^use_registry: true$", CONF, re.M):
        return []
    block = re.search(r"^zookeeper:\n((?:  .*\n)*)", CONF, re.M)
    return re.findall(r"^    - (\S+)$", block[1], re.M) if block else []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self):
        found = self.path == "/v1/version/get"
        data = {"FATE": VERSION, "registry": registry()} if found else None
        body = json.dumps({"retcode": 0 if found else 404, "data": data})
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode() + b"\n")


print("fate_flow_server", VERSION, "registers at", registry(), flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", 9380), Handler).serve_forever()
