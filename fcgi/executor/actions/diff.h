/* diff.h: unified differences of two texts. */
#ifndef EXECUTOR_ACTIONS_DIFF_H
#define EXECUTOR_ACTIONS_DIFF_H

#include <stddef.h>

#include "base/buf.h"

#define DIFF_BYTES (64 * 1024) /* limit of one difference */

/* A line before and after; was or is NULL: the line is new, or removed. */
struct diff_line {
	const char *was;
	const char *is;
};

/*
 * Appends the whole unified difference of the lines of the file `name`; nothing
 * if no line differs.
 */
void diff_lines(const struct diff_line *lines, size_t count, const char *name,
    struct buf *out);

/*
 * Compares two texts (UTF-8, without NUL) and appends their unified difference:
 * about DIFF_BYTES of it, long lines cut. *ret_gone and *ret_new are the
 * numbers of removed and added lines.
 */
void diff_texts(const struct buf *was, const struct buf *is,
    const char *was_name, const char *is_name, struct buf *out,
    size_t *ret_gone, size_t *ret_new);

#endif
