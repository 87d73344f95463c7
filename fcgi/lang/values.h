/*
 * values.h: {{name}} in text, filled in with the encoding of the place.
 */
#ifndef LANG_VALUES_H
#define LANG_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/runbook.h"

/*
 * Finds the next {{name}} at or after *at in s.  True: *at is the byte of the
 * first brace, *ret_len the length with both braces, and name (65 bytes) is
 * filled in.
 */
bool values_next(
    const char *s, size_t len, size_t *at, size_t *ret_len, char name[65]);

/*
 * Appends a plain text, such as a title, with each {{name}} replaced by its
 * value; one that has none (or a NULL `value`) is left as it stands.
 */
void values_fill(const char *s, value_fn value, void *ctx, struct buf *out);

/*
 * Whether the step reads the value of that name, as far as its text tells: a
 * script by $name or CS_NAME, whatever else by {{name}}.  What a program reads
 * that a script starts is in no text.
 */
bool values_step_reads(const struct step *step, const char *name);

#endif
