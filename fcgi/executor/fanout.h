/* fanout.h: runs the step on all of its targets. */
#ifndef EXECUTOR_FANOUT_H
#define EXECUTOR_FANOUT_H

#include "base/err.h"
#include "executor/job_spec.h"

/*
 * Runs the step on each target, at most job->parallel at once, each in its own
 * process, and writes the final line.  ERR_IO: that line could not be made
 * durable.
 */
enum err fanout_run(const struct job_spec *spec);

#endif
