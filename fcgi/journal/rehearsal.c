/*
 * rehearsal.c: "rehearse this in test first" as a rule.
 *
 * A rehearsal shows that these very steps work with these very values and files
 * of the runbook folder ("< ./file", fixed by hash). A run with a skipped step
 * does not count, nor does one whose parameters were changed after its first
 * step.  The age is measured, as for approvals, until the first step of the run
 * to be rehearsed.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/approval.h"
#include "journal/check.h"
#include "journal/rehearsal.h"

bool
rehearsal_is_needed(const struct plan *plan, const char *environment)
{
	return plan->rehearsal != NULL &&
	    !text_eq(plan->rehearsal, environment);
}

static int64_t
time_of(struct json_object *row, const char *key)
{
	int64_t ms;

	return clock_parse(json_text(row, key, ""), &ms) ? ms : 0;
}

static bool
is_too_old(const struct plan *plan, struct json_object *past, int64_t moment)
{
	return plan->rehearsal_ms > 0 &&
	    time_of(past, "ended_at") + plan->rehearsal_ms < moment;
}

/* Parameters were changed after a step had run with the old ones. */
static bool
has_two_plans(struct json_object *past)
{
	int64_t first = time_of(past, "first_at");

	return first != 0 && time_of(past, "plan_at") > first;
}

static bool
has_open_steps(struct db *db, struct json_object *past)
{
	return db_first_int(db_query(db, STMT_STEPS_NOT_DONE,
				INT(json_int(past, "id", 0))),
		   1) > 0;
}

/* A file that requests send differs from the one sent there. */
static bool
has_other_files(
    struct db *db, struct json_object *past, struct json_object *run)
{
	struct json_object *row = db_first_json(
	    db_query(db, STMT_RUN_GET, INT(json_int(past, "id", 0))));
	struct json_object *snapshot = json_get(run, "targets");
	bool other = false;

	json_object_object_foreach (snapshot, name, file) {
		struct json_object *was = json_get(
		    json_get(row, "targets"), name);

		if (text_eq(json_text(file, "kind", ""), "file"))
			other |= !text_eq(json_text(file, "sha256", ""),
			    json_text(was, "sha256", "none"));
	}
	json_object_put(row);
	return other;
}

/*
 * A value differs from the one there.  Those that targets.yml gives to the
 * parameters of the run to be rehearsed are not compared: they are meant to
 * differ, and nobody chose them.  One that only the other environment gives is
 * compared, as a person chose it here.
 */
static bool
has_other_values(struct json_object *past, struct json_object *run)
{
	struct json_object *fixed = json_get(run, "fixed"), *was;
	struct json_object *values = json_get(past, "parameters");
	bool other = json_object_object_length(values) !=
	    json_object_object_length(json_get(run, "parameters"));

	json_object_object_foreach (json_get(run, "parameters"), name, value) {
		if (json_get(fixed, name) == NULL)
			other |= !json_object_object_get_ex(
				     values, name, &was) ||
			    !json_object_equal(value, was);
	}
	return other;
}

static bool
counts(struct db *db, const struct plan *plan, struct json_object *past,
    struct json_object *run)
{
	return !CHECK(rehearsed_result,
		   !text_eq(json_text(past, "result", ""), "succeeded")) &&
	    !CHECK(rehearsed_document,
		!text_eq(json_text(past, "document", ""),
		    json_text(run, "document", ""))) &&
	    !CHECK(rehearsed_values, has_other_values(past, run)) &&
	    !CHECK(rehearsed_in_time,
		is_too_old(plan, past, approval_moment(run))) &&
	    !CHECK(rehearsed_one_plan, has_two_plans(past)) &&
	    !CHECK(rehearsed_steps, has_open_steps(db, past)) &&
	    !CHECK(rehearsed_files, has_other_files(db, past, run));
}

int64_t
rehearsal_find(struct db *db, const struct plan *plan, struct json_object *run)
{
	struct json_object *all = db_rows_json(db_query(db, STMT_REHEARSALS,
	    TEXT(json_text(run, "runbook", "")), TEXT(plan->rehearsal)));
	int64_t found = 0;

	for (size_t i = 0; i < json_count(all) && found == 0; i++) {
		struct json_object *past = json_at(all, i);

		if (counts(db, plan, past, run))
			found = json_int(past, "id", 0);
	}
	json_object_put(all);
	return found;
}
