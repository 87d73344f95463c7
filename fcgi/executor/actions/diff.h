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
 * if no line differs.  The lines around it are left out: in a configuration
 * they may hold passwords, and everybody reads the difference.
 */
void diff_lines(const struct diff_line *lines, size_t count, const char *name,
    struct buf *out);

struct diff_count {
	size_t gone, added; /* lines */
};

/*
 * Compares two texts (UTF-8, without NUL) and appends their unified difference:
 * about DIFF_BYTES of it, long lines cut.
 */
struct diff_count diff_texts(const struct buf *was, const struct buf *is,
    const char *was_name, const char *is_name, struct buf *out);

#endif
