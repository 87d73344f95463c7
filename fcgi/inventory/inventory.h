/* inventory.h: the parsed targets.yml, between targets.c and resolve.c. */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include "base/arena.h"
#include "compiler/runbook.h"
#include "compiler/parse/yaml.h"

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
	const char *local_path; /* PATH of its scripts, or NULL */
	struct approval_rule *approvals;
	size_t approvals_count;
	const struct yaml_tree *values; /* a map, or NULL */
	struct target *targets;         /* in order of the file */
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

/* The keys of a target: the kinds, and "shared"; NULL ends them. */
extern const char *const target_keys[];

#endif
