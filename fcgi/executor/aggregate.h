/* aggregate.h: aggregates the results of all targets. */
#ifndef EXECUTOR_AGGREGATE_H
#define EXECUTOR_AGGREGATE_H

#include "base/err.h"
#include "executor/job_spec.h"

/* The reason for which targets were left out. */
enum halt { HALT_NONE, HALT_CANCELLED, HALT_MAX_FAIL, HALT_BATCH, HALT__MAX };

/* The end of the process of a target. */
enum outcome {
	OUTCOME_WRITTEN, /* it wrote its last status line */
	OUTCOME_DIED,    /* it did not */
	OUTCOME_HUNG,    /* it hung and was killed */
	OUTCOME_NOT_STARTED,
};

/*
 * Writes the last line of each target that has none, and the final line;
 * `outcomes` has one element for each target.  ERR_IO: a line could not be made
 * durable.
 */
enum err aggregate(
    const struct job_spec *o, const enum outcome *outcomes, enum halt halt);

#endif
