/*
 * outcome.c: the outcomes of steps.
 *
 * A step that failed on eight of 300 targets and was skipped is settled, as it
 * will not run again, but it is not done.  So only succeeded and confirmed
 * steps count as done; the rest is reported separately.
 */
#include "base/json.h"
#include "base/text.h"
#include "journal/lifecycle.h"
#include "journal/outcome.h"

bool
outcome_is_excluded(const char *state, const char *by)
{
	return by == NULL && text_eq(state, "skipped");
}

/* The step will not run any more: the run has ended or is being rolled back. */
static bool
is_passed_by(struct json_object *run, const char *part)
{
	if (json_get(run, "ended_at") != NULL)
		return true;
	return text_eq(json_text(run, "mode", ""), "rollback") &&
	    text_eq(part, "main");
}

const char *
outcome_of_row(struct json_object *run, const struct outcome_row *step)
{
	const char *state = step->state;

	if (outcome_is_excluded(state, step->by))
		return "excluded";
	if (text_eq(state, "skipped") && step->attempts > 0)
		return "skipped_failed";
	if ((text_eq(state, "pending") || text_eq(state, "ready")) &&
	    is_passed_by(run, step->part))
		return "not_done";
	return state;
}

void
tally_add(struct tally *t, const char *outcome)
{
	if (text_eq(outcome, "excluded")) {
		t->left_out++;
		return;
	}
	t->total++;
	t->done += text_eq(outcome, "succeeded") ||
	    text_eq(outcome, "confirmed");
	t->skipped += text_eq(outcome, "skipped");
	t->skipped_failed += text_eq(outcome, "skipped_failed");
	t->not_done += text_eq(outcome, "not_done");
	t->failed |= text_eq(outcome, "failed");
	t->unknown |= text_eq(outcome, "unknown");
	t->busy |= lifecycle_is_busy(outcome);
}

bool
tally_is_settled(const struct tally *t)
{
	return t->done + t->skipped + t->skipped_failed == t->total;
}
