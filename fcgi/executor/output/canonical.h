/* canonical.h: JSON in canonical form, for comparisons. */
#ifndef EXECUTOR_OUTPUT_CANONICAL_H
#define EXECUTOR_OUTPUT_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define CANONICAL_MAX (8 * 1024 * 1024) /* limit of the input, in bytes */

/*
 * Appends the JSON text with one member or element a line, and the members of
 * each object sorted by name; unordered: the elements of each array by their
 * text.  Names, strings and numbers stay unchanged.
 * False, with nothing appended: it is not JSON, has two members of the same
 * name, or is too long or too deep.
 */
bool canonical_json(
    const char *text, size_t len, bool unordered, struct buf *out);

#endif
