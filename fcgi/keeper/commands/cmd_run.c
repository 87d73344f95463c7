/* cmd_run.c: starts, pauses, parks, resumes and ends a run. */
#include <stdlib.h>
#include <string.h>

#include "journal/event.h"
#include "journal/plan.h"
#include "keeper/keeper.h"
#include "keeper/ledger.h"
#include "keeper/run.h"

/* One event that carries one field of the body, or none. */
static enum err
append(struct command *c, int64_t run, enum event_kind kind, const char *field)
{
	struct json_object *data = json_object_new_object();

	if (field != NULL)
		json_set_text(data, field, json_text(c->body, field, ""));
	return event_append(
	    c->keeper->db, run, EVENT_ANY_SEQ, c->actor.name, kind, data);
}

/* Locks the targets of the run that no other run may use at the same time. */
static enum err
take_targets(
    struct command *c, const struct run *run, struct json_object *holds)
{
	struct json_object *targets = json_get(run->row, "targets");
	const char *environment = json_text(run->row, "environment", "");

	json_object_object_foreach (targets, name, target) {
		struct rows *rows;

		if (!plan_is_held(target))
			continue;
		rows = db_query(
		    c->keeper->db, STMT_HOLDER, TEXT(environment), TEXT(name));
		if (db_next(rows)) {
			fault_set(&c->fault, ERR_CONFLICT, "target_held", NULL,
			    "refused_target_held target=%s run=%lld title=%s",
			    name, (long long)db_int(rows, "run"),
			    db_text(rows, "title"));
			json_set_int(c->result, "run", db_int(rows, "run"));
			json_set_text(
			    c->result, "run_title", db_text(rows, "title"));
			json_set_text(c->result, "target", name);
			db_done(rows);
			return ERR_CONFLICT;
		}
		db_done(rows);
		json_object_array_add(holds, json_object_new_string(name));
	}
	return ERR_OK;
}

/*
 * Starts or resumes the run.  One that holds no targets takes them, or is told
 * which other run has them.
 */
static enum err
go_on(struct command *c, enum verb verb, enum event_kind kind)
{
	struct json_object *data, *holds;
	struct run run;
	enum err err = run_permit(c, verb, &run, NULL);

	if (err != ERR_OK)
		return err;
	data = json_object_new_object();
	if (run.lifecycle.state != STATE_PAUSED) {
		holds = json_object_new_array();
		json_set_text(
		    data, "environment", json_text(run.row, "environment", ""));
		json_set(data, "holds", holds);
		err = take_targets(c, &run, holds);
	}
	if (err == ERR_OK)
		err = event_append(c->keeper->db, run.id, EVENT_ANY_SEQ,
		    c->actor.name, kind, data);
	else
		json_object_put(data);
	if (err == ERR_OK) {
		err = run_advance(c->keeper, run.id);
		run_report(c, run.id);
	}
	run_clear(&run);
	return err;
}

enum err
cmd_run_start(struct command *c)
{
	return go_on(c, VERB_run_start, EVENT_RUN_STARTED);
}

static enum err
simple(
    struct command *c, enum verb verb, enum event_kind kind, const char *field)
{
	struct run run;
	enum err err = run_permit(c, verb, &run, NULL);

	if (err != ERR_OK)
		return err;
	err = append(c, run.id, kind, field);
	run_report(c, run.id);
	run_clear(&run);
	return err;
}

enum err
cmd_run_pause(struct command *c)
{
	return simple(c, VERB_run_pause, EVENT_RUN_PAUSED, NULL);
}

enum err
cmd_run_resume(struct command *c)
{
	return go_on(c, VERB_run_resume, EVENT_RUN_RESUMED);
}

enum err
cmd_run_park(struct command *c)
{
	return simple(c, VERB_run_park, EVENT_RUN_PARKED, "reason");
}

enum err
cmd_run_comment(struct command *c)
{
	return simple(c, VERB_run_comment, EVENT_RUN_COMMENTED, "text");
}

/* Ends the run: its head goes into the ledger with the same commit. */
static enum err
end_run(struct command *c, const struct run *run, enum event_kind kind,
    struct json_object *data, const char *result)
{
	enum err err = event_append(
	    c->keeper->db, run->id, EVENT_ANY_SEQ, c->actor.name, kind, data);

	if (err == ERR_OK)
		err = ledger_add_run(c->keeper, run->id, result);
	run_report(c, run->id);
	return err;
}

enum err
cmd_run_abort(struct command *c)
{
	struct json_object *data;
	const char *result;
	struct run run;
	enum err err;

	if ((err = run_permit(c, VERB_run_abort, &run, NULL)) != ERR_OK)
		return err;
	result = json_get(run.row, "started_at") != NULL ? "failed" : NULL;
	data = json_object_new_object();
	json_set_text(data, "reason", json_text(c->body, "reason", ""));
	json_set_text(data, "result", result);
	err = end_run(c, &run, EVENT_RUN_ABORTED, data, result);
	run_clear(&run);
	return err;
}

/*
 * Checks that the states of the steps allow the result: all are done, and one
 * at least was not skipped.
 */
static enum err
check_result(struct command *c, struct run *run, const char *result)
{
	struct json_object *rows = run_step_rows(run);
	size_t n = json_count(rows), done = 0;

	if (strcmp(result, "failed") == 0)
		return ERR_OK;
	if (strcmp(result, "succeeded") != 0 &&
	    strcmp(result, "rolled_back") != 0)
		return fault_set(&c->fault, ERR_INVALID, "bad_value", "result",
		    "refused_bad_result");
	if ((strcmp(result, "rolled_back") == 0) !=
	    (run->lifecycle.mode == PART_ROLLBACK))
		return strcmp(result, "rolled_back") == 0
		    ? fault_set(&c->fault, ERR_CONFLICT, "other_result",
			  "result", "refused_not_rolled")
		    : fault_set(&c->fault, ERR_CONFLICT, "other_result",
			  "result", "refused_rolled_back");
	for (size_t i = 0; i < n; i++) {
		struct json_object *s = json_at(rows, i);

		if (part_read(s) != run->lifecycle.mode)
			continue;
		done += state_in(state_read(s), IN(SUCCEEDED) | IN(CONFIRMED));
		if (!state_in(state_read(s), STATES_DONE))
			return fault_set(&c->fault, ERR_CONFLICT, "unfinished",
			    "result", "refused_unfinished step=%s state=@is_%s",
			    json_text(s, "id", ""), json_text(s, "state", ""));
	}
	if (done > 0)
		return ERR_OK;
	return run->lifecycle.mode == PART_ROLLBACK
	    ? fault_set(&c->fault, ERR_CONFLICT, "nothing_done", "result",
		  "refused_nothing_undone")
	    : fault_set(&c->fault, ERR_CONFLICT, "nothing_done", "result",
		  "refused_nothing_done");
}

enum err
cmd_run_close(struct command *c)
{
	const char *result = json_text(c->body, "result", "");
	struct json_object *data;
	struct run run;
	enum err err = run_permit(c, VERB_run_close, &run, NULL);

	if (err != ERR_OK)
		return err;
	if ((err = check_result(c, &run, result)) != ERR_OK)
		goto out;
	data = json_object_new_object();
	json_set_text(data, "result", result);
	json_set_text(data, "note", json_text(c->body, "note", ""));
	err = end_run(c, &run, EVENT_RUN_CLOSED, data, result);
out:
	run_clear(&run);
	return err;
}
