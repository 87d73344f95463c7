/*
 * loops.h: each="name in group-or-list".
 */
#ifndef COMPILER_LOOPS_H
#define COMPILER_LOOPS_H

#include <stdbool.h>

struct parse;

/* Checks the each= of a section. */
void check_each(struct parse *p, int section);

/* No target of the step is an item of a captured list. */
void check_each_targets(struct parse *p, int step);

/* A name that a step of that section gives for a target is no such item. */
bool each_is_captured(const struct parse *p, int section, const char *name);

/* Fills in the lists that a run needs values for. */
void loops_collect_lists(struct parse *p);

/* A step before `before` captures the name. */
bool each_captures(const struct parse *p, const char *name, int before);

#endif
