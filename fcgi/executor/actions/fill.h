/* fill.h: inserts {{name}} unchanged, for places that hold plain text. */
#ifndef EXECUTOR_ACTIONS_FILL_H
#define EXECUTOR_ACTIONS_FILL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "executor/job_spec.h"

/* The value, of one line.  NULL: why says what is wrong. */
const char *fill_value(
    const struct job_spec *spec, const char *name, struct buf *why);

/*
 * Appends the template with each {{name}} replaced by its value, byte for byte.
 * False: a value is missing or has more than one line; why says so.
 */
bool fill_line(const struct job_spec *spec, const char *s, size_t len,
    struct buf *out, struct buf *why);

/*
 * Inserts values into the job's folder (cwd), once for all targets.
 * ERR_INVALID with a fault: a value is missing, or the path is not absolute.
 */
enum err fill_folder(struct job_spec *spec, struct fault *fault);

#endif
