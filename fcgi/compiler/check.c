/*
 * check.c: checks that need the whole document: references between steps, names
 * in expressions and values, attributes that need each other, and unsupported
 * features.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "lang/expr.h"
#include "compiler/checks.h"
#include "compiler/parse.h"
#include "lang/values.h"

struct names {
	struct parse *p;
	size_t at;
	int step, section;
	const char *where;
	const struct parameter *asked; /* step of the `when`, or NULL */
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

/* ran(STEP) and similar: the step exists and comes before. */
static void
check_fact(struct names *n, const char *name, const char *id)
{
	struct parse *p = n->p;
	const char *near = closest_step(p, id);
	int to = find_step(p, id);

	if (n->step < 0)
		report(p, SEVERITY_ERROR, n->at,
		    "“%s” in %s: no step has run "
		    "when the parameters are asked for. Use it in the “when” "
		    "of a step or heading.",
		    name, n->where);
	else if (to < 0)
		report(p, SEVERITY_ERROR, n->at,
		    "“%s” in %s: there is no step "
		    "of that id. %s%s%s",
		    name, n->where,
		    near != NULL ? "Did you mean “"
				 : "Correct it, or give that step {#",
		    near != NULL ? near : id, near != NULL ? "”?" : "}.");
	else if (to >= n->step && !p->sections[n->section].rollback)
		report(p, SEVERITY_ERROR, n->at,
		    "“%s” in %s: that step does "
		    "not come before this one.",
		    name, n->where);
}

/* Parameters are asked for in order: a later one has no value yet. */
static void
check_asked(const struct names *n, const char *name)
{
	const struct parameter *q = parameter_find(n->p, name);

	if (n->asked != NULL && q != NULL && q >= n->asked)
		advise(n->p, n->at, "parameter_order", name,
		    "“%s” has no "
		    "value when this parameter is asked for, so that it never "
		    "is. Move “%s” before it.",
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
	if (identifier_is_known(p, name, n->step, n->section)) {
		check_asked(n, name);
		return;
	}
	if (identifier_is_known(p, name, (int)p->steps_count, n->section)) {
		report(p, SEVERITY_ERROR, n->at,
		    "“%s” in %s is captured only "
		    "later. Move the step that captures it before this one.",
		    name, n->where);
		return;
	}
	if (each_captures(p, name, n->step)) {
		report(p, SEVERITY_ERROR, n->at,
		    "“%s” in %s is captured once "
		    "for each item of a list: it is known only under a heading "
		    "with the same each=.",
		    name, n->where);
		return;
	}
	near = closest_name(p, name);
	report(p, SEVERITY_ERROR, n->at,
	    "“%s” in %s is neither a parameter "
	    "nor captured by an earlier step. %s%s%s",
	    name, n->where,
	    near != NULL ? "Did you mean “"
			 : "Add it to the parameters, or "
			   "quote it if it is text",
	    near != NULL ? near : "", near != NULL ? "”?" : ".");
}

static size_t
place_of(const struct origin *o, char sort, const char *name)
{
	const struct attr *a = attribute_get(&o->attrs, sort, name);

	if (a == NULL)
		return o->at;
	return sort == '=' ? a->value_at : a->at;
}

static void
check_when(struct parse *p, const char *when, const struct origin *o, int step,
    int section)
{
	struct names names = { p, place_of(o, '=', "when"), step, section,
		"“when”", NULL };

	if (when != NULL)
		expr_names(when, check_name, &names);
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

static void
check_section(struct parse *p, int i)
{
	struct section *s = &p->sections[i];
	struct origin *o = &p->section_origins[i];

	check_each(p, i);
	check_when(p, s->when, o, first_step(p, i), i);
	if (s->hop && (s->hop_from == NULL || s->hop_to == NULL))
		report(p, SEVERITY_ERROR, place_of(o, '.', "hop"),
		    "A version "
		    "hop needs both ends: {.hop from=1.0 to=1.1}.");
	if (!s->hop && (s->hop_from != NULL || s->hop_to != NULL))
		report(p, SEVERITY_ERROR,
		    place_of(o, '=', s->hop_from != NULL ? "from" : "to"),
		    "“from” and “to” belong to a version hop: "
		    "add .hop.");
}

static void
check_reference(struct parse *p, int i, const char *key, const char *id)
{
	size_t at = place_of(&p->step_origins[i], '=', key);
	const char *near;
	int to;

	if (id == NULL)
		return;
	to = find_step(p, id);
	if (to == i) {
		report(p, SEVERITY_ERROR, at,
		    "“%s=%s” refers to this step "
		    "itself. Name another.",
		    key, id);
	} else if (to < 0) {
		near = closest_step(p, id);
		report(p, SEVERITY_ERROR, at,
		    "“%s=%s”: there is no step of "
		    "that id. %s%s%s",
		    key, id,
		    near != NULL ? "Did you mean “"
				 : "Correct it, or give that step {#",
		    near != NULL ? near : id, near != NULL ? "”?" : "}.");
	} else if (strcmp(key, "same-as") == 0 && to > i) {
		report(p, SEVERITY_ERROR, at,
		    "“same-as=%s”: that step comes "
		    "later. Its output must be there to compare with.",
		    id);
	} else if (!repeats_around(
		       p, p->steps[i].section, p->steps[to].section)) {
		report(p, SEVERITY_ERROR, at,
		    "“%s=%s”: that step repeats "
		    "for each item of a list, and this one does not. Put it "
		    "under a heading with the same each=.",
		    key, id);
	}
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
		    place_of(&p->step_origins[i], '=', "undo"),
		    "“undo=%s” says that this step reverts that "
		    "one, so it belongs to the rollback: move it under a "
		    "heading with {.rollback}. Where “%s” is what reverts "
		    "this step, write undo= there.",
		    s->undo, s->undo);
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
	size_t at = place_of(&p->step_origins[i], '=', "after");
	int to = i;

	if (s->after == NULL)
		return;
	check_reference(p, i, "after", s->after);
	if (!p->sections[s->section].rollback) {
		report(p, SEVERITY_ERROR, at,
		    "“after=%s” orders the steps of "
		    "a rollback. Move this step under a heading with "
		    "{.rollback}, or put it where it is to run.",
		    s->after);
		return;
	}
	for (size_t n = 0; to >= 0 && n <= p->steps_count; n++)
		to = anchor_of(p, to);
	if (to >= 0)
		report(p, SEVERITY_ERROR, at,
		    "“after=%s” closes a circle: "
		    "each of its steps would come after the others. Remove "
		    "one after=.",
		    s->after);
}

static bool
has_probe(const struct parse *p, const char *id)
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
		report(p, SEVERITY_ERROR, place_of(o, '.', "probe"),
		    "A probe "
		    "names the step that it is of: {.probe of=STEP}.");
	if (!probe && s->probe_of != NULL)
		report(p, SEVERITY_ERROR, place_of(o, '=', "of"),
		    "“of” "
		    "belongs to a probe: write {.probe of=%s}.",
		    s->probe_of);
	if (s->rerun == RERUN_PROBE && !has_probe(p, s->id))
		report(p, SEVERITY_ERROR, place_of(o, '=', "rerun"),
		    "“rerun="
		    "probe” needs a block {.probe of=%s} that finds out "
		    "whether this step has taken effect.",
		    s->id);
	if (s->every_ms > 0 && s->within_ms == 0)
		report(p, SEVERITY_ERROR, place_of(o, '=', "every"),
		    "“every” "
		    "needs an end: add within=10m, say.");
	if (s->within_ms > 0 && s->every_ms == 0)
		report(p, SEVERITY_ERROR, place_of(o, '=', "within"),
		    "“within” needs a pace: add every=10s, say.");
	if (s->serial && (s->batch > 0 || s->batch_percent > 0))
		report(p, SEVERITY_ERROR, place_of(o, '=', "batch"),
		    "“serial” "
		    "is one target after the other, “batch” more at a time: "
		    "keep one of the two.");
	if (s->kind == STEP_APPROVAL &&
	    attribute_get(&o->attrs, '=', "role") == NULL)
		report(p, SEVERITY_ERROR, o->at,
		    "An approval names the role "
		    "that gives it: {role=approver count=1}.");
	if (s->kind == STEP_EDIT && s->file == NULL)
		report(p, SEVERITY_ERROR, o->at,
		    "An edit names the file that "
		    "it changes: {file=/etc/app.conf}.");
	if (s->interactive && !s->pty)
		report(p, SEVERITY_ERROR, place_of(o, '=', "interactive"),
		    "“interactive” needs “pty” beside it: people type into a "
		    "terminal.");
	if (s->kind == STEP_ANSWERS && (i == 0 || !p->steps[i - 1].pty))
		report(p, SEVERITY_ERROR, o->at,
		    "“answers” must stand "
		    "directly after a step with “pty”, whose prompts it "
		    "answers.");
}

/* Names in {{ }} of attributes with values. */
static void
check_values(struct parse *p, int i, const char *key, const char *s)
{
	struct names names = { p, place_of(&p->step_origins[i], '=', key), i,
		p->steps[i].section, "braces", NULL };
	size_t at = 0, n;
	char name[65];

	while (s != NULL && values_next(s, strlen(s), &at, &n, name)) {
		check_name(&names, name);
		at += n;
	}
}

/* Secret output is only revealed to people, and each reading is recorded. */
static void
check_secret(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	size_t at = place_of(&p->step_origins[i], '.', "secret");

	if (s->secret && s->captures_count > 0)
		report(p, SEVERITY_ERROR, at,
		    "The output of this step is "
		    "secret, and what capture= takes from it would stand in "
		    "the run for everybody to read. Let the step that needs "
		    "the value get it itself, or remove “secret”.");
	if (s->secret && s->interactive)
		report(p, SEVERITY_ERROR, at,
		    "The output of this step is "
		    "secret, so that nobody could see the terminal that "
		    "people are to type into. Use answers, or remove one of "
		    "“secret” and “interactive”.");
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
	check_artifacts(p, i);
	check_together(p, i);
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
		"“when” of a parameter", q };

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
		advise(p, p->step_origins[0].at, "no_main_step", NULL,
		    "Every step here belongs to a rollback or is a probe, so "
		    "a run would have nothing to do. Take {.rollback} from "
		    "the heading of the steps that a run is to do.");
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
