/*
 * plan_scope.h: values at a place of a plan, and what they leave out of a run.
 */
#ifndef LANG_PLAN_SCOPE_H
#define LANG_PLAN_SCOPE_H

#include "lang/values.h"
#include "plan/plan.h"

/*
 * The value of a name at a section: an item of each= around it, a value
 * captured there for the same items, or value(ctx, name) (`value` may be NULL).
 * A value that a step of scope S captures has the name "name" + S. A value_fn
 * over a struct plan_place.
 */
struct plan_place {
	const struct plan *plan;
	int section;
	value_fn value;
	void *ctx;
};
const char *plan_value_at(void *place, const char *name);

/* The same for people: of an item its label. */
const char *plan_text_at(void *place, const char *name);

/* "@name=item" for each item around the section, outermost first, or "". */
const char *plan_scope(const struct plan *plan, int section);

/*
 * The captured values that a step of the section sees, {name: text} in order of
 * their names, and its items. A new object.
 */
struct json_object *plan_visible(
    const struct plan *plan, int section, struct json_object *captured);

/*
 * True if the step is under a `when` that is false: its own or that of a
 * section around it. `*ret_why` is then that expression (it belongs to the
 * plan). An expression that cannot be evaluated (a value is missing) counts
 * as false.
 */
bool plan_is_excluded(const struct plan *plan, int step, value_fn value,
    void *ctx, const char **ret_why);

/*
 * As plan_is_excluded(), with the values known before anything runs: an
 * expression that reads another one excludes nothing yet.
 */
bool plan_is_excluded_early(const struct plan *plan, int step, value_fn value,
    void *ctx, const char **ret_why);

/*
 * Version hops. True if a run from one version to another takes the section: no
 * hop, or one between them. Otherwise *ret_why is the expression that is false.
 */
bool plan_takes(const struct plan *plan, int section, value_fn value, void *ctx,
    const char **ret_why);

/* The value of that parameter decides which steps a run has. */
bool plan_shapes(const struct plan *plan, const char *parameter);

#endif
