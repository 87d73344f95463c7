/*
 * loops.c: each="name in group-or-list": its two halves, and the correspondence
 * of copied steps.
 *
 * Only the environment of a run tells whether one word is a group; a literal
 * list has commas, and a parameter must be a list.  A name that an earlier step
 * captures is a list that is known when that step has succeeded.  Its items are
 * what a machine printed: they are values, and name no target, as approvals are
 * given to the targets of a plan.
 */
#include <stdint.h>
#include <string.h>

#include "compiler/loops.h"
#include "base/message.h"
#include "base/text.h"
#include "compiler/runbook.h"
#include "lang/list.h"
#include "compiler/check/check.h"
#include "compiler/check/identifiers.h"
#include "compiler/check/parallel.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/attribute.h"

static bool
check_name(struct parse *p, int i, const char *name)
{
	const char *why = identifier_refused(name);

	if (why != NULL) {
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
		    "loop_name name=%s reason=%s", name, why);
		return false;
	}
	if (identifier_is_known(p, name, 0, p->sections[i].parent)) {
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
		    "loop_taken name=%s", name);
		return false;
	}
	return true;
}

/* The capture of that name of a step, or NULL. */
static struct capture *
capture_of(const struct step *s, const char *name)
{
	for (size_t k = 0; k < s->captures_count; k++)
		if (strcmp(s->captures[k].name, name) == 0)
			return (struct capture *)(uintptr_t)&s->captures[k];
	return NULL;
}

/* The step that captures the name; *ret_other: another one, or -1. */
static int
find_capturing(const struct parse *p, const char *name, int *ret_other)
{
	int found = -1;

	*ret_other = -1;
	for (size_t i = 0; i < p->steps_count; i++) {
		if (capture_of(&p->steps[i], name) == NULL)
			continue;
		if (found >= 0)
			*ret_other = (int)i;
		else
			found = (int)i;
	}
	return found;
}

/* NULL, or the code of the reason why no list comes from this step. */
static const char *
source_refused(const struct parse *p, int i, int step, const char *list)
{
	const struct step *s = &p->steps[step];

	if (p->step_origins[step].at > p->section_origins[i].at)
		return MESSAGE("loop_source_later");
	if (is_beside(p, i, step))
		return MESSAGE("loop_source_beside");
	if (!repeats_around(p, p->sections[i].parent, s->section))
		return MESSAGE("loop_source_in_loop");
	if (s->kind == STEP_MANUAL)
		return MESSAGE("loop_source_task");
	if (s->rollback || p->sections[s->section].rollback)
		return MESSAGE("loop_source_rollback");
	if (s->is_probe || s->probe_of != NULL || check_has_probe(p, s->id))
		return MESSAGE("loop_source_probe");
	if (capture_of(s, list)->how == CAPTURE_REGEX)
		return MESSAGE("loop_source_regex");
	return NULL;
}

/* The list is a value that a step before the section captures. */
static bool
check_captured(struct parse *p, int i, const char *list, int step, int other)
{
	const char *why = other >= 0 ? MESSAGE("loop_source_two")
				     : source_refused(p, i, step, list);

	if (why != NULL) {
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
		    "loop_source name=%s step=%s reason=%s", list,
		    p->steps[other >= 0 ? other : step].id, why);
		return false;
	}
	capture_of(&p->steps[step], list)->list = true;
	p->sections[i].each_step = p->steps[step].id;
	return true;
}

/* A section around repeats over a captured list. */
static bool
is_in_captured(const struct parse *p, int i)
{
	while ((i = p->sections[i].parent) >= 0)
		if (p->sections[i].each_step != NULL)
			return true;
	return false;
}

bool
each_is_captured(const struct parse *p, int section, const char *name)
{
	for (; section >= 0; section = p->sections[section].parent)
		if (p->sections[section].each_step != NULL &&
		    text_eq(p->sections[section].each_name, name))
			return true;
	return false;
}

void
check_each_targets(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	const char *name = NULL;

	if (each_is_captured(p, s->section, s->on))
		name = s->on;
	for (size_t k = 0; k < s->with_count; k++)
		if (each_is_captured(p, s->section, s->with[k]))
			name = s->with[k];
	if (name != NULL)
		report(p, SEVERITY_ERROR, p->step_origins[i].at,
		    "loop_no_target name=%s", name);
}

static bool
check_list(struct parse *p, int i, const char *list)
{
	const struct parameter *q = parameter_find(p, list);
	int other, step = find_capturing(p, list, &other);
	const char *item, *why;
	struct json_object *items;

	if (strchr(list, ',') == NULL && q == NULL && step >= 0)
		return check_captured(p, i, list, step, other);
	if (is_in_captured(p, i)) {
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
		    "loop_in_captured");
		return false;
	}

	if (strchr(list, ',') == NULL && q != NULL &&
	    q->type != PARAMETER_LIST) {
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
		    "loop_no_list name=%s", list);
		return false;
	}
	if (strchr(list, ',') == NULL && q == NULL && !text_is_id(list)) {
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
		    "loop_unknown name=%s", list);
		return false;
	}
	items = list_items_labelled(list);
	if ((why = list_refused(items, &item)) != NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
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
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "each"),
		    "loop_form");
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
