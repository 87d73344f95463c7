/*
 * targets.h: targets.yml, what a target's name means in each environment.
 */
#ifndef BOOK_TARGETS_H
#define BOOK_TARGETS_H

#include <json-c/json.h>

#include "base/err.h"
#include "book/book.h"

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
 *	    targets:
 *	      flow:
 *	        ssh: {host: 10.9.0.2, port: 22, user: root, key: keys/lab,
 *	              passphrase: SECRET-NAME, agent: false,
 *	              host_key: "ssh-ed25519 AAAA…", client: libssh2}
 *	        shared: true            # optional: two runs may use it at once
 *	    groups:
 *	      nodes: [node-1, node-2]
 *
 * `local` exists in every environment, and is shared, without being named.
 * A relative `key:`, `ca:` or `file:` is relative to the folder of
 * targets.yml; `over:` of a database names an ssh target.  Kinds that
 * a later version uses (http, mysql, postgresql, sqlite, jump) are accepted.
 */
enum err	 targets_load(const char *path, struct targets **ret);
struct targets	*targets_parse(const char *text, size_t len, const char *dir);
void		 targets_free(struct targets *t);

const struct diagnostic *targets_diagnostics(const struct targets *t,
		    size_t *ret_count, size_t *ret_errors);

/*
 * The environments in order of the file:
 * [{"name", "label", "production": bool, "approvals": [{"role","count"}]}].
 * A new object; the caller puts it.
 */
struct json_object *targets_environments(const struct targets *t);

/*
 * What the steps of a book use in one environment:
 * {"name": {"kind": "ssh", "host", "port": 22, "user", "key", "passphrase",
 *           "agent": bool, "host_key", "client", "shared": bool} | {"kind":
 *           "local", "shared": true} | {"kind": "group", "members": [names]}}
 * with each member resolved beside it.  The key order is fixed, so that the
 * compact text of the object can be hashed.  ERR_NOT_FOUND with a fault
 * for an unknown environment, and for a target that it does not have (naming
 * the step's line and the targets that there are).
 */
enum err	 targets_resolve(const struct targets *t,
		    const char *environment, const struct book *book,
		    struct json_object **ret, struct fault *fault);

#endif
