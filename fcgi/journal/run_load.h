/*
 * run_load.h: loads the input of run_authorize() about a run and its steps from
 * the database: the one loader, for the keeper, which decides, for the web
 * program, which shows what the keeper would decide, and for the runner, which
 * counts approvals and gates again.
 */
#ifndef JOURNAL_RUN_LOAD_H
#define JOURNAL_RUN_LOAD_H

#include "base/arena.h"
#include "journal/lifecycle.h"

/*
 * The row of a step; `part` is "" if the run does not have it.  A bare row has
 * no texts.
 */
struct lifecycle_row {
	enum part part;
	enum state state;      /* of a gate whose approvals do not
				* count any more: ready */
	const char *by;        /* or NULL */
	const char *at;        /* RFC 3339, or NULL */
	const char *reason;    /* or NULL */
	const char *signed_by; /* or NULL */
	bool pressed;          /* lifecycle_is_pressed() */
	int64_t position;
	int64_t attempts;
	struct json_object *given; /* a gate: approval_standing() on it */
	bool lapsed;               /* a gate that was given, and is ready now */
};

struct lifecycle {
	struct db *db;
	struct arena *arena;
	const struct plan *plan;
	struct json_object *row;       /* of STMT_RUN_GET */
	struct json_object *decisions; /* of STMT_APPROVALS */
	struct lifecycle_row *rows;    /* one per step of the runbook */
	bool bare;                     /* these rows are */
	int *gates;                    /* steps that are gates, -1 behind */
	int (*find)(void *ctx, const char *id);
	void *ctx;
	int64_t rehearsal; /* the run that counts as rehearsal, or 0 */
	struct lifecycle_run run;
};

/*
 * Loads the record of a run. db, arena, book and row are set already and
 * outlive it; find(ctx, id) is the index of a step in the runbook, or -1 (NULL:
 * plan_find_step()). All results belong to the arena. Rows that are set already
 * (run_load_rows()) are not read.
 */
void run_load(struct lifecycle *l);

/* Its rows, which the gates do not concern yet; those of some steps again. */
void run_load_rows(struct lifecycle *l);
void run_load_rows_of(
    struct lifecycle *l, const char *const *ids, size_t count);

/*
 * The same after a change: `row` is the run's row of now, and of the steps only
 * those with these ids have changed (db_steps_since()).
 */
void run_load_again(struct lifecycle *l, const char *const *ids, size_t count);

/* The part of it that is of the run alone: the same for 3 steps and 1,000. */
void run_load_head(struct lifecycle *l);

/* The part of it that approvals and gates depend on, all that a runner reads.
 */
void run_load_approvals(struct lifecycle *l);

/*
 * The input of run_authorize() about the step with that index, for that verb.
 */
void run_load_step(const struct lifecycle *l, int step, enum verb verb,
    struct lifecycle_step *ret);

/*
 * The value of a name for conditions and texts: a fact about a step, the
 * environment, one of the captured values, or a parameter that is not secret;
 * NULL if there is none.  It belongs to the arguments, or is static.
 */
const char *lifecycle_value(
    const struct lifecycle *l, struct json_object *variables, const char *name);

/*
 * The order of the steps. The first step of the same part that has to be over
 * before this one is taken, or -1: it may be taken now. Steps of one parallel
 * section do not wait for each other (section_is_beside()), so that several may
 * be taken now. A probe stands in the place of its step. A gate that was given
 * is over here; lifecycle_gate_before() says if it still counts.
 */
int lifecycle_waits_for(const struct lifecycle *l, int step);

/* The step is next or at work: ready, running, failed, in doubt, unsigned. */
bool lifecycle_is_current(const struct lifecycle *l, int step);

/*
 * A later step of the same part was started, not one beside it. For a
 * confirmation (VERB_step_reopen), decisions on later gates count too, as
 * people relied on it there; for a gate they do not.
 */
bool lifecycle_is_followed(const struct lifecycle *l, int step, enum verb verb);

/*
 * The first closed gate before the step, in its part: its index, or -1. A probe
 * stands in the place of its step.
 */
int lifecycle_gate_before(const struct lifecycle *l, int step);

#endif
