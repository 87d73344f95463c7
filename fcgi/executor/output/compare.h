/*
 * compare.h: same-as=, the output compared with that of an earlier step.
 */
#ifndef EXECUTOR_OUTPUT_COMPARE_H
#define EXECUTOR_OUTPUT_COMPARE_H

#include <stdbool.h>

#include "base/buf.h"
#include "executor/actions/act.h"

/*
 * Compares what the target's process has kept with what the order's same_as
 * has kept.  False: they differ, or cannot be compared: why gets a sentence,
 * and the difference was put into the output.
 */
bool compare_check(struct job *job, struct buf *why);

#endif
