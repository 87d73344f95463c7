/*
 * scope.c: the lists that the sections of a document repeat over.
 */
#include <string.h>

#include "compiler/scope.h"
#include "base/json.h"
#include "base/text.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "lang/list.h"

static const struct parameter *
find_parameter(const struct runbook *runbook, const char *name)
{
	for (size_t i = 0; i < runbook->plan.parameters_count; i++)
		if (strcmp(runbook->plan.parameters[i].name, name) == 0)
			return &runbook->plan.parameters[i];
	return NULL;
}

static const char *
label_of(const struct parameter *q, const char *id)
{
	for (size_t i = 0; i < q->labels_count; i++)
		if (strcmp(q->labels[i].id, id) == 0)
			return q->labels[i].text;
	return NULL;
}

/* The items of a parameter, with the labels that it has for them. */
static struct json_object *
parameter_items(const struct parameter *q, const char *value)
{
	struct json_object *ids = list_items(value);
	struct json_object *items = json_object_new_array(), *o;

	for (size_t i = 0; i < json_count(ids); i++) {
		const char *label,
		    *id = json_object_get_string(json_at(ids, i));

		o = json_object_new_object();
		json_set_text(o, "id", id);
		if ((label = label_of(q, id)) != NULL)
			json_set_text(o, "label", label);
		json_object_array_add(items, o);
	}
	json_object_put(ids);
	return items;
}

static enum err
find_list(const struct runbook *runbook, const struct section *s,
    struct json_object *parameters, struct json_object *targets,
    struct json_object **ret, struct fault *fault)
{
	const char *name = s->each_list;
	struct json_object *group = json_get(targets, name);

	if (strchr(name, ',') != NULL)
		*ret = list_items_labelled(name);
	else if (find_parameter(runbook, name) != NULL)
		*ret = parameter_items(find_parameter(runbook, name),
		    json_text(parameters, name, ""));
	else if (text_eq(json_text(group, "kind", ""), "group"))
		*ret = json_object_get(json_get(group, "members"));
	else
		return fault_set(fault, ERR_INVALID, "unknown_list",
		    "environment",
		    "check_unknown_list line=%d section=%s list=%s", s->line,
		    s->title, name);
	return ERR_OK;
}

enum err
runbook_lists(const struct runbook *runbook, struct json_object *parameters,
    struct json_object *targets, struct json_object **ret, struct fault *fault)
{
	struct json_object *lists = NULL, *list = NULL;
	enum err err = ERR_OK;

	for (size_t i = 0; i < runbook->plan.sections_count && err == ERR_OK;
	     i++) {
		const struct section *s = &runbook->plan.sections[i];

		if (s->each_name == NULL || s->each_step != NULL)
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

enum err
runbook_of_run(const char *text, struct json_object *parameters,
    struct json_object *targets, struct runbook **ret, struct fault *fault)
{
	struct runbook *runbook = runbook_parse(text, strlen(text));
	struct json_object *lists = NULL;
	enum err err = runbook_lists(
	    runbook, parameters, targets, &lists, fault);

	if (err == ERR_OK && lists == NULL) {
		*ret = runbook;
		return ERR_OK;
	}
	runbook_free(runbook);
	if (err == ERR_OK)
		err = runbook_expand(text, strlen(text), lists, ret, fault);
	json_object_put(lists);
	return err;
}
