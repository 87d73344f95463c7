/* with.h: the targets whose addresses a script has (with=). */
#ifndef COMPILER_CHECK_WITH_H
#define COMPILER_CHECK_WITH_H

struct parse;

/*
 * Sets with_targets of the step; reports targets of with= that give equal
 * variables, and variables that are also values.
 */
void check_with(struct parse *p, int step);

#endif
