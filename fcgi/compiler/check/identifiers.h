/*
 * identifiers.h: names of parameters and captured values.
 */
#ifndef COMPILER_CHECK_IDENTIFIERS_H
#define COMPILER_CHECK_IDENTIFIERS_H

#include <stdbool.h>

struct parameter;
struct parse;

const char *identifier_refused(const char *name);

/* The parameter of that name, or NULL. */
const struct parameter *parameter_find(const struct parse *p, const char *name);

/* A parameter, or a value that is captured before that place. */
bool identifier_is_known(
    const struct parse *p, const char *name, int step, int section);

/*
 * All loops around the section `outer` are around `inner` as well, so that each
 * copy of one has its copy of the other.
 */
bool repeats_around(const struct parse *p, int inner, int outer);

#endif
