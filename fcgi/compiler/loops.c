/*
 * loops.c: each="name in group-or-list": its two halves, and the correspondence
 * of copied steps.
 *
 * Only the environment of a run tells whether one word is a group; a literal
 * list has commas, and a parameter must be a list.
 */
#include <string.h>

#include "compiler/loops.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "lang/list.h"
#include "lang/answers.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/attribute.h"

static size_t
place(const struct parse *p, int i)
{
	const struct origin *o = &p->section_origins[i];
	const struct attr *a = attribute_get(&o->attrs, '=', "each");

	return a != NULL ? a->value_at : o->at;
}

static bool
check_name(struct parse *p, int i, const char *name)
{
	const char *why = identifier_refused(name);

	if (why != NULL) {
		report(p, SEVERITY_ERROR, place(p, i),
		    "loop_name name=%s reason=%s", name, why);
		return false;
	}
	if (identifier_is_known(p, name, 0, p->sections[i].parent)) {
		report(
		    p, SEVERITY_ERROR, place(p, i), "loop_taken name=%s", name);
		return false;
	}
	return true;
}

static bool
check_list(struct parse *p, int i, const char *list)
{
	const struct parameter *q = parameter_find(p, list);
	const char *item, *why;
	struct json_object *items;

	if (strchr(list, ',') == NULL && q != NULL &&
	    q->type != PARAMETER_LIST) {
		report(p, SEVERITY_ERROR, place(p, i), "loop_no_list name=%s",
		    list);
		return false;
	}
	if (strchr(list, ',') == NULL && q == NULL && !text_is_id(list)) {
		report(p, SEVERITY_ERROR, place(p, i), "loop_unknown name=%s",
		    list);
		return false;
	}
	items = list_items(list);
	if ((why = list_refused(items, &item)) != NULL)
		report(p, SEVERITY_ERROR, place(p, i),
		    "loop_item item=%s reason=%s", item, why);
	json_object_put(items);
	return why == NULL;
}

void
check_each(struct parse *p, int i)
{
	struct section *s = &p->sections[i];
	const char *each = s->each, *name, *list;
	size_t n;

	if (each == NULL)
		return;
	n = strcspn(each, " ");
	name = arena_strndup(p->arena, each, n);
	if (!check_name(p, i, name))
		return;
	each += n + strspn(each + n, " ");
	list = text_starts(each, "in ") ? each + 3 + strspn(each + 3, " ") : "";
	if (*list == '\0') {
		report(p, SEVERITY_ERROR, place(p, i), "loop_form");
		return;
	}
	for (n = strlen(list); list[n - 1] == ' ';)
		n--;
	list = arena_strndup(p->arena, list, n);
	if (!check_list(p, i, list))
		return;
	s->each_name = name;
	s->each_list = list;
}

void
loops_collect_lists(struct parse *p)
{
	const char **lists = arena_alloc(
	    p->arena, (p->sections_count + 1) * sizeof(*lists));
	size_t n = 0;

	for (size_t i = 0; i < p->sections_count; i++)
		if (p->sections[i].each_list != NULL &&
		    p->sections[i].each_step == NULL)
			lists[n++] = p->sections[i].each_list;
	p->runbook->plan.lists = lists;
	p->runbook->plan.lists_count = n;
}

bool
each_captures(const struct parse *p, const char *name, int before)
{
	for (int i = 0; i < before; i++)
		for (size_t k = 0; k < p->steps[i].captures_count; k++)
			if (strcmp(p->steps[i].captures[k].name, name) == 0)
				return true;
	return false;
}
