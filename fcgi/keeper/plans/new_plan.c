/*
 * new_plan.c: what a new plan means for a run, and the plans of open runs that
 * an older version made.
 *
 * Older versions kept the document of a run and parsed it again for each step.
 * An open run of theirs gets its compiled plan when the keeper starts.  As
 * people approved something else, the approvals end, and the event says why.  A
 * step that is at work goes on: its executor has its job spec already.
 */
#include "base/json.h"
#include "base/log.h"
#include "journal/event.h"
#include "journal/plan.h"
#include "keeper/plans/compile_ask.h"
#include "keeper/plans/new_plan.h"

/*
 * The gates that were decided for the old plan, including those of the part
 * that the run is not in now: a rollback can be cancelled.
 */
static struct json_object *
gates_of(struct run *run)
{
	struct json_object *gates = json_object_new_array();

	for (size_t i = 0; i < run->plan->steps_count; i++) {
		const struct step *s = &run->plan->steps[i];
		struct json_object *row;

		if (s->kind != STEP_APPROVAL)
			continue;
		row = run_step_row(run, s->id);
		if (part_read(row) != PART_NOT_TAKEN &&
		    state_in(state_read(row), STATES_DONE | IN(FAILED)))
			json_object_array_add(
			    gates, json_object_new_string(s->id));
	}
	return gates;
}

void
new_plan_put(struct run *run, struct json_object *data)
{
	bool asks = json_count(run->lifecycle.approvals) > 0;

	json_set_text(data, "state",
	    state_word(asks ? STATE_AWAITING_APPROVAL : run->lifecycle.state));
	json_set(data, "gates", gates_of(run));
}

/* Stores the compiled plan of the run, and appends the event. */
static enum err
compile(struct run *run)
{
	struct db *db = run->keeper->db;
	struct json_object *data = json_object_new_object(), *row = run->row;
	char hash[65], plan[65];
	struct json_object *compiled = plan_compiled(run->plan, hash);
	enum err err = db_run(
	    db, STMT_DOCUMENT_ADD, TEXT(hash), TEXT(json_write(compiled)));

	plan_hash(
	    &(struct plan_parts){ json_text(row, "document", ""),
		json_text(row, "environment", ""), json_get(row, "targets"),
		json_get(row, "parameters"), json_get(row, "sealed"), hash },
	    plan);
	json_set_text(data, "why", "upgraded");
	json_set_text(data, "plan", plan);
	json_set_text(data, "compiled", hash);
	json_set(
	    data, "parameters", json_object_get(json_get(row, "parameters")));
	json_set(data, "sealed", json_object_get(json_get(row, "sealed")));
	new_plan_put(run, data);
	json_object_put(compiled);
	if (err == ERR_OK)
		return event_append(db, run->id, EVENT_ANY_SEQ, "keeper",
		    EVENT_RUN_COMPILED, data);
	json_object_put(data);
	return err;
}

/* One that cannot be compiled now is left as it is, for the next start. */
static enum err
upgrade_run(struct keeper *k, int64_t id)
{
	struct run run;
	struct fault fault = { 0 };
	enum err err = run_open(k, id, &run, &fault);

	if (err != ERR_OK) {
		log_warn("run %lld of an older version cannot be compiled: %s",
		    (long long)id, fault.message);
		return ERR_OK;
	}
	err = compile(&run);
	run_clear(&run);
	return err == ERR_OK ? run_advance(k, id) : err;
}

void
new_plan_upgrade(struct keeper *k)
{
	enum err err = db_begin(k->db);
	struct json_object *runs = db_rows_json(
	    db_query(k->db, STMT_RUNS_UNCOMPILED));

	compile_set_waiting(k, true);
	for (size_t i = 0; i < json_count(runs) && err == ERR_OK; i++)
		err = upgrade_run(k, json_int(json_at(runs, i), "id", 0));
	if (db_end(k->db, err) != ERR_OK)
		log_fatal("the plans of open runs of an older version cannot "
			  "be compiled");
	compile_set_waiting(k, false);
	json_object_put(runs);
}
