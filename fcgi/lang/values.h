/* values.h: {{name}} in text, filled in with the encoding of the place. */
#ifndef LANG_VALUES_H
#define LANG_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The value of a name, or NULL if it has none. */
typedef const char *(*value_fn)(void *ctx, const char *name);

/*
 * Finds the next {{name}} at or after *at in s.  True: *at is the byte of the
 * first brace, *ret_len the length with both braces, and name (65 bytes) is
 * filled in.
 */
bool values_next(
    const char *s, size_t len, size_t *at, size_t *ret_len, char name[65]);

/* The name is "item", or "item/" and the rest of a JSON pointer. */
bool values_is_item(const char *name);

/*
 * Appends a plain text, such as a title, with each {{name}} replaced by its
 * value; a name without one (or a NULL `value`) stays unchanged.
 */
void values_fill(const char *s, value_fn value, void *ctx, struct buf *out);

#endif
