/* targets.h: targets.yml, the targets of each environment. */
#ifndef INVENTORY_TARGETS_H
#define INVENTORY_TARGETS_H

#include <json-c/json.h>

#include "base/err.h"
#include "compiler/runbook.h"

struct targets;

/*
 * Reads targets.yml.  Succeeds even with errors in it: they are diagnostics.
 * ERR_NOT_FOUND, ERR_IO, ERR_TOO_LARGE for the file.  Free with targets_free.
 *
 *	environments:
 *	  test:
 *	    label: Test lab             # optional
 *	    production: false           # optional; true: unmistakable on pages
 *	    approvals: [{role: approver, count: 1}]   # optional, adds to book's
 *	    local: {user: deploy, unconfined: true}   # optional; or false
 *	    targets:
 *	      flow:
 *	        ssh: {host: 10.9.0.2, port: 22, user: root, key: keys/lab,
 *	              passphrase: SECRET-NAME, agent: false,
 *	              host_key: "ssh-ed25519 AAAA…", client: libssh2,
 *	              jump: gate}
 *	        shared: true            # optional: two runs may use it at once
 *	      poa:
 *	        http: {url: "https://poa/base", headers: {X-A: b}, ca: FILE,
 *	              cert: FILE, cert_key: FILE, over: gate,
 *	              token: SECRET-NAME}
 *	              # or user and password: SECRET-NAME, or aws: {region,
 *	              # service, access_key, secret_key: SECRET-NAME}
 *	      db:
 *	        mysql: {host: db, port: 3306, user: u, password: SECRET-NAME,
 *	              database: d, ca: FILE, over: gate}  # postgresql: the same
 *	              # socket: /path in place of host
 *	      file: {sqlite: {file: FILE}}
 *	    groups:
 *	      nodes: [node-1, node-2]
 *	      all: [nodes, flow]        # groups may contain groups
 *
 * `local` exists in every environment, and is shared, without being named.
 * A relative FILE is relative to the folder of targets.yml.  `jump` and `over`
 * name ssh targets of the environment, PLAN_HOPS_MAX at most one behind the
 * other.
 */
enum err targets_load(const char *path, struct targets **ret);
struct targets *targets_parse(const char *text, size_t len, const char *dir);
void targets_free(struct targets *t);

const struct diagnostic *targets_diagnostics(
    const struct targets *t, size_t *ret_count, size_t *ret_errors);

/*
 * The environments in order of the file:
 * [{"name", "label", "production": bool, "approvals": [{"role","count"}]}].
 * A new object; the caller puts it.
 */
struct json_object *targets_environments(const struct targets *t);

/* The groups of one environment, as targets_resolve() writes them: {name:
 * {"kind": "group", "members": [names]}}.  A new object. */
struct json_object *targets_groups(
    const struct targets *t, const char *environment);

/*
 * What the steps of a book use in one environment:
 * {"name": {"kind": "ssh", "host", "port": 22, "user", "key", "passphrase",
 *           "agent": bool, "host_key", "client", "jump": name,
 *           "shared": bool} | {"kind": "local", "shared": true} |
 *           {"kind": "group", "members": [names]}, all of them targets |
 *           {"kind": "http|mysql|…", its texts, "headers": {}, "aws": {},
 *           "over": name, "shared"}}
 * with "way": true where no step uses it but to reach another, and
 * with each member resolved beside it.  The key order is fixed, so that the
 * compact text of the object can be hashed.  ERR_NOT_FOUND with a fault
 * for an unknown environment, and for a target that it does not have (naming
 * the step's line and the targets that there are).
 */
enum err targets_resolve(const struct targets *t, const char *environment,
    const struct plan *plan, struct json_object **ret, struct fault *fault);

/*
 * The same without the files that requests send, so that none is opened; and
 * all targets and groups of an environment, in the format of a plan.
 */
enum err targets_use(const struct targets *t, const char *environment,
    const struct plan *plan, struct json_object **ret, struct fault *fault);
struct json_object *targets_all(
    const struct targets *t, const char *environment);

/*
 * The same for one target by its name: {"name": {…}} with those over which it
 * is reached. ERR_NOT_FOUND with a fault.
 */
enum err targets_resolve_target(const struct targets *t,
    const char *environment, const char *name, struct json_object **ret,
    struct fault *fault);

/*
 * All of it for people, secrets by name alone: the environments as above, each
 * also with "targets": [{"name", "kind", "address", "user", "over", "client",
 * "key_type", "fingerprint", "shared", "secrets": []}], without keys that do
 * not apply, and "groups": [{"name", "members"}].
 */
struct json_object *targets_describe(const struct targets *t);

/* [{"environment", "target"}] of the targets that name the secret. */
struct json_object *targets_with_secret(
    const struct targets *t, const char *secret);

#endif
