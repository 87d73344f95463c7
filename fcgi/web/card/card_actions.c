/*
 * card_actions.c: the possible actions of a run and of its steps.
 *
 * The buttons depend on run_authorize(), the function by which the keeper
 * decides, so a page offers only what the keeper allows, unless somebody else
 * was faster.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "lang/http/http_file.h"
#include "web/card/card_actions.h"
#include "web/card/card_copy.h"
#include "web/card/card_gate.h"
#include "web/card/card_targets.h"
#include "web/card/people.h"
#include "web/card/titled.h"
#include "web/views/approvals.h"
#include "web/views/model.h"
#include "web/views/rollback_view.h"

#define FINAL_NAMES 20

/* The commands about a run, or about its steps, that have a button. */
static bool
has_button(enum verb verb, bool step)
{
	const struct command_row *row = command_row(verb);

	return row->run_states != 0 && (row->step_states != 0) == step &&
	    verb != VERB_step_reveal;
}

/* "can_retry": the member that tells a template of the verb's button. */
static const char *
flag_name(struct req *req, enum verb verb)
{
	return arena_printf(req->arena, "can_%s", verb_word(verb));
}

struct json_object *
card_can_run(struct view *v)
{
	struct json_object *list = json_object_new_array();

	for (enum verb i = 0; i < VERB__MAX; i++)
		if (has_button(i, false) && view_may(v, i, -1) &&
		    (i != VERB_run_rollback ||
			json_flag(rollback_model(v), "possible", false)))
			json_object_array_add(
			    list, json_object_new_string(verb_word(i)));
	return list;
}

bool
card_may_change(const struct view *v, int step)
{
	const struct view_step *s = &v->steps[step];
	bool manual = s->step->kind == STEP_MANUAL;

	if (manual && s->state == STATE_CONFIRMED)
		return !lifecycle_is_followed(
			   &v->loaded, step, VERB_step_reopen) &&
		    json_get(v->run, "ended_at") == NULL;
	if (s->step->kind == STEP_APPROVAL && s->state == STATE_SUCCEEDED)
		return json_get(v->run, "ended_at") == NULL;
	return s->part == PART_PROBE ||
	    !(state_in(s->state, STATES_DONE) || s->state == STATE_PENDING);
}

struct json_object *
card_can_step(const struct view *v, int step)
{
	struct json_object *list = json_object_new_array();

	for (enum verb i = 0; card_may_change(v, step) && i < VERB__MAX; i++)
		if (has_button(i, true) && view_may(v, i, step))
			json_object_array_add(
			    list, json_object_new_string(verb_word(i)));
	return list;
}

static const char *
first_of(struct json_object *targets)
{
	return json_count(targets) > 0
	    ? json_object_get_string(json_at(targets, 0))
	    : "local";
}

static const char *
label_on(struct view *v, struct json_object *targets, const char *what)
{
	size_t n = json_count(targets);
	const char *first = first_of(targets);
	const char *names = first;
	char key[40];
	int kind = n > 3 ? 2 : text_eq(first, "local") && n <= 1 ? 0 : 1;

	for (size_t i = 1; i < n && i <= 3; i++)
		names = arena_printf(v->req->arena, "%s, %s", names,
		    json_object_get_string(json_at(targets, i)));
	snprintf(key, sizeof(key), "label_%s_%s", what,
	    kind == 0       ? "local"
		: kind == 1 ? "on"
			    : "many");
	return request_fill(v->req, key, "verb", "Run", "targets", names,
	    "count", arena_printf(v->req->arena, "%zu", n), NULL);
}

/* A copy between machines names both. */
static const char *
label_copy(struct view *v, const struct step *step, const char *otherwise)
{
	struct json_object *pairs = request_own(
	    v->req, card_copy_pairs(v->req, step));
	size_t n = json_count(pairs);
	const char *text = "";

	if (n == 0 || n > 3)
		return otherwise;
	for (size_t i = 0; i < n; i++)
		text = arena_printf(v->req->arena, "%s%s%s", text,
		    i > 0 ? ", " : "",
		    json_object_get_string(json_at(pairs, i)));
	return request_fill(v->req, "label_copy", "pairs", text, NULL);
}

/* A request names its method and the one target that gets it. */
static const char *
label_send(struct view *v, const struct step *step, struct json_object *targets,
    const char *otherwise)
{
	struct http_text all = { 0 };
	struct fault fault = { 0 };

	if (step->kind != STEP_HTTP || text_eq(first_of(targets), "local") ||
	    json_count(targets) != 1 ||
	    http_parse(v->req->arena, step->text, step->text_line, &all,
		&fault) != ERR_OK ||
	    all.count == 0)
		return otherwise;
	return request_fill(v->req,
	    all.count > 1               ? "label_send_many"
		: step->foreach != NULL ? "label_send_each"
					: "label_send",
	    "method", all.all[0].method, "target", first_of(targets), "count",
	    arena_printf(v->req->arena, "%zu", all.count), NULL);
}

static const char *
label(struct view *v, int i, struct json_object *targets)
{
	const struct step *step = v->steps[i].step;

	if (kind_is(step->kind, KIND_PERSON))
		return titled(v->req,
		    step->kind == STEP_MANUAL ? "label_confirm"
					      : "label_approve",
		    view_title(v, i));
	return label_copy(
	    v, step, label_send(v, step, targets, label_on(v, targets, "run")));
}

const char *
card_label(struct view *v, int step)
{
	return label(
	    v, step, request_own(v->req, view_targets(v, v->steps[step].step)));
}

/* The names of the targets, some of very many: to be read before a press. */
static const char *
final_targets(struct view *v, struct json_object *targets)
{
	struct json_object *few = request_own(v->req, json_object_new_array());
	size_t n = json_count(targets);
	const char *names;

	for (size_t i = 0; i < n && i < FINAL_NAMES; i++)
		json_object_array_add(
		    few, json_object_get(json_at(targets, i)));
	names = model_names(v->req, few);
	return n <= FINAL_NAMES
	    ? names
	    : arena_printf(v->req->arena, "%s %s", names,
		  request_fill(v->req, "final_more", "count",
		      arena_printf(v->req->arena, "%zu", n - FINAL_NAMES),
		      NULL));
}

/* The steps that a rollback can undo so far, and may not afterwards. */
static void
add_lost(struct view *v, struct json_object *o)
{
	struct json_object *list = json_object_new_array(), *steps;
	const char *title;

	steps = json_get(rollback_model(v), "steps");
	for (size_t i = 0; i < json_count(steps); i++) {
		title = json_text(json_at(steps, i), "undoes", NULL);
		if (title != NULL)
			json_object_array_add(
			    list, json_object_new_string(title));
	}
	model_bool(o, "has_lost", json_count(list) > 0);
	model_put(o, "lost", list);
}

static void
add_labels(struct view *v, struct json_object *o, int i,
    struct json_object *targets, struct json_object *counts)
{
	model_text(o, "primary_label", label(v, i, targets));
	if (v->steps[i].step->irreversible) {
		model_text(o, "final_targets", final_targets(v, targets));
		add_lost(v, o);
	}
	if (kind_is(v->steps[i].step->kind, KIND_PERSON))
		return;
	model_put(o, "retries",
	    card_retries(v, i, counts, (int64_t)json_count(targets),
		label_on(v, targets, "retry")));
}

/* The probe that settles whether the step has taken effect, if in doubt. */
static bool
add_probe(struct view *v, struct json_object *o, int step)
{
	int probe = v->entry->probed_by[step];
	struct json_object *p;
	bool can;

	if (probe < 0 ||
	    !state_in(v->steps[step].state, IN(UNKNOWN) | IN(FAILED)))
		return false;
	can = view_may(v, VERB_step_execute, probe);
	p = json_object_new_object();
	model_path(p, "path", v->steps[probe].step->id);
	model_int(p, "next_attempt", v->steps[probe].attempts + 1);
	model_bool(p, "can_execute", can);
	model_text(p, "title", view_title(v, probe));
	model_text(p, "label",
	    label_on(v,
		request_own(v->req, view_targets(v, v->steps[probe].step)),
		"probe"));
	model_put(o, "probe", p);
	return can;
}

/* The reason for which this person does not sign. */
static const char *
unsigned_text(struct view *v, int i)
{
	struct fault why = { 0 };
	struct lifecycle_step s;

	run_load_step(&v->loaded, i, VERB_step_sign, &s);
	(void)run_authorize(
	    VERB_step_sign, &v->lifecycle, &s, &v->req->actor, &why);
	return request_message(v->req, why.message);
}

static const char *
blocked_text(struct view *v, int i)
{
	const struct step *step = v->steps[i].step;
	const char *role = step->role != NULL ? step->role : "operator";
	enum state state = v->lifecycle.state;
	int gate = view_gate(v, i);

	if (v->steps[i].state == STATE_AWAITING_SIGNATURE)
		return unsigned_text(v, i);
	if (approvals_are_awaited(v))
		return request_text(v->req, "blocked_approval");
	if (v->lifecycle.unrehearsed != NULL && v->lifecycle.mode == PART_MAIN)
		return request_fill(v->req, "refused_rehearse_first",
		    "environment", v->lifecycle.unrehearsed, NULL);
	if (state == STATE_READY)
		return request_text(v->req, "blocked_start");
	if (state == STATE_PAUSED)
		return request_text(v->req, "blocked_paused");
	if (state == STATE_PARKED && step->kind != STEP_APPROVAL)
		return request_text(v->req, "blocked_parked");
	if (gate >= 0)
		return request_fill(v->req, "blocked_before", "title",
		    view_title(v, gate), NULL);
	if (step->kind == STEP_APPROVAL)
		return card_gate_blocked(v, i);
	return arena_printf(v->req->arena, "%s %s",
	    request_fill(v->req, "blocked_role", "role", role, NULL),
	    people_with(v->req, role));
}

/* Somebody else has to act before the step can: not the reader, who may. */
static bool
is_for_others(const struct view *v)
{
	enum state state = v->lifecycle.state;

	if (state == STATE_READY)
		return !view_may(v, VERB_run_start, -1);
	if (state_in(state, IN(PAUSED) | IN(PARKED)))
		return !view_may(v, VERB_run_resume, -1);
	return true;
}

/*
 * The step can be brought on, but not by the reader, who may do something else
 * with it: take a confirmation back, or their own approval.
 */
static bool
is_of_others(const struct view *v, int step, bool any)
{
	const struct view_step *s = &v->steps[step];

	if (s->state == STATE_AWAITING_SIGNATURE)
		return !view_may(v, VERB_step_sign, step);
	if (s->state == STATE_READY && s->step->kind == STEP_APPROVAL)
		return !view_may(v, VERB_step_approve, step);
	return !any;
}

/* The step waits for others than the person who reads the page. */
static bool
is_waiting(const struct view *v, int step)
{
	enum state state = v->steps[step].state;

	if (state == STATE_READY || state == STATE_AWAITING_SIGNATURE)
		return true;
	if (state == STATE_FAILED &&
	    (view_gate(v, step) >= 0 || approvals_are_awaited(v)))
		return true;
	return state_in(state, IN(FAILED) | IN(UNKNOWN)) &&
	    view_is_current(v, step) && v->lifecycle.state == STATE_RUNNING;
}

void
card_add_actions(struct view *v, struct json_object *o, int step,
    struct json_object *targets, struct json_object *counts)
{
	const struct view_step *s = &v->steps[step];
	bool is_failed_gate = s->step->kind == STEP_APPROVAL &&
	    s->state == STATE_FAILED;
	bool any = false;

	for (enum verb i = 0; i < VERB__MAX; i++) {
		if (!has_button(i, true) || !view_may(v, i, step))
			continue;
		model_bool(o, flag_name(v->req, i), true);
		any = true;
	}
	if (state_in(s->state, IN(FAILED) | IN(UNKNOWN)))
		model_bool(o, "is_troubled", true);
	model_bool(o, "skips_freely",
	    outcome_is_free_to_skip(s->step->optional, s->attempts));
	any |= add_probe(v, o, step);
	/* the run's actions include those after a rejected gate or a failure */
	if (any || is_failed_gate ||
	    (s->state == STATE_FAILED && view_is_current(v, step) &&
		view_may(v, VERB_run_rollback, -1))) {
		model_bool(o, "has_actions", true);
		add_labels(v, o, step, targets, counts);
	}
	if (is_of_others(v, step, any) && !is_failed_gate &&
	    is_waiting(v, step)) {
		model_bool(o, "is_blocked", true);
		model_text(o, "blocked_text", blocked_text(v, step));
		model_text(o, "ask_url",
		    !is_for_others(v)
			? NULL
			: request_step_place(v->req,
			      arena_printf(v->req->arena, "/runs/%" PRId64,
				  v->lifecycle.id),
			      s->step->id));
	}
}
