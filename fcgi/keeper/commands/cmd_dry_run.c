/*
 * cmd_dry_run.c: dry runs, which read from targets and change nothing there.
 *
 * A dry run is an execution of its own, beside the attempts: it has an exec id,
 * a folder, a recording and two events, but it changes no state of a step,
 * takes no locks, and may be repeated at will.  The dry run of a step shows
 * what the step would do; that of a run is its preflight.
 */
#include "base/message.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/target_status.h"
#include "journal/plan.h"
#include "keeper/run.h"
#include "wire/exec.h"
#include "wire/runner_message.h"

/* One dry run at a time: the caller gets the one under way. */
static enum err
check_open(struct command *c, const char *step)
{
	struct json_object *last = db_first_json(db_query(
	    c->keeper->db, STMT_LOOK_LAST, INT(c->call->run), TEXT(step)));
	bool open = last != NULL && json_get(last, "ended_at") == NULL;
	enum err err = ERR_OK;

	if (open)
		err = fault_set(&c->fault, ERR_CONFLICT, "looking", NULL,
		    "refused_looking by=%s", json_text(last, "by", ""));
	json_object_put(last);
	return err;
}

/* Appends the event, takes over the names, ends the command. */
static enum err
request(struct command *c, struct run *run, const char *step,
    struct json_object *targets)
{
	struct json_object *data = json_object_new_object();
	char exec[2 * EXEC_ID_BYTES + 1];
	enum err err;

	text_random_hex(exec, EXEC_ID_BYTES);
	json_set_text(data, "step", step);
	json_set_text(data, "exec", exec);
	json_set_text(data, "plan", run->lifecycle.plan);
	json_set(data, "targets", targets);
	err = event_append(c->keeper->db, run->id, EVENT_ANY_SEQ, c->actor.name,
	    EVENT_DRY_RUN_REQUESTED, data);
	c->keeper->jobs_changed = true;
	run_report(c, run->id);
	run_clear(run);
	return err;
}

enum err
cmd_step_dry_run(struct command *c)
{
	struct lifecycle_step s;
	struct run run;
	enum err err = run_permit(c, VERB_step_dry_run, &run, &s);

	if (err == ERR_OK && (err = check_open(c, s.step->id)) != ERR_OK)
		run_clear(&run);
	return err != ERR_OK ? err
			     : request(c, &run, s.step->id,
				   target_status_for(c->keeper->db, run.id,
				       json_get(run.row, "targets"), s.step));
}

enum err
cmd_run_preflight(struct command *c)
{
	struct json_object *names;
	struct run run;
	enum err err = run_permit(c, VERB_run_preflight, &run, NULL);

	if (err == ERR_OK && (err = check_open(c, "")) != ERR_OK)
		run_clear(&run);
	if (err != ERR_OK)
		return err;
	names = plan_targets_to_try(
	    run.plan, json_get(run.row, "targets"), run_value, &run);
	if (json_count(names) > 0)
		return request(c, &run, "", names);
	json_object_put(names);
	run_clear(&run);
	return fault_set(
	    &c->fault, ERR_CONFLICT, "no_targets", NULL, "refused_no_targets");
}

static enum err
end(struct command *c, const struct runner_message *m)
{
	struct rows *rows = db_query(
	    c->keeper->db, STMT_LOOK_BY_EXEC, TEXT(m->exec));
	struct json_object *data;
	bool found = db_next(rows);
	int64_t run = found ? db_int(rows, "run") : 0;
	bool ended = found && !db_is_null(rows, "ended_at");

	db_done(rows);
	if (!found)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_exec",
		    "exec", "refused_no_dry_run");
	if (ended)
		return ERR_OK;
	data = json_object_new_object();
	json_set_text(data, "exec", m->exec);
	json_set(data, "results",
	    m->results != NULL ? json_object_get(m->results)
			       : json_object_new_object());
	message_set(data, "message", m->message);
	return event_append(c->keeper->db, run, EVENT_ANY_SEQ, "runner",
	    EVENT_DRY_RUN_ENDED, data);
}

/* From the runner: the dry run has ended, with results or a reason. */
enum err
cmd_dry_run_ended(struct command *c)
{
	struct arena *arena = arena_new();
	struct runner_message m;
	enum err err = runner_message_read(
	    RUNNER_DRY_RUN_ENDED, c->body, arena, &m, &c->fault);

	if (err == ERR_OK)
		err = end(c, &m);
	arena_free(arena);
	return err;
}
