/*
 * target.h: the step on one target, in a process of its own.
 */
#ifndef EXECUTOR_TARGET_H
#define EXECUTOR_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "executor/output/redact.h"
#include "executor/job_spec.h"

/* Data that a target's process shares with its parent, in shared memory. */
struct fanout_slot {
	int group;        /* of a running local script, or 0 */
	int finished;     /* its last status line is written */
	int state;        /* enum state, then */
	int64_t beat;     /* monotonic: the last time it was known alive */
	int64_t deadline; /* deadline of its current run; 0: none */
	/* private to the parent */
	bool silent; /* reported */
	bool hung;   /* and so it was killed */
};

/*
 * Executes the step on the target and writes its last status line.  `parent` is
 * the process that is to outlive this one; it gets a SIGCHLD also when
 * slot->finished is set.
 */
void target_run(const struct job_spec *spec, const struct job_target *target,
    const struct mask *mask, int parent, struct fanout_slot *slot);

#endif
