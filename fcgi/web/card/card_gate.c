/*
 * card_gate.c: a gate in the middle of a run: who approves, who has, what is
 * missing, and what follows it.
 *
 * Only decisions on the present plan are shown; decisions on earlier plans are
 * in the timeline of the report.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "journal/approval.h"
#include "journal/check.h"
#include "web/card/card_gate.h"
#include "web/card/people.h"
#include "web/views/model.h"

#define MAX_FOLLOWING 12 /* steps behind the gate that are listed */

static struct json_object *
decisions_of(struct view *v, int step)
{
	struct json_object *list = json_object_new_array();
	struct json_object *all = view_decided(v, step);

	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *d = json_at(all, i);
		struct json_object *o = json_object_new_object();
		const char *decision = json_text(d, "decision", "");
		const char *comment = json_text(d, "comment", "");

		model_text(o, "by", json_text(d, "by", ""));
		model_text(o, "decision", decision);
		model_text(o, "decision_text",
		    model_word(v->req, "decision", decision));
		model_text(o, "comment", *comment != '\0' ? comment : NULL);
		model_text(o, "at", json_text(d, "at", NULL));
		model_reset(v->req, o, d);
		json_object_array_add(list, o);
	}
	return list;
}

struct json_object *
card_gate(struct view *v, int step)
{
	const struct step *gate = v->steps[step].step;
	struct json_object *o, *decisions;
	int count, given;

	if (gate->kind != STEP_APPROVAL)
		return NULL;
	o = json_object_new_object();
	decisions = decisions_of(v, step);
	count = approval_gate_count(gate);
	given = approval_gate_given(gate, view_decided(v, step));
	model_text(o, "role", approval_gate_role(gate));
	model_int(o, "count", count);
	model_int(o, "given", given);
	model_int(o, "missing", given < count ? count - given : 0);
	model_bool(
	    o, "is_given", approval_is_gate_given(gate, view_decided(v, step)));
	model_put(o, "decisions", decisions);
	return o;
}

static int
by_position(const void *a, const void *b)
{
	const struct view_step *const *x = a, *const *y = b;

	return ((*x)->position > (*y)->position) -
	    ((*x)->position < (*y)->position);
}

/* The steps behind the gate, up to the next one, in order. */
static size_t
following(struct view *v, int step, const struct view_step **ret)
{
	const struct view_step *gate = &v->steps[step];
	size_t n = 0, upto;

	for (size_t i = 0; i < v->plan->steps_count; i++)
		if (v->steps[i].part == gate->part &&
		    v->steps[i].position > gate->position &&
		    !view_is_excluded(&v->steps[i]))
			ret[n++] = &v->steps[i];
	qsort(ret, n, sizeof(*ret), by_position);
	for (upto = 0; upto < n; upto++)
		if (ret[upto]->step->kind == STEP_APPROVAL)
			break;
	return upto;
}

static void
add_following(struct view *v, struct json_object *o, int step)
{
	struct json_object *list = json_object_new_array();
	const struct view_step **steps = arena_alloc(
	    v->req->arena, (v->plan->steps_count + 1) * sizeof(*steps));
	size_t n = following(v, step, steps);

	for (size_t i = 0; i < n && i < MAX_FOLLOWING; i++) {
		struct json_object *f = json_object_new_object();

		model_text(
		    f, "title", view_title(v, (int)(steps[i] - v->steps)));
		model_text(f, "url",
		    request_step_place(v->req, "", steps[i]->step->id));
		model_text(f, "kind_text",
		    model_word(
			v->req, "kind", kind_name(steps[i]->step->kind)));
		model_put(f, "targets", view_targets(v, steps[i]->step));
		json_object_array_add(list, f);
	}
	model_bool(o, "has_follows", n > 0);
	model_put(o, "follows", list);
	model_text(o, "more_text",
	    n <= MAX_FOLLOWING
		? NULL
		: request_fill(v->req, "gate_more", "count",
		      arena_printf(v->req->arena, "%zu", n - MAX_FOLLOWING),
		      NULL));
}

struct json_object *
card_gate_page(struct view *v, int step)
{
	struct json_object *o = card_gate(v, step);
	const char *count;

	if (o == NULL)
		return NULL;
	count = arena_printf(
	    v->req->arena, "%" PRId64, json_int(o, "count", 1));
	model_text(o, "given_text",
	    request_fill(v->req, "gate_given", "given",
		arena_printf(
		    v->req->arena, "%" PRId64, json_int(o, "given", 0)),
		"count", count, NULL));
	model_bool(
	    o, "has_decisions", json_count(json_get(o, "decisions")) > 0);
	model_text(o, "icon",
	    json_flag(o, "is_given", false) ? "approve" : "awaiting_approval");
	add_following(v, o, step);
	return o;
}

const char *
card_gate_blocked(struct view *v, int step)
{
	const struct step *gate = v->steps[step].step;
	const char *role = approval_gate_role(gate);
	struct lifecycle_step s;
	struct fault why = { 0 };

	run_load_step(&v->loaded, step, VERB_step_approve, &s);
	(void)run_authorize(
	    VERB_step_approve, &v->lifecycle, &s, &v->req->actor, &why);
	if (text_eq(why.code, CHECK_CODE(decided_once)))
		return request_fill(
		    v->req, "blocked_decided", "role", role, NULL);
	if (text_eq(why.code, CHECK_CODE(own_run)) ||
	    text_eq(why.code, CHECK_CODE(own_plan)))
		return request_fill(v->req, "blocked_own", "role", role, NULL);
	return arena_printf(v->req->arena, "%s %s",
	    request_fill(v->req, "blocked_gate", "role", role, NULL),
	    people_for(v, VERB_step_approve, step, role));
}
