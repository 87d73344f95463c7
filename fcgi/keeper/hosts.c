/*
 * hosts.c: the targets of a step over all of its attempts.
 *
 * A retry is for the targets whose last attempt did not succeed: what failed,
 * what was left out, and what is in doubt once a person or a probe has
 * settled that (until then the step itself is `unknown`, and nothing is
 * tried again).  Where all have succeeded and the step has not, such as when
 * captured values differ, a retry is for all of them.
 */
#include <string.h>

#include "base/text.h"
#include "journal/plan.h"
#include "keeper/hosts.h"

/* Rows of STMT_TARGETS_LATEST, by name of the target. */
static struct json_object *
latest_of(const struct run *run, const char *step, int64_t n)
{
	struct rows *rows = db_query(run->keeper->db, STMT_TARGETS_LATEST,
	    INT(run->id), TEXT(step), INT(n));
	struct json_object *all = json_object_new_object();

	while (db_next(rows)) {
		struct json_object *o = json_object_new_object(), *captures;

		json_set_int(o, "n", db_int(rows, 1));
		json_set_text(o, "state", db_text(rows, 2));
		if (!db_is_null(rows, 3) && json_read(db_text(rows, 3),
		    strlen(db_text(rows, 3)), &captures, NULL) == ERR_OK)
			json_set(o, "captures", captures);
		if (!db_is_null(rows, 4) &&
		    text_eq(db_text(rows, 5), run->life.plan))
			json_set_int(o, "resume", db_int(rows, 4));
		json_set(all, db_text(rows, 0), o);
	}
	db_done(rows);
	return all;
}

static struct json_object *
not_succeeded(const struct run *run, const struct step *step,
    struct json_object *all)
{
	struct json_object *latest = latest_of(run, step->id, INT64_MAX);
	struct json_object *some = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(all); i++) {
		struct json_object *name = json_object_array_get_idx(all, i);
		const char *state = json_text(json_get(latest,
		    json_object_get_string(name)), "state", "");

		if (!text_eq(state, "succeeded"))
			json_object_array_add(some, json_object_get(name));
	}
	json_object_put(latest);
	return some;
}

/*
 * SQL: each target goes on at the statement that failed there, where those
 * before it stay applied and the plan, and with it each value, is the same.
 */
static enum err
choose_statements(struct command *c, const struct run *run,
    const struct step *step, struct json_object *data)
{
	struct json_object *from = json_object_new_object();
	struct json_object *targets = json_get(data, "targets"), *latest;

	json_set(data, "from_statement", from);
	if (!text_eq(json_text(c->body, "from", ""), "failed"))
		return fault_set(&c->fault, ERR_INVALID, "bad_value", "from",
		    "A retry may start \"from\" the \"failed\" statement.");
	latest = latest_of(run, step->id, INT64_MAX);
	for (size_t i = 0; i < json_object_array_length(targets); i++) {
		const char *name = json_object_get_string(
		    json_object_array_get_idx(targets, i));
		int64_t n = json_int(json_get(latest, name), "resume", 0);

		if (n > 0)
			json_set_int(from, name, n);
	}
	json_object_put(latest);
	if (json_object_object_length(from) > 0)
		return ERR_OK;
	return fault_set(&c->fault, ERR_CONFLICT, "no_resume", "from",
	    "No statement is on record from which this step could go on: "
	    "what was before it was taken back, belonged to its connection, "
	    "or had other values. Retry from the beginning.");
}

enum err
hosts_choose(struct command *c, const struct run *run,
    const struct step *step, struct json_object *data)
{
	bool retry = verb_find(c->call->verb) == VERB_step_retry;
	const char *asked = json_text(c->body, "targets",
	    retry ? "failed" : "all");
	struct json_object *all, *some;

	if (!text_eq(asked, "failed") && !text_eq(asked, "all"))
		return fault_set(&c->fault, ERR_INVALID, "bad_value",
		    "targets", "The targets of a retry are \"failed\" or "
		    "\"all\".");
	all = plan_targets_of(json_get(run->row, "targets"), step->on);
	if (text_eq(asked, "failed")) {
		some = not_succeeded(run, step, all);
		if (json_object_array_length(some) > 0 &&
		    json_object_array_length(some) <
		    json_object_array_length(all)) {
			json_set_text(data, "chosen", "failed");
			json_object_put(all);
			all = some;
		} else {
			json_object_put(some);
		}
	}
	json_set(data, "targets", all);
	return json_get(c->body, "from") == NULL ? ERR_OK :
	    choose_statements(c, run, step, data);
}

static bool
same_captures(struct json_object *now, struct json_object *before,
    const char *target, struct buf *message)
{
	if (before == NULL)
		return true;
	json_object_object_foreach(before, name, value) {
		if (json_object_equal(json_get(now, name), value))
			continue;
		buf_printf(message, "The values captured for \"%s\" differ "
		    "between this attempt and an earlier one on %s; one value "
		    "is needed for the later steps. Retry on all targets.",
		    name, target);
		return false;
	}
	return true;
}

bool
hosts_agree(const struct run *run, const char *step, int64_t n,
    struct json_object *captures, struct buf *message)
{
	struct json_object *latest = latest_of(run, step, n);
	bool agreed = true;

	json_object_object_foreach(latest, target, o) {
		if (!agreed || json_int(o, "n", 0) == n)
			continue;
		agreed = text_eq(json_text(o, "state", ""), "succeeded");
		if (!agreed)
			buf_printf(message, "This attempt succeeded, but %s "
			    "has not: retry on it.", target);
		else
			agreed = same_captures(captures, json_get(o,
			    "captures"), target, message);
	}
	json_object_put(latest);
	return agreed;
}
