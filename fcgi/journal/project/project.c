/*
 * project.c: updates the state tables event by event.
 *
 * One function per kind of event, named by its row of events.def.  Each reads
 * only the event's data and the projections, so that replaying all events into
 * an empty database gives the same tables: `countersign verify` does that and
 * compares.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/message.h"
#include "journal/event.h"
#include "journal/project/project.h"
#include "journal/project/project_plan.h"
#include "journal/project/project_account.h"
#include "journal/project/project_dry_run.h"
#include "journal/project/project_exec.h"
#include "journal/project/project_search.h"
#include "journal/project/shape.h"

/* The step has a new state; the run, counts and a step that is current. */
static enum err
set_state(struct db *db, const struct event *e, const char *state,
    const char *by, const char *reason)
{
	const char *step = text_of(e, "step");
	enum err err = db_run(db, STMT_RUN_COUNT_STEP, INT(e->run), TEXT(step),
	    TEXT(state), TEXT(by));

	if (err == ERR_OK)
		err = db_run(db, STMT_STEP_SET_STATE, INT(e->run), TEXT(step),
		    TEXT(state), TEXT(by), INT(e->at), TEXT(reason));
	return err == ERR_OK ? db_run(db, STMT_RUN_MOVE_CURRENT, INT(e->run))
			     : err;
}

enum err
project_set_step(
    struct db *db, const struct event *e, const char *state, const char *reason)
{
	return set_state(db, e, state, e->actor, reason);
}

enum err
project_progress(struct db *db, const struct event *e, const char *state)
{
	const char *step = text_of(e, "step");
	enum err err = db_run(
	    db, STMT_RUN_COUNT_PROGRESS, INT(e->run), TEXT(step), TEXT(state));

	return err == ERR_OK ? db_run(db, STMT_STEP_PROGRESS, INT(e->run),
				   TEXT(step), TEXT(state))
			     : err;
}

enum err
project_for_each(struct db *db, const struct event *e, const char *key,
    enum err (*one)(
	struct db *, const struct event *, struct json_object *, size_t))
{
	struct json_object *all = json_get(e->data, key);
	size_t n = json_object_is_type(all, json_type_array) ? json_count(all)
							     : 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = one(db, e, json_at(all, i), i);
	return err;
}

enum err
project_add_step(struct db *db, const struct event *e, struct json_object *step,
    int64_t position)
{
	const char *when = json_text(step, "when", NULL);

	return db_run(db, STMT_STEP_ADD, INT(e->run),
	    TEXT(json_text(step, "id", "")), TEXT(json_text(step, "part", "")),
	    INT(position), TEXT(when != NULL ? "skipped" : "pending"),
	    TEXT(when), INT(json_flag(step, "optional", false)));
}

static enum err
add_step(
    struct db *db, const struct event *e, struct json_object *step, size_t i)
{
	return project_add_step(db, e, step, (int64_t)i);
}

static enum err
run_created(struct db *db, const struct event *e)
{
	enum err err = db_run(db, STMT_RUN_ADD, INT(e->run),
	    TEXT(text_of(e, "title")), TEXT(text_of(e, "reason")),
	    TEXT(text_of(e, "runbook")), TEXT(text_of(e, "document")),
	    TEXT(text_of(e, "environment")),
	    INT(json_flag(e->data, "production", false)),
	    TEXT(text_of(e, "state")), TEXT(text_of(e, "plan")),
	    TEXT(written(e, "parameters")), TEXT(written(e, "sealed")),
	    TEXT(written(e, "targets")), TEXT(written(e, "approvals")),
	    INT(json_int(e->data, "steps_total", 0)), TEXT(e->actor),
	    INT(e->at), TEXT(text_of(e, "compiled")),
	    TEXT(json_get(e->data, "fixed") != NULL ? written(e, "fixed")
						    : NULL));

	if (err == ERR_OK && json_get(e->data, "request_key") != NULL)
		err = db_run(db, STMT_REQUEST_KEY_ADD, TEXT(e->actor),
		    TEXT(text_of(e, "request_key")),
		    TEXT(text_of(e, "request")), INT(e->run));
	if (err == ERR_OK)
		err = project_search_add(db, e);
	if (err == ERR_OK)
		err = project_for_each(db, e, "steps", add_step);
	return err == ERR_OK ? db_run(db, STMT_RUN_COUNT_DONE, INT(e->run))
			     : err;
}

static enum err
hold_target(
    struct db *db, const struct event *e, struct json_object *name, size_t i)
{
	(void)i;
	return db_run(db, STMT_HOLD, TEXT(text_of(e, "environment")),
	    TEXT(json_object_get_string(name)), INT(e->run));
}

static enum err
run_started(struct db *db, const struct event *e)
{
	enum err err = db_run(
	    db, STMT_RUN_SET_STARTED, INT(e->run), TEXT(e->actor), INT(e->at));

	return err == ERR_OK ? project_for_each(db, e, "holds", hold_target)
			     : err;
}

static enum err
run_paused(struct db *db, const struct event *e)
{
	return db_run(db, STMT_RUN_SET_STATE, INT(e->run), TEXT("paused"));
}

/* Others may take its targets meanwhile. */
static enum err
run_parked(struct db *db, const struct event *e)
{
	enum err err = db_run(db, STMT_UNHOLD, INT(e->run));

	return err == ERR_OK
	    ? db_run(db, STMT_RUN_SET_STATE, INT(e->run), TEXT("parked"))
	    : err;
}

/* A run that was parked takes its targets again. */
static enum err
run_resumed(struct db *db, const struct event *e)
{
	enum err err = db_run(
	    db, STMT_RUN_SET_STATE, INT(e->run), TEXT("running"));

	return err == ERR_OK ? project_for_each(db, e, "holds", hold_target)
			     : err;
}

static enum err
end_run(struct db *db, const struct event *e, const char *state,
    const char *result, const char *note)
{
	enum err err = db_run(db, STMT_RUN_SET_ENDED, INT(e->run), TEXT(state),
	    TEXT(result), TEXT(e->actor), INT(e->at), TEXT(note));

	return err == ERR_OK ? db_run(db, STMT_UNHOLD, INT(e->run)) : err;
}

static enum err
run_aborted(struct db *db, const struct event *e)
{
	return end_run(
	    db, e, "aborted", text_of(e, "result"), text_of(e, "reason"));
}

static enum err
run_closed(struct db *db, const struct event *e)
{
	return end_run(
	    db, e, "completed", text_of(e, "result"), text_of(e, "note"));
}

static enum err
place_step(
    struct db *db, const struct event *e, struct json_object *id, size_t i)
{
	return db_run(db, STMT_STEP_PLACE, INT(e->run),
	    TEXT(json_object_get_string(id)), TEXT("rollback"),
	    INT((int64_t)i));
}

static enum err
drop_step(
    struct db *db, const struct event *e, struct json_object *id, size_t i)
{
	(void)i;
	return db_run(db, STMT_STEP_SET_STATE, INT(e->run),
	    TEXT(json_object_get_string(id)), TEXT("skipped"), TEXT(NULL),
	    INT(e->at), TEXT("nothing_to_undo"));
}

/* The run goes on or stays paused; events of older versions let it go on. */
static enum err
set_mode(struct db *db, const struct event *e, const char *mode)
{
	return db_run(db, STMT_RUN_SET_MODE, INT(e->run), TEXT(mode),
	    INT(json_int(e->data, "steps_total", 0)),
	    TEXT(json_text(e->data, "state", "running")));
}

static enum err
rollback_started(struct db *db, const struct event *e)
{
	enum err err = set_mode(db, e, "rollback");

	if (err == ERR_OK)
		err = project_for_each(db, e, "steps", place_step);
	if (err == ERR_OK)
		err = project_for_each(db, e, "not_needed", drop_step);
	return err == ERR_OK ? db_run(db, STMT_RUN_COUNT_DONE, INT(e->run))
			     : err;
}

static enum err
rollback_cancelled(struct db *db, const struct event *e)
{
	enum err err = db_run(db, STMT_STEPS_UNPLACE, INT(e->run));

	if (err == ERR_OK)
		err = db_run(db, STMT_APPROVAL_END_ROLLBACK, INT(e->run));
	if (err == ERR_OK)
		err = set_mode(db, e, "main");
	if (err == ERR_OK)
		err = db_run(db, STMT_RUN_COUNT_DONE, INT(e->run));
	return err == ERR_OK
	    ? db_run(db, STMT_RUN_SET_CURRENT_NEXT, INT(e->run))
	    : err;
}

static enum err
step_ready(struct db *db, const struct event *e)
{
	return set_state(db, e, "ready", NULL, NULL);
}

static enum err
set_pending(struct db *db, const struct event *e)
{
	return db_run(db, STMT_STEP_SET_STATE, INT(e->run),
	    TEXT(text_of(e, "step")), TEXT("pending"), TEXT(NULL), INT(e->at),
	    TEXT(NULL));
}

static enum err
step_excluded(struct db *db, const struct event *e)
{
	return set_state(db, e, "skipped", NULL, text_of(e, "when"));
}

/* A change of parameters makes it part of the run again. */
static enum err
step_included(struct db *db, const struct event *e)
{
	const char *step = text_of(e, "step");
	enum err err = db_run(db, STMT_STEPS_UNREADY, INT(e->run), TEXT(step));

	if (err == ERR_OK)
		err = set_pending(db, e);
	return err == ERR_OK ? db_run(db, STMT_RUN_COUNT_DONE, INT(e->run))
			     : err;
}

static enum err
step_confirmed(struct db *db, const struct event *e)
{
	enum err err = project_work(db, e);

	if (err == ERR_OK)
		err = project_begin(db, e);
	if (err == ERR_OK)
		err = project_set_variables(db, e);
	return err == ERR_OK
	    ? project_set_step(db, e, text_of(e, "state"), text_of(e, "note"))
	    : err;
}

/*
 * A confirmation is withdrawn: the step that was ready waits again, conditions
 * behind it are evaluated anew, and decisions on gates there, which relied on
 * the confirmation, end, as does the value that it gave.
 */
static enum err
step_reopened(struct db *db, const struct event *e)
{
	const char *step = text_of(e, "step");
	enum err err = db_run(db, STMT_STEPS_UNREADY, INT(e->run), TEXT(step));

	if (err == ERR_OK)
		err = db_run(db, STMT_STEPS_UNDECIDE, INT(e->run), TEXT(step));
	if (err == ERR_OK)
		err = db_run(
		    db, STMT_APPROVAL_END_BEHIND, INT(e->run), TEXT(step));
	if (err == ERR_OK)
		err = db_run(
		    db, STMT_VARIABLES_UNSET_OF, INT(e->run), TEXT(step));
	if (err == ERR_OK)
		err = set_pending(db, e);
	if (err == ERR_OK)
		err = db_run(db, STMT_STEP_SET_SIGNED, INT(e->run), TEXT(step),
		    TEXT(NULL));
	if (err == ERR_OK)
		err = db_run(db, STMT_RUN_COUNT_DONE, INT(e->run));
	return err == ERR_OK
	    ? db_run(db, STMT_RUN_SET_CURRENT_NEXT, INT(e->run))
	    : err;
}

static enum err
step_skipped(struct db *db, const struct event *e)
{
	return project_set_step(db, e, "skipped", text_of(e, "reason"));
}

static enum err
step_resolved(struct db *db, const struct event *e)
{
	enum err err = project_work(db, e);

	return err == ERR_OK
	    ? project_set_step(db, e, text_of(e, "state"), text_of(e, "note"))
	    : err;
}

static enum err
step_signed(struct db *db, const struct event *e)
{
	enum err err = db_run(db, STMT_STEP_SET_SIGNED, INT(e->run),
	    TEXT(text_of(e, "step")), TEXT(e->actor));

	if (err == ERR_OK)
		err = project_progress(db, e, text_of(e, "state"));
	return err == ERR_OK ? db_run(db, STMT_RUN_MOVE_CURRENT, INT(e->run))
			     : err;
}

static enum err
cancel_requested(struct db *db, const struct event *e)
{
	return db_run(db, STMT_ATTEMPT_SET_CANCELLED, INT(e->run),
	    TEXT(text_of(e, "step")), INT(json_int(e->data, "n", 0)),
	    TEXT(e->actor));
}

/* Nothing follows from it but its place in the record. */
static enum err
record_only(struct db *db, const struct event *e)
{
	(void)db;
	(void)e;
	return ERR_OK;
}

/* clang-format off */
static enum err (*const projections[EVENT_KIND__MAX])(
    struct db *, const struct event *) = {
#define EVENT(name, word, project, text, detail, members) \
	[EVENT_##name] = project,
#define EVERY(members)
#include "journal/events.def"
};
/* clang-format on */

/* A build with sanitizers counts the steps anew, where only we write them. */
static void
check_counts(struct db *db, const struct event *e)
{
#ifdef __SANITIZE_ADDRESS__
	if (db_is_writer(db) && db_is_alone(db) &&
	    db_first_int(db_query(db, STMT_RUN_MISCOUNTED, INT(e->run)), 0) > 0)
		log_bug("the steps of run %lld were miscounted by event %lld",
		    (long long)e->run, (long long)e->seq);
#else
	(void)db;
	(void)e;
#endif
}

enum err
event_project(struct db *db, const struct event *e)
{
	bool of_no_run = e->kind >= EVENT_ACCOUNT_ADDED;
	enum err err;

	if (projections[e->kind] == NULL || !shape_fits(e) ||
	    of_no_run != (e->run == 0) || e->run < 0)
		return ERR_INVALID;
	err = projections[e->kind](db, e);
	if (err == ERR_OK && e->run > 0)
		err = db_run(db, STMT_RUN_SET_SEQ, INT(e->run), INT(e->seq));
	if (err == ERR_OK)
		check_counts(db, e);
	return err;
}

static void
bring_document(struct db *from, struct db *replay, const char *hash)
{
	struct rows *rows;
	const char *text;

	if (hash == NULL)
		return;
	rows = db_query(from, STMT_DOCUMENT_TEXT, TEXT(hash));
	if (db_next(rows) && (text = db_text(rows, "text")) != NULL)
		(void)db_run(replay, STMT_DOCUMENT_ADD, TEXT(hash), TEXT(text));
	db_done(rows);
}

void
event_bring_documents(struct db *from, struct db *replay, const struct event *e)
{
	bring_document(from, replay, text_of(e, "document"));
	bring_document(from, replay, text_of(e, "compiled"));
}
