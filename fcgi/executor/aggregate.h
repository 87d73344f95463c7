/*
 * aggregate.h: what the results of all targets come to.
 */
#ifndef EXECUTOR_AGGREGATE_H
#define EXECUTOR_AGGREGATE_H

#include "base/err.h"
#include "executor/job_spec.h"

/* Why targets were left out. */
enum halt { HALT_NONE, HALT_CANCELLED, HALT_MAX_FAIL, HALT_BATCH, HALT__MAX };

/* What became of the process of a target. */
enum outcome {
	OUTCOME_WRITTEN, /* its last status line is there */
	OUTCOME_DIED,    /* without it */
	OUTCOME_HUNG,    /* it did not go on, and was ended */
	OUTCOME_NOT_STARTED,
};

/*
 * Writes the last line of each target that has none, and the last line of
 * all; `outcomes` has one for each target.  ERR_IO: that could not be made
 * durable.
 */
enum err aggregate(
    const struct job_spec *o, const enum outcome *outcomes, enum halt halt);

#endif
