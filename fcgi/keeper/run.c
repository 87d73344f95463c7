/*
 * run.c: a run as loaded for the commands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lang/plan_scope.h"
#include "journal/captured.h"
#include "journal/event.h"
#include "keeper/plans/plan_cache.h"
#include "keeper/run.h"

const char *
run_value(void *ctx, const char *name)
{
	struct run *run = ctx;

	return lifecycle_value(&run->loaded, run->variables, name);
}

struct json_object *
run_step_row(const struct run *run, const char *id)
{
	size_t n = json_object_array_length(run->steps);

	for (size_t i = 0; i < n; i++) {
		struct json_object *s = json_object_array_get_idx(
		    run->steps, i);

		if (text_eq(json_text(s, "id", ""), id))
			return s;
	}
	return NULL;
}

enum err
run_open(struct keeper *k, int64_t id, struct run *ret, struct fault *fault)
{
	struct run run = { .id = id, .keeper = k };
	enum err err;

	run.row = db_first_json(db_query(k->db, STMT_RUN_GET, INT(id)));
	if (run.row == NULL)
		return fault_set(fault, ERR_NOT_FOUND, "no_such_run", NULL,
		    "refused_no_such_run run=%lld", (long long)id);
	err = plan_cache_get(k, run.row, &run.plan, fault);
	if (err != ERR_OK) {
		run_clear(&run);
		return err;
	}
	run.variables = captured_values(k->db, id);
	run.steps = db_rows_json(db_query(k->db, STMT_STEPS, INT(id)));
	run.arena = arena_new();
	run.loaded = (struct lifecycle){ .db = k->db,
		.arena = run.arena,
		.plan = run.plan,
		.row = run.row };
	run_load(&run.loaded);
	run.lifecycle = run.loaded.run;
	*ret = run;
	return ERR_OK;
}

void
run_clear(struct run *run)
{
	arena_free(run->arena);
	json_object_put(run->row);
	json_object_put(run->variables);
	json_object_put(run->steps);
	*run = (struct run){ 0 };
}

enum err
run_lifecycle_step(struct run *run, const char *id, enum verb verb,
    struct lifecycle_step *ret, struct fault *fault)
{
	int index = plan_find_step(run->plan, id);

	if (index < 0 || run_step_row(run, id) == NULL)
		return fault_set(fault, ERR_NOT_FOUND, "no_such_step", NULL,
		    "refused_no_such_step run=%lld step=%s", (long long)run->id,
		    id);
	run_load_step(&run->loaded, index, verb, ret);
	return ERR_OK;
}

/* The purpose that the body of a call states. */
static struct lifecycle_ask
read_ask(const struct command *c)
{
	return (struct lifecycle_ask){
		.plan = json_text(c->body, "plan", NULL),
		.decision = json_text(c->body, "decision", ""),
		.understood = json_flag(c->body, "understood", false),
	};
}

/* The actor and time of the earlier command, for a conflict. */
static void
report_conflict(
    struct command *c, const struct run *run, const struct lifecycle_step *step)
{
	json_set_text(c->result, "state",
	    state_word(step != NULL ? step->state : run->lifecycle.state));
	if (step == NULL || step->by == NULL)
		return;
	json_set_text(c->result, "by", step->by);
	json_set_text(c->result, "at", step->at);
}

enum err
run_permit(struct command *c, enum verb verb, struct run *run,
    struct lifecycle_step *step)
{
	struct lifecycle_ask ask = read_ask(c);
	enum err err;

	err = run_open(c->keeper, c->call->run, run, &c->fault);
	if (err != ERR_OK)
		return err;
	if (step != NULL)
		err = run_lifecycle_step(
		    run, c->call->step, verb, step, &c->fault);
	run->lifecycle.ask = &ask;
	if (err == ERR_OK)
		err = run_authorize(
		    verb, &run->lifecycle, step, &c->actor, &c->fault);
	run->lifecycle.ask = NULL;
	if (err == ERR_OK)
		return ERR_OK;
	c->around = json_get(run->row, "ended_at") == NULL &&
	    lifecycle_is_recorded(verb, c->fault.code);
	if (err == ERR_CONFLICT)
		report_conflict(c, run, step);
	run_clear(run);
	return err;
}

const char *
run_known_value(void *ctx, const char *name)
{
	struct run *run = ctx;

	return text_eq(name, "environment")
	    ? json_text(run->row, "environment", NULL)
	    : json_text(json_get(run->row, "parameters"), name, NULL);
}

/* Excludes or includes a step that the run has not passed. */
static enum err
decide_step(struct run *run, struct json_object *row, int index)
{
	const char *id = json_text(row, "id", ""), *why = NULL;
	enum state state = state_read(row);
	bool was_out = state == STATE_SKIPPED && json_get(row, "by") == NULL;
	struct json_object *data;
	bool out;

	if (!(was_out || state_in(state, IN(PENDING) | IN(READY))))
		return ERR_OK;
	out = plan_is_excluded_early(
	    run->plan, index, run_known_value, run, &why);
	if (out == was_out)
		return ERR_OK;
	data = json_object_new_object();
	json_set_text(data, "step", id);
	if (out)
		json_set_text(data, "when", why);
	return event_append(run->keeper->db, run->id, EVENT_ANY_SEQ, "keeper",
	    out ? EVENT_STEP_EXCLUDED : EVENT_STEP_INCLUDED, data);
}

enum err
run_decide(struct keeper *k, int64_t id)
{
	struct run run;
	enum err err;

	if ((err = run_open(k, id, &run, NULL)) != ERR_OK)
		return err;
	for (size_t i = 0;
	     err == ERR_OK && i < json_object_array_length(run.steps); i++) {
		struct json_object *row = json_object_array_get_idx(
		    run.steps, i);
		int index = plan_find_step(run.plan, json_text(row, "id", ""));

		if (index >= 0 && part_read(row) == PART_MAIN &&
		    !lifecycle_is_followed(
			&run.loaded, index, VERB_step_reopen))
			err = decide_step(&run, row, index);
	}
	run_clear(&run);
	return err;
}

/* Excludes the step, which is pending and may be taken, or makes it ready. */
static enum err
advance_step(struct run *run, int index)
{
	struct json_object *data = json_object_new_object();
	const char *why = NULL;

	json_set_text(data, "step", run->plan->steps[index].id);
	if (!plan_is_excluded(run->plan, index, run_value, run, &why))
		return event_append(run->keeper->db, run->id, EVENT_ANY_SEQ,
		    "keeper", EVENT_STEP_READY, data);
	run->loaded.rows[index].state = STATE_SKIPPED;
	json_set_text(data, "when", why);
	return event_append(run->keeper->db, run->id, EVENT_ANY_SEQ, "keeper",
	    EVENT_STEP_EXCLUDED, data);
}

enum err
run_advance(struct keeper *k, int64_t id)
{
	struct json_object *steps;
	struct run run;
	enum err err;
	size_t n;

	if ((err = run_open(k, id, &run, NULL)) != ERR_OK)
		return err;
	if (run.lifecycle.state != STATE_RUNNING) {
		run_clear(&run);
		return ERR_OK;
	}
	steps = db_rows_json(db_query(k->db, STMT_STEPS_OF_PART, INT(id),
	    TEXT(part_word(run.lifecycle.mode))));
	n = json_object_array_length(steps);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct json_object *s = json_object_array_get_idx(steps, i);
		int index;

		if (state_in(state_read(s), STATES_DONE))
			continue;
		index = plan_find_step(run.plan, json_text(s, "id", ""));
		/* what stands behind a step that waits waits as well */
		if (index < 0 || lifecycle_waits_for(&run.loaded, index) >= 0)
			break;
		if (state_read(s) == STATE_PENDING)
			err = advance_step(&run, index);
	}
	json_object_put(steps);
	run_clear(&run);
	return err;
}

void
run_report(struct command *c, int64_t id)
{
	struct rows *rows = db_query(c->keeper->db, STMT_RUN_HEAD, INT(id));

	if (db_next(rows)) {
		json_set_int(c->result, "id", id);
		json_set_text(c->result, "state", db_text(rows, "state"));
		json_set_int(c->result, "seq", db_int(rows, "seq"));
	}
	db_done(rows);
}

enum err
run_finish(struct command *c, struct run *run, enum event_kind kind,
    struct json_object *data)
{
	enum err err = event_append(
	    c->keeper->db, run->id, EVENT_ANY_SEQ, c->actor.name, kind, data);

	if (err == ERR_OK)
		err = run_advance(c->keeper, run->id);
	run_report(c, run->id);
	run_clear(run);
	return err;
}
