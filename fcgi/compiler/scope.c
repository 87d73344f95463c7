/*
 * scope.c: the inputs of a document with sections that repeat: their lists, and
 * the values visible at a section.
 *
 * A value that a step under each= captures belongs to its items: its name gets
 * the scope of the section, so that the rollback of one machine does not read
 * the value of the next one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "compiler/expand.h"

static const struct parameter *
find_parameter(const struct runbook *runbook, const char *name)
{
	for (size_t i = 0; i < runbook->parameters_count; i++)
		if (strcmp(runbook->parameters[i].name, name) == 0)
			return &runbook->parameters[i];
	return NULL;
}

static enum err
find_list(const struct runbook *runbook, const struct section *s,
    struct json_object *parameters, struct json_object *targets,
    struct json_object **ret, struct fault *fault)
{
	const char *name = s->each_list;
	struct json_object *group = json_get(targets, name);

	if (strchr(name, ',') != NULL)
		*ret = list_items(name);
	else if (find_parameter(runbook, name) != NULL)
		*ret = list_items(json_text(parameters, name, ""));
	else if (text_eq(json_text(group, "kind", ""), "group"))
		*ret = json_object_get(json_get(group, "members"));
	else
		return fault_set(fault, ERR_INVALID, "unknown_list",
		    "environment",
		    "Line %d: the section “%s” repeats over "
		    "“%s”, which is neither a parameter nor a group of this "
		    "environment.",
		    s->line, s->title, name);
	return ERR_OK;
}

enum err
runbook_lists(const struct runbook *runbook, struct json_object *parameters,
    struct json_object *targets, struct json_object **ret, struct fault *fault)
{
	struct json_object *lists = NULL, *list = NULL;
	enum err err = ERR_OK;

	for (size_t i = 0; i < runbook->sections_count && err == ERR_OK; i++) {
		const struct section *s = &runbook->sections[i];

		if (s->each_name == NULL)
			continue;
		if (lists == NULL)
			lists = json_object_new_object();
		err = find_list(runbook, s, parameters, targets, &list, fault);
		if (err == ERR_OK)
			json_set(lists, s->each_list, list);
	}
	if (err == ERR_OK)
		*ret = lists;
	else
		json_object_put(lists);
	return err;
}

const char *
runbook_scope(const struct runbook *runbook, int section)
{
	const struct binding *b = runbook->sections[section].bound;

	return b != NULL ? b->scope : "";
}

static const char *
item_of(const struct binding *b, const char *name)
{
	for (; b != NULL; b = b->outer)
		if (strcmp(b->name, name) == 0)
			return b->item;
	return NULL;
}

const char *
runbook_value_at(void *place, const char *name)
{
	const struct runbook_place *at = place;
	const struct binding *b = at->runbook->sections[at->section].bound;
	const char *found = item_of(b, name);

	for (; found == NULL && at->value != NULL && b != NULL; b = b->outer) {
		char *scoped = mem_printf("%s%s", name, b->scope);

		found = at->value(at->ctx, scoped);
		free(scoped);
	}
	return found != NULL || at->value == NULL ? found
						  : at->value(at->ctx, name);
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
runbook_visible(
    const struct runbook *runbook, int section, struct json_object *captured)
{
	struct json_object *seen = json_object_new_object();
	const char *scope = runbook_scope(runbook, section);
	const struct binding *b = runbook->sections[section].bound;

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
runbook_shapes(const struct runbook *runbook, const char *parameter)
{
	for (size_t i = 0; i < runbook->sections_count; i++)
		if (runbook->sections[i].hop &&
		    (strcmp(parameter, "from") == 0 ||
			strcmp(parameter, "to") == 0))
			return true;
	for (size_t i = 0; i < runbook->lists_count; i++)
		if (strcmp(runbook->lists[i], parameter) == 0)
			return true;
	return false;
}
