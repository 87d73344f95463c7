/*
 * target_results.c: the targets of a step over all of its attempts.
 *
 * A retry covers the targets whose last attempt did not succeed: those that
 * failed, were left out, are in doubt once a person or a probe has settled that
 * (until then the step itself is `unknown` and cannot be retried), and those
 * that succeeded with other values than the present plan's.  If all have
 * succeeded and the step has not, a retry covers all of them.
 */
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "journal/target_status.h"
#include "keeper/target_results.h"

static struct json_object *
target_status_of(const struct run *run, const char *step, int64_t n)
{
	return target_status(
	    run->keeper->db, run->id, step, n, run->lifecycle.plan);
}

/*
 * The targets of a retry: all that have not succeeded; for a step that may not
 * be repeated, those on which it never began.
 */
static struct json_object *
not_succeeded(
    const struct run *run, const struct step *step, struct json_object *all)
{
	struct json_object *latest = target_status_of(run, step->id, INT64_MAX);
	struct json_object *some = json_object_new_array();
	const char *settled = step->rerun == RERUN_NEVER ? "tried" : "valid";

	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *name = json_at(all, i);

		if (!json_flag(json_get(latest, json_object_get_string(name)),
			settled, false))
			json_object_array_add(some, json_object_get(name));
	}
	json_object_put(latest);
	return some;
}

/* The target continues behind the failed statement, which is skipped. */
static void
skip_statement(
    struct json_object *skipped, const char *target, struct json_object *latest)
{
	struct json_object *before = json_get(latest, "skipped");
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_count(before); i++)
		json_object_array_add(
		    list, json_object_get(json_at(before, i)));
	json_object_array_add(
	    list, json_object_new_int64(json_int(latest, "resume", 0)));
	json_set(skipped, target, list);
}

/*
 * The start of each target; targets that cannot resume start at the beginning.
 */
static void
start_targets(struct json_object *latest, bool skip, struct json_object *data)
{
	struct json_object *targets = json_get(data, "targets");
	struct json_object *from = json_object_new_object();
	struct json_object *skipped = json_object_new_object();

	for (size_t i = 0; i < json_count(targets); i++) {
		const char *name = json_object_get_string(json_at(targets, i));
		struct json_object *o = json_get(latest, name);
		int64_t n = json_int(o, "resume", 0);

		if (n <= 0)
			continue;
		json_set_int(from, name, skip ? n + 1 : n);
		if (skip)
			skip_statement(skipped, name, o);
		else if (json_get(o, "skipped") != NULL)
			json_set(skipped, name,
			    json_object_get(json_get(o, "skipped")));
	}
	json_set(data, "from_statement", from);
	json_set(data, "skipped", skipped);
}

/*
 * SQL: a target resumes at its failed statement, or behind it, if the earlier
 * ones stay applied and the plan, and so each value, is the same.
 */
static enum err
choose_statements(struct command *c, const struct run *run,
    const struct step *step, struct json_object *data)
{
	const char *where = json_text(c->body, "from", "");
	struct json_object *latest;

	if (!text_eq(where, "failed") && !text_eq(where, "next"))
		return fault_set(&c->fault, ERR_INVALID, "bad_value", "from",
		    "refused_bad_from");
	latest = target_status_of(run, step->id, INT64_MAX);
	start_targets(latest, text_eq(where, "next"), data);
	json_object_put(latest);
	if (json_object_object_length(json_get(data, "from_statement")) > 0)
		return ERR_OK;
	return fault_set(
	    &c->fault, ERR_CONFLICT, "no_resume", "from", "refused_no_resume");
}

enum err
target_results_choose(struct command *c, const struct run *run,
    const struct step *step, struct json_object *data)
{
	bool retry = verb_find(c->call->verb) == VERB_step_retry;
	const char *asked = json_text(
	    c->body, "targets", retry ? "failed" : "all");
	struct json_object *all, *some;

	if (!text_eq(asked, "failed") && !text_eq(asked, "all"))
		return fault_set(&c->fault, ERR_INVALID, "bad_value", "targets",
		    "refused_bad_targets");
	if (retry && step->rerun == RERUN_NEVER && text_eq(asked, "all"))
		return fault_set(&c->fault, ERR_CONFLICT, "never_again",
		    "targets", "refused_never_again_targets");
	all = target_status_for(
	    run->keeper->db, run->id, json_get(run->row, "targets"), step);
	if (text_eq(asked, "failed")) {
		some = not_succeeded(run, step, all);
		if (json_count(some) > 0 &&
		    json_count(some) < json_count(all)) {
			json_set_text(data, "chosen", "failed");
			json_object_put(all);
			all = some;
		} else {
			json_object_put(some);
		}
	}
	json_set(data, "targets", all);
	return json_get(c->body, "from") == NULL
	    ? ERR_OK
	    : choose_statements(c, run, step, data);
}

bool
target_results_agree(
    const struct run *run, const char *step, int64_t n, struct buf *message)
{
	struct json_object *latest = target_status_of(run, step, n);
	bool agreed = true;

	json_object_object_foreach (latest, target, o) {
		if (!agreed || json_int(o, "n", 0) == n)
			continue;
		agreed = json_flag(o, "valid", false);
		if (agreed)
			continue;
		if (state_read(o) == STATE_SUCCEEDED)
			message_put(
			    message, "said_other_values target=%s", target);
		else
			message_put(message, "said_not_all target=%s", target);
	}
	json_object_put(latest);
	return agreed;
}

struct json_object *
target_results_captures(const struct run *run, const char *step, int64_t n)
{
	struct json_object *latest = target_status_of(run, step, n);
	struct json_object *all = json_object_new_object(), *first;

	json_object_object_foreach (latest, target, o) {
		struct json_object *here = json_get(o, "captures");

		(void)target;
		if (here == NULL)
			continue;
		json_object_object_foreach (here, name, value) {
			if (!json_object_object_get_ex(all, name, &first))
				json_set(all, name, json_object_get(value));
			else if (!json_object_equal(first, value))
				json_set(all, name, NULL);
		}
	}
	json_object_put(latest);
	return all;
}
