/*
 * view.c: a run as loaded for pages.
 *
 * Each kind of row is read with one query for the whole run, in the order of
 * its primary key, and assigned to the steps of the parsed document.  Attempts
 * are loaded on demand, the newest of a step: of all steps for a report, of the
 * few steps without a cached card (fragments.c) for the checklist.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "lang/each/each_captured.h"
#include "lang/plan_scope.h"
#include "lang/expr.h"
#include "lang/values.h"
#include "journal/captured.h"
#include "journal/event.h"
#include "journal/target_status.h"
#include "journal/plan.h"
#include "web/card/card.h"
#include "web/views/model.h"
#include "web/views/view.h"
#include "web/views/view_attempts.h"

#define NO_EFFECT "skipped" /* icon of a probe's answer */

static const char *
copied(struct view *v, const char *s)
{
	return arena_strdup(v->req->arena, s);
}

const char *
view_time(struct view *v, struct rows *rows, const char *column)
{
	char text[CLOCK_TEXT];

	if (db_is_null(rows, column))
		return NULL;
	clock_format(db_int(rows, column), text);
	return copied(v, text);
}

/* Signatures with their notes, which only the events have. */
static void
load_signatures(struct view *v)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_EVENTS_OF_KIND,
	    INT(v->lifecycle.id), TEXT(event_word(EVENT_STEP_SIGNED)));
	struct json_object *body, *o;
	struct event e;
	int i;

	while (db_next(rows)) {
		if (event_parse(db_text(rows, "body"), &e, &body) != ERR_OK)
			continue;
		i = runbook_cache_find_step(
		    v->entry, json_text(e.data, "step", ""));
		if (i >= 0 && v->loaded.rows[i].signed_by != NULL) {
			o = request_own(v->req, json_object_new_object());
			model_text(o, "by", e.actor);
			model_text(o, "at", view_time(v, rows, "at"));
			model_text(o, "note", json_text(e.data, "note", NULL));
			model_reset(v->req, o, e.data);
			v->steps[i].signature = o;
		}
		json_object_put(body);
	}
	db_done(rows);
}

static int
find_step(void *ctx, const char *id)
{
	const struct view *v = ctx;

	return runbook_cache_find_step(v->entry, id);
}

/* The steps, loaded by run_load(). */
static void
load_steps(struct view *v)
{
	bool signatures = false;

	v->loaded = (struct lifecycle){ .db = v->req->web->db,
		.arena = v->req->arena,
		.plan = v->plan,
		.row = v->run,
		.find = find_step,
		.ctx = v };
	run_load(&v->loaded);
	v->lifecycle = v->loaded.run;
	for (size_t i = 0; i < v->plan->steps_count; i++) {
		const struct lifecycle_row *row = &v->loaded.rows[i];

		v->steps[i] = (struct view_step){ .step = &v->plan->steps[i],
			.part = row->part,
			.state = row->state,
			.by = row->by,
			.at = row->at,
			.reason = row->reason,
			.position = row->position,
			.attempts = row->attempts };
		signatures |= row->signed_by != NULL;
	}
	if (signatures)
		load_signatures(v);
}

/* Derives the totals from the states of all steps. */
static void
sum_up(struct view *v)
{
	for (size_t i = 0; i < v->plan->steps_count; i++) {
		const struct view_step *s = &v->steps[i];

		v->not_taken += s->part == PART_NOT_TAKEN &&
		    !s->step->rollback && s->step->probe_of == NULL;
		if (s->part == PART_MAIN)
			tally_add(&v->forward, view_outcome(v, s));
		if (s->part != v->lifecycle.mode)
			continue;
		tally_add(&v->tally, view_outcome(v, s));
	}
	v->troubled = v->tally.failed || v->tally.unknown;
	v->finished = tally_is_settled(&v->tally);
}

struct view *
view_of(struct req *req, struct json_object *run, struct cached_runbook *entry)
{
	struct view *v = arena_alloc(req->arena, sizeof(*v));

	v->req = req;
	v->run = run;
	v->entry = entry;
	v->below = INT64_MAX;
	v->plan = entry->plan;
	v->steps = arena_alloc(
	    req->arena, (v->plan->steps_count + 1) * sizeof(*v->steps));
	load_steps(v);
	v->variables = request_own(
	    req, captured_values(req->web->db, v->lifecycle.id));
	sum_up(v);
	return v;
}

/* Each page about a run in production has its mark. */
static void
mark_production(struct req *req, struct json_object *row)
{
	const char *label;

	if (json_int(row, "production", 0) == 0 ||
	    json_int(row, "id", 0) != req->run)
		return;
	label = runbook_cache_environment_label(
	    req, json_text(row, "environment", ""));
	req->production = request_own(req, json_object_new_object());
	json_set_text(req->production, "environment_more",
	    runbook_cache_environment_more(req, label, true));
}

enum err
view_load(struct req *req, int64_t run, struct view **ret)
{
	struct json_object *row = request_own(
	    req, db_first_json(db_query(req->web->db, STMT_RUN_GET, INT(run))));
	struct cached_runbook *entry;
	enum err err;

	if (row == NULL)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_run", "", "%s",
		    request_fill(req, "no_run", "id",
			arena_printf(req->arena, "%" PRId64, run), NULL));
	mark_production(req, row);
	if ((err = runbook_cache_of_run(req, row, &entry)) == ERR_OK)
		*ret = view_of(req, row, entry);
	return err;
}

const char *
view_value(void *ctx, const char *name)
{
	struct view *v = ctx;
	const char *value = lifecycle_value(&v->loaded, v->variables, name);

	return value == NULL &&
		json_object_object_get_ex(
		    json_get(v->run, "parameters"), name, NULL)
	    ? VIEW_DOTS
	    : value;
}

bool
view_is_excluded(const struct view_step *s)
{
	return outcome_is_excluded(s->state, s->by);
}

bool
view_is_planned(const struct view *v)
{
	return v->lifecycle.state == STATE_AWAITING_APPROVAL ||
	    v->lifecycle.state == STATE_READY;
}

bool
view_is_reading(const struct view *v)
{
	return view_is_planned(v) &&
	    text_eq(request_query(v->req, "plan"), "open");
}

bool
view_is_current(const struct view *v, int step)
{
	return v->lifecycle.current != NULL &&
	    (lifecycle_is_current(&v->loaded, step) ||
		text_eq(v->plan->steps[step].id, v->lifecycle.current));
}

struct json_object *
view_decided(const struct view *v, int step)
{
	return v->loaded.rows[step].given;
}

int
view_gate(const struct view *v, int step)
{
	return lifecycle_gate_before(&v->loaded, step);
}

bool
view_may(const struct view *v, enum verb verb, int step)
{
	struct lifecycle_step about;

	if (step >= 0)
		run_load_step(&v->loaded, step, verb, &about);
	return run_authorize(verb, &v->lifecycle, step >= 0 ? &about : NULL,
		   &v->req->actor, NULL) == ERR_OK;
}

const char *
view_usual(const struct view *v, int step)
{
	struct db *db = v->req->web->db;
	const char *runbook = json_text(v->run, "runbook", "");
	int64_t ms = db_first_int(step < 0
		? db_query(db, STMT_USUAL_RUN, TEXT(runbook),
		      TEXT(json_text(v->run, "environment", "")))
		: db_query(db, STMT_USUAL_STEP, TEXT(runbook),
		      TEXT(v->plan->steps[step].id)),
	    0);

	return ms > 0 ? model_duration(v->req, ms) : NULL;
}

struct json_object *
view_targets(const struct view *v, const struct step *step)
{
	struct json_object *resolved = json_get(v->run, "targets"), *names;

	if (kind_is(step->kind, KIND_PERSON))
		return json_object_new_array();
	names = target_status_for(
	    v->req->web->db, v->lifecycle.id, resolved, step);
	if (json_count(names) > 0)
		return names;
	json_object_put(names); /* no undoable edit so far */
	return plan_targets_of(resolved, step->on);
}

const char *
view_title(const struct view *v, int step)
{
	const struct step *s = &v->plan->steps[step];
	struct plan_place place = { v->plan, s->section, view_value,
		(void *)(uintptr_t)v };
	struct buf title = { 0 };
	const char *filled, *text = card_title(v->req, v->plan, step);

	if (strstr(text, "{{") == NULL)
		return text;
	values_fill(text, plan_text_at, &place, &title);
	filled = arena_strdup(v->req->arena, buf_text(&title));
	buf_clear(&title);
	return filled;
}

const char *
view_list_note(void *ctx, int section)
{
	const struct view *v = ctx;
	const struct section *s = &v->plan->sections[section];
	int step = runbook_cache_find_step(v->entry, s->each_step);
	const char *key = "each_later";

	if (s->each_name == NULL)
		key = "each_nothing";
	else if (step >= 0 && state_in(v->steps[step].state, STATES_DONE))
		key = "each_never";
	return request_fill(v->req, key, "list", s->each_list, "step",
	    step >= 0 ? view_title(v, step) : s->each_step, NULL);
}

bool
view_is_template(const struct view *v, int step)
{
	return each_template(v->plan, v->plan->steps[step].section) >= 0;
}

void
view_put_state(const struct view *v, const struct view_step *s,
    struct json_object *o, const char *state, struct json_object *exit,
    bool answered)
{
	bool good = state_find(state) == STATE_SUCCEEDED;
	int64_t code = exit != NULL ? json_object_get_int64(exit) : -1;
	bool yes = good && code == 0, no = code == 1;

	if (s->part != PART_PROBE || !answered || !(good || no)) {
		model_state(v->req, o, state, NULL);
		return;
	}
	model_text(o, "icon",
	    yes      ? "succeeded"
		: no ? NO_EFFECT
		     : state_word(STATE_UNKNOWN));
	model_text(o, "state_text",
	    request_text(v->req,
		yes      ? "probe_yes"
		    : no ? "probe_no"
			 : "probe_none"));
}

bool
view_is_no(const struct view_step *s, struct json_object *o)
{
	return s->part == PART_PROBE && s->state == STATE_SUCCEEDED &&
	    text_eq(json_text(o, "icon", ""), NO_EFFECT);
}

const char *
view_outcome(const struct view *v, const struct view_step *s)
{
	return outcome_of_row(v->run,
	    &(struct outcome_row){ .part = s->part,
		.state = s->state,
		.by = s->by,
		.optional = s->step->optional,
		.attempts = s->attempts });
}

struct json_object *
view_notes(const struct view *v)
{
	struct tally all = v->tally;

	all.left_out += v->not_taken;
	return tally_notes(v->req, &all);
}
