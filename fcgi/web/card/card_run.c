/* card_run.c: a step of a run, for pages and as JSON. */
#include <inttypes.h>

#include "base/text.h"
#include "html/render.h"
#include "web/card/card.h"
#include "web/card/card_actions.h"
#include "web/card/card_asked.h"
#include "web/card/card_attempt.h"
#include "web/card/card_gate.h"
#include "web/card/card_line.h"
#include "web/card/card_run.h"
#include "web/card/card_targets.h"
#include "web/card/people.h"
#include "web/views/dry_run.h"
#include "web/views/filled_text.h"
#include "web/views/model.h"
#include "web/views/step_values.h"
#include "web/views/view.h"
#include "web/views/view_attempts.h"

static struct json_object *
signatures_of(const struct view_step *s)
{
	struct json_object *list = json_object_new_array();

	if (s->signature != NULL)
		json_object_array_add(list, json_object_get(s->signature));
	return list;
}

struct json_object *
card_json(struct view *v, int i)
{
	const struct view_step *s = &v->steps[i];
	const struct step *step = s->step;
	struct json_object *o = model_object(80);

	card_what(v->req, o, v->entry, i);
	json_set_text(o, "title", step->title); /* as in the document */
	model_text(o, "section", v->plan->sections[step->section].title);
	model_text(o, "part", part_word(s->part));
	model_text(o, "state", state_word(s->state));
	model_text(o, "outcome", view_outcome(v, s));
	model_text(o, "undo", step->undo);
	model_text(o, "probe_of", step->probe_of);
	model_put(o, "targets", view_targets(v, step));
	model_put(o, "approval", card_gate(v, i));
	model_put(o, "can", card_can_step(v, i));
	model_text(o, "reason", s->reason);
	model_text(o, "by", s->by);
	model_text(o, "at", s->at);
	model_text(o, "signed_by", json_text(s->signature, "by", NULL));
	model_put(o, "asked", card_asked(v, i));
	model_text(o, "asked_value", card_asked_value(v, i));
	model_bool(o, "excluded", view_is_excluded(s));
	model_put(o, "hosts", card_counts(v, i));
	model_put(o, "attempts", card_attempts_json(v, i));
	model_int(o, "attempts_total", s->attempts);
	model_text(o, "attempts_earlier_url", view_earlier_url(v, i));
	model_put(o, "signatures", signatures_of(s));
	return o;
}

#define NAMES_MOST 8 /* names of targets in a state */

static void
add_flag(struct json_object *o, const char *flag, bool b)
{
	if (b)
		model_bool(o, flag, true);
}

/* Not on some, if the targets of the probe answered differently. */
static const char *
no_text(struct view *v, int step)
{
	struct json_object *tries = view_attempts(v, step);
	struct json_object *targets = json_get(
	    json_at(tries, json_count(tries) - 1), "targets");
	size_t count = json_count(targets), without = 0;
	const char *names = "";

	for (size_t i = 0; i < count; i++) {
		struct json_object *t = json_at(targets, i);

		if (json_int(t, "exit", 0) == 0)
			continue;
		if (++without <= NAMES_MOST)
			names = arena_printf(v->req->arena, "%s%s%s", names,
			    without > 1 ? ", " : "", json_text(t, "name", ""));
	}
	if (without == count)
		return request_text(v->req, "probe_no");
	if (without > NAMES_MOST)
		names = arena_printf(v->req->arena, "%s, …", names);
	return request_fill(v->req, "probe_no_on", "targets", names, NULL);
}

/* A probe that worked has an answer, which is shown instead of "succeeded". */
void
card_state(struct view *v, struct json_object *o, int step)
{
	const struct view_step *s = &v->steps[step];
	struct json_object *tries;

	if (view_is_template(v, step)) {
		model_text(o, "icon", "pending");
		model_text(o, "state_text", request_text(v->req, "each_item"));
		return;
	}
	tries = s->part == PART_PROBE ? view_attempts(v, step) : NULL;
	view_put_state(v, s, o, view_outcome(v, s),
	    json_get(json_at(tries, json_count(tries) - 1), "exit"),
	    s->state == STATE_SUCCEEDED);
	if (view_is_no(s, o))
		json_set_text(o, "state_text", no_text(v, step));
}

static void
add_state(struct view *v, struct json_object *o, int step)
{
	const struct view_step *s = &v->steps[step];
	bool excluded = view_is_excluded(s);
	bool gate = s->step->kind == STEP_APPROVAL;
	bool to_sign = s->state == STATE_AWAITING_SIGNATURE;
	bool by_person = !gate &&
	    (s->state == STATE_CONFIRMED ||
		(s->state == STATE_SKIPPED && !excluded) ||
		(to_sign && s->step->kind == STEP_MANUAL) ||
		(s->reason != NULL &&
		    (s->state == STATE_SUCCEEDED || to_sign ||
			(s->state == STATE_FAILED &&
			    !text_eq(s->reason, "probe")))));

	card_state(v, o, step);
	add_flag(o, "is_current", view_is_current(v, step));
	add_flag(o, "is_done", state_in(s->state, STATES_DONE));
	add_flag(o, "is_excluded", excluded);
	add_flag(o, "is_failed", s->state == STATE_FAILED);
	add_flag(o, "is_unknown", s->state == STATE_UNKNOWN);
	add_flag(o, "is_awaiting_signature", to_sign);
	if (to_sign)
		model_text(o, "sign_people",
		    people_for(v, VERB_step_sign, step,
			s->step->sign != NULL ? s->step->sign : "operator"));
	add_flag(o, "is_settled", by_person);
	model_text(o, "settled_text",
	    !by_person     ? NULL
		: !to_sign ? json_text(o, "state_text", "")
			   : model_word(v->req, "state",
				 s->step->kind == STEP_MANUAL ? "confirmed"
							      : "succeeded"));
	model_text(o, "by", s->by);
	model_text(o, "at", s->at);
	model_text(o, "reason", card_reason(v, s));
	if (gate && s->state == STATE_FAILED)
		model_text(o, "message",
		    request_fill(v->req, "gate_rejected", "by", s->by, "reason",
			s->reason != NULL ? s->reason : "", NULL));
	if (s->signature != NULL) {
		model_bool(o, "has_signatures", true);
		model_put(o, "signatures", signatures_of(s));
	}
}

/* Of a step that is next or at work: its texts with their values in place. */
static void
add_filled(struct view *v, struct json_object *o, const struct step *step)
{
	const char *refused = NULL, *text = step->text, *answers;
	struct json_object *values;

	if (kind_is(step->kind, KIND_VALUES))
		text = filled_text(v, step, &refused);
	answers = filled_line(v, step, step->answers);
	add_flag(o, "is_filled", text != step->text);
	add_flag(o, "is_answered", answers != step->answers);
	model_text(o, "text", text);
	model_text(o, "answers", answers);
	model_text(o, "refused", refused);
	model_text(o, "file", filled_line(v, step, step->file));
	model_text(o, "cwd", filled_line(v, step, step->cwd));
	if (kind_is(step->kind, KIND_SCRIPT)) {
		values = step_values(v, step);
		add_flag(o, "has_values", json_count(values) > 0);
		model_put(o, "values", values);
	}
}

/* For a group: the number of targets in each state; a probe has answers. */
static void
add_targets(struct view *v, struct json_object *o, const struct view_step *s,
    struct json_object *counts)
{
	if (json_count(json_get(o, "targets")) < 2 || s->part == PART_PROBE)
		return;
	model_bool(o, "has_hosts", true);
	model_put(o, "hosts",
	    target_list_summary(v->req, counts,
		arena_printf(v->req->arena, "%s/attempts/%" PRId64,
		    request_step_url(v->req, v->lifecycle.id, s->step->id),
		    s->attempts)));
}

/* The title of the step that it names, with the values of the run. */
static void
add_related(
    struct view *v, struct json_object *o, const char *key, const char *id)
{
	int i = id == NULL ? -1 : runbook_cache_find_step(v->entry, id);

	if (i >= 0)
		json_set_text(o, key, view_title(v, i));
}

struct json_object *
card_page(struct view *v, int i)
{
	const struct view_step *s = &v->steps[i];
	struct json_object *o = model_object(32);
	struct json_object *targets = view_targets(v, s->step), *counts = NULL;

	html_inherit(o, card_base(v->req, v->entry, i));
	model_text(o, "title", view_title(v, i));
	if (v->entry->undone_by[i] >= 0)
		model_text(
		    o, "undo_title", view_title(v, v->entry->undone_by[i]));
	add_related(v, o, "undoes_title", s->step->undo);
	add_related(v, o, "probe_of_title", s->step->probe_of);
	model_put(o, "targets", targets);
	model_put(o, "chips", card_chips(v, s->step, targets));
	add_flag(o, "has_preview", json_count(targets) > 0);
	add_state(v, o, i);
	if (view_is_current(v, i))
		add_filled(v, o, s->step);
	model_put(o, "gate", card_gate_page(v, i));
	model_put(o, "asked", card_asked(v, i));
	if (card_shows_rule(v, i))
		model_text(o, "asked_rule", NULL);
	model_text(o, "asked_value", card_asked_value(v, i));
	if (view_attempts(v, i) != NULL) {
		counts = card_counts(v, i);
		add_targets(v, o, s, counts);
		card_add_attempts(v, o, s);
	}
	card_add_line(v, o, i);
	if (card_may_change(v, i)) {
		card_add_actions(v, o, i, targets, counts);
		if (dry_run_is_possible(s->step)) {
			model_put(o, "look", dry_run_of_step(v, i));
			model_text(
			    o, "look_label", dry_run_label(v->req, s->step));
		}
	}
	json_object_put(counts);
	return o;
}
