/*
 * rollback.h: which steps the rollback of a run takes, and in which order.
 */
#ifndef JOURNAL_ROLLBACK_H
#define JOURNAL_ROLLBACK_H

#include <json-c/json.h>

#include "compiler/runbook.h"
#include "journal/db.h"

/* What the rollback is computed from. */
struct rollback_run {
	struct db *db;
	int64_t id;
	const struct runbook *runbook;
	struct json_object *targets; /* resolved, of the run's row */
	const char *(*part)(void *ctx, int step); /* "rollback", … */
	value_fn value;                           /* also of ran(STEP) */
	void *ctx;                                /* of both */
};

/* Steps by their index in the book; arrays of numbers. */
struct rollback {
	struct json_object *steps;      /* that it takes, in their order */
	struct json_object *left_out;   /* of these: their `when` is false */
	struct json_object *not_needed; /* rollback steps: nothing to undo */
	struct json_object *no_undo;    /* ran and is not undone, last first */
	struct json_object *final;      /* irreversible, and ran, last first */
	bool ran;                       /* anything of the way forward */
};

/* Computes it; the caller clears it.  Nothing is written. */
void rollback_plan(const struct rollback_run *run, struct rollback *ret);
void rollback_clear(struct rollback *r);

/* Whether something ran and at least one step would be executed. */
bool rollback_has_work(const struct rollback *r);

#endif
