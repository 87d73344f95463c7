/*
 * target_status.c: the targets of a step over all of its attempts.
 *
 * The keeper chooses the targets of a retry by this, the web program shows
 * them.  A success counts for the plan under which it was reached: after a
 * change of the parameters, the work done with the old values is not the
 * approved work.  The values that a script reads cannot be derived from its
 * text, as all of them are in its environment.  An attempt that left a target
 * out did nothing there, so SQL still stands where it stopped before.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "journal/target_status.h"
#include "plan/state.h"
#include "journal/plan.h"

static void
set_resume(struct json_object *o, struct rows *rows, bool same_plan)
{
	json_object_object_del(o, "resume");
	json_object_object_del(o, "resume_of");
	json_object_object_del(o, "skipped");
	if (db_is_null(rows, "resume") || !same_plan)
		return;
	json_set_int(o, "resume", db_int(rows, "resume"));
	json_set_int(o, "resume_of", db_int(rows, "resume_of"));
	if (!db_is_null(rows, "skipped"))
		json_set(
		    o, "skipped", json_tokener_parse(db_text(rows, "skipped")));
}

/* Adds one more attempt on the target to its status. */
static void
fold(struct json_object *o, struct rows *rows, const char *plan)
{
	const char *state = db_text(rows, "state"),
		   *text = db_text(rows, "captures");
	bool same_plan = text_eq(db_text(rows, "plan"), plan);
	struct json_object *captures = NULL;

	json_set_int(o, "n", db_int(rows, "n"));
	json_set_text(o, "state", state);
	json_set_bool(
	    o, "valid", same_plan && state_find(state) == STATE_SUCCEEDED);
	json_object_object_del(o, "captures");
	if (text != NULL &&
	    json_read(text, strlen(text), &captures, NULL) == ERR_OK)
		json_set(o, "captures", captures);
	if (state_find(state) == STATE_NOT_STARTED)
		return;
	json_set_bool(o, "tried", true);
	set_resume(o, rows, same_plan);
}

struct json_object *
target_status(
    struct db *db, int64_t run, const char *step, int64_t n, const char *plan)
{
	struct rows *rows = db_query(
	    db, STMT_TARGETS_TRIED, INT(run), TEXT(step), INT(n));
	struct json_object *all = json_object_new_object(), *o;

	while (db_next(rows)) {
		const char *name = db_text(rows, "target");

		if ((o = json_get(all, name)) == NULL) {
			o = json_object_new_object();
			json_set(all, name, o);
		}
		fold(o, rows, plan);
	}
	db_done(rows);
	return all;
}

/* Some target of the step was tried, or some was not. */
static bool
has(struct db *db, int64_t run, const char *step, bool tried)
{
	struct json_object *all = target_status(db, run, step, INT64_MAX, NULL);
	bool found = false;

	json_object_object_foreach (all, name, o) {
		(void)name;
		found |= json_flag(o, "tried", false) == tried;
	}
	json_object_put(all);
	return found;
}

bool
target_status_has_untried(struct db *db, int64_t run, const char *step)
{
	return has(db, run, step, false);
}

bool
target_status_has_tried(struct db *db, int64_t run, const char *step)
{
	return has(db, run, step, true);
}

struct json_object *
target_status_for(struct db *db, int64_t run, struct json_object *resolved,
    const struct step *step)
{
	struct json_object *names;
	struct rows *rows;

	if (!step->restores)
		return plan_targets_of(resolved, step->on);
	names = json_object_new_array();
	rows = db_query(
	    db, STMT_TARGETS_TO_RESTORE, INT(run), TEXT(step->undo));
	while (db_next(rows))
		json_object_array_add(
		    names, json_object_new_string(db_text(rows, "target")));
	db_done(rows);
	return names;
}
