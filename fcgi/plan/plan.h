/*
 * plan.h: what a run executes: the steps of a document, compiled for the run.
 *
 * The compiler makes it from document, targets and values (compiler/runbook.h).
 * As JSON it is stored by its hash; keeper, runner and web read it from there.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/arena.h"
#include "plan/parameter.h"
#include "plan/section.h"
#include "plan/step.h"

#define PLAN_VERSION 1
#define PLAN_MAX_STEPS 2000 /* and of sections */
#define PLAN_MAX_ITEMS (10 * PLAN_MAX_STEPS)
#define PLAN_HOPS_MAX 4 /* machines in front of a target */

struct plan {
	int version; /* PLAN_VERSION */
	const char *title;
	const char *rehearsal; /* environment, or NULL */
	int64_t rehearsal_ms;  /* how old it may be; 0: any age */
	const struct parameter *parameters;
	size_t parameters_count;
	const struct approval_rule *approvals;
	size_t approvals_count;
	const char *const *lists; /* lists that its sections repeat over */
	size_t lists_count;
	const struct section *sections; /* sections[0] has level 0 */
	size_t sections_count;
	const struct step *steps;
	size_t steps_count;
	const struct item *items;
	size_t items_count;
	const int *by_id; /* its steps in the order of their ids, or NULL */
};

/*
 * The plan as canonical JSON: equal plans give equal bytes.  An item's nodes
 * are no part of it.  A new object.
 */
struct json_object *plan_write(const struct plan *plan);

/*
 * Reads it; free with plan_free().  ERR_INVALID with a fault that names the
 * place: unknown or missing keys, wrong types, values out of range, another
 * version, an index of a section or step that there is not, two steps of one
 * id.  The object may be put afterwards.
 */
enum err plan_read(
    struct json_object *o, struct plan **ret, struct fault *fault);
void plan_free(struct plan *plan);

/* An empty plan, and the arena of its content; free with plan_free(). */
struct plan *plan_new(struct arena **ret_arena);

/* The plan of plan_new() or plan_read() calls release(p) when it is freed. */
void plan_own(struct plan *plan, void (*release)(void *), void *p);

/* The ids of steps, given as an array of their numbers.  A new array. */
struct json_object *plan_ids(
    const struct plan *plan, struct json_object *steps);

/* Its steps, without those that the compiler has added (restores). */
size_t plan_count_steps(const struct plan *plan);

/* Sorts the steps of a plan that was read, for plan_find_step(). */
void plan_index(struct plan *plan);

/* The step with that id, or -1. */
int plan_find_step(const struct plan *plan, const char *id);

/* The value is that of a parameter, or is asked for, of type number. */
bool plan_is_number(const struct plan *plan, const char *name);

/*
 * Approval rules in the format of a run: [{role, count, expires (ms),
 * same_person}].  A new array.
 */
struct json_object *plan_rules_json(
    const struct approval_rule *rules, size_t count);

/*
 * The keys whose values are names in the secret store, in a resolved target and
 * in the objects that plan_secret_maps[] names; NULL ends both.
 */
extern const char *const plan_secret_keys[];
extern const char *const plan_secret_maps[];

/* The resolved target names this secret. */
bool plan_target_names(struct json_object *target, const char *secret);

#endif
