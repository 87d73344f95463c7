/*
 * fanout.h: the step on all of its targets at the same time.
 */
#ifndef EXECUTOR_FANOUT_H
#define EXECUTOR_FANOUT_H

#include "base/err.h"
#include "executor/job_spec.h"

/*
 * Runs the step on each target, at most order->parallel at once, each in a
 * process of its own, and writes the last line of all.  ERR_IO: that line
 * could not be made durable.
 */
enum err fanout_run(const struct job_spec *spec);

#endif
