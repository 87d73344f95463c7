/*
 * each_refer.c: the references between copied steps.
 *
 * A step refers to the copy of another for its own items, or for those of a
 * loop around.  The checks of the compiler see to it that there is one.
 */
#include <string.h>

#include "base/text.h"
#include "lang/each/each_refer.h"
#include "lang/expr.h"

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
static const struct step *
refer_step(const struct growing *g, int section, const char *id)
{
	const struct binding *b = g->sections[section].bound;

	for (;;) {
		for (size_t i = 0; i < g->steps_count; i++)
			if (strcmp(g->plan->steps[g->sources[i]].id, id) == 0 &&
			    same_items(
				b, g->sections[g->steps[i].section].bound))
				return &g->steps[i];
		if (b == NULL)
			return NULL;
		b = b->outer;
	}
}

static const char *
refer(const struct growing *g, int section, const char *id)
{
	const struct step *s = id != NULL ? refer_step(g, section, id) : NULL;

	return s != NULL ? s->id : NULL;
}

/* The artifact name of the copy that corresponds to the named one. */
static const char *
refer_artifact(const struct growing *g, int section, const char *name)
{
	const struct step *s = NULL;

	for (size_t i = 0; i < g->plan->steps_count && s == NULL; i++)
		if (text_eq(g->plan->steps[i].artifact, name))
			s = refer_step(g, section, g->plan->steps[i].id);
	return s != NULL ? s->artifact : name;
}

static void
refer_sent(struct growing *g, struct step *s)
{
	const char **list;

	if (s->sends_artifacts_count == 0)
		return;
	list = arena_alloc(g->arena, s->sends_artifacts_count * sizeof(*list));
	for (size_t i = 0; i < s->sends_artifacts_count; i++)
		list[i] = refer_artifact(g, s->section, s->sends_artifacts[i]);
	s->sends_artifacts = list;
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
	when = arena_strdup(g->arena, buf_text(&out));
	buf_clear(&out);
	return when;
}

void
each_refer(struct growing *g)
{
	for (size_t i = 0; i < g->sections_count; i++) {
		struct section *s = &g->sections[i];

		s->when = refer_when(g, (int)i, s->when);
		s->each_step = refer(g, (int)i, s->each_step);
	}
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
