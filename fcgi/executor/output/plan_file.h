/* plan_file.h: files of the runbook folder that the plan of a run names. */
#ifndef EXECUTOR_OUTPUT_PLAN_FILE_H
#define EXECUTOR_OUTPUT_PLAN_FILE_H

#include "base/buf.h"
#include "executor/job_spec.h"

/*
 * Appends the file "./path".  False: its hash is not that of the plan, or it
 * cannot be read; nothing is appended, and why gets a sentence.
 */
bool plan_file_read(const struct job_spec *o, const char *name, struct buf *ret,
    struct buf *why);

#endif
