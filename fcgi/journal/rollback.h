/* rollback.h: the steps of a run's rollback, and their order. */
#ifndef JOURNAL_ROLLBACK_H
#define JOURNAL_ROLLBACK_H

#include <json-c/json.h>

#include "lang/plan_scope.h"
#include "journal/db.h"
#include "plan/state.h"

/* The input of the computation. */
struct rollback_run {
	struct db *db;
	int64_t id;
	const struct plan *plan;
	struct json_object *targets; /* resolved, of the run's row */
	enum part (*part)(void *ctx, int step);
	value_fn value; /* also of ran(STEP) */
	void *ctx;      /* of both */
};

/* Steps by their index in the runbook; arrays of numbers. */
struct rollback {
	struct json_object *steps;      /* to execute, in order */
	struct json_object *left_out;   /* of these, excluded: their `when` is
					 * false */
	struct json_object *not_needed; /* rollback steps: nothing to undo */
	struct json_object *no_undo;    /* ran and is not undone, last first */
	struct json_object *final;      /* irreversible, and ran, last first */
	bool ran;                       /* a forward step ran */
};

/* Computes it; the caller clears it.  Writes nothing. */
void rollback_plan(const struct rollback_run *run, struct rollback *ret);
void rollback_clear(struct rollback *r);

/* A step ran, and at least one rollback step would be executed. */
bool rollback_has_work(const struct rollback *r);

#endif
