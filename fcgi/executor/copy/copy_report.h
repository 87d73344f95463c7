/* copy_report.h: the reports of a copy. */
#ifndef EXECUTOR_COPY_COPY_REPORT_H
#define EXECUTOR_COPY_COPY_REPORT_H

#include "executor/copy/copy.h"

/* Counts bytes that have arrived (negative after a restart). */
void copy_progress(struct copy *c, int64_t bytes);

/* Prints a line of the output. */
void copy_print(struct copy *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "1.2 GB" */
const char *copy_size(int64_t bytes, char text[32]);

/*
 * If the end has failed, sets the job's ending: the operation, the path, the
 * reason, and what to do.  Other errors are returned unchanged.
 */
enum copy_err copy_fail(struct copy *c, struct copy_end *e, enum copy_err err,
    const char *path, const char *what);

/* The same with a reason of ours. */
enum copy_err copy_refuse(struct copy *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
