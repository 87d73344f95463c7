/*
 * cmd_rollback.c: begins or cancels the rollback of a run.
 *
 * journal/rollback.c computes the steps of a rollback; the dialog of the page
 * uses it too.  A rollback without work is refused, so that a run never ends as
 * rolled back with everything still in place.  A paused run stays paused until
 * it is resumed.
 */
#include <stdlib.h>
#include <string.h>

#include "journal/event.h"
#include "journal/rollback.h"
#include "keeper/run.h"

static enum part
part_of(void *ctx, int step)
{
	struct run *run = ctx;

	return run->loaded.rows[step].part;
}

static struct json_object *
started(struct command *c, const struct run *run, const struct rollback *plan)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "reason", json_text(c->body, "reason", ""));
	json_set_int(data, "steps_total",
	    (int64_t)(json_count(plan->steps) + json_count(plan->not_needed)));
	json_set_text(data, "state", state_word(run->lifecycle.state));
	json_set(data, "steps", plan_ids(run->plan, plan->steps));
	json_set(data, "not_needed", plan_ids(run->plan, plan->not_needed));
	return data;
}

enum err
cmd_run_rollback(struct command *c)
{
	struct rollback plan;
	struct run run;
	enum err err = run_permit(c, VERB_run_rollback, &run, NULL);

	if (err != ERR_OK)
		return err;
	rollback_plan(&(struct rollback_run){ .db = c->keeper->db,
			  .id = run.id,
			  .plan = run.plan,
			  .targets = json_get(run.row, "targets"),
			  .part = part_of,
			  .value = run_value,
			  .ctx = &run },
	    &plan);
	if (rollback_has_work(&plan))
		err = event_append(c->keeper->db, run.id, EVENT_ANY_SEQ,
		    c->actor.name, EVENT_ROLLBACK_STARTED,
		    started(c, &run, &plan));
	else
		err = fault_set(&c->fault, ERR_CONFLICT, "nothing_to_undo",
		    NULL, "refused_nothing_to_undo");
	if (err == ERR_OK)
		err = run_advance(c->keeper, run.id);
	run_report(c, run.id);
	rollback_clear(&plan);
	run_clear(&run);
	return err;
}

/* The forward steps, which count again. */
static int64_t
count_main(const struct run *run)
{
	int64_t count = 0;

	for (size_t i = 0; i < run->plan->steps_count; i++)
		count += run->loaded.rows[i].part == PART_MAIN;
	return count;
}

enum err
cmd_run_rollback_cancel(struct command *c)
{
	struct json_object *data;
	struct run run;
	enum err err;

	if ((err = run_permit(c, VERB_run_rollback_cancel, &run, NULL)) !=
	    ERR_OK)
		return err;
	data = json_object_new_object();
	json_set_text(data, "reason", json_text(c->body, "reason", ""));
	json_set_text(data, "state", state_word(run.lifecycle.state));
	json_set_int(data, "steps_total", count_main(&run));
	return run_finish(c, &run, EVENT_ROLLBACK_CANCELLED, data);
}
