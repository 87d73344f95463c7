/*
 * fuzz_plan.c: the JSON of a plan, which comes from the sandbox of the compiler
 * or from the database.  A plan that was read is the same after it was written
 * and read again, and every index in it may be followed.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "lang/each/each_captured.h"
#include "lang/plan_scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
value(void *ctx, const char *name)
{
	(void)ctx;
	return strlen(name) % 2 ? NULL : "1.0";
}

/* Expands the list of a template; each step of the result can be followed. */
static void
expand(const struct plan *plan, const struct section *s)
{
	struct json_object *list = json_object_new_object(), *items;
	struct plan *expanded;
	struct fault fault;

	items = json_object_new_array();
	json_object_array_add(items, json_object_new_string("a"));
	json_object_array_add(items, json_object_new_string("b c"));
	json_set_text(list, "step", s->each_step);
	json_set_text(list, "name", s->each_list);
	json_set(list, "items", items);
	if (each_expand_captured(plan, list, &expanded, &fault) == ERR_OK) {
		for (size_t i = 0; i < expanded->steps_count; i++)
			(void)plan_scope(expanded, expanded->steps[i].section);
		json_object_put(plan_write(expanded));
		plan_free(expanded);
	}
	json_object_put(list);
}

static void
follow(const struct plan *plan)
{
	const char *why;

	for (size_t i = 0; i < plan->sections_count; i++)
		if (plan->sections[i].each_step != NULL)
			expand(plan, &plan->sections[i]);

	for (size_t i = 0; i < plan->steps_count; i++) {
		struct json_object *none = json_object_new_object();
		const struct step *s = &plan->steps[i];

		assert(plan_find_step(plan, s->id) == (int)i);
		(void)plan_is_excluded(plan, (int)i, value, NULL, &why);
		(void)plan_takes(plan, s->section, value, NULL, &why);
		(void)plan_scope(plan, s->section);
		json_object_put(plan_visible(plan, s->section, none));
		json_object_put(none);
		json_object_put(step_write(s, STEP_IN_JOB));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *o = NULL, *again, *last;
	struct plan *plan, *copy;
	struct fault fault;

	if (json_read((const char *)data, size, &o, &fault) != ERR_OK)
		return 0;
	if (plan_read(o, &plan, &fault) == ERR_OK) {
		again = plan_write(plan);
		assert(plan_read(again, &copy, &fault) == ERR_OK);
		last = plan_write(copy);
		assert(strcmp(json_write(again), json_write(last)) == 0);
		if (plan->steps_count < 100)
			follow(plan);
		json_object_put(again);
		json_object_put(last);
		plan_free(copy);
		plan_free(plan);
	}
	json_object_put(o);
	return 0;
}
