#!/usr/bin/python3
"""
An S3 server for tests: OpenStack Swift with its s3api, which verifies
signatures, in one process.  Prints its port, and serves until its standard
input is closed.

    s3_server.py FOLDER [ADDRESS:PORT]

The user "acct:ana" has the secret key of S3_SECRET.  Without an address it
takes a free port on loopback.  A FOLDER that it has left is used again.

The interpreter is Debian's: Swift is its package python3-swift.
"""
import eventlet
eventlet.monkey_patch()
import os  # noqa: E402
import sys  # noqa: E402
import eventlet.wsgi  # noqa: E402
from swift.common import utils, wsgi  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402

FOLDER = os.path.abspath(sys.argv[1])
SECRET = os.environ["S3_SECRET"]
KINDS = ("account", "container", "object")
PROXY = """[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors s3api tempauth proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
location = eu-test-1
[filter:tempauth]
use = egg:swift#tempauth
user_acct_ana = {secret} .admin
"""
BACK = """[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""


class Cache:
    """The calls of memcached that tempauth and the proxy make."""

    def __init__(self):
        self.kept = {}

    def get(self, key, *args, **more):
        return self.kept.get(key)

    def set(self, key, value, *args, **more):
        self.kept[key] = value

    def delete(self, key, *args, **more):
        self.kept.pop(key, None)

    def incr(self, key, delta=1, *args, **more):
        self.kept[key] = self.kept.get(key, 0) + delta
        return self.kept[key]


def with_cache(app):
    cache = Cache()

    def call(env, start_response):
        env["swift.cache"] = cache
        return app(env, start_response)
    return call


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def serve(sock, app):
    eventlet.spawn(eventlet.wsgi.server, sock, app, log_output=False,
                   protocol=wsgi.SwiftHttpProtocol, debug=False)


def main():
    os.makedirs(FOLDER + "/devices/d1", exist_ok=True)
    utils.SWIFT_CONF_FILE = write("swift.conf", "[swift-hash]\nswift_hash_path_suffix"
                                  " = test\n[storage-policy:0]\nname = gold\n"
                                  "default = yes\n")
    utils.HASH_PATH_SUFFIX = b"test"
    for kind in KINDS:
        sock = eventlet.listen(("127.0.0.1", 0))
        ring = RingBuilder(1, 1, 0)
        ring.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "weight": 1,
                      "port": sock.getsockname()[1], "device": "d1"})
        ring.rebalance()
        ring.get_ring().save(f"{FOLDER}/{kind}.ring.gz")
        conf = write(kind + ".conf", BACK.format(folder=FOLDER, kind=kind))
        serve(sock, wsgi.loadapp(conf))
    conf = write("proxy.conf", PROXY.format(folder=FOLDER, secret=SECRET))
    address, _, port = (sys.argv[2:3] or ["127.0.0.1:0"])[0].rpartition(":")
    sock = eventlet.listen((address, int(port)))
    serve(sock, with_cache(wsgi.loadapp(conf)))
    print(sock.getsockname()[1], flush=True)
    eventlet.tpool.execute(sys.stdin.read)


main()
