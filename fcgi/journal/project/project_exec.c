/*
 * project_exec.c: projections of attempts, their targets and results
 * (project.c).
 *
 * The columns of a result follow plan/result.def.
 */
#include "base/json.h"
#include "base/text.h"
#include "journal/project/project.h"
#include "journal/project/project_exec.h"
#include "journal/project/project_plan.h"
#include "plan/result.h"
#include "base/message.h"

static struct db_arg
number_or_null(struct json_object *o, const char *key)
{
	struct db_arg arg = INT(json_int(o, key, 0));

	if (json_get(o, key) == NULL)
		arg.p = NULL;
	return arg;
}

static enum err
add_target(
    struct db *db, const struct event *e, struct json_object *name, size_t i)
{
	const char *target = json_object_get_string(name);
	struct json_object *skipped = json_get(
	    json_get(e->data, "skipped"), target);

	(void)i;
	return db_run(db, STMT_TARGET_ADD, INT(e->run),
	    TEXT(text_of(e, "step")), INT(json_int(e->data, "n", 0)),
	    TEXT(target),
	    number_or_null(json_get(e->data, "from_statement"), target),
	    TEXT(skipped != NULL ? json_write(skipped) : NULL));
}

enum err
project_step_requested(struct db *db, const struct event *e)
{
	int64_t n = json_int(e->data, "n", 0);
	const char *step = text_of(e, "step");
	enum err err = db_run(db, STMT_ATTEMPT_ADD, INT(e->run), TEXT(step),
	    INT(n), TEXT(text_of(e, "exec")), TEXT(e->actor), INT(e->at),
	    TEXT(text_of(e, "plan")));

	if (err == ERR_OK)
		err = project_for_each(db, e, "targets", add_target);
	if (err == ERR_OK)
		err = project_work(db, e);
	if (err == ERR_OK)
		err = project_set_step(db, e, "requested", NULL);
	return err == ERR_OK ? db_run(db, STMT_STEP_SET_ATTEMPTS, INT(e->run),
				   TEXT(step), INT(n))
			     : err;
}

enum err
project_step_starting(struct db *db, const struct event *e)
{
	enum err err = db_run(db, STMT_ATTEMPT_SET_STATE, INT(e->run),
	    TEXT(text_of(e, "step")), INT(json_int(e->data, "n", 0)),
	    TEXT("starting"));

	if (err == ERR_OK)
		err = project_begin(db, e);
	return err == ERR_OK ? project_progress(db, e, "starting") : err;
}

enum err
project_step_running(struct db *db, const struct event *e)
{
	int64_t n = json_int(e->data, "n", 0);
	const char *step = text_of(e, "step");
	enum err err = db_run(db, STMT_TARGET_SET_STARTED, INT(e->run),
	    TEXT(step), INT(n), TEXT(text_of(e, "target")), INT(e->at));

	if (err == ERR_OK)
		err = db_run(db, STMT_ATTEMPT_SET_STARTED, INT(e->run),
		    TEXT(step), INT(n), INT(e->at));
	return err == ERR_OK ? project_progress(db, e, "running") : err;
}

enum err
project_step_noted(struct db *db, const struct event *e)
{
	bool progress = text_eq(text_of(e, "note"), "progress");

	if (text_of(e, "target") == NULL) /* of the whole attempt */
		return db_run(db, STMT_TARGETS_SET_NOTE, INT(e->run),
		    TEXT(text_of(e, "step")), INT(json_int(e->data, "n", 0)),
		    TEXT(message_text(e->data, "message")));
	return db_run(db,
	    progress ? STMT_TARGET_SET_PROGRESS : STMT_TARGET_SET_NOTE,
	    INT(e->run), TEXT(text_of(e, "step")),
	    INT(json_int(e->data, "n", 0)), TEXT(text_of(e, "target")),
	    TEXT(message_text(e->data, "message")));
}

static struct db_arg
optional(int64_t n, bool there)
{
	struct db_arg arg = INT(n);

	if (!there)
		arg.p = NULL;
	return arg;
}

/* The arguments for each column of result.def, after those before it. */
#define ARG(name, type, use, dry) RESULT_IF_ROW_##use(ARG_##type(r.name))
#define ARG_TEXT(text) , TEXT(text)
#define ARG_MESSAGE(text) , TEXT(text)
#define ARG_SEALED(hash) , TEXT(hash)
#define ARG_EXIT(code) , optional(code, (code) >= 0)
#define ARG_COUNT(n) , INT(n)
#define ARG_FLAG(flag) , optional(1, flag)
#define ARG_OBJECT(o) , TEXT((o) != NULL ? json_write(o) : NULL)
#define ARG_POSITION(p) \
	, optional((p).statement, (p).statement > 0), \
	    optional((p).of, (p).of > 0)

enum err
project_target_ended(struct db *db, const struct event *e)
{
	struct result r;
	enum err err;

	result_read(e->data, &r);
	err = db_run(db, STMT_TARGET_SET_ENDED, INT(e->run),
	    TEXT(text_of(e, "step")), INT(json_int(e->data, "n", 0)),
	    TEXT(text_of(e, "target")), INT(e->at) RESULT_FIELDS(ARG));
	if (err != ERR_OK || r.artifact.name == NULL)
		return err;
	return db_run(db, STMT_ARTIFACT_ADD, INT(e->run), INT(e->seq),
	    TEXT(r.artifact.name), TEXT(text_of(e, "step")),
	    INT(json_int(e->data, "n", 0)), TEXT(text_of(e, "target")),
	    INT(r.artifact.bytes), TEXT(r.artifact.hash),
	    INT(r.artifact.sealed));
}

enum err
project_set_variables(struct db *db, const struct event *e)
{
	struct json_object *captures = json_get(e->data, "captures");
	enum err err = ERR_OK;

	if (!json_object_is_type(captures, json_type_object))
		return ERR_OK;
	json_object_object_foreach (captures, name, value) {
		if (err == ERR_OK && value == NULL)
			err = db_run(
			    db, STMT_VARIABLE_UNSET, INT(e->run), TEXT(name));
		else if (err == ERR_OK)
			err = db_run(db, STMT_VARIABLE_SET, INT(e->run),
			    TEXT(name), TEXT(json_object_get_string(value)),
			    TEXT(text_of(e, "step")));
	}
	return err;
}

enum err
project_step_ended(struct db *db, const struct event *e)
{
	int64_t n = json_int(e->data, "n", 0);
	const char *step = text_of(e, "step");
	enum err err = db_run(db, STMT_TARGET_LOSE_OPEN, INT(e->run),
	    TEXT(step), INT(n), INT(e->at));

	if (err == ERR_OK)
		err = db_run(db, STMT_ATTEMPT_SET_ENDED, INT(e->run),
		    TEXT(step), INT(n), TEXT(text_of(e, "outcome")), INT(e->at),
		    TEXT(message_text(e->data, "message")));
	if (err == ERR_OK)
		err = project_set_variables(db, e);
	if (err == ERR_OK)
		err = project_progress(db, e, text_of(e, "state"));
	return err == ERR_OK ? db_run(db, STMT_RUN_MOVE_CURRENT, INT(e->run))
			     : err;
}
