/* plan.h: the plan of a run, which approvals are given to. */
#ifndef JOURNAL_PLAN_H
#define JOURNAL_PLAN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal/db.h"
#include "lang/values.h"
#include "plan/plan.h"

/*
 * The parts of a plan: the columns of a run, as it is made or as its row gives
 * them back.
 */
struct plan_parts {
	const char *document; /* hash */
	const char *environment;
	struct json_object *targets;
	struct json_object *parameters;
	struct json_object *sealed; /* hashes of the sealed secrets */
	const char *compiled;       /* hash; NULL in runs of older versions */
};

/* BLAKE2b-256, in hex, over all of them.  `out` takes 65 bytes. */
void plan_hash(const struct plan_parts *parts, char out[65]);

/*
 * The compiled plan of a row of STMT_RUN_GET, with the lists expanded that
 * steps of the run have captured; free with plan_free(). *ret is NULL if the
 * run is of an older version, which kept the document alone. ERR_FORBIDDEN with
 * a fault: its text is missing, differs from its hash, or is no plan, or a list
 * is none of its sections.
 */
enum err plan_load(struct db *db, struct json_object *row, struct plan **ret,
    struct fault *fault);

/*
 * The plan with its templates expanded by the lists of a row, in their order;
 * *ret is NULL if there are none. Free it before `plan`.
 */
enum err plan_expand(const struct plan *plan, struct json_object *row,
    struct plan **ret, struct fault *fault);

/*
 * The key of a plan of plan_load() in a cache: its hash, and the run if it has
 * expanded lists.
 */
#define PLAN_KEY 112
void plan_key(struct json_object *row, char out[PLAN_KEY]);

/* The list of a row that this step has captured: {"items"}; or NULL. */
struct json_object *plan_list(
    struct json_object *row, const char *step, const char *name);

/*
 * The lists that steps of the run capture for each=: [{"step", "name",
 * "items"}], without items before the step has succeeded. A new array, or NULL
 * if there are none.
 */
struct json_object *plan_lists(
    const struct plan *plan, struct json_object *row);

/*
 * Each list of the row is what its step captured, by the captured values of
 * the run.
 */
bool plan_lists_are_captured(const struct plan *plan, struct json_object *row,
    struct json_object *captured);

/* The text of a compiled plan, and its hash (65 bytes). A new object. */
struct json_object *plan_compiled(const struct plan *plan, char hash[65]);

/* The plan of a row of STMT_RUN_GET, recomputed. */
void plan_of_row(struct json_object *row, char out[65]);

/*
 * The names of the targets of `on` in a run's resolved targets: the members of
 * a group, or the target itself. A new array.
 */
struct json_object *plan_targets_of(
    struct json_object *targets, const char *on);

/*
 * The names of the targets that a preflight tries: those of the steps that the
 * console executes, but for steps that a `when` excludes now.  A target that
 * only a person works on is not among them.  A new array.
 */
struct json_object *plan_targets_to_try(const struct plan *plan,
    struct json_object *targets, value_fn value, void *ctx);

/*
 * True if a run locks this resolved target, so that no other run starts on it.
 */
bool plan_is_held(struct json_object *target);

#endif
