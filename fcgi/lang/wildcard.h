/* wildcard.h: "*" and "?" in the name of a file. */
#ifndef LANG_WILDCARD_H
#define LANG_WILDCARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Appends text to a pattern.  Its "*" and "?" stand for any characters and for
 * one; as a literal, for themselves.
 */
void wildcard_put(const char *text, size_t len, bool literal, struct buf *out);

/*
 * The whole name matches.  "?" is one character, not one byte; a name that
 * begins with a dot needs a pattern that does, as in a shell.
 */
bool wildcard_match(const char *pattern, const char *name, size_t len);

#endif
