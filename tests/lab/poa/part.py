"""
POA: poa-test and poa, each with a Rancher (port 8443), the ingress before
poa-sa (port 443), the "docker server" (SSH) and a MariaDB (port 3306) that
says it is MySQL 8.0.11 in test and 5.7.38 in production.
"""
import pathlib
import shutil

from place import (copy_template, install, make_certificate, make_template,
                   serve, start_mariadb)

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = {"poa-test": 21, "poa": 22}
VERSION = {"poa-test": "8.0.11", "poa": "5.7.38"}
DATA = "/var/lib/mysql"


def prepare(place):
    text = (HERE / "platform-openapi.sql").read_text()
    make_template(place, "poa", text.replace(
        "@password@", place.secret("poa-db")))
    place.secret("poa-rancher", "token-lab01:")
    for host in HOSTS:
        make_certificate(place, host)


def make(place, host, root):
    install(root, HERE / "rancher.py", HERE / "poa_sa.py")
    lab = root / "etc/lab"
    lab.mkdir()
    for end in (".crt", ".tls"):
        shutil.copy(make_certificate(place, host) + end, lab / ("tls" + end))
    (lab / "rancher-token").write_text(place.secret("poa-rancher"))
    (lab / "client.cnf").write_text(
        "[client]\nhost=127.0.0.1\nuser=poa\ndatabase=platform-openapi\n"
        f"password={place.secret('poa-db')}\n")
    copy_template(place, "poa", root / DATA[1:])


def start(host):
    start_mariadb(DATA, "/run/mysqld.sock", "--version=" + VERSION[host])
    serve(8443, "rancher.py")
    serve(443, "poa_sa.py")


def targets(place, environment):
    host = "poa-test" if environment == "test" else "poa"
    address, ca = place.address(host), place.key("ca.pem")
    return {
        "rancher": {"http": {"url": f"https://{address}:8443/v3/project/c-lab:p-poa",
                             "ca": ca, "token": "poa-rancher"}},
        "rancher-store": {"http": {"url": f"https://{address}:8443/v3",
                                   "ca": ca, "token": "poa-rancher"}},
        "poa-sa": {"http": {"url": f"https://{address}", "ca": ca,
                            "over": "poa-docker"}},
        "poa-docker": place.ssh(host),
        "poa-db": {"mysql": {"host": address, "port": 3306, "user": "poa",
                             "password": "poa-db",
                             "database": "platform-openapi"}},
    }, {}
