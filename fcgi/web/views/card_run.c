/*
 * card_run.c: a step of a run: results and possible actions.
 *
 * The buttons depend on run_authorize(), the function by which the keeper
 * decides, so a page offers only what the keeper allows, unless somebody else
 * was faster.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "journal/plan.h"
#include "web/views/approvals.h"
#include "web/views/card.h"
#include "web/views/target_list.h"
#include "web/views/dry_run.h"
#include "web/views/model.h"
#include "web/views/outcome.h"
#include "web/views/rollback_view.h"
#include "web/views/output_text.h"

#define OUTPUT_TEXT_LINES 20

/* The commands about a run, or about its steps, that have a button. */
static bool
has_button(enum verb verb, bool step)
{
	const struct command_row *row = command_row(verb);

	return row->run_states != 0 && (row->step_states != 0) == step &&
	    verb != VERB_step_reveal;
}

const char *
card_flag(struct req *req, enum verb verb)
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
		return !view_is_followed(v, step) &&
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

static struct json_object *
signatures_of(const struct view_step *s)
{
	struct json_object *list = json_object_new_array();

	if (s->signature != NULL)
		json_object_array_add(list, json_object_get(s->signature));
	return list;
}

/* Attempts without the keys for templates. */
static struct json_object *
attempts_json(const struct view_step *s)
{
	struct json_object *list = json_object_new_array();
	size_t n = s->tries != NULL ? json_object_array_length(s->tries) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(s->tries, i);

		json_object_object_del(o, "_exec");
		json_object_array_add(list, json_object_get(o));
	}
	return list;
}

struct json_object *
card_json(struct view *v, int i)
{
	const struct view_step *s = &v->steps[i];
	const struct step *step = s->step;
	struct json_object *o = json_object_new_object();

	card_what(v->req, o, v->entry, i);
	json_set_text(o, "title", step->title); /* as in the document */
	model_text(o, "section", v->plan->sections[step->section].title);
	model_text(o, "part", part_word(s->part));
	model_text(o, "state", state_word(s->state));
	model_text(o, "outcome", outcome_of(v, s));
	model_text(o, "undo", step->undo);
	model_text(o, "probe_of", step->probe_of);
	model_put(o, "targets", view_targets(v, step));
	model_put(o, "approval", card_gate(v, i));
	model_put(o, "can", card_can_step(v, i));
	model_text(o, "reason", s->reason);
	model_text(o, "by", s->by);
	model_text(o, "at", s->at);
	model_text(o, "signed_by", json_text(s->signature, "by", NULL));
	model_bool(o, "excluded", view_is_excluded(s));
	model_put(o, "hosts", card_counts(card_target_status(v, i)));
	model_put(o, "attempts", attempts_json(s));
	model_put(o, "signatures", signatures_of(s));
	return o;
}

static const char *
label_on(struct view *v, struct json_object *targets, const char *what)
{
	size_t n = json_object_array_length(targets);
	const char *first = n > 0
	    ? json_object_get_string(json_object_array_get_idx(targets, 0))
	    : "local";
	const char *names = first;
	char key[40];
	int kind = n > 3 ? 2 : text_eq(first, "local") && n <= 1 ? 0 : 1;

	for (size_t i = 1; i < n && i <= 3; i++)
		names = arena_printf(v->req->arena, "%s, %s", names,
		    json_object_get_string(
			json_object_array_get_idx(targets, i)));
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
	size_t n = json_object_array_length(pairs);
	const char *text = "";

	if (n == 0 || n > 3)
		return otherwise;
	for (size_t i = 0; i < n; i++)
		text = arena_printf(v->req->arena, "%s%s%s", text,
		    i > 0 ? ", " : "",
		    json_object_get_string(
			json_object_array_get_idx(pairs, i)));
	return request_fill(v->req, "label_copy", "pairs", text, NULL);
}

static void
add_labels(struct view *v, struct json_object *o, const struct view_step *s,
    struct json_object *targets, struct json_object *counts)
{
	const struct step *step = s->step;
	bool manual = step->kind == STEP_MANUAL;

	if (kind_is(step->kind, KIND_PERSON)) {
		model_text(o, "primary_label",
		    request_fill(v->req,
			manual ? "label_confirm" : "label_approve", "title",
			view_title(v, (int)(s - v->steps)), NULL));
		return;
	}
	model_text(o, "primary_label",
	    label_copy(v, step, label_on(v, targets, "run")));
	model_put(o, "retries",
	    card_retries(v, (int)(s - v->steps), counts,
		(int64_t)json_object_array_length(targets),
		label_on(v, targets, "retry")));
}

/* A probe shows its answer instead of the word "probe". */
const char *
card_reason(struct view *v, const struct view_step *s)
{
	return !text_eq(s->reason, "probe") ? s->reason
	    : s->state == STATE_FAILED
	    ? request_text(v->req, "probe_found_no")
	    : request_text(v->req, "probe_found_yes");
}

const char *
card_skipped(struct view *v, struct json_object *target)
{
	struct json_object *list = json_get(target, "skipped");
	const char *all = "";

	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		all = arena_printf(v->req->arena, "%s%s%s", all,
		    i > 0 ? ", " : "",
		    json_object_get_string(json_object_array_get_idx(list, i)));
	return request_fill(v->req, "skipped_statements", "list", all, NULL);
}

static void
add_target_page(
    struct view *v, struct json_object *t, const char *exec, bool with_tail)
{
	const char *state = json_text(t, "state", "");
	const char *url = json_text(t, "text_url", "");
	bool running = state_in(state_find(state), STATES_BUSY);
	bool has = !json_flag(t, "sealed", false) &&
	    (json_int(t, "bytes", 0) > 0 ||
		(running && json_text(t, "started_at", NULL) != NULL));

	model_text(t, "icon", state);
	model_text(t, "state_text", model_word(v->req, "state", state));
	model_text(t, "exit_text", model_exit(v->req, json_get(t, "exit")));
	model_bool(t, "is_running", running);
	model_text(t, "progress_text",
	    running ? json_text(t, "progress", NULL) : NULL);
	model_text(t, "skipped_text", card_skipped(v, t));
	model_bool(
	    t, "is_quiet", running && json_text(t, "note", NULL) != NULL);
	model_text(t, "url",
	    arena_strndup(v->req->arena, url, strlen(url) - strlen(".txt")));
	model_text(t, "size_text", model_size(v->req, json_int(t, "bytes", 0)));
	model_bool(t, "has_output", has);
	model_text(t, "tail",
	    has && with_tail ? output_text_lines(v->req, exec,
				   json_text(t, "name", ""), OUTPUT_TEXT_LINES)
			     : "");
}

/* Adds the terminal for input, while it exists. */
static void
add_terminal(struct view *v, struct json_object *t, const struct view_step *s)
{
	bool there = s->step->interactive && json_flag(t, "is_running", false);
	struct json_object *o = there ? json_object_new_object() : NULL;

	if (there) {
		model_text(o, "page",
		    arena_printf(
			v->req->arena, "%s.terminal", json_text(t, "url", "")));
		model_bool(o, "can_type",
		    view_may(v, VERB_step_type, (int)(s - v->steps)));
	}
	model_put(t, "terminal", o);
}

static void
add_attempt_page(struct view *v, struct json_object *o,
    const struct view_step *s, bool with_tail)
{
	struct json_object *targets;
	bool running = json_get(o, "ended_at") == NULL;
	size_t n;

	card_trim_targets(v, o, s->step);
	targets = json_get(o, "targets");
	n = json_object_array_length(targets);
	model_bool(o, "is_running", running);
	model_text(o, "duration_text",
	    model_between(v->req, json_text(o, "started_at", NULL),
		json_text(o, "ended_at", NULL)));
	model_text(o, "usual_text",
	    running ? view_usual(v, (int)(s - v->steps)) : NULL);
	for (size_t i = 0; i < n; i++)
		add_target_page(v, json_object_array_get_idx(targets, i),
		    json_text(o, "_exec", ""), with_tail);
	for (size_t i = 0; i < n; i++)
		add_terminal(v, json_object_array_get_idx(targets, i), s);
}

/* The last attempt, and the earlier ones, newest first. */
static void
add_attempts(struct view *v, struct json_object *o, const struct view_step *s)
{
	struct json_object *earlier = json_object_new_array(), *last;
	size_t n = json_object_array_length(s->tries);
	bool open = state_in(s->state,
	    STATES_BUSY | IN(FAILED) | IN(UNKNOWN) | IN(AWAITING_SIGNATURE));

	for (size_t i = n; i > 0; i--) {
		struct json_object *a = json_object_array_get_idx(
		    s->tries, i - 1);

		add_attempt_page(v, a, s, open && i == n);
		if (i < n)
			json_object_array_add(earlier, json_object_get(a));
	}
	last = json_object_array_get_idx(s->tries, n - 1);
	model_text(o, "message",
	    s->state == STATE_FAILED && text_eq(s->reason, "probe")
		? arena_printf(v->req->arena, "%s %s", card_reason(v, s),
		      json_text(last, "message", ""))
		: json_text(last, "message", NULL));
	model_text(o, "duration_text", json_text(last, "duration_text", NULL));
	model_put(o, "last", json_object_get(last));
	model_bool(o, "has_earlier", n > 1);
	model_put(o, "earlier", earlier);
	model_int(o, "next_attempt", s->attempts + 1);
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
	model_text(p, "id", v->steps[probe].step->id);
	model_int(p, "next_attempt", v->steps[probe].attempts + 1);
	model_bool(p, "can_execute", can);
	model_put(o, "probe", p);
	return can;
}

/* Why this person does not sign. */
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
	if (gate >= 0)
		return request_fill(v->req, "blocked_before", "title",
		    view_title(v, gate), NULL);
	if (step->kind == STEP_APPROVAL)
		return card_gate_blocked(v, i);
	return arena_printf(v->req->arena, "%s %s",
	    request_fill(v->req, "blocked_role", "role", role, NULL),
	    card_people(v->req, role));
}

static void
add_actions(struct view *v, struct json_object *o, int step,
    struct json_object *targets, struct json_object *counts)
{
	const struct view_step *s = &v->steps[step];
	bool any = false;

	for (enum verb i = 0; i < VERB__MAX; i++) {
		if (!has_button(i, true) || !view_may(v, i, step))
			continue;
		model_bool(o, card_flag(v->req, i), true);
		any = true;
	}
	any |= add_probe(v, o, step);
	/* the run's actions include those after a rejected gate */
	any |= s->step->kind == STEP_APPROVAL && s->state == STATE_FAILED;
	if (any) {
		model_bool(o, "has_actions", true);
		add_labels(v, o, s, targets, counts);
	} else if (s->state == STATE_READY ||
	    s->state == STATE_AWAITING_SIGNATURE ||
	    (s->state == STATE_FAILED &&
		(view_gate(v, step) >= 0 || approvals_are_awaited(v)))) {
		model_bool(o, "is_blocked", true);
		model_text(o, "blocked_text", blocked_text(v, step));
	}
}

static void
add_flag(struct json_object *o, const char *flag, bool b)
{
	if (b)
		model_bool(o, flag, true);
}

/* A probe that worked has an answer, which is shown instead of "succeeded". */
void
card_state(struct view *v, struct json_object *o, int step)
{
	int verdict = view_verdict(v, step);

	if (verdict < 0) {
		model_state(v->req, o, outcome_of(v, &v->steps[step]), NULL);
		return;
	}
	model_text(o, "icon", verdict ? "succeeded" : "skipped");
	model_text(o, "state_text",
	    verdict ? request_text(v->req, "probe_yes")
		    : request_text(v->req, "probe_no"));
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
	add_flag(o, "is_current", step == view_current(v));
	add_flag(o, "is_done", state_in(s->state, STATES_DONE));
	add_flag(o, "is_excluded", excluded);
	add_flag(o, "is_failed", s->state == STATE_FAILED);
	add_flag(o, "is_unknown", s->state == STATE_UNKNOWN);
	add_flag(o, "is_awaiting_signature", to_sign);
	if (to_sign)
		model_text(o, "sign_people",
		    card_people(v->req,
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

/* For a group: the number of targets in each state. */
static void
add_targets(struct view *v, struct json_object *o, const struct view_step *s,
    struct json_object *counts)
{
	if (json_object_array_length(json_get(o, "targets")) < 2)
		return;
	model_bool(o, "has_hosts", true);
	model_put(o, "hosts",
	    target_list_summary(v->req, counts,
		arena_printf(v->req->arena,
		    "/runs/%" PRId64 "/steps/%s/attempts/%" PRId64,
		    v->lifecycle.id, s->step->id, s->attempts)));
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
	model_put(o, "targets", targets);
	model_put(o, "chips", card_chips(v, s->step, targets));
	add_flag(o, "has_preview", json_object_array_length(targets) > 0);
	add_state(v, o, i);
	model_put(o, "gate", card_gate_page(v, i));
	if (view_attempts(v, i) != NULL) {
		counts = card_counts(card_target_status(v, i));
		add_targets(v, o, s, counts);
		add_attempts(v, o, s);
	}
	if (card_may_change(v, i)) {
		add_actions(v, o, i, targets, counts);
		if (dry_run_is_possible(s->step)) {
			model_put(o, "look", dry_run_of_step(v, i));
			model_text(
			    o, "look_label", dry_run_label(v->req, s->step));
		}
	}
	json_object_put(counts);
	return o;
}
