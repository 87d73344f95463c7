/*
 * expand.c: expands sections that repeat, for the items of a run.
 *
 * The document is parsed again and its sections, steps and items are copied in
 * order, those under each= once for each item, so that all users of a run's
 * runbook see plain steps.  Only the ids, titles, targets and references of a
 * copy differ; its values are looked up by the items of its section.  The
 * item's tag stands for it in ids and in the names of captured values: the item
 * itself if it is a plain word, otherwise its slug, with a number if two would
 * be the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "compiler/expand.h"
#include "lang/expr.h"
#include "lang/answers.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/slug.h"
#include "lang/values.h"

#define ID_MAX 58 /* and room for a number, of 64 bytes */
#define TAG_MAX 24
#define ITEMS_MAX (10 * RUNBOOK_MAX_STEPS)

struct growing {
	struct parse *p;
	struct json_object *lists;
	struct ids *ids;
	struct ids *artifacts; /* names of artifacts */
	struct section *sections;
	struct step *steps;
	struct item *items;
	int *sources; /* for each step: the original */
	size_t sections_count, sections_cap;
	size_t steps_count, steps_cap, sources_cap;
	size_t items_count, items_cap;
	bool full;
};

static const char *
scope_value(void *ctx, const char *name)
{
	const struct binding *b;

	for (b = ctx; b != NULL; b = b->outer)
		if (strcmp(b->name, name) == 0)
			return b->item;
	return NULL;
}

/* {{name}} is in the text. */
static bool
names(const char *text, const char *name)
{
	size_t len = strlen(text), at = 0, n;
	char found[65];

	while (values_next(text, len, &at, &n, found)) {
		if (strcmp(found, name) == 0)
			return true;
		at += n;
	}
	return false;
}

/* The title with its items: in place of their names, or behind it. */
static const char *
title_of(
    struct growing *g, const char *title, const struct binding *bound, bool all)
{
	struct buf out = { 0 };
	const char *behind = "";

	for (const struct binding *b = bound; b != NULL; b = b->outer) {
		if (!names(title, b->name))
			behind = arena_printf(g->p->arena, "%s%s%s", b->item,
			    *behind != '\0' ? ", " : "", behind);
		if (!all)
			break;
	}
	values_fill(title, scope_value, (void *)bound, &out);
	if (*behind != '\0')
		buf_printf(&out, ": %s", behind);
	title = arena_strdup(g->p->arena, buf_text(&out));
	buf_clear(&out);
	return title;
}

static const char *
tags_of(struct growing *g, const struct binding *b)
{
	return b == NULL
	    ? ""
	    : arena_printf(g->p->arena, "%s.%s", tags_of(g, b->outer), b->tag);
}

static const char *
id_of(struct growing *g, const char *id, const struct binding *bound)
{
	if (bound == NULL)
		return id;
	id = arena_printf(g->p->arena, "%s%s", id, tags_of(g, bound));
	return ids_derive(
	    g->ids, g->p->arena, arena_printf(g->p->arena, "%.*s", ID_MAX, id));
}

/* "item.name", so that a download keeps its ending. */
static const char *
artifact_name(struct growing *g, const char *name, const struct binding *bound)
{
	const char *tags = tags_of(g, bound) + 1;

	return ids_derive(g->artifacts, g->p->arena,
	    arena_printf(g->p->arena, "%.*s.%.*s", ID_MAX / 2, tags,
		ID_MAX / 2 - 1, name));
}

static size_t
depth_of(const struct binding *b)
{
	size_t n = 0;

	for (; b != NULL; b = b->outer)
		n++;
	return n;
}

static int
add_section(struct growing *g, int source, int parent,
    const struct binding *bound, bool repeats)
{
	struct section *s = mem_grow(
	    &g->sections, &g->sections_cap, g->sections_count, sizeof(*s));

	*s = g->p->sections[source];
	s->parent = parent;
	s->bound = bound;
	s->bound_count = depth_of(bound);
	s->each = s->each_name = s->each_list = NULL;
	s->id = id_of(g, s->id, bound);
	if (repeats)
		s->title = title_of(g, s->title, bound, false);
	else if (bound != NULL)
		s->title = arena_strdup(g->p->arena, s->title);
	return (int)g->sections_count++;
}

/* The names, those of loops replaced by their items. */
static const char *const *
items_of(struct growing *g, const char *const *names, size_t count,
    const struct binding *bound)
{
	const char **list = arena_alloc(
	    g->p->arena, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		list[i] = scope_value((void *)bound, names[i]);
		if (list[i] == NULL)
			list[i] = names[i];
	}
	return list;
}

static void
add_step(struct growing *g, int source, int section)
{
	const struct binding *bound = g->sections[section].bound;
	struct step *s = mem_grow(
	    &g->steps, &g->steps_cap, g->steps_count, sizeof(*s));
	int *from = mem_grow(
	    &g->sources, &g->sources_cap, g->steps_count, sizeof(*from));

	*from = source;
	*s = g->p->steps[source];
	s->section = section;
	g->steps_count++;
	if (bound == NULL)
		return;
	s->id = id_of(g, s->id, bound);
	s->title = title_of(g, s->title, bound, true);
	if (s->save != NULL)
		s->artifact = s->save = artifact_name(g, s->save, bound);
	else if (s->artifact != NULL)
		s->artifact = s->id;
	if (scope_value((void *)bound, s->on) != NULL)
		s->on = scope_value((void *)bound, s->on);
	s->with_targets = items_of(g, s->with, s->with_count, bound);
}

static void
add_item(struct growing *g, const struct item *source, int index, int section)
{
	struct item *item = mem_grow(
	    &g->items, &g->items_cap, g->items_count, sizeof(*item));

	*item = *source;
	item->index = index;
	item->section = section;
	g->items_count++;
}

static const char *
tag_of(struct growing *g, struct ids *taken, const char *item, size_t n)
{
	const char *base = text_is_id(item)
	    ? arena_printf(g->p->arena, "%.*s", TAG_MAX, item)
	    : text_slug(g->p, item);

	if (*base == '\0')
		base = arena_printf(g->p->arena, "%zu", n + 1);
	return ids_derive(taken, g->p->arena, base);
}

/* The index of the item behind the section of that heading. */
static size_t
end_of(const struct growing *g, size_t at, size_t to)
{
	int level = g->p->sections[g->p->items[at].index].level;

	while (++at < to &&
	    (g->p->items[at].kind != ITEM_HEADING ||
		g->p->sections[g->p->items[at].index].level > level))
		;
	return at;
}

static void expand_range(struct growing *g, size_t from, size_t to, int section,
    const struct binding *bound);

/* Copies a heading and its content once. */
static void
expand_section(struct growing *g, size_t at, size_t end, int parent,
    const struct binding *bound, bool repeats)
{
	const struct item *heading = &g->p->items[at];
	int section = add_section(g, heading->index, parent, bound, repeats);

	add_item(g, heading, section, section);
	expand_range(g, at + 1, end, section, bound);
}

/* A new binding before copies of those around it, as struct section says. */
static struct binding *
inside(struct growing *g, const struct binding *outer)
{
	size_t n = depth_of(outer);
	struct binding *all = arena_alloc(g->p->arena, (n + 1) * sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		all[i].outer = &all[i + 1];
		all[i + 1] = outer[i];
	}
	return all;
}

static void
repeat_section(struct growing *g, size_t at, size_t end, int parent,
    const struct binding *outer)
{
	const struct section *s = &g->p->sections[g->p->items[at].index];
	struct json_object *list = json_get(g->lists, s->each_list);
	struct ids *taken = mem_calloc(1, sizeof(*taken));
	size_t n = list != NULL ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < n && !g->full; i++) {
		struct binding *b = inside(g, outer);

		b->name = s->each_name;
		b->list = s->each_list;
		b->item = arena_strdup(g->p->arena,
		    json_object_get_string(json_object_array_get_idx(list, i)));
		b->tag = tag_of(g, taken, b->item, i);
		b->scope = arena_printf(g->p->arena, "%s@%s=%s",
		    outer != NULL ? outer->scope : "", b->name, b->tag);
		expand_section(g, at, end, parent, b, true);
	}
	free(taken);
}

static void
expand_range(struct growing *g, size_t from, size_t to, int section,
    const struct binding *bound)
{
	size_t end;

	for (size_t i = from; i < to && !g->full; i = end) {
		const struct item *item = &g->p->items[i];

		end = i + 1;
		if (g->steps_count >= RUNBOOK_MAX_STEPS ||
		    g->sections_count >= RUNBOOK_MAX_STEPS ||
		    g->items_count >= ITEMS_MAX) {
			g->full = true;
		} else if (item->kind == ITEM_HEADING) {
			end = end_of(g, i, to);
			if (g->p->sections[item->index].each_name != NULL)
				repeat_section(g, i, end, section, bound);
			else
				expand_section(
				    g, i, end, section, bound, false);
		} else {
			add_item(g, item, (int)g->steps_count, section);
			if (item->kind == ITEM_STEP)
				add_step(g, item->index, section);
		}
	}
}

static bool
same_items(const struct binding *a, const struct binding *b)
{
	for (; a != NULL && b != NULL; a = a->outer, b = b->outer)
		if (strcmp(a->name, b->name) != 0 ||
		    strcmp(a->list, b->list) != 0 ||
		    strcmp(a->item, b->item) != 0)
			return false;
	return a == b;
}

/* The copy of step `id` for the items of this section, or of an outer one. */
static const char *
refer(const struct growing *g, int section, const char *id)
{
	const struct binding *b = g->sections[section].bound;

	if (id == NULL)
		return NULL;
	for (;;) {
		for (size_t i = 0; i < g->steps_count; i++)
			if (strcmp(g->p->steps[g->sources[i]].id, id) == 0 &&
			    same_items(
				b, g->sections[g->steps[i].section].bound))
				return g->steps[i].id;
		if (b == NULL)
			return NULL;
		b = b->outer;
	}
}

/* The artifact name of the copy that corresponds to the named one. */
static const char *
refer_artifacts(const struct growing *g, int section, const char *name)
{
	const char *id = NULL;

	for (size_t i = 0; i < g->p->steps_count && id == NULL; i++)
		if (text_eq(g->p->steps[i].artifact, name))
			id = refer(g, section, g->p->steps[i].id);
	for (size_t i = 0; i < g->steps_count && id != NULL; i++)
		if (strcmp(g->steps[i].id, id) == 0)
			return g->steps[i].artifact;
	return name;
}

static void
refer_sent(struct growing *g, struct step *s)
{
	const char **list;

	if (s->sends_count == 0)
		return;
	list = arena_alloc(g->p->arena, s->sends_count * sizeof(*list));
	for (size_t i = 0; i < s->sends_count; i++)
		list[i] = refer_artifacts(g, s->section, s->sends[i]);
	s->sends_artifacts = list;
	s->sends_artifacts_count = s->sends_count;
}

struct referring {
	const struct growing *g;
	int section;
};

static const char *
refer_fact(void *ctx, const char *id)
{
	const struct referring *r = ctx;

	return refer(r->g, r->section, id);
}

/* A `when` with the copied steps in its facts. */
static const char *
refer_when(struct growing *g, int section, const char *when)
{
	struct referring r = { g, section };
	struct buf out = { 0 };

	if (when == NULL || strchr(when, '(') == NULL)
		return when;
	expr_rename_steps(when, refer_fact, &r, &out);
	when = arena_strdup(g->p->arena, buf_text(&out));
	buf_clear(&out);
	return when;
}

static void
refer_all(struct growing *g)
{
	for (size_t i = 0; i < g->sections_count; i++)
		g->sections[i].when = refer_when(
		    g, (int)i, g->sections[i].when);
	for (size_t i = 0; i < g->steps_count; i++) {
		struct step *s = &g->steps[i];

		s->when = refer_when(g, s->section, s->when);
		s->undo = refer(g, s->section, s->undo);
		s->after = refer(g, s->section, s->after);
		s->same_as = refer(g, s->section, s->same_as);
		s->foreach = refer(g, s->section, s->foreach);
		s->probe_of = refer(g, s->section, s->probe_of);
		refer_sent(g, s);
	}
}

/* Reserves the ids of steps that are not copies. */
static void
take_plain_ids(struct growing *g)
{
	const struct parse *p = g->p;

	for (size_t i = 0; i < p->sections_count; i++)
		ids_take(g->ids, p->sections[i].id);
	for (size_t i = 0; i < p->steps_count; i++) {
		ids_take(g->ids, p->steps[i].id);
		if (p->steps[i].artifact != NULL)
			ids_take(g->artifacts, p->steps[i].artifact);
	}
}

bool
expand_all(struct parse *p, struct json_object *lists)
{
	struct growing g = { .p = p,
		.lists = lists,
		.ids = mem_calloc(1, sizeof(*g.ids)),
		.artifacts = mem_calloc(1, sizeof(*g.artifacts)) };

	take_plain_ids(&g);
	add_section(&g, 0, -1, NULL, false);
	expand_range(&g, 0, p->items_count, 0, NULL);
	refer_all(&g);
	free(g.ids);
	free(g.artifacts);
	free(g.sources);
	free(p->sections);
	free(p->steps);
	free(p->items);
	p->sections = g.sections;
	p->sections_count = g.sections_count;
	p->steps = g.steps;
	p->steps_count = g.steps_count;
	p->steps_cap = g.steps_cap;
	p->items = g.items;
	p->items_count = g.items_count;
	p->items_cap = g.items_cap;
	return !g.full;
}
