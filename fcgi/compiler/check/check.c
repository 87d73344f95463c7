/*
 * check.c: checks that need the whole document: references between steps, names
 * in expressions and values, attributes that need each other, and unsupported
 * features.
 */
#include <stdio.h>
#include <string.h>

#include "compiler/check/check.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/expr.h"
#include "compiler/check/identifiers.h"
#include "compiler/loops.h"
#include "compiler/check/hops.h"
#include "compiler/check/artifacts.h"
#include "compiler/check/asked.h"
#include "compiler/check/content.h"
#include "compiler/check/parallel.h"
#include "compiler/check/with.h"
#include "compiler/merge_answers.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/attribute.h"
#include "lang/values.h"
#include "lang/suggest.h"

struct names {
	struct parse *p;
	size_t at;
	int step, section;
	const char *where;
	const struct parameter *asked; /* step of the `when`, or NULL */
	int own;                       /* the step that has it, or -1 */
};

static const char *
closest_name(const struct parse *p, const char *name)
{
	const char *words[258];
	size_t n = 0;

	for (size_t i = 0; i < p->parameters_count && n < 128; i++)
		words[n++] = p->parameters[i].name;
	for (size_t i = 0; i < p->steps_count; i++)
		for (size_t k = 0; k < p->steps[i].captures_count && n < 256;
		     k++)
			words[n++] = p->steps[i].captures[k].name;
	words[n++] = "environment";
	words[n] = NULL;
	return suggest(name, words);
}

static int
find_step(const struct parse *p, const char *id)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if (strcmp(p->steps[i].id, id) == 0)
			return (int)i;
	return -1;
}

static const char *
closest_step(const struct parse *p, const char *id)
{
	const char *words[513];
	size_t n = 0;

	for (size_t i = 0; i < p->steps_count && n < 512; i++)
		words[n++] = p->steps[i].id;
	words[n] = NULL;
	return suggest(id, words);
}

/* The advice for an id that no step has. */
static const char *
step_advice(struct parse *p, const char *id, const char *near)
{
	return near != NULL
	    ? message_arena(p->arena, "did_you_mean near=%s", near)
	    : message_arena(p->arena, "check_give_id id=%s", id);
}

/* ran(STEP) and similar: the step exists and comes before. */
static void
check_fact(struct names *n, const char *name, const char *id)
{
	struct parse *p = n->p;
	const char *near = closest_step(p, id);
	int to = find_step(p, id);

	if (n->step < 0)
		report(p, SEVERITY_ERROR, n->at,
		    "check_step_asked name=%s where=%s", name, n->where);
	else if (to < 0)
		report(p, SEVERITY_ERROR, n->at,
		    "check_no_step_in name=%s where=%s advice=%s", name,
		    n->where, step_advice(p, id, near));
	else if (to != n->own && is_beside(p, n->section, to))
		report(p, SEVERITY_ERROR, n->at,
		    "parallel_fact name=%s where=%s", name, n->where);
	else if (to >= n->step && !p->sections[n->section].rollback)
		report(p, SEVERITY_ERROR, n->at,
		    "check_step_later name=%s where=%s", name, n->where);
}

/* Parameters are asked for in order: a later one has no value yet. */
static void
check_asked(const struct names *n, const char *name)
{
	const struct parameter *q = parameter_find(n->p, name);

	if (n->asked != NULL && q != NULL && q >= n->asked)
		advise(n->p, n->at, "check_parameter_order about=%s again=%s",
		    name, name);
}

static void
check_name(void *ctx, const char *name)
{
	struct names *n = ctx;
	struct parse *p = n->p;
	char id[EXPR_STEP_MAX];
	const char *near;

	if (expr_fact(name, id) != NULL) {
		check_fact(n, name, id);
		return;
	}
	if (check_parallel_value(p, n->at, name, n->own, n->section))
		return;
	if (identifier_is_known(p, name, n->step, n->section)) {
		check_asked(n, name);
		return;
	}
	if (identifier_is_known(p, name, (int)p->steps_count, n->section)) {
		report(p, SEVERITY_ERROR, n->at,
		    "check_captured_later_in name=%s where=%s", name, n->where);
		return;
	}
	if (each_captures(p, name, n->step)) {
		report(p, SEVERITY_ERROR, n->at,
		    "check_captured_in_loop_in name=%s where=%s", name,
		    n->where);
		return;
	}
	near = closest_name(p, name);
	report(p, SEVERITY_ERROR, n->at,
	    "check_unknown_name_in name=%s where=%s advice=%s", name, n->where,
	    near != NULL ? message_arena(p->arena, "did_you_mean near=%s", near)
			 : MESSAGE("check_add_or_quote"));
}

/* The first step of the section, as the end of earlier captures. */
static int
first_step(const struct parse *p, int section)
{
	size_t at = p->section_origins[section].at;
	int i = 0;

	while ((size_t)i < p->steps_count && p->step_origins[i].at < at)
		i++;
	return i;
}

/* `own` is a step with that section, or -1: it is the section's. */
static void
check_when(struct parse *p, const char *when, const struct origin *o, int own,
    int section)
{
	struct names names = { p, attribute_place(o, "when"),
		own >= 0 ? own : first_step(p, section), section, "“when”",
		NULL, own };

	if (when != NULL)
		expr_names(when, check_name, &names);
}

static void
check_section(struct parse *p, int i)
{
	struct section *s = &p->sections[i];
	struct origin *o = &p->section_origins[i];

	check_each(p, i);
	check_when(p, s->when, o, -1, i);
	check_parallel_section(p, i);
	if (s->hop && (s->hop_from == NULL || s->hop_to == NULL))
		report(p, SEVERITY_ERROR, attribute_place(o, "hop"),
		    "check_hop_ends");
	if (!s->hop && (s->hop_from != NULL || s->hop_to != NULL))
		report(p, SEVERITY_ERROR,
		    attribute_place(o, s->hop_from != NULL ? "from" : "to"),
		    "check_hop_class");
}

/* The key names another step, whose lines or copies are at hand there. */
static bool
check_reference(struct parse *p, int i, const char *key, const char *id)
{
	size_t at = attribute_place(&p->step_origins[i], key);
	const char *near;
	int to;

	if (id == NULL)
		return false;
	to = find_step(p, id);
	if (to == i) {
		report(p, SEVERITY_ERROR, at, "check_step_itself key=%s id=%s",
		    key, id);
	} else if (to < 0) {
		near = closest_step(p, id);
		report(p, SEVERITY_ERROR, at,
		    "check_no_step key=%s id=%s advice=%s", key, id,
		    step_advice(p, id, near));
	} else if ((strcmp(key, "same-as") == 0 ||
		       strcmp(key, "foreach") == 0) &&
	    is_beside(p, p->steps[i].section, to)) {
		report(p, SEVERITY_ERROR, at, "parallel_step key=%s id=%s", key,
		    id);
	} else if (strcmp(key, "same-as") == 0 && to > i) {
		report(p, SEVERITY_ERROR, at, "check_same_as_later id=%s", id);
	} else if (strcmp(key, "foreach") == 0 && to > i) {
		report(p, SEVERITY_ERROR, at, "check_foreach_later id=%s", id);
	} else if (strcmp(key, "like") != 0 &&
	    !repeats_around(p, p->steps[i].section, p->steps[to].section)) {
		report(p, SEVERITY_ERROR, at, "check_step_in_loop key=%s id=%s",
		    key, id);
	} else {
		return true;
	}
	return false;
}

/* A step that undoes another is part of the rollback. */
static void
check_undo(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	int of = s->undo != NULL ? find_step(p, s->undo) : -1;

	check_reference(p, i, "undo", s->undo);
	if (of >= 0 && of != i && !p->sections[s->section].rollback)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "undo"),
		    "check_undo_outside id=%s again=%s", s->undo, s->undo);
}

/* The step that `after` refers to: that step, or the one that undoes it. */
static int
anchor_of(const struct parse *p, int i)
{
	int to = p->steps[i].after != NULL ? find_step(p, p->steps[i].after)
					   : -1;

	if (to < 0 || p->sections[p->steps[to].section].rollback)
		return to;
	for (size_t k = 0; k < p->steps_count; k++)
		if (text_eq(p->steps[k].undo, p->steps[to].id))
			return (int)k;
	return -1;
}

/* after= is in a rollback, and has no cycle. */
static void
check_after(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	size_t at = attribute_place(&p->step_origins[i], "after");
	int to = i;

	if (s->after == NULL)
		return;
	check_reference(p, i, "after", s->after);
	if (!p->sections[s->section].rollback) {
		report(p, SEVERITY_ERROR, at, "check_after_outside id=%s",
		    s->after);
		return;
	}
	for (size_t n = 0; to >= 0 && n <= p->steps_count; n++)
		to = anchor_of(p, to);
	if (to >= 0)
		report(p, SEVERITY_ERROR, at, "check_after_circle id=%s",
		    s->after);
}

bool
check_has_probe(const struct parse *p, const char *id)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if (text_eq(p->steps[i].probe_of, id))
			return true;
	return false;
}

/* Attributes that need each other. */
static void
check_together(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	const struct origin *o = &p->step_origins[i];
	bool probe = attribute_get(&o->attrs, '.', "probe") != NULL;

	if (probe && s->probe_of == NULL &&
	    attribute_get(&o->attrs, '=', "of") == NULL)
		report(p, SEVERITY_ERROR, attribute_place(o, "probe"),
		    "check_probe_of");
	if (!probe && s->probe_of != NULL)
		report(p, SEVERITY_ERROR, attribute_place(o, "of"),
		    "check_of_probe id=%s", s->probe_of);
	if (s->rerun == RERUN_PROBE && !check_has_probe(p, s->id))
		report(p, SEVERITY_ERROR, attribute_place(o, "rerun"),
		    "check_rerun_probe id=%s", s->id);
	if (s->every_ms > 0 && s->within_ms == 0)
		report(p, SEVERITY_ERROR, attribute_place(o, "every"),
		    "check_every_within");
	if (s->within_ms > 0 && s->every_ms == 0)
		report(p, SEVERITY_ERROR, attribute_place(o, "within"),
		    "check_within_every");
	if (s->serial && (s->batch > 0 || s->batch_percent > 0))
		report(p, SEVERITY_ERROR, attribute_place(o, "batch"),
		    "check_serial_batch");
	if (s->optional && s->essential)
		report(p, SEVERITY_ERROR, attribute_place(o, "optional"),
		    "check_optional_essential");
	if (s->kind == STEP_APPROVAL &&
	    attribute_get(&o->attrs, '=', "role") == NULL)
		report(p, SEVERITY_ERROR, o->at, "check_approval_role");
	if (s->kind == STEP_EDIT && s->file == NULL)
		report(p, SEVERITY_ERROR, o->at, "check_edit_file");
	if (s->interactive && !s->pty)
		report(p, SEVERITY_ERROR, attribute_place(o, "interactive"),
		    "check_interactive_pty");
	if (s->kind == STEP_ANSWERS && (i == 0 || !p->steps[i - 1].pty))
		report(p, SEVERITY_ERROR, o->at, "check_answers_place");
}

/* Names in {{ }} of attributes with values. */
static void
check_values(struct parse *p, int i, const char *key, const char *s)
{
	struct names names = { p, attribute_place(&p->step_origins[i], key), i,
		p->steps[i].section, MESSAGE("where_braces"), NULL, i };
	size_t at = 0, n;
	char name[65];

	while (s != NULL && values_next(s, strlen(s), &at, &n, name)) {
		check_name(&names, name);
		at += n;
	}
}

/*
 * Statements run on a database, which the console's machine is not.  No
 * environment can run them; import leaves the name to a person.
 */
static void
check_place(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];

	if (kind_is(s->kind, KIND_EXECUTED) && text_eq(s->on, "local") &&
	    !kind_acts_on(s->kind, "local"))
		advise(p, attribute_place(&p->step_origins[i], "on"),
		    "check_on_needed kind=%s", kind_name(s->kind));
}

/* Secret output is only revealed to people, and each reading is recorded. */
static void
check_secret(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	size_t at = attribute_place(&p->step_origins[i], "secret");

	if (s->secret && s->captures_count > 0)
		report(p, SEVERITY_ERROR, at, "check_secret_capture");
	if (s->secret && s->interactive)
		report(p, SEVERITY_ERROR, at, "check_secret_interactive");
}

static void
check_step(struct parse *p, int i)
{
	struct step *s = &p->steps[i];
	const struct origin *o = &p->step_origins[i];

	check_when(p, s->when, o, i, s->section);
	check_undo(p, i);
	check_after(p, i);
	check_reference(p, i, "same-as", s->same_as);
	check_reference(p, i, "of", s->probe_of);
	if (check_reference(p, i, "like", s->like))
		check_like(p, i);
	if (check_reference(p, i, "foreach", s->foreach))
		check_foreach(p, i);
	check_artifacts(p, i);
	check_parallel_step(p, i);
	check_with(p, i);
	check_each_targets(p, i);
	check_together(p, i);
	check_place(p, i);
	check_asked_value(p, i);
	check_secret(p, i);
	check_values(p, i, "file", s->file);
	check_values(p, i, "cwd", s->cwd);
	if (s->kind != STEP_MANUAL)
		check_content(p, (size_t)i);
}

/* Parameters that depend on others come after them. */
static void
check_parameter(struct parse *p, size_t i)
{
	const struct parameter *q = &p->parameters[i];
	struct names names = { p, source_line_start(p, q->line - 1), -1, 0,
		MESSAGE("where_when_of_parameter"), q, -1 };

	if (q->when != NULL)
		expr_names(q->when, check_name, &names);
}

/* There is a step outside of rollbacks and probes. */
static void
check_main(struct parse *p)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if (!p->steps[i].rollback && p->steps[i].probe_of == NULL)
			return;
	if (p->steps_count > 0)
		advise(p, p->step_origins[0].at, "check_no_main_step");
}

void
check_runbook(struct parse *p)
{
	for (size_t i = 0; i < p->parameters_count; i++)
		check_parameter(p, i);
	for (size_t i = 1; i < p->sections_count; i++)
		check_section(p, (int)i);
	artifacts_read(p);
	check_hops(p);
	for (size_t i = 0; i < p->steps_count; i++)
		check_step(p, (int)i);
	check_main(p);
	answers_fold(p);
	loops_collect_lists(p);
}
