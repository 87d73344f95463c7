/* run_model.c: the model shared by run page, JSON and report. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "lang/values.h"
#include "journal/event.h"
#include "journal/plan.h"
#include "journal/report/run_report.h"
#include "web/card/card_actions.h"
#include "web/card/card_run.h"
#include "web/views/approvals.h"
#include "web/views/model.h"
#include "web/views/rollback_view.h"
#include "web/views/run_model.h"

static struct json_object *
progress_model(const struct view *v)
{
	struct json_object *o = json_object_new_object();
	const struct tally *t = &v->tally;

	model_int(o, "done", t->done);
	model_int(o, "total", t->total);
	model_int(o, "skipped", t->skipped);
	model_int(o, "skipped_failed", t->skipped_failed);
	model_int(o, "skipped_optional", t->skipped_optional);
	model_int(o, "left_out", t->left_out);
	model_int(o, "not_taken", v->not_taken);
	model_int(o, "percent", OUTCOME_PERCENT(t->done, t->total));
	return o;
}

const char *
run_model_section(struct view *v, int section)
{
	struct buf title = { 0 };
	const char *copy;

	values_fill(v->plan->sections[section].title, view_value, v, &title);
	copy = arena_strdup(v->req->arena, buf_text(&title));
	buf_clear(&title);
	return copy;
}

const char *
run_model_progress(const struct view *v)
{
	return tally_text(v->req, v->lifecycle.mode == PART_ROLLBACK,
	    v->tally.done, v->tally.total);
}

/* The ids of the current steps, in order: the first is `current`. */
static struct json_object *
currents(const struct view *v)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->plan->steps_count; i++)
		if (view_is_current(v, (int)i))
			json_object_array_add(
			    list, json_object_new_string(v->plan->steps[i].id));
	return list;
}

enum verb
run_model_verb(const struct view *v, int step)
{
	static const enum verb verbs[] = { VERB_step_retry, VERB_step_resolve,
		VERB_step_sign, VERB_step_execute, VERB_step_confirm,
		VERB_step_approve, VERB_step_skip };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (view_may(v, verbs[i], step))
			return verbs[i];
	return VERB__MAX;
}

int
run_model_focused(const struct view *v)
{
	int first = -1, count = 0;

	for (int i = 0; i < (int)v->plan->steps_count; i++)
		if (view_is_current(v, i) && count++ == 0)
			first = i;
	for (int i = first; count > 1 && i < (int)v->plan->steps_count; i++)
		if (view_is_current(v, i) && run_model_verb(v, i) != VERB__MAX)
			return i;
	return first;
}

enum state
run_model_trouble(const struct view *v)
{
	static const enum state by_weight[] = { STATE_FAILED, STATE_UNKNOWN,
		STATE_AWAITING_SIGNATURE };

	for (size_t k = 0; k < sizeof(by_weight) / sizeof(by_weight[0]); k++)
		for (size_t i = 0; i < v->plan->steps_count; i++)
			if (v->steps[i].state == by_weight[k] &&
			    view_is_current(v, (int)i))
				return by_weight[k];
	return STATE_NONE;
}

void
run_model_phase(struct view *v, struct json_object *o)
{
	bool over = v->finished && !v->lifecycle.busy;

	if (v->lifecycle.state != STATE_RUNNING ||
	    run_model_trouble(v) != STATE_NONE)
		return;
	if (over)
		json_set_text(o, "icon", "ready");
	if (over || v->lifecycle.mode == PART_ROLLBACK)
		json_set_text(o, "state_text",
		    request_text(
			v->req, over ? "run_to_close" : "run_rolling_back"));
}

const char *
run_model_full(const struct view *v, struct json_object *o)
{
	if (json_get(v->run, "ended_at") != NULL)
		return json_text(o, "icon", NULL);
	return v->lifecycle.mode != PART_ROLLBACK && v->tally.total > 0 &&
		v->tally.done == v->tally.total
	    ? state_word(STATE_SUCCEEDED)
	    : NULL;
}

static const char *
focus_word(const struct view *v, enum state state)
{
	if (state == STATE_FAILED)
		return request_text(v->req, "focus_failed");
	if (state == STATE_UNKNOWN)
		return request_text(v->req, "focus_unknown");
	if (state == STATE_AWAITING_SIGNATURE)
		return request_text(v->req, "focus_sign");
	return state_in(state, STATES_BUSY) ? request_text(v->req, "now")
					    : request_text(v->req, "next");
}

const char *
run_model_focus(const struct view *v, int step)
{
	const char *word = focus_word(v, v->steps[step].state);
	int count = 0;

	for (size_t i = 0; i < v->plan->steps_count; i++)
		count += view_is_current(v, (int)i);
	return count < 2
	    ? word
	    : request_fill(v->req, "focus_one_of", "word", word, "count",
		  arena_printf(v->req->arena, "%d", count), NULL);
}

const char *
run_model_focus_text(struct view *v)
{
	int i = run_model_focused(v);

	return i < 0 ? NULL
		     : arena_printf(v->req->arena, "%s %s",
			   run_model_focus(v, i), view_title(v, i));
}

/* The newest artifacts, or those below the event that the address names. */
static void
add_artifacts(struct view *v, struct json_object *o)
{
	int64_t before = INT64_MAX, earlier;

	text_int(request_query(v->req, "artifacts"), 1, INT64_MAX, &before);
	model_put(o, "artifacts", artifacts_of_run(v, before, &earlier));
	model_text(o, "artifacts_earlier_url",
	    earlier == 0 ? NULL
			 : arena_printf(v->req->arena,
			       "/runs/%" PRId64 "?artifacts=%" PRId64,
			       v->lifecycle.id, earlier));
}

struct json_object *
run_model(struct view *v)
{
	struct json_object *o = json_object_new_object();

	for (const char *const *key = run_report_keys; *key != NULL; key++)
		model_put(o, *key, json_object_get(json_get(v->run, *key)));
	model_put(o, "currents", currents(v));
	model_text(o, "environment_label",
	    runbook_cache_environment_label(
		v->req, json_text(v->run, "environment", "")));
	model_bool(o, "is_production", json_int(v->run, "production", 0) != 0);
	model_put(o, "fixed", json_object_get(json_get(v->run, "fixed")));
	model_put(o, "lists", plan_lists(v->plan, v->run));
	model_put(o, "approvals", approvals_model(v));
	model_put(o, "rehearsal", approvals_rehearsal(v));
	model_put(o, "progress", progress_model(v));
	add_artifacts(v, o);
	model_put(o, "variables", json_object_get(v->variables));
	model_put(o, "can", card_can_run(v));
	model_put(o, "rollback", json_object_get(rollback_model(v)));
	return o;
}

void
run_model_add_steps(struct view *v, struct json_object *o)
{
	struct json_object *steps = json_object_new_array();

	for (size_t i = 0; i < v->plan->steps_count; i++)
		if (v->steps[i].part != PART_NONE)
			json_object_array_add(steps, card_json(v, (int)i));
	model_put(o, "steps", steps);
}

/* The entry of a run in a list of holders, or NULL. */
static struct json_object *
find_holder(struct json_object *list, int64_t run)
{
	for (size_t i = 0; i < json_count(list); i++) {
		struct json_object *o = json_at(list, i);

		if (json_int(o, "id", 0) == run)
			return o;
	}
	return NULL;
}

static void
add_holder(struct view *v, struct json_object *list, const char *target,
    int64_t run, const char *title)
{
	struct json_object *o = find_holder(list, run);

	if (o == NULL) {
		o = json_object_new_object();
		model_int(o, "id", run);
		model_text(o, "title", title);
		model_bool(o, "is_first", json_count(list) == 0);
		json_object_array_add(list, o);
	} else {
		target = arena_printf(v->req->arena, "%s, %s",
		    json_text(o, "targets", ""), target);
	}
	model_text(o, "targets", target);
}

struct json_object *
run_model_holders(struct view *v)
{
	struct json_object *list = json_object_new_array();
	struct json_object *targets = json_get(v->run, "targets");

	if (!state_in(v->lifecycle.state, IN(READY) | IN(PARKED)))
		return list;
	json_object_object_foreach (targets, name, target) {
		struct rows *rows;

		if (!plan_is_held(target))
			continue;
		rows = db_query(v->req->web->db, STMT_HOLDER,
		    TEXT(json_text(v->run, "environment", "")), TEXT(name));
		if (db_next(rows) && db_int(rows, "run") != v->lifecycle.id)
			add_holder(v, list, name, db_int(rows, "run"),
			    db_text(rows, "title"));
		db_done(rows);
	}
	return list;
}

struct json_object *
run_model_parameters(struct view *v)
{
	struct json_object *list = json_object_new_array();
	struct json_object *values = json_get(v->run, "parameters"), *value;

	for (size_t i = 0; i < v->plan->parameters_count; i++) {
		const struct parameter *p = &v->plan->parameters[i];
		struct json_object *o;

		if (!json_object_object_get_ex(values, p->name, &value))
			continue;
		o = json_object_new_object();
		model_text(o, "name", p->name);
		model_text(o, "label", p->label);
		model_put(o, "value", json_object_get(value));
		model_bool(o, "is_secret", value == NULL);
		model_text(o, "fixed_text",
		    json_get(json_get(v->run, "fixed"), p->name) == NULL
			? NULL
			: request_fill(v->req, "value_fixed", "environment",
			      runbook_cache_environment_label(
				  v->req, json_text(v->run, "environment", "")),
			      NULL));
		json_object_array_add(list, o);
	}
	return list;
}

struct json_object *
run_model_comments(
    struct view *v, int64_t before, int64_t most, int64_t *ret_earlier)
{
	struct json_object *found = json_object_new_array();
	struct json_object *list = json_object_new_array(), *body, *o;
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_COMMENTS,
	    INT(v->lifecycle.id), INT(before), INT(most + 1));
	struct event e;
	int64_t n = 0;

	*ret_earlier = 0;
	while (db_next(rows)) {
		if (n++ == most || /* those before the oldest of these */
		    event_parse(db_text(rows, "body"), &e, &body) != ERR_OK)
			continue;
		o = db_row_json(rows);
		json_set_text(o, "by", e.actor);
		json_set_text(o, "text", json_text(e.data, "text", ""));
		json_object_object_del(o, "body");
		json_object_array_add(found, o);
		before = e.seq;
		json_object_put(body);
	}
	db_done(rows);
	if (n > most)
		*ret_earlier = before;
	for (size_t i = json_count(found); i-- > 0;)
		json_object_array_add(list, json_object_get(json_at(found, i)));
	json_object_put(found);
	return list;
}

/* {by, at, reason} of the last event of that kind, or NULL. */
static struct json_object *
last_of(struct view *v, enum event_kind kind)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_EVENTS_OF_KIND,
	    INT(v->lifecycle.id), TEXT(event_word(kind)));
	struct json_object *o = NULL, *body, *row;
	struct event e;

	while (db_next(rows)) {
		if (event_parse(db_text(rows, "body"), &e, &body) != ERR_OK)
			continue;
		json_object_put(o);
		o = json_object_new_object();
		row = db_row_json(rows);
		model_text(o, "by", e.actor);
		model_text(o, "at", json_text(row, "at", ""));
		model_text(o, "reason", json_text(e.data, "reason", NULL));
		json_object_put(row);
		json_object_put(body);
	}
	db_done(rows);
	return o;
}

struct json_object *
run_model_parked(struct view *v)
{
	return last_of(v, EVENT_RUN_PARKED);
}

struct json_object *
run_model_rolled_back(struct view *v)
{
	return v->lifecycle.mode == PART_ROLLBACK
	    ? last_of(v, EVENT_ROLLBACK_STARTED)
	    : NULL;
}
