/* compare.h: same-as=, compares the output with that of an earlier step. */
#ifndef EXECUTOR_OUTPUT_COMPARE_H
#define EXECUTOR_OUTPUT_COMPARE_H

#include <stdbool.h>

#include "base/buf.h"
#include "executor/actions/act.h"

/*
 * Compares the artifact of the target with that of the job spec's same_as.
 * False: they differ, or cannot be compared: why gets a sentence, and the
 * output the difference.
 */
bool compare_check(struct job *job, struct buf *why);

#endif
