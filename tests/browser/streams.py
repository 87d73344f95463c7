#!/usr/bin/env python3
"""
The one stream of a browser (streams.js), with and without proxies in
front: nginx as it is, and nginx that holds back what it can.
time limit: 20 minutes, for a busy machine: each wait has a limit of its own
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ["B"] = str(TOP / "build")
sys.path.insert(0, str(TOP / "tests/e2e"))
from console import Console, Results, free_port, in_browser, runbook_folder  # noqa: E402

PROXY = """daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
	access_log off;
	client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c;
	uwsgi_temp_path {dir}/d; scgi_temp_path {dir}/e;
	server {{ listen 127.0.0.1:{plain}; location / {{ proxy_pass {base}; }} }}
	server {{ listen 127.0.0.1:{buffering}; location / {{
		proxy_pass {base}; proxy_ignore_headers X-Accel-Buffering;
		proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k; }} }}
}}
"""


class Proxy:
    def __init__(self, base):
        self.dir = tempfile.mkdtemp(prefix="cs-proxy-")
        self.plain, self.buffering = free_port(), free_port()
        conf = pathlib.Path(self.dir, "conf")
        conf.write_text(PROXY.format(dir=self.dir, base=base, plain=self.plain,
                                     buffering=self.buffering))
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", conf, "-p", self.dir,
                                         "-e", self.dir + "/error.log"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


def hub_of(console):
    """The process that serves the streams: all hold their socket, one waits on
    it."""
    inodes = {f"socket:[{line.split()[6]}]" for line in
              pathlib.Path("/proc/net/unix").read_text().splitlines()
              if line.endswith(f"{console.data}/run/live.sock")}
    for pid in console.pids("countersign-web"):
        open_ = {os.readlink(fd) for fd in
                 pathlib.Path(f"/proc/{pid}/fd").iterdir()}
        if open_ & inodes and "anon_inode:[eventpoll]" in open_:
            return pid
    raise AssertionError("no process serves the streams")


def main():
    results = Results()
    books = runbook_folder({"two": "# Two\n- [ ] Look {#look}\n- [ ] Look again {#again}\n"})
    with Console(runbooks=books) as console, Proxy(console.base) as proxy:
        ana = console.user("ana", "operator,admin")
        results.check("one stream of a browser", in_browser(
            console, "streams.js", TOKEN=ana.token, HUB=str(hub_of(console)),
            PLAIN=f"http://127.0.0.1:{proxy.plain}", BUFFERING=f"http://127.0.0.1:{proxy.buffering}"))
    shutil.rmtree(books)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())
