/*
 * step_rows.c: the steps that a run has, when it is created and when a list
 * becomes known.
 *
 * Steps of hops that are not taken have a part of their own, in which nothing
 * becomes ready and nothing is counted. Steps that depend on parameters alone
 * are excluded from the beginning.
 */
#include "base/json.h"
#include "keeper/plans/step_rows.h"
#include "lang/each/each_captured.h"
#include "lang/plan_scope.h"
#include "plan/state.h"

static struct json_object *
row_of(const struct plan *plan, int i, value_fn value, void *ctx)
{
	const struct step *s = &plan->steps[i];
	enum part part = s->probe_of != NULL ? PART_PROBE
	    : s->rollback                    ? PART_ROLLBACK
					     : PART_MAIN;
	struct json_object *o = json_object_new_object();
	const char *why = NULL;

	if (!plan_takes(plan, s->section, value, ctx, &why))
		part = PART_NOT_TAKEN;
	else if (part == PART_MAIN)
		plan_is_excluded_early(plan, i, value, ctx, &why);
	json_set_text(o, "id", s->id);
	json_set_text(o, "part", part_word(part));
	if (why != NULL)
		json_set_text(o, "when", why);
	if (s->optional)
		json_set_bool(o, "optional", true);
	return o;
}

struct json_object *
step_rows(const struct plan *plan, value_fn value, void *ctx)
{
	struct json_object *rows = json_object_new_array(), *row;

	for (size_t i = 0; i < plan->steps_count; i++) {
		if (each_template(plan, plan->steps[i].section) >= 0)
			continue;
		row = row_of(plan, (int)i, value, ctx);
		json_object_array_add(rows, row);
	}
	return rows;
}

int64_t
step_rows_count(struct json_object *rows)
{
	int64_t count = 0;

	for (size_t i = 0; i < json_count(rows); i++) {
		struct json_object *row = json_at(rows, i);

		count += part_read(row) == PART_MAIN &&
		    json_get(row, "when") == NULL;
	}
	return count;
}
