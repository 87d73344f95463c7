/*
 * captured.c: values that the steps of a run captured on each target.
 *
 * A value that is the same on all targets of its step is a variable of the run.
 * Otherwise a later step on one of these targets has the value of that target,
 * and steps elsewhere have none.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "lang/plan_scope.h"
#include "lang/step_reads.h"
#include "journal/captured.h"

/* Adds the names with the scope of their step, as for variables. */
static void
add(struct json_object *all, const char *target, const char *scope,
    const char *captures)
{
	struct json_object *o = json_get(all, target), *one = NULL;

	if (json_read(captures, strlen(captures), &one, NULL) != ERR_OK)
		return;
	if (o == NULL)
		json_set(all, target, o = json_object_new_object());
	json_object_object_foreach (one, name, value) {
		char *whole = mem_printf("%s%s", name, scope);

		json_set(o, whole, json_object_get(value));
		free(whole);
	}
	json_object_put(one);
}

struct json_object *
captured_by_target(struct db *db, int64_t run, const struct plan *plan,
    const struct step *step)
{
	struct json_object *all = json_object_new_object();
	struct json_object *seen = json_object_new_object();
	struct rows *rows = db_query(db, STMT_CAPTURED, INT(run));

	while (db_next(rows)) {
		int i = plan_find_step(plan, db_text(rows, "step"));

		if (i >= 0 && &plan->steps[i] != step)
			add(all, db_text(rows, "target"),
			    plan_scope(plan, plan->steps[i].section),
			    db_text(rows, "captures"));
	}
	db_done(rows);
	json_object_object_foreach (all, target, captured) {
		json_set(
		    seen, target, plan_visible(plan, step->section, captured));
	}
	json_object_put(all);
	return seen;
}

struct json_object *
captured_apart(struct json_object *by_target, const struct step *step,
    struct json_object *values)
{
	struct json_object *apart = json_object_new_object(), *list;

	json_object_object_foreach (by_target, target, captured) {
		json_object_object_foreach (captured, name, value) {
			(void)value;
			if (json_get(values, name) != NULL ||
			    !step_reads_value(step, name))
				continue;
			if ((list = json_get(apart, name)) == NULL)
				json_set(apart, name,
				    list = json_object_new_array());
			json_object_array_add(
			    list, json_object_new_string(target));
		}
	}
	return apart;
}

struct json_object *
captured_values(struct db *db, int64_t run)
{
	struct rows *rows = db_query(db, STMT_VARIABLES, INT(run));
	struct json_object *o = json_object_new_object();

	while (db_next(rows))
		json_set_text(o, db_text(rows, "name"), db_text(rows, "value"));
	db_done(rows);
	return o;
}
