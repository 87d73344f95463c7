/* with.h: the targets whose addresses and secrets a step has (with=). */
#ifndef COMPILER_CHECK_WITH_H
#define COMPILER_CHECK_WITH_H

#include <stdbool.h>

struct parse;
struct step;

/*
 * Sets with_targets of the step; reports targets of with= that give equal
 * variables, and variables that are also values.
 */
void check_with(struct parse *p, int step);

/* True if {{name}} may be a value of a target that the step names: cs_db_host.
 */
bool with_gives(const struct step *s, const char *name);

#endif
