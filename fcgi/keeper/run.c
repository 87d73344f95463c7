/*
 * run.c: a run as loaded for the commands.
 *
 * Each command loads what it decides by: the rows of the steps that were
 * written since the last command (step_cache.h), as records without JSON, and
 * those that it names; a comment loads no step at all.  After its event it
 * reads those again that were written, to find what is next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "lang/plan_scope.h"
#include "journal/captured.h"
#include "journal/event.h"
#include "keeper/plans/plan_cache.h"
#include "keeper/plans/step_cache.h"
#include "keeper/run.h"

const char *
run_value(void *ctx, const char *name)
{
	struct run *run = ctx;

	return lifecycle_value(&run->loaded, run->variables, name);
}

struct json_object *
run_step_row(struct run *run, const char *id)
{
	struct json_object *row;

	for (size_t i = 0; i < json_count(run->steps); i++) {
		row = json_at(run->steps, i);
		if (text_eq(json_text(row, "id", ""), id))
			return row;
	}
	row = db_first_json(
	    db_query(run->keeper->db, STMT_STEP_GET, INT(run->id), TEXT(id)));
	if (row != NULL)
		json_object_array_add(run->steps, row);
	return row;
}

struct json_object *
run_step_rows(struct run *run)
{
	if (run->all == NULL)
		run->all = db_rows_json(
		    db_query(run->keeper->db, STMT_STEPS, INT(run->id)));
	return run->all;
}

/* The run without its steps. */
static enum err
open_head(struct keeper *k, int64_t id, struct run *ret, struct fault *fault)
{
	*ret = (struct run){ .id = id, .keeper = k, .is_head = true };
	ret->row = db_first_json(db_query(k->db, STMT_RUN_GET, INT(id)));
	if (ret->row == NULL)
		return fault_set(fault, ERR_NOT_FOUND, "no_such_run", NULL,
		    "refused_no_such_run run=%lld", (long long)id);
	ret->steps = json_object_new_array();
	ret->arena = arena_new();
	ret->loaded = (struct lifecycle){
		.db = k->db, .arena = ret->arena, .row = ret->row
	};
	return ERR_OK;
}

enum err
run_open(struct keeper *k, int64_t id, struct run *ret, struct fault *fault)
{
	struct run run;
	enum err err = open_head(k, id, &run, fault);

	if (err == ERR_OK)
		err = plan_cache_get(k, run.row, &run.plan, fault);
	if (err != ERR_OK) {
		run_clear(&run);
		return err;
	}
	run.is_head = false;
	run.writes = db_step_writes(k->db);
	run.variables = captured_values(k->db, id);
	run.loaded.plan = run.plan;
	step_cache_load(k, &run.loaded);
	run_load(&run.loaded);
	run.lifecycle = run.loaded.run;
	*ret = run;
	return ERR_OK;
}

/* A comment is decided by the run alone, and changes no step. */
static enum err
open_for(struct command *c, enum verb verb, struct run *ret)
{
	enum err err;

	if (verb != VERB_run_comment)
		return run_open(c->keeper, c->call->run, ret, &c->fault);
	err = open_head(c->keeper, c->call->run, ret, &c->fault);
	if (err == ERR_OK) {
		run_load_head(&ret->loaded);
		ret->lifecycle = ret->loaded.run;
	}
	return err;
}

void
run_clear(struct run *run)
{
	arena_free(run->arena);
	json_object_put(run->row);
	json_object_put(run->variables);
	json_object_put(run->steps);
	json_object_put(run->all);
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

	if ((err = open_for(c, verb, run)) != ERR_OK)
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
	struct json_object *rows;
	struct run run;
	enum err err;

	if ((err = run_open(k, id, &run, NULL)) != ERR_OK)
		return err;
	rows = run_step_rows(&run);
	for (size_t i = 0; err == ERR_OK && i < json_count(rows); i++) {
		struct json_object *row = json_at(rows, i);
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

static int
compare_places(const void *a, const void *b, void *ctx)
{
	const struct lifecycle_row *rows = ctx;
	int64_t x = rows[*(const int *)a].position;
	int64_t y = rows[*(const int *)b].position;

	return (x > y) - (x < y);
}

/*
 * The steps of the part at work that are not over, in their order (arena); -1
 * is behind the last.
 */
static const int *
steps_left(const struct run *run)
{
	const struct lifecycle_row *rows = run->loaded.rows;
	int *left = arena_alloc(
	    run->arena, (run->plan->steps_count + 1) * sizeof(*left));
	bool in_order = true;
	size_t n = 0;

	for (size_t i = 0; i < run->plan->steps_count; i++) {
		if (rows[i].part != run->lifecycle.mode || rows[i].lapsed ||
		    state_in(rows[i].state, STATES_DONE))
			continue;
		in_order &= n == 0 ||
		    rows[left[n - 1]].position < rows[i].position;
		left[n++] = (int)i;
	}
	if (!in_order)
		qsort_r(
		    left, n, sizeof(*left), compare_places, run->loaded.rows);
	left[n] = -1;
	return left;
}

/* Steps behind one that waits wait as well. */
static enum err
advance(struct run *run)
{
	enum err err = ERR_OK;

	for (const int *step = steps_left(run); err == ERR_OK && *step >= 0 &&
	     run->lifecycle.state == STATE_RUNNING &&
	     lifecycle_waits_for(&run->loaded, *step) < 0;
	     step++)
		if (run->loaded.rows[*step].state == STATE_PENDING)
			err = advance_step(run, *step);
	return err;
}

enum err
run_advance(struct keeper *k, int64_t id)
{
	struct run run;
	enum err err;

	if ((err = run_open(k, id, &run, NULL)) != ERR_OK)
		return err;
	err = advance(&run);
	run_clear(&run);
	return err;
}

static void
put_object(void *o)
{
	json_object_put(o);
}

/*
 * Reads again what the command has changed since it has loaded the run. False:
 * all of it has to be read.
 */
static bool
load_again(struct run *run)
{
	struct db *db = run->keeper->db;
	const char *ids[DB_STEPS];
	const struct plan *plan;
	struct json_object *row;
	size_t count;

	if (!db_steps_since(db, run->writes, run->id, ids, &count))
		return false;
	row = db_first_json(db_query(db, STMT_RUN_GET, INT(run->id)));
	if (row == NULL)
		return false;
	arena_defer(run->arena, put_object, run->row); /* others point there */
	run->row = run->loaded.row = row;
	if (plan_cache_get(run->keeper, row, &plan, NULL) != ERR_OK ||
	    plan != run->plan)
		return false;
	json_object_put(run->variables);
	run->variables = captured_values(db, run->id);
	run_load_again(&run->loaded, ids, count);
	run->lifecycle = run->loaded.run;
	return true;
}

/* A build with sanitizers compares with what it would have read. */
static void
compare(const struct run *run)
{
#ifdef __SANITIZE_ADDRESS__
	struct run all;

	if (run_open(run->keeper, run->id, &all, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < run->plan->steps_count; i++) {
		const struct lifecycle_row *a = &run->loaded.rows[i],
					   *b = &all.loaded.rows[i];

		if (a->part != b->part || a->state != b->state ||
		    a->position != b->position || a->lapsed != b->lapsed ||
		    a->attempts != b->attempts || a->pressed != b->pressed)
			log_bug("step %s was not read again",
			    run->plan->steps[i].id);
	}
	if (run->lifecycle.state != all.lifecycle.state ||
	    run->lifecycle.mode != all.lifecycle.mode ||
	    run->lifecycle.busy != all.lifecycle.busy ||
	    run->lifecycle.unknown != all.lifecycle.unknown ||
	    !text_eq(run->lifecycle.open_gate, all.lifecycle.open_gate))
		log_bug("run %lld was not read again", (long long)run->id);
	run_clear(&all);
#else
	(void)run;
#endif
}

static enum err
advance_again(struct run *run)
{
	if (!load_again(run))
		return run_advance(run->keeper, run->id);
	compare(run);
	return advance(run);
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

	if (err == ERR_OK && !run->is_head)
		err = advance_again(run);
	run_report(c, run->id);
	run_clear(run);
	return err;
}
