/*
 * outline_steps.c: the steps of a section in the outline of a run.
 *
 * The outline lists all sections, and the steps of those in which somebody
 * works.  A section may have hundreds of steps (a loop over workers), so those
 * around the current one are listed and the others counted.  An entry travels
 * with each change of it, so a step that is at work has one state here.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "web/card/card_run.h"
#include "web/views/model.h"
#include "web/run/outline_steps.h"

#define BEFORE 2
#define BEHIND 4

static bool
is_listed(const struct view *v, int step, int section)
{
	const struct view_step *s = &v->steps[step];

	if (section < 0)
		return s->part == PART_ROLLBACK && !view_is_excluded(s);
	return s->step->section == section && !s->step->restores &&
	    s->part != PART_NONE && s->part != PART_NOT_TAKEN &&
	    (s->part != PART_ROLLBACK || s->step->rollback);
}

static int
by_position(const void *a, const void *b, void *ctx)
{
	const struct view *v = ctx;
	int64_t d = v->steps[*(const int *)a].position -
	    v->steps[*(const int *)b].position;

	return d < 0 ? -1 : d > 0;
}

static struct json_object *
entry(struct view *v, int step)
{
	struct json_object *o = json_object_new_object();

	model_path(o, "path", v->plan->steps[step].id);
	model_text(o, "title", view_title(v, step));
	if (state_in(v->steps[step].state, STATES_BUSY))
		model_state(v->req, o, state_word(STATE_RUNNING), NULL);
	else
		card_state(v, o, step);
	model_bool(o, "is_current", view_is_current(v, step));
	return o;
}

static const char *
counted(struct view *v, const char *key, size_t count)
{
	return count == 0
	    ? NULL
	    : request_fill(v->req, key, "count",
		  arena_printf(v->req->arena, "%zu", count), NULL);
}

struct json_object *
outline_steps(struct view *v, int section, const char **ret_before,
    const char **ret_behind)
{
	struct json_object *list = json_object_new_array();
	int *all = arena_alloc(
	    v->req->arena, (v->plan->steps_count + 1) * sizeof(*all));
	size_t n = 0, here = 0, from, to;

	for (int i = 0; i < (int)v->plan->steps_count; i++)
		if (is_listed(v, i, section))
			all[n++] = i;
	if (section < 0)
		qsort_r(all, n, sizeof(*all), by_position, v);
	while (here < n && !view_is_current(v, all[here]))
		here++;
	from = here > BEFORE ? here - BEFORE : 0;
	to = n - from > BEFORE + 1 + BEHIND ? from + BEFORE + 1 + BEHIND : n;
	for (size_t i = from; i < to; i++)
		json_object_array_add(list, entry(v, all[i]));
	*ret_before = counted(v, "outline_before", from);
	*ret_behind = counted(v, "outline_behind", n - to);
	return list;
}
