/*
 * canonical.h: JSON in one form, for comparing.
 */
#ifndef EXECUTOR_OUTPUT_CANONICAL_H
#define EXECUTOR_OUTPUT_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define CANONICAL_MAX (8 * 1024 * 1024) /* bytes that are taken */

/*
 * Appends the JSON text with one member or element a line, and the members
 * of each object in order of their names.  Names, strings and numbers stay
 * as they are written.  False, with nothing appended: it is not JSON, has two
 * members of the same name, or is too long or too deep.
 */
bool canonical_json(const char *text, size_t len, struct buf *out);

#endif
