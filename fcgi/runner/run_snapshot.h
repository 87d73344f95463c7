/*
 * run_snapshot.h: the pinned plan of an attempt.
 */
#ifndef RUNNER_RUN_SNAPSHOT_H
#define RUNNER_RUN_SNAPSHOT_H

#include "runner/runner.h"

struct run_snapshot {
	struct db *db; /* what the checks read */
	struct json_object *run;
	struct runbook *runbook;
	const struct step *step;
	char step_id[65];
	char state[24];
	int64_t run_id;
	int64_t n;                   /* of the attempt */
	bool dry_run;                /* nothing is to be changed */
	struct json_object *names;   /* of a look: its targets */
	struct json_object *refused; /* the caller's: dry_run.h */
};

/*
 * Reads what an attempt in that state executes into `s` (all zero), within the
 * caller's transaction.  ERR_FORBIDDEN with a fault where it may not run.  The
 * caller clears it in any case.
 */
enum err run_snapshot_read(struct runner *r, const char *exec,
    const char *state, struct run_snapshot *s, struct fault *why);

/* The same for a look; where it is a preflight, s->step stays NULL. */
enum err run_snapshot_read_look(struct runner *r, const char *exec,
    struct run_snapshot *s, struct fault *why);
void run_snapshot_clear(struct run_snapshot *s);

/* ERR_FORBIDDEN with that sentence. */
enum err run_snapshot_refuse(struct fault *why, const char *message);

#endif
