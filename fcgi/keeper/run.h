/* run.h: a run as loaded for the commands: its row, its document, its state. */
#ifndef KEEPER_RUN_H
#define KEEPER_RUN_H

#include "journal/run_load.h"
#include "journal/event.h"
#include "keeper/keeper.h"

struct run {
	int64_t id;
	struct keeper *keeper;
	struct json_object *row;       /* of STMT_RUN_GET */
	struct json_object *variables; /* {name: value} */
	struct json_object *steps;     /* those rows of STMT_STEPS that were
					* asked for, in no order */
	struct json_object *all;       /* all of them, or NULL */
	const struct plan *plan;
	struct arena *arena; /* of what was loaded */
	bool is_head;        /* its steps were not loaded */
	uint64_t writes;     /* of steps, before they were (db_step_writes()) */
	struct lifecycle loaded;
	struct lifecycle_run lifecycle; /* loaded.run */
};

/* Loads the run; the caller clears it with run_clear().  ERR_NOT_FOUND. */
enum err run_open(
    struct keeper *k, int64_t id, struct run *ret, struct fault *fault);
void run_clear(struct run *run);

/* lifecycle_value() as a value_fn over a struct run. */
const char *run_value(void *run, const char *name);

/* The same for the values that are known before anything ran. */
const char *run_known_value(void *run, const char *name);

/* The row of a step, or NULL; all rows.  The run owns them. */
struct json_object *run_step_row(struct run *run, const char *id);
struct json_object *run_step_rows(struct run *run);

/* Fills in the input of run_authorize() about a step.  ERR_NOT_FOUND. */
enum err run_lifecycle_step(struct run *run, const char *id, enum verb verb,
    struct lifecycle_step *ret, struct fault *fault);

/*
 * Opens the run and step of a call and asks run_authorize(). On ERR_OK the
 * caller clears the run; on an error it is cleared already. `step` may be NULL
 * for verbs about a run.
 */
enum err run_permit(struct command *c, enum verb verb, struct run *run,
    struct lifecycle_step *step);

/*
 * Makes ready what may be taken now (lifecycle_waits_for()): one step, or those
 * of a parallel section; steps whose `when` is false are excluded. Call after
 * each change of a running run; it reloads the steps.
 */
enum err run_advance(struct keeper *k, int64_t id);

/*
 * After a change of parameters: evaluates the `when` of the steps that the run
 * has not passed.
 */
enum err run_decide(struct keeper *k, int64_t id);

/*
 * Ends a command about the run: appends the event (takes over `data`), makes
 * the next step ready, reports, and clears the run.
 */
enum err run_finish(struct command *c, struct run *run, enum event_kind kind,
    struct json_object *data);

/* Sets state and seq of the run in the command's result. */
void run_report(struct command *c, int64_t id);

#endif
