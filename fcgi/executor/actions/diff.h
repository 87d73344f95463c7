/*
 * diff.h: the difference of two texts, as people and patch(1) read it.
 */
#ifndef EXECUTOR_ACTIONS_DIFF_H
#define EXECUTOR_ACTIONS_DIFF_H

#include <stddef.h>

#include "base/buf.h"

#define DIFF_BYTES (64 * 1024) /* that are written of one */

/* A line before and after; was or is NULL: it is new, or gone. */
struct diff_line {
	const char *was;
	const char *is;
};

/* Appends the whole unified difference of the lines of the file `name`;
 * nothing where none differs. */
void diff_lines(const struct diff_line *lines, size_t count, const char *name,
    struct buf *out);

/*
 * Finds the difference of two texts (UTF-8, without NUL) and appends it,
 * unified: about DIFF_BYTES of it, its long lines cut.  *ret_gone and
 * *ret_new are the lines that one has and the other has not.
 */
void diff_texts(const struct buf *was, const struct buf *is,
    const char *was_name, const char *is_name, struct buf *out,
    size_t *ret_gone, size_t *ret_new);

#endif
