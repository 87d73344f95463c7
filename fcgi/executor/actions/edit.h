/* edit.h: applies the lines of an `edit` step to the text of a file. */
#ifndef EXECUTOR_ACTIONS_EDIT_H
#define EXECUTOR_ACTIONS_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "executor/job_spec.h"

#define EDIT_MAX (10 * 1024 * 1024) /* bytes of a file */

struct edit_result {
	struct buf text; /* the complete new file */
	struct buf diff; /* unified; empty: nothing to change */
};

/*
 * Applies the job spec's text to the file's content.  False: why gets a
 * sentence that names the line in the document, and nothing may be written.
 * The caller releases the result with edit_clear() in either case.
 */
bool edit_apply(const struct job_spec *spec, const char *file, const char *old,
    size_t len, struct edit_result *ret, struct buf *why);
void edit_clear(struct edit_result *r);

#endif
