/*
 * plan_scope.c: values at a place of a plan, and what they leave out of a run.
 *
 * A value that a step under each= captures belongs to its items: its name gets
 * the scope of the section, so that the rollback of one machine does not read
 * the value of the next one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "lang/expr.h"
#include "lang/plan_scope.h"

const char *
plan_scope(const struct plan *plan, int section)
{
	const struct binding *b = plan->sections[section].bound;

	return b != NULL ? b->scope : "";
}

static const struct binding *
find_item(const struct binding *b, const char *name)
{
	while (b != NULL && strcmp(b->name, name) != 0)
		b = b->outer;
	return b;
}

const char *
plan_value_at(void *place, const char *name)
{
	const struct plan_place *at = place;
	const struct binding *b = at->plan->sections[at->section].bound;
	const struct binding *item = find_item(b, name);
	const char *found = item != NULL ? item->item : NULL;

	for (; found == NULL && at->value != NULL && b != NULL; b = b->outer) {
		char *scoped = mem_printf("%s%s", name, b->scope);

		found = at->value(at->ctx, scoped);
		free(scoped);
	}
	return found != NULL || at->value == NULL ? found
						  : at->value(at->ctx, name);
}

const char *
plan_text_at(void *place, const char *name)
{
	const struct plan_place *at = place;
	const struct binding *item = find_item(
	    at->plan->sections[at->section].bound, name);

	return item != NULL && item->label != NULL ? item->label
						   : plan_value_at(place, name);
}

/* The scope is that of the section, or of one around it. */
static bool
is_around(const char *scope, const char *section)
{
	size_t n = strlen(scope);

	return strncmp(scope, section, n) == 0 &&
	    (section[n] == '\0' || section[n] == '@');
}

/* A wider scope sorts before a narrower one, which therefore wins. */
struct json_object *
plan_visible(const struct plan *plan, int section, struct json_object *captured)
{
	struct json_object *seen = json_object_new_object();
	const char *scope = plan_scope(plan, section);
	const struct binding *b = plan->sections[section].bound;

	json_object_object_foreach (captured, name, value) {
		size_t n = strcspn(name, "@");
		char *plain;

		if (!is_around(name + n, scope))
			continue;
		plain = mem_strndup(name, n);
		json_set(seen, plain, json_object_get(value));
		free(plain);
	}
	for (; b != NULL; b = b->outer)
		json_set_text(seen, b->name, b->item);
	return seen;
}

bool
plan_shapes(const struct plan *plan, const char *parameter)
{
	for (size_t i = 0; i < plan->sections_count; i++)
		if (plan->sections[i].hop &&
		    (strcmp(parameter, "from") == 0 ||
			strcmp(parameter, "to") == 0))
			return true;
	for (size_t i = 0; i < plan->lists_count; i++)
		if (strcmp(plan->lists[i], parameter) == 0)
			return true;
	return false;
}

/*
 * The expression excludes its step or section; `missing` tells whether it does
 * so if it reads an unknown value.
 */
static bool
leaves_out(const char *when, struct plan_place *at, bool missing)
{
	bool result;

	if (when == NULL)
		return false;
	return expr_eval(when, plan_value_at, at, &result) ? !result : missing;
}

static bool
is_excluded(const struct plan *plan, int step, struct plan_place *at,
    bool missing, const char **ret_why)
{
	const struct step *s = &plan->steps[step];

	at->section = s->section;
	if (leaves_out(s->when, at, missing)) {
		*ret_why = s->when;
		return true;
	}
	for (; at->section >= 0;
	     at->section = plan->sections[at->section].parent) {
		const char *when = plan->sections[at->section].when;

		if (leaves_out(when, at, missing)) {
			*ret_why = when;
			return true;
		}
	}
	return false;
}

bool
plan_is_excluded(const struct plan *plan, int step, value_fn value, void *ctx,
    const char **ret_why)
{
	struct plan_place at = { plan, 0, value, ctx };

	return is_excluded(plan, step, &at, true, ret_why);
}

bool
plan_is_excluded_early(const struct plan *plan, int step, value_fn value,
    void *ctx, const char **ret_why)
{
	struct plan_place at = { plan, 0, value, ctx };

	return is_excluded(plan, step, &at, false, ret_why);
}

bool
plan_takes(const struct plan *plan, int section, value_fn value, void *ctx,
    const char **ret_why)
{
	for (int i = section; i >= 0; i = plan->sections[i].parent) {
		const char *when = plan->sections[i].hop_when;
		bool holds = false;

		if (when == NULL ||
		    (expr_eval(when, value, ctx, &holds) && holds))
			continue;
		*ret_why = when;
		return false;
	}
	return true;
}
