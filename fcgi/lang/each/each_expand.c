/*
 * each_expand.c: expands sections that repeat, for the items of their lists.
 *
 * Sections, steps and items are copied in order, those under each= once for
 * each item, so that all users of a run's plan see plain steps.  Only the ids,
 * titles, targets and references of a copy differ; its values are looked up by
 * the items of its section.  The item's tag stands for it in ids and in the
 * names of captured values: the item itself if it is a plain word, otherwise
 * its slug, with a number if two would be the same.
 *
 * A list that a step captures is not known when a plan is compiled: its
 * sections stay, and are expanded when the items are (each_captured.c).  So a
 * section may have items from before around it: those of a copy that are new
 * are counted by `fresh`.  The items of such a list come from a machine: no
 * target is named by them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "lang/each/each_expand.h"
#include "lang/each/each_ids.h"
#include "lang/each/each_refer.h"
#include "lang/list.h"
#include "lang/values.h"

#define ID_MAX 58 /* and room for a number, of 64 bytes */
#define TAG_MAX 24

/* The place of a copy: its section, and the items around it. */
struct place {
	int parent;
	const struct binding *bound;
	size_t fresh; /* the first ones, which are new */
};

static const char *
label_of(void *ctx, const char *name)
{
	const struct binding *b;

	for (b = ctx; b != NULL; b = b->outer)
		if (strcmp(b->name, name) == 0)
			return b->label != NULL ? b->label : b->item;
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

/*
 * The title with the labels of its `count` innermost items: in place of their
 * names, or behind it.
 */
static const char *
title_of(struct growing *g, const char *title, const struct binding *bound,
    size_t count)
{
	struct buf out = { 0 };
	const char *behind = "";
	bool chinese = text_is_chinese(title);

	for (const struct binding *b = bound; count > 0; b = b->outer, count--)
		if (!names(title, b->name))
			behind = arena_printf(g->arena, "%s%s%s",
			    b->label != NULL ? b->label : b->item,
			    *behind == '\0' ? ""
				: chinese   ? "、"
					    : ", ",
			    behind);
	values_fill(title, label_of, (void *)(uintptr_t)bound, &out);
	if (*behind != '\0')
		buf_printf(&out, chinese ? "：%s" : ": %s", behind);
	title = arena_strdup(g->arena, buf_text(&out));
	buf_clear(&out);
	return title;
}

static const char *
tags_of(struct growing *g, const struct binding *b, size_t fresh)
{
	return fresh == 0 ? ""
			  : arena_printf(g->arena, "%s.%s",
				tags_of(g, b->outer, fresh - 1), b->tag);
}

/* At most so many bytes, in whole characters. */
static const char *
cut(struct growing *g, const char *text, size_t most)
{
	char *copy = arena_printf(g->arena, "%.*s", (int)most, text);

	text_drop_invalid(copy);
	return copy;
}

static const char *
id_of(struct growing *g, const char *id, const struct place *at)
{
	if (at->fresh == 0)
		return id;
	id = arena_printf(
	    g->arena, "%s%s", id, tags_of(g, at->bound, at->fresh));
	return ids_derive(g->ids, g->arena, cut(g, id, ID_MAX));
}

/* "item.name", so that a download keeps its ending. */
static const char *
artifact_name(struct growing *g, const char *name, const struct place *at)
{
	const char *tags = tags_of(g, at->bound, at->fresh) + 1;

	return ids_derive(g->artifacts, g->arena,
	    arena_printf(g->arena, "%s.%s", cut(g, tags, ID_MAX / 2),
		cut(g, name, ID_MAX / 2 - 1)));
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
add_section(struct growing *g, int source, const struct place *at, bool repeats)
{
	struct section *s = mem_grow(
	    &g->sections, &g->sections_cap, g->sections_count, sizeof(*s));
	int *from = mem_grow(&g->section_sources, &g->section_sources_cap,
	    g->sections_count, sizeof(*from));

	*from = source;
	*s = g->plan->sections[source];
	s->parent = at->parent;
	s->bound = at->bound;
	s->bound_count = depth_of(at->bound);
	s->id = id_of(g, s->id, at);
	if (repeats) {
		s->each = s->each_name = s->each_list = s->each_step = NULL;
		s->title = title_of(g, s->title, at->bound, 1);
	} else if (at->fresh > 0) {
		s->title = title_of(g, s->title, at->bound, 0);
	}
	return (int)g->sections_count++;
}

/* The target of that name: an item of a list that is known beforehand. */
static const char *
target_of(const struct binding *b, const char *name)
{
	for (; b != NULL; b = b->outer)
		if (b->step == NULL && strcmp(b->name, name) == 0)
			return b->item;
	return name;
}

static const char *const *
targets_of(struct growing *g, const char *const *names, size_t count,
    const struct binding *bound)
{
	const char **list = arena_alloc(g->arena, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = target_of(bound, names[i]);
	return list;
}

static void
add_step(struct growing *g, int source, const struct place *at)
{
	struct step *s = mem_grow(
	    &g->steps, &g->steps_cap, g->steps_count, sizeof(*s));
	int *from = mem_grow(
	    &g->sources, &g->sources_cap, g->steps_count, sizeof(*from));

	*from = source;
	*s = g->plan->steps[source];
	s->section = at->parent;
	g->steps_count++;
	if (at->fresh == 0)
		return;
	s->id = id_of(g, s->id, at);
	s->title = title_of(g, s->title, at->bound, at->fresh);
	if (s->save != NULL)
		s->artifact = s->save = artifact_name(g, s->save, at);
	else if (s->artifact != NULL)
		s->artifact = ids_artifact(g->arena, s->id);
	s->on = target_of(at->bound, s->on);
	s->with_targets = targets_of(
	    g, s->with_targets, s->with_targets_count, at->bound);
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
	const char *base = text_is_id(item) ? cut(g, item, TAG_MAX)
					    : ids_slug(g->arena, item);

	if (*base == '\0')
		base = arena_printf(g->arena, "%zu", n + 1);
	return ids_derive(taken, g->arena, base);
}

/* The index of the item behind the section of that heading. */
static size_t
end_of(const struct growing *g, size_t at, size_t to)
{
	const struct item *items = g->plan->items;
	int level = g->plan->sections[items[at].index].level;

	while (++at < to &&
	    (items[at].kind != ITEM_HEADING ||
		g->plan->sections[items[at].index].level > level))
		;
	return at;
}

static void expand_range(
    struct growing *g, size_t from, size_t to, const struct place *at);

/* Copies a heading and its content once. */
static void
expand_section(struct growing *g, size_t at, size_t end,
    const struct place *outer, bool repeats)
{
	const struct item *heading = &g->plan->items[at];
	const struct section *s = &g->plan->sections[heading->index];
	struct place place = *outer;

	if (place.fresh == 0)
		place.bound = s->bound;
	else if (s->bound_count + place.fresh != depth_of(place.bound))
		g->full = true; /* no plan of ours: a list within it is known */
	if (g->full)
		return;
	place.parent = add_section(g, heading->index, &place, repeats);
	add_item(g, heading, place.parent, place.parent);
	expand_range(g, at + 1, end, &place);
}

/* A new binding before copies of those around it, as struct section says. */
static struct binding *
inside(struct growing *g, const struct binding *outer)
{
	size_t n = depth_of(outer);
	struct binding *all = arena_alloc(g->arena, (n + 1) * sizeof(*all));

	for (size_t i = 0; i < n; i++, outer = outer->outer) {
		all[i].outer = &all[i + 1];
		all[i + 1] = *outer;
		all[i + 1].outer = NULL;
	}
	return all;
}

/* The heading says that nothing is repeated. */
static void
leave_out(struct growing *g, size_t at, const struct place *outer)
{
	const struct item *heading = &g->plan->items[at];
	int section = add_section(g, heading->index, outer, false);

	g->sections[section].each_name = NULL;
	add_item(g, heading, section, section);
}

static void
repeat_section(struct growing *g, size_t at, size_t end,
    const struct place *outer, struct json_object *list)
{
	const struct section *s = &g->plan->sections[g->plan->items[at].index];
	const struct binding *around = outer->fresh > 0 ? outer->bound
							: s->bound;
	struct ids *taken = mem_calloc(1, sizeof(*taken));
	size_t n = json_count(list);

	if (n == 0 && s->each_step != NULL)
		leave_out(g, at,
		    &(struct place){ outer->parent, around, outer->fresh });
	for (size_t i = 0; i < n && !g->full; i++) {
		struct json_object *item = json_at(list, i);
		struct binding *b = inside(g, around);
		struct place place = { outer->parent, b, outer->fresh + 1 };

		b->name = s->each_name;
		b->list = s->each_list;
		b->step = s->each_step;
		b->item = arena_strdup(g->arena, list_item_id(item));
		b->label = arena_strdup(g->arena, list_item_label(item));
		b->tag = tag_of(g, taken, b->item, i);
		b->scope = arena_printf(g->arena, "%s@%s=%s",
		    around != NULL ? around->scope : "", b->name, b->tag);
		expand_section(g, at, end, &place, true);
	}
	free(taken);
}

static void
expand_heading(
    struct growing *g, size_t at, size_t end, const struct place *place)
{
	const struct section *s = &g->plan->sections[g->plan->items[at].index];
	struct json_object *list = s->each_name != NULL ? g->list_of(g->ctx, s)
							: NULL;

	if (list != NULL)
		repeat_section(g, at, end, place, list);
	else
		expand_section(g, at, end, place, false);
}

static void
expand_range(struct growing *g, size_t from, size_t to, const struct place *at)
{
	size_t end;

	for (size_t i = from; i < to && !g->full; i = end) {
		const struct item *item = &g->plan->items[i];

		end = i + 1;
		if (g->steps_count >= PLAN_MAX_STEPS ||
		    g->sections_count >= PLAN_MAX_STEPS ||
		    g->items_count >= PLAN_MAX_ITEMS) {
			g->full = true;
		} else if (item->kind == ITEM_HEADING) {
			end = end_of(g, i, to);
			expand_heading(g, i, end, at);
		} else if (item->kind == ITEM_STEP &&
		    g->plan->steps[item->index].restores) {
			continue; /* add_restores() */
		} else {
			add_item(g, item, (int)g->steps_count, at->parent);
			if (item->kind == ITEM_STEP)
				add_step(g, item->index, at);
		}
	}
}

/*
 * The derived steps stand behind all others: each for each copy of the section
 * of its edit.
 */
static void
add_restores(struct growing *g)
{
	for (size_t i = 0; i < g->plan->items_count; i++) {
		const struct item *item = &g->plan->items[i];

		if (item->kind != ITEM_STEP ||
		    !g->plan->steps[item->index].restores)
			continue;
		for (size_t k = 0; k < g->sections_count; k++) {
			const struct section *s = &g->sections[k];
			int source = g->section_sources[k];
			struct place at = { (int)k, s->bound,
				s->bound_count -
				    g->plan->sections[source].bound_count };

			if (source != item->section ||
			    (s->each_step != NULL && s->each_name == NULL))
				continue;
			add_item(g, item, (int)g->steps_count, (int)k);
			add_step(g, item->index, &at);
		}
	}
}

static void
take_plain_ids(struct growing *g)
{
	const struct plan *p = g->plan;

	for (size_t i = 0; i < p->sections_count; i++)
		ids_take(g->ids, p->sections[i].id);
	for (size_t i = 0; i < p->steps_count; i++) {
		ids_take(g->ids, p->steps[i].id);
		if (p->steps[i].artifact != NULL)
			ids_take(g->artifacts, p->steps[i].artifact);
	}
}

/* Copies an array that grew into the arena. */
static const void *
keep(struct growing *g, const void *array, size_t count, size_t size)
{
	void *kept = arena_alloc(g->arena, count * size + 1);

	if (count > 0)
		memcpy(kept, array, count * size);
	return kept;
}

static void
finish(struct growing *g, struct plan *ret)
{
	*ret = *g->plan;
	ret->sections = keep(
	    g, g->sections, g->sections_count, sizeof(*g->sections));
	ret->sections_count = g->sections_count;
	ret->steps = keep(g, g->steps, g->steps_count, sizeof(*g->steps));
	ret->steps_count = g->steps_count;
	ret->items = keep(g, g->items, g->items_count, sizeof(*g->items));
	ret->items_count = g->items_count;
}

bool
each_expand(const struct plan *plan, each_items_fn items, void *ctx,
    struct arena *arena, struct plan *ret)
{
	struct growing g = { .plan = plan,
		.arena = arena,
		.list_of = items,
		.ctx = ctx,
		.ids = mem_calloc(1, sizeof(*g.ids)),
		.artifacts = mem_calloc(1, sizeof(*g.artifacts)) };
	const struct place top = { -1, NULL, 0 }, within = { 0, NULL, 0 };

	take_plain_ids(&g);
	add_section(&g, 0, &top, false);
	expand_range(&g, 0, plan->items_count, &within);
	add_restores(&g);
	each_refer(&g);
	if (!g.full)
		finish(&g, ret);
	free(g.ids);
	free(g.artifacts);
	free(g.sources);
	free(g.section_sources);
	free(g.sections);
	free(g.steps);
	free(g.items);
	return !g.full;
}
