/*
 * environment_values.c: `values:` of an environment: what differs between
 * environments and is not secret, such as a port.
 *
 * A parameter of that name has that value there, and nobody chooses another
 * one: targets.yml decides on it, like on an address.  A proposal that people
 * may change was rejected: a rehearsal does not compare these values, and would
 * then let through what nobody has rehearsed.
 */
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/yaml.h"
#include "inventory/inventory.h"
#include "inventory/environment_values.h"
#include "lang/parameter_value.h"
#include "plan/plan.h"

/* The value as a parameter has it: the items of a list with commas. */
static void
put_text(const struct yaml_tree *y, struct buf *out)
{
	if (y->kind == YTREE_TEXT) {
		buf_puts(out, y->text);
		return;
	}
	for (const struct yaml_tree *e = y->first; e != NULL; e = e->next)
		buf_printf(out, "%s%s", e != y->first ? "," : "", e->text);
}

static bool
is_value(const struct yaml_tree *y)
{
	if (y->kind != YTREE_LIST)
		return y->kind == YTREE_TEXT;
	for (const struct yaml_tree *e = y->first; e != NULL; e = e->next)
		if (e->kind != YTREE_TEXT)
			return false;
	return true;
}

void
values_read(
    struct targets *t, struct environment *e, const struct yaml_tree *map)
{
	if (map->kind != YTREE_MAP) {
		if (map->kind != YTREE_TEXT || *map->text != '\0')
			targets_wrong(t, map, MESSAGE("targets_values_map"));
		return;
	}
	e->values = map;
	for (const struct yaml_tree *y = map->first; y != NULL; y = y->next) {
		const char *why = identifier_refused(y->key);

		if (why != NULL)
			targets_wrong_key(t, y,
			    message_arena(t->arena,
				"front_name name=%s reason=%s", y->key, why));
		else if (!is_value(y))
			targets_wrong(t, y, MESSAGE("targets_value_form"));
	}
}

struct json_object *
values_json(const struct environment *e)
{
	struct json_object *o = json_object_new_object();
	const struct yaml_tree *y = e->values != NULL ? e->values->first : NULL;
	struct buf text = { 0 };

	for (; y != NULL; y = y->next) {
		buf_reset(&text);
		put_text(y, &text);
		json_set_text(o, y->key, buf_text(&text));
	}
	buf_clear(&text);
	return o;
}

enum err
values_check(const struct targets *t, const char *environment,
    const struct plan *plan, struct fault *fault)
{
	const struct environment *e = t->environments;
	struct json_object *values;
	struct buf scratch = { 0 };
	const char *why = NULL;

	while (e != NULL && strcmp(e->name, environment) != 0)
		e = e->next;
	if (e == NULL)
		return ERR_NOT_FOUND;
	values = values_json(e);
	for (size_t i = 0; i < plan->parameters_count && why == NULL; i++)
		why = parameter_check_fixed(
		    &plan->parameters[i], values, environment, &scratch);
	if (why != NULL)
		fault_set(
		    fault, ERR_INVALID, "bad_value", "environment", "%s", why);
	buf_clear(&scratch);
	json_object_put(values);
	return why == NULL ? ERR_OK : ERR_INVALID;
}
