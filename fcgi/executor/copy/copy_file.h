/* copy_file.h: copies one file. */
#ifndef EXECUTOR_COPY_COPY_FILE_H
#define EXECUTOR_COPY_COPY_FILE_H

#include "executor/copy/copy.h"

/*
 * Copies one file; `from` and `to` are complete paths.  Sets the job's ending
 * if it returns COPY_FAILED.
 */
enum copy_err copy_file(struct copy *c, const struct copy_item *item,
    const char *from, const char *to);

/* Removes the unfinished file, if there is one. */
void copy_discard(struct copy *c);

#endif
