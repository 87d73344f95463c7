/*
 * pinned.h: the pinned plan of an attempt.
 */
#ifndef RUNNER_PINNED_H
#define RUNNER_PINNED_H

#include "runner/runner.h"

struct pinned {
	struct db		*db;		/* what the checks read */
	struct json_object	*run;
	struct book		*book;
	const struct step	*step;
	char			 step_id[65];
	char			 state[24];
	int64_t			 run_id;
	int64_t			 n;		/* of the attempt */
	bool			 look;		/* nothing is to be changed */
	struct json_object	*names;		/* of a look: its targets */
	struct json_object	*refused;	/* the caller's: look.h */
};

/*
 * Reads what an attempt in that state executes into `s` (all zero), within the
 * caller's transaction.  ERR_FORBIDDEN with a fault where it may not run.  The
 * caller clears it in any case.
 */
enum err pinned_read(struct runner *r, const char *exec, const char *state,
	    struct pinned *s, struct fault *why);

/* The same for a look; where it is a preflight, s->step stays NULL. */
enum err pinned_read_look(struct runner *r, const char *exec,
	    struct pinned *s, struct fault *why);
void	 pinned_clear(struct pinned *s);

/* ERR_FORBIDDEN with that sentence. */
enum err pinned_refuse(struct fault *why, const char *message);

#endif
