/*
 * outcome.h: how the steps of a run stand, and how many of them stand how.
 */
#ifndef JOURNAL_OUTCOME_H
#define JOURNAL_OUTCOME_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* Of the row of a step. */
struct outcome_row {
	const char *part;
	const char *state;
	const char *by; /* or NULL */
	int64_t attempts;
};

/* How many steps stand how. */
struct tally {
	int total; /* without those left out */
	int done;  /* succeeded or confirmed */
	int skipped;
	int skipped_failed;
	int left_out;
	int not_done; /* never reached */
	bool failed;
	bool unknown;
	bool busy;
};

/* The step is left out by a `when`, or had nothing to undo. */
bool outcome_is_excluded(const char *state, const char *by);

/*
 * The step's state, or, where that says too little: "excluded" (left out by a
 * condition), "skipped_failed" (a person skipped it after it had not
 * succeeded), "not_done" (the run ended, or is rolled back, before it).  `run`
 * is a row of STMT_RUN_GET.
 */
const char *outcome_of_row(
    struct json_object *run, const struct outcome_row *step);

/* Counts one step by its outcome. */
void tally_add(struct tally *t, const char *outcome);

/* All steps that belong to the run are settled, one way or the other. */
bool tally_is_settled(const struct tally *t);

/* Of 100. */
#define OUTCOME_PERCENT(done, total) ((total) > 0 ? (done)*100 / (total) : 0)

#endif
