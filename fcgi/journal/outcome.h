/* outcome.h: the outcomes of a run's steps, and how many have each. */
#ifndef JOURNAL_OUTCOME_H
#define JOURNAL_OUTCOME_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/state.h"

/* Of the row of a step. */
struct outcome_row {
	enum part part;
	enum state state;
	const char *by; /* or NULL */
	int64_t attempts;
	bool optional;
};

/* The number of steps by outcome. */
struct tally {
	int total; /* without those left out, and optional ones skipped */
	int done;  /* succeeded or confirmed */
	int skipped;
	int skipped_failed;
	int skipped_optional; /* not counted in total */
	int left_out;
	int not_done; /* never reached */
	int failed;
	int unknown;
	bool busy;
};

/* The step is excluded by a `when`, or had nothing to undo. */
bool outcome_is_excluded(enum state state, const char *by);

/*
 * An optional step that was not tried is skipped without a reason, and that is
 * no deviation.
 */
bool outcome_is_free_to_skip(bool optional, int64_t attempts);

/*
 * The step's state, or, if that is too coarse: "excluded" (by a condition),
 * "skipped_failed" (a person skipped it after it had not succeeded),
 * "skipped_optional" (untried, and the document allows that), "not_done" (the
 * run ended, or is rolled back, before it). `run` is a row of
 * STMT_RUN_GET.
 */
const char *outcome_of_row(
    struct json_object *run, const struct outcome_row *step);

/* Counts one step by its outcome. */
void tally_add(struct tally *t, const char *outcome);

/* All steps of the run are settled. */
bool tally_is_settled(const struct tally *t);

/* The percentage of steps done. */
#define OUTCOME_PERCENT(done, total) ((total) > 0 ? (done)*100 / (total) : 0)

#endif
