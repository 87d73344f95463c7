/* targets.h: targets.yml, the targets of each environment. */
#ifndef INVENTORY_TARGETS_H
#define INVENTORY_TARGETS_H

#include <json-c/json.h>

#include "base/err.h"
#include "compiler/runbook.h"

struct environment;
struct target;
struct yaml_tree;

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
 *	    values: {port: 8080}        # optional: of parameters of these names
 *	    local: {user: deploy, path: "/opt/bin:/usr/bin",
 *	        unconfined: true}       # optional; or false
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
 * other.  ERR_FORBIDDEN: the file is a symbolic link that leads out of its
 * folder.
 */
enum err targets_load(const char *path, struct targets **ret);
struct targets *targets_parse(const char *text, size_t len, const char *dir);
void targets_free(struct targets *t);

const struct diagnostic *targets_diagnostics(
    const struct targets *t, size_t *ret_count, size_t *ret_errors);

/* The label of an environment, or its name: of targets.yml, or as given. */
const char *targets_label(const struct targets *t, const char *environment);

/* The target of that name, or NULL. */
const struct target *targets_find(
    const struct environment *e, const char *name);

/*
 * Appends some names that can stand in on=, for a message about one that is
 * none, "web, web1, local": the one that was probably meant first, groups
 * before targets, ", …" for more than ten.
 */
void targets_names(
    const struct environment *e, const char *wanted, struct buf *out);

/* The name of the ssh target over which it is reached (over, jump), or NULL. */
const struct yaml_tree *target_jump_host(const struct target *target);

#endif
