#!/usr/bin/python3
"""
hook.py: stands in for the notification hook of a team that uses loonflow.

Written from: loonflow's documentation of notifications and of the signature
of its calls (loonflow.readthedocs.io): the headers timestamp and signature =
md5(timestamp + token), with the token that this server has given loonflow.

    POST /notice        a notice of loonflow, signed so
    POST /announce      {"text"}: one of our own, signed with HMAC: the header
                        X-Signature has HMAC-SHA256(token, body) in hex
    GET  /received      what has come, the latest last

Refuses: a missing or wrong signature, a timestamp older than 120 seconds 403;
a body that is no JSON 400, or lacks a field 422; other verbs 405.
"""
import hashlib
import hmac
import sys
import time

from standin import Refused, Standin, State, now, serve

STATE = State("/var/lib/hook/received.json", [])
SIGNED_SECONDS = 120


def token():
    with open("/etc/lab/hook-token") as file:
        return file.read()


def no(message):
    return Refused(403, {"code": -1, "msg": message})


class Hook(Standin):
    def check_md5(self):
        at = self.headers.get("timestamp", "")
        wanted = hashlib.md5((at + token()).encode()).hexdigest()
        if not hmac.compare_digest(
                self.headers.get("signature", "").encode(), wanted.encode()):
            raise no("签名校验失败")
        if not at.isdigit() or abs(time.time() - int(at)) > SIGNED_SECONDS:
            raise no("时间戳过期,请保证在120s内")

    def check_hmac(self):
        wanted = hmac.new(token().encode(), self.body, hashlib.sha256)
        given = self.headers.get("X-Signature", "").removeprefix("sha256=")
        if not hmac.compare_digest(given.encode(),
                                   wanted.hexdigest().encode()):
            raise no("X-Signature: the signature is wrong")

    def keep(self, fields):
        body = self.json()
        for name in fields:
            if not isinstance(body, dict) or not body.get(name):
                raise Refused(422, {"code": -1, "msg": f"{name} is missing"})
        with STATE.change() as received:
            received.append({"at": now(), "path": self.path_only, **body})
        return 200, {"code": 0, "msg": ""}

    def notice(self, _match):
        self.check_md5()
        return self.keep(("title_result", "content_result"))

    def announce(self, _match):
        self.check_hmac()
        return self.keep(("text",))

    def received(self, _match):
        return 200, {"received": STATE.read()}

    routes = (("POST", "/notice", notice), ("POST", "/announce", announce),
              ("GET", "/received", received))


if __name__ == "__main__":
    serve(Hook, int(sys.argv[1]))
