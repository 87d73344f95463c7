/*
 * resolve.h: the targets that a runbook's steps use in one environment, as
 * JSON.
 */
#ifndef INVENTORY_RESOLVE_H
#define INVENTORY_RESOLVE_H

#include "base/err.h"

struct json_object;
struct plan;
struct targets;

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
 * The targets that the steps of a runbook use in one environment:
 * {"name": {"kind": "ssh", "host", "port": 22, "user", "key", "passphrase",
 *           "agent": bool, "host_key", "client", "jump": name,
 *           "shared": bool} | {"kind": "local", "shared": true} |
 *           {"kind": "group", "members": [names]}, all of them targets |
 *           {"kind": "http|mysql|…", its texts, "headers": {}, "aws": {},
 * "sign": {}, "over": name, "shared"}} with "way": true where no step uses it
 * but to reach another, and with each member resolved beside it.  The key order
 * is fixed, so that the compact text of the object can be hashed. ERR_NOT_FOUND
 * with a fault for an unknown environment, and for a target that it does not
 * have (naming the step's line and the targets that there are).
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

#endif
