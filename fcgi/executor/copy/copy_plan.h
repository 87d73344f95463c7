/* copy_plan.h: the lines of a copy step, with their values. */
#ifndef EXECUTOR_COPY_COPY_PLAN_H
#define EXECUTOR_COPY_COPY_PLAN_H

#include "executor/actions/act.h"

/* A line of the step: [target:]path -> [target:]path. */
struct copy_line {
	const struct job_target *from, *to;
	struct buf from_path, to_path; /* with values; ~/ is not expanded */
	struct buf pattern;            /* of names in the folder, or empty */
	bool folder;                   /* both end with a slash */
	bool into;                     /* a file into a folder */
	int number;                    /* in the document */
};

/*
 * Reads the lines; unprefixed paths are of the job's target.  False: why gets a
 * sentence.  The caller releases *ret with copy_plan_free().
 */
bool copy_plan(const struct job *job, struct copy_line **ret, size_t *ret_count,
    struct buf *why);
void copy_plan_free(struct copy_line *lines, size_t count);

#endif
