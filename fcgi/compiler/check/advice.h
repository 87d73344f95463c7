/*
 * advice.h: what a step would do that its author hardly meant.
 */
#ifndef COMPILER_CHECK_ADVICE_H
#define COMPILER_CHECK_ADVICE_H

#include "compiler/parse/parse.h"
#include "lang/script_lines.h"

struct advice {
	struct parse *p;
	size_t step;
	struct step *s;
	bool errexit;     /* set -e came before */
	bool included;    /* other files may set variables */
	size_t cd_at;     /* an unguarded cd, or NOWHERE */
	size_t variables; /* number of them so far */
};

/* Warns of commands that were probably not intended. */
void check_advice(struct parse *p, size_t step);

/* The place in the source of a byte of the line. */
size_t advice_place(
    const struct advice *a, const struct script_line *l, const char *at);

#endif
