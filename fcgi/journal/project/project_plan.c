/*
 * project_plan.c: projections of the people of a run: authors of its plan,
 * approvers, and those who worked on its steps (project.c).
 *
 * A change of the plan ends all approvals for good, even if a later change
 * restores the same plan.
 */
#include "journal/project/project_plan.h"
#include "base/json.h"
#include "journal/plan.h"
#include "journal/project/project.h"
#include "journal/project/project_account.h"
#include "plan/state.h"

#define POSITION_MAX (INT64_C(1) << 20) /* far more than steps */

/* A gate that was decided for the old plan must be decided again. */
static enum err
ask_again(
    struct db *db, const struct event *e, struct json_object *gate, size_t i)
{
	(void)i;
	return db_run(db, STMT_STEP_SET_STATE, INT(e->run),
	    TEXT(json_object_get_string(gate)), TEXT("pending"), TEXT(NULL),
	    INT(e->at), TEXT(NULL));
}

/* The value of a parameter, or the box of a secret, differs. */
static bool
differs(const struct event *e, struct json_object *before, const char *name)
{
	return !json_object_equal(
		   json_get(json_get(e->data, "parameters"), name),
		   json_get(json_get(before, "parameters"), name)) ||
	    !json_object_equal(json_get(json_get(e->data, "sealed"), name),
		json_get(json_get(before, "sealed"), name));
}

/* The person who changes a parameter's value becomes its author. */
static enum err
set_authors(struct db *db, const struct event *e)
{
	struct json_object *before = db_first_json(
	    db_query(db, STMT_RUN_GET, INT(e->run)));
	struct json_object *now = json_get(e->data, "parameters");
	enum err err = ERR_OK;

	if (now == NULL)
		goto out;
	json_object_object_foreach (now, name, value) {
		(void)value;
		if (err == ERR_OK && differs(e, before, name))
			err = db_run(db, STMT_AUTHOR_SET, INT(e->run),
			    TEXT(name), TEXT(e->actor));
	}
out:
	json_object_put(before);
	return err;
}

enum err
project_run_changed(struct db *db, const struct event *e)
{
	enum err err = set_authors(db, e);

	if (err == ERR_OK)
		err = db_run(db, STMT_RUN_SET_PLAN, INT(e->run),
		    TEXT(text_of(e, "plan")), TEXT(written(e, "parameters")),
		    TEXT(written(e, "sealed")), TEXT(text_of(e, "state")),
		    INT(e->at), TEXT(text_of(e, "compiled")));
	if (err == ERR_OK)
		err = db_run(
		    db, STMT_APPROVAL_END, INT(e->run), TEXT("changed"));
	if (err == ERR_OK)
		err = project_for_each(db, e, "gates", ask_again);
	return err == ERR_OK ? db_run(db, STMT_RUN_COUNT_DONE, INT(e->run))
			     : err;
}

/* Inserts the steps from `from` to behind the one at `to`, which follow. */
static enum err
insert_steps(struct db *db, const struct event *e, size_t from, size_t to)
{
	struct json_object *all = json_get(e->data, "steps"), *step;
	int64_t at = json_int(json_at(all, from), "position", 0);
	enum err err = db_run(db, STMT_STEPS_SHIFT, INT(e->run), INT(at),
	    INT((int64_t)(to - from)));

	for (size_t i = from; i < to && err == ERR_OK; i++) {
		step = json_at(all, i);
		err = project_add_step(
		    db, e, step, json_int(step, "position", 0));
	}
	return err;
}

/* The steps stand in the order of their positions. */
static enum err
insert_all_steps(struct db *db, const struct event *e)
{
	struct json_object *all = json_get(e->data, "steps");
	size_t n = json_count(all), to;
	enum err err = ERR_OK;

	for (size_t from = 0; from < n && err == ERR_OK; from = to) {
		int64_t first = json_int(json_at(all, from), "position", -1);

		if (first < 0 || first > POSITION_MAX)
			return ERR_INVALID;
		for (to = from + 1; to < n &&
		     json_int(json_at(all, to), "position", 0) ==
			 first + (int64_t)(to - from);
		     to++)
			;
		err = insert_steps(db, e, from, to);
	}
	return err;
}

/* Appends the list to those of the run; each is expanded once. */
static enum err
add_expanded(struct db *db, const struct event *e)
{
	struct json_object *row = db_first_json(
	    db_query(db, STMT_RUN_GET, INT(e->run)));
	struct json_object *all = json_get(row, "expanded"), *one;
	enum err err = ERR_OK;

	if (row == NULL)
		return ERR_INVALID;
	if (all == NULL)
		json_set(row, "expanded", all = json_object_new_array());
	if (plan_list(row, text_of(e, "step"), text_of(e, "name")) != NULL)
		err = ERR_INVALID;
	one = json_object_new_object();
	json_set_text(one, "step", text_of(e, "step"));
	json_set_text(one, "name", text_of(e, "name"));
	json_set(one, "items", json_object_get(json_get(e->data, "items")));
	json_object_array_add(all, one);
	if (err == ERR_OK)
		err = db_run(db, STMT_RUN_SET_EXPANDED, INT(e->run),
		    TEXT(json_write(all)));
	json_object_put(row);
	return err;
}

/* A step has found out a list: the steps for its items become the run's. */
enum err
project_run_expanded(struct db *db, const struct event *e)
{
	enum err err = add_expanded(db, e);

	if (err == ERR_OK)
		err = insert_all_steps(db, e);
	return err == ERR_OK ? db_run(db, STMT_RUN_COUNT_DONE, INT(e->run))
			     : err;
}

enum err
project_decided(struct db *db, const struct event *e)
{
	const char *step = text_of(e, "step"), *state = text_of(e, "state");
	enum err err = db_run(db, STMT_APPROVAL_ADD, INT(e->run), INT(e->seq),
	    TEXT(step != NULL ? step : ""), TEXT(text_of(e, "plan")),
	    TEXT(e->actor), TEXT(text_of(e, "decision")),
	    TEXT(text_of(e, "comment")), INT(e->at));

	if (err == ERR_OK)
		err = project_decision_reset(db, e);
	if (err != ERR_OK || state == NULL)
		return err;
	if (step == NULL)
		return db_run(db, STMT_RUN_SET_STATE, INT(e->run), TEXT(state));
	err = project_set_step(db, e, state, text_of(e, "comment"));
	return err == ERR_OK && state_find(state) == STATE_SUCCEEDED
	    ? db_run(db, STMT_RUN_SET_CURRENT_NEXT, INT(e->run))
	    : err;
}

/* A gate that was open must be decided again: nothing behind it is ready. */
static enum err
reopen_gate(
    struct db *db, const struct event *e, const char *gate, const char *state)
{
	enum err err = db_run(db, STMT_STEPS_UNREADY, INT(e->run), TEXT(gate));

	if (err == ERR_OK)
		err = db_run(db, STMT_STEP_SET_STATE, INT(e->run), TEXT(gate),
		    TEXT(state), TEXT(NULL), INT(e->at), TEXT(NULL));
	if (err == ERR_OK)
		err = db_run(db, STMT_RUN_COUNT_DONE, INT(e->run));
	return err == ERR_OK
	    ? db_run(db, STMT_RUN_SET_CURRENT_NEXT, INT(e->run))
	    : err;
}

enum err
project_withdrawn(struct db *db, const struct event *e)
{
	const char *step = text_of(e, "step"), *state = text_of(e, "state");
	enum err err = db_run(db, STMT_APPROVAL_WITHDRAW, INT(e->run),
	    TEXT(step != NULL ? step : ""), TEXT(e->actor));

	if (err != ERR_OK || state == NULL)
		return err;
	return step != NULL
	    ? reopen_gate(db, e, step, state)
	    : db_run(db, STMT_RUN_SET_STATE, INT(e->run), TEXT(state));
}

enum err
project_work(struct db *db, const struct event *e)
{
	return db_run(db, STMT_WORKER_ADD, INT(e->run),
	    TEXT(text_of(e, "step")), TEXT(e->actor));
}

enum err
project_begin(struct db *db, const struct event *e)
{
	return db_run(db, STMT_RUN_SET_FIRST, INT(e->run), INT(e->at));
}
