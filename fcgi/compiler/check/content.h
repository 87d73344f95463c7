/*
 * content.h: checks the text of a step by its kind.
 */
#ifndef COMPILER_CHECK_CONTENT_H
#define COMPILER_CHECK_CONTENT_H

#include <stddef.h>

struct parse;
struct step;

/* Checks the body of a step, by its kind. */
void check_content(struct parse *p, size_t step);

/* The place in the source of a column of line `line` of a step's body. */
size_t content_place(const struct parse *p, const struct step *s, int line,
    const char *text, size_t len, size_t column);

#endif
