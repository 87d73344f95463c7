/*
 * describe.h: all of targets.yml as JSON, for pages and the command line.
 */
#ifndef INVENTORY_DESCRIBE_H
#define INVENTORY_DESCRIBE_H

struct json_object;
struct targets;

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
