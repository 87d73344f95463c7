/*
 * target.h: the step on one target, in a process of its own.
 */
#ifndef EXECUTOR_TARGET_H
#define EXECUTOR_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "executor/output/redact.h"
#include "executor/job_spec.h"

/* What a target's process tells its parent, in shared memory. */
struct fanout_slot {
	int group;        /* of a local script that runs, or 0 */
	int finished;     /* its last status line is written */
	int state;        /* enum state, then */
	int64_t beat;     /* monotonic: when it last was not stuck */
	int64_t deadline; /* its try is to be over then; 0: none */
	/* the parent's own */
	bool silent; /* that was noted */
	bool hung;   /* and so it was ended */
};

/*
 * Performs the step on the target and writes its last status line.  `parent`
 * is the process that is to outlive this one; it gets a SIGCHLD also
 * when slot->finished is set.
 */
void target_run(const struct job_spec *spec, const struct job_target *target,
    const struct mask *mask, int parent, struct fanout_slot *slot);

#endif
