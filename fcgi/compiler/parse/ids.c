/*
 * ids.c: the ids of steps and sections: unique and complete.
 *
 * Ids that the author wrote are kept.  Then steps get an id from their title,
 * then sections, which only links refer to.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/parse/ids.h"
#include "base/mem.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/attribute.h"
#include "lang/each/each_ids.h"

static void
take_explicit(struct parse *p, struct ids *ids, const struct origin *o,
    const char **ret_id)
{
	const struct attr *a = attribute_get(&o->attrs, '#', NULL);

	if (a == NULL)
		return;
	*ret_id = a->name;
	if (!ids_take(ids, a->name))
		report(
		    p, SEVERITY_ERROR, a->at, "check_id_twice id=%s", a->name);
}

static void
derive_step(struct parse *p, struct ids *ids, int i)
{
	struct step *s = &p->steps[i];
	int ordinal = 1;

	if (s->kind == STEP_ANSWERS) { /* it is not a step of the run */
		s->id = ids_derive(ids, p->arena, "answers");
		return;
	}
	s->id = ids_slug(p->arena, s->title);
	if (s->id[0] == '\0') {
		for (int k = 0; k < i; k++)
			ordinal += p->steps[k].kind == s->kind;
		s->id = arena_printf(
		    p->arena, "%s-%d", kind_name(s->kind), ordinal);
	}
	s->id = ids_derive(ids, p->arena, s->id);
	report(p, SEVERITY_NOTE, p->step_origins[i].at,
	    "check_no_id id=%s again=%s", s->id, s->id);
}

/* The heading that is the step's title, or NULL. */
static const char *
heading_of(const struct parse *p, const struct step *s)
{
	for (int i = s->section; i > 0; i = p->sections[i].parent)
		if (s->title == p->sections[i].title)
			return p->sections[i].title;
	return NULL;
}

/*
 * Several steps with the title of one heading get their ids beside it: nobody
 * should have to choose between three buttons called "Upgrade".
 */
static void
make_distinct(struct parse *p)
{
	const char *heading;
	size_t same;

	for (size_t i = 0; i < p->steps_count; i++) {
		if (p->steps[i].kind == STEP_ANSWERS ||
		    (heading = heading_of(p, &p->steps[i])) == NULL)
			continue;
		same = 0;
		for (size_t k = i + 1; k < p->steps_count; k++) {
			if (p->steps[k].kind == STEP_ANSWERS ||
			    p->steps[k].title != heading)
				continue;
			p->steps[k].title = arena_printf(
			    p->arena, "%s: %s", heading, p->steps[k].id);
			same++;
		}
		if (same > 0)
			p->steps[i].title = arena_printf(
			    p->arena, "%s: %s", heading, p->steps[i].id);
	}
}

void
ids_read(struct parse *p)
{
	struct ids *ids = mem_calloc(1, sizeof(*ids));
	size_t i = 0, k = 0;

	/* in document order, so that the later one is reported */
	while (i < p->sections_count || k < p->steps_count)
		if (k == p->steps_count ||
		    (i < p->sections_count &&
			p->section_origins[i].at < p->step_origins[k].at)) {
			take_explicit(
			    p, ids, &p->section_origins[i], &p->sections[i].id);
			i++;
		} else {
			take_explicit(
			    p, ids, &p->step_origins[k], &p->steps[k].id);
			k++;
		}
	for (k = 0; k < p->steps_count; k++)
		if (p->steps[k].id == NULL)
			derive_step(p, ids, (int)k);
	for (i = 0; i < p->sections_count; i++)
		if (p->sections[i].id == NULL) {
			const char *slug = ids_slug(
			    p->arena, p->sections[i].title);

			if (slug[0] == '\0')
				slug = i == 0
				    ? "top"
				    : arena_printf(p->arena, "section-%zu", i);
			p->sections[i].id = ids_derive(ids, p->arena, slug);
		}
	free(ids);
	make_distinct(p);
}
