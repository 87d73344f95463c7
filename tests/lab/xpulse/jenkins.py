#!/usr/bin/python3
"""
jenkins.py: stands in for a Jenkins with the job xpulse-release, and for the
registry to which that job publishes images; their state is in a file.

Written from: Jenkins' documentation ("Remote Access API", "CSRF Protection",
"Parameterized Build": jenkins.io/doc/book) and the OCI distribution
specification (github.com/opencontainers/distribution-spec).

    GET  /crumbIssuer/api/json
    POST /job/xpulse-release/buildWithParameters    TAG, as query or form
    GET  /queue/item/N/api/json, /job/xpulse-release/N/api/json,
         /job/xpulse-release/N/consoleText, /job/xpulse-release/api/json
    GET  /v2/, /v2/NAME/tags/list, /v2/NAME/manifests/TAG

A build is queued, then building, then SUCCESS, or FAILURE where the source
has no such tag; the images of its tag are in the registry from then on.  The
crumb is, as before Jenkins 2.176.2, not bound to a session.

Refuses: nobody 403, a wrong password or API token 401; a POST without a
crumb, signed in with the password, 403 (an API token needs none); a build by
GET 405, without its parameter 400; what is not there 404; writing to the
registry 405.
"""
import hashlib
import re
import sys
import time
import urllib.parse

from standin import Refused, Standin, State, basic, serve

JOB = "xpulse-release"
IMAGES = ("svc-biz-core", "svc-analysis")
SOURCE_TAGS = ("2.0.8", "2.0.9", "2.1.0")
QUIET_SECONDS = 1
BUILD_SECONDS = 3
STATE = State("/var/lib/jenkins/state.json", {
    "builds": [], "tags": ["2.0.8", "2.0.9"], "salt": str(time.time())})
USER = "release"


def read_word(name):
    with open(f"/etc/lab/jenkins-{name}") as file:
        return file.read()


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def build_state(build):
    """(began, building, result) of a build, as of now."""
    age = time.time() - build["at"] - QUIET_SECONDS
    if age < BUILD_SECONDS:
        return age >= 0, age >= 0, None
    return True, False, ("SUCCESS" if build["tag"] in SOURCE_TAGS
                         else "FAILURE")


def published(state):
    return state["tags"] + [b["tag"] for b in state["builds"]
                            if build_state(b)[2] == "SUCCESS"
                            and b["tag"] not in state["tags"]]


class Jenkins(Standin):
    def allowed(self):
        if self.path_only.startswith("/v2/"):
            return
        name, word = basic(self.headers.get("Authorization"))
        if name is None:
            raise Refused(403, "Authentication required\n", {
                "X-You-Are-Authenticated-As": "anonymous"})
        by_token = word == read_word("token")
        if name != USER or not (by_token or word == read_word("password")):
            raise Refused(401, "Invalid username or password or token\n", {
                "WWW-Authenticate": 'Basic realm="Jenkins"'})
        crumb = self.headers.get("Jenkins-Crumb")
        if self.command == "POST" and not by_token and crumb != self.crumb():
            raise Refused(403, "No valid crumb was included in the request\n")

    def not_found(self):
        return 404, "Not Found\n"

    def crumb(self):
        return digest(USER + STATE.read()["salt"])[7:]

    def url(self, path):
        return f"http://{self.headers.get('Host')}{path}"

    def issue(self, _match):
        return 200, {"_class": "hudson.security.csrf.DefaultCrumbIssuer",
                     "crumb": self.crumb(),
                     "crumbRequestField": "Jenkins-Crumb"}

    def build(self, _match):
        given = {**self.query, **dict(urllib.parse.parse_qsl(
            self.body.decode(errors="replace")))}
        if not re.fullmatch(r"[\w.-]+", given.get("TAG", "")):
            raise Refused(400, "Nothing is submitted: TAG\n")
        with STATE.change() as state:
            state["builds"].append({"tag": given["TAG"], "at": time.time()})
            number = len(state["builds"])
        return 201, "", {"Location": self.url(f"/queue/item/{number}/")}

    def no_parameters(self, _match):
        raise Refused(400, f"{JOB} is parameterized: Nothing is submitted\n")

    def found(self, match):
        builds = STATE.read()["builds"]
        number = int(match[1])
        if not 0 < number <= len(builds):
            raise Refused(404, "Not Found\n")
        return number, builds[number - 1]

    def item(self, match):
        number, build = self.found(match)
        body = {"_class": "hudson.model.Queue$WaitingItem", "id": number,
                "task": {"name": JOB}, "why":
                "In the quiet period. Expires in 1 sec"}
        if build_state(build)[0]:
            body.update({"_class": "hudson.model.Queue$LeftItem", "why": None,
                         "executable": {"number": number, "url": self.url(
                             f"/job/{JOB}/{number}/")}})
        return 200, body

    def began(self, match):
        number, build = self.found(match)
        if not build_state(build)[0]:
            raise Refused(404, "Not Found\n")
        return number, build

    def one(self, match):
        number, build = self.began(match)
        _, building, result = build_state(build)
        return 200, {"_class": "org.jenkinsci.plugins.workflow.job."
                     "WorkflowRun", "number": number, "id": str(number),
                     "building": building, "result": result,
                     "timestamp": int(build["at"] * 1000),
                     "duration": 0 if building else BUILD_SECONDS * 1000,
                     "actions": [{"parameters": [
                         {"name": "TAG", "value": build["tag"]}]}],
                     "url": self.url(f"/job/{JOB}/{number}/")}

    def console(self, match):
        _, build = self.began(match)
        tag, result = build["tag"], build_state(build)[2]
        text = f"Started by user {USER}\n+ git checkout {tag}\n"
        if result == "FAILURE":
            text += f"error: pathspec '{tag}' did not match any file(s)\n"
        if result == "SUCCESS":
            text += "".join(f"+ docker push {name}:{tag}\n{tag}: digest: "
                            f"{digest(name + tag)}\n" for name in IMAGES)
        return 200, text + (f"Finished: {result}\n" if result else "")

    def job(self, _match):
        begun = [n for n, b in enumerate(STATE.read()["builds"], 1)
                 if build_state(b)[0]]
        return 200, {"name": JOB, "buildable": True,
                     "builds": [{"number": n} for n in reversed(begun)],
                     "lastBuild": {"number": begun[-1]} if begun else None}

    def base(self, _match):
        return 200, {}, {"Docker-Distribution-Api-Version": "registry/2.0"}

    def tags(self, match):
        if match[1] not in IMAGES:
            raise Refused(404, {"errors": [{"code": "NAME_UNKNOWN"}]})
        return 200, {"name": match[1], "tags": published(STATE.read())}

    def manifest(self, match):
        if match[1] not in IMAGES or match[2] not in published(STATE.read()):
            raise Refused(404, {"errors": [{"code": "MANIFEST_UNKNOWN",
                                            "message": "manifest unknown"}]})
        return 200, {"schemaVersion": 2, "layers": []}, {
            "Docker-Content-Digest": digest(match[1] + match[2]),
            "Content-Type": "application/vnd.oci.image.manifest.v1+json"}

    AT = f"/job/{JOB}"
    routes = (("GET", "/crumbIssuer/api/json", issue),
              ("POST", AT + "/buildWithParameters", build),
              ("POST", AT + "/build", no_parameters),
              ("GET", "/queue/item/([0-9]+)/api/json", item),
              ("GET", AT + "/([0-9]+)/api/json", one),
              ("GET", AT + "/([0-9]+)/consoleText", console),
              ("GET", AT + "/api/json", job),
              ("GET", "/v2/", base),
              ("GET", "/v2/([a-z-]+)/tags/list", tags),
              ("GET", "/v2/([a-z-]+)/manifests/([^/]+)", manifest),
              ("HEAD", "/v2/([a-z-]+)/manifests/([^/]+)", manifest))


if __name__ == "__main__":
    serve(Jenkins, int(sys.argv[1]))
