/* run_snapshot.h: the plan of an attempt, at one state of the journal. */
#ifndef RUNNER_RUN_SNAPSHOT_H
#define RUNNER_RUN_SNAPSHOT_H

#include "runner/runner.h"

struct run_snapshot {
	struct db *db; /* database that the checks read */
	struct json_object *run;
	struct plan *plan;
	const struct step *step;
	char step_id[65];
	char state[24];
	int64_t run_id;
	int64_t n;                   /* number of the attempt */
	bool dry_run;                /* changes nothing */
	struct json_object *names;   /* targets of a dry run */
	struct json_object *refused; /* owned by the caller; see dry_run.h */
};

/*
 * Reads the plan of an attempt in that state into `s` (all zero), within the
 * caller's transaction.  ERR_FORBIDDEN with a fault if it may not run.  The
 * caller clears `s` in any case.
 */
enum err run_snapshot_read(struct runner *r, const char *exec,
    const char *state, struct run_snapshot *s, struct fault *why);

/* The same for a dry run; for a preflight, s->step stays NULL. */
enum err run_snapshot_read_dry_run(struct runner *r, const char *exec,
    struct run_snapshot *s, struct fault *why);
void run_snapshot_clear(struct run_snapshot *s);

/* Returns ERR_FORBIDDEN with that message. */
enum err run_snapshot_refuse(struct fault *why, const char *message);

#endif
