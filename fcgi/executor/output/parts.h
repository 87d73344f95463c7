/* parts.h: the parts of JSON output that same-as compares. */
#ifndef EXECUTOR_OUTPUT_PARTS_H
#define EXECUTOR_OUTPUT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The parts of the output of a step; lang/json_part.h names them. */
struct parts {
	const char *step;
	const char *const *names;
	size_t count;
};

/*
 * Appends the JSON text without what no part names, and counts the values that
 * remain.  False: why gets a sentence about the output of the step, which is
 * not JSON, has two members of one name, is too long, lacks a part somewhere,
 * or has no value at all for a part.
 */
bool parts_choose(const struct parts *parts, const struct buf *text,
    struct buf *out, size_t *ret_values, struct buf *why);

#endif
