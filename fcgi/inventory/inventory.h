/* inventory.h: the parsed targets.yml, between targets.c and resolve.c. */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include "base/arena.h"
#include "compiler/runbook.h"
#include "inventory/targets.h"
#include "compiler/yaml.h"

struct target {
	const char *name;
	const char *kind;               /* "ssh", "http", … */
	const struct yaml_tree *config; /* the map under the kind, checked */
	bool shared;
	struct target *next;
};

struct group {
	const char *name;
	const struct yaml_tree *list; /* as written */
	const char **members;         /* targets, including those of inner
				       * groups */
	size_t count, cap;
	bool open, filled; /* while members are resolved */
	struct group *next;
};

struct environment {
	const char *name;
	const char *label;
	bool production;
	bool local_forbidden; /* local.c */
	bool local_unconfined;
	const char *local_user; /* or NULL */
	struct approval_rule *approvals;
	size_t approvals_count;
	struct target *targets; /* in order of the file */
	struct group *groups;
	size_t members; /* of all groups */
	struct environment *next;
};

struct targets {
	struct arena *arena;
	const char *dir;
	struct environment *environments;
	struct diagnostic *diagnostics;
	size_t count, cap, errors;
};

/* Reports an error at that place, at a value, at the key of a value. */
void targets_report(void *ctx, int line, int column, const char *message);
void targets_wrong(
    struct targets *t, const struct yaml_tree *y, const char *message);
void targets_wrong_key(
    struct targets *t, const struct yaml_tree *y, const char *message);

/* Reads true or false, if the key is there. */
void targets_check_flag(
    struct targets *t, const struct yaml_tree *map, const char *key, bool *ret);

/*
 * Checks the map under the kind of a target; the kind and its map, or NULL if
 * there is none.
 */
const char *target_kind_check(struct targets *t, const struct yaml_tree *y,
    const struct yaml_tree **ret_config);

/* The keys of a target: the kinds, and "shared"; NULL ends them. */
extern const char *const target_keys[];

/* The port that servers of the kind usually have, or NULL. */
const char *target_kind_port(const char *kind);

/*
 * The target of that name, or NULL; the name of the ssh target over which one
 * is reached (over, jump), or NULL.
 */
const struct target *targets_find(
    const struct environment *e, const char *name);
const struct yaml_tree *target_jump_host(const struct target *target);

/*
 * local.c: reads `local:`; whether it has settings; adds them to the target
 * “local” of a plan; and whether the step may be on it.
 */
void local_read(
    struct targets *t, struct environment *e, const struct yaml_tree *y);
bool local_is_set(const struct environment *e);
void local_write(const struct environment *e, struct json_object *o);
enum err local_allows(
    const struct environment *e, const struct step *s, struct fault *fault);

/* In the format of a plan; a name that is no target is local. */
struct json_object *target_json(
    const struct targets *t, const struct environment *e, const char *name);
struct json_object *group_json(const struct group *g);

/*
 * NULL, or why this may not be the url of an http target; and the same for its
 * headers (NULL: none), with the place in *ret_at. Static sentences.
 */
const char *url_refused(const char *url);
const char *headers_refused(
    const struct yaml_tree *map, const struct yaml_tree **ret_at);

#endif
