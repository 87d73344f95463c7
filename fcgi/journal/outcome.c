/*
 * outcome.c: the outcomes of steps.
 *
 * A step that failed on eight of 300 targets and was skipped is settled, as it
 * will not run again, but it is not done.  So only succeeded and confirmed
 * steps count as done; the rest is reported separately.
 */
#include "base/json.h"
#include "base/text.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "plan/state.h"
#include "journal/outcome.h"

bool
outcome_is_excluded(enum state state, const char *by)
{
	return by == NULL && state == STATE_SKIPPED;
}

bool
outcome_is_free_to_skip(bool optional, int64_t attempts)
{
	return optional && attempts == 0;
}

/* The step will not run any more: the run has ended or is being rolled back. */
static bool
is_passed_by(struct json_object *run, enum part part)
{
	if (json_get(run, "ended_at") != NULL)
		return true;
	return part_find(json_text(run, "mode", "")) == PART_ROLLBACK &&
	    part == PART_MAIN;
}

const char *
outcome_of_row(struct json_object *run, const struct outcome_row *step)
{
	enum state state = step->state;

	if (outcome_is_excluded(state, step->by))
		return "excluded";
	if (state == STATE_SKIPPED && step->attempts > 0)
		return "skipped_failed";
	if (state == STATE_SKIPPED &&
	    outcome_is_free_to_skip(step->optional, step->attempts))
		return "skipped_optional";
	if (state_in(state, IN(PENDING) | IN(READY)) &&
	    is_passed_by(run, step->part))
		return "not_done";
	return state_word(state);
}

void
tally_add(struct tally *t, const char *outcome)
{
	enum state state = state_find(outcome);

	if (text_eq(outcome, "excluded")) {
		t->left_out++;
		return;
	}
	if (text_eq(outcome, "skipped_optional")) {
		t->skipped_optional++;
		return;
	}
	t->total++;
	t->done += state_in(state, IN(SUCCEEDED) | IN(CONFIRMED));
	t->skipped += state == STATE_SKIPPED;
	t->skipped_failed += text_eq(outcome, "skipped_failed");
	t->not_done += text_eq(outcome, "not_done");
	t->failed += state == STATE_FAILED;
	t->unknown += state == STATE_UNKNOWN;
	t->busy |= state_in(state, STATES_BUSY);
}

bool
tally_is_settled(const struct tally *t)
{
	return t->done + t->skipped + t->skipped_failed == t->total;
}
