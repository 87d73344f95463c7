/*
 * step_marks.h: marks the nodes of the tree that are steps or hold some.
 */
#ifndef COMPILER_PARSE_STEP_MARKS_H
#define COMPILER_PARSE_STEP_MARKS_H

#include <stdbool.h>

struct node;
struct parse;

/*
 * Sets holds_step of the node and of all within; `before` is the node before
 * it, or NULL.  True: it holds a step.  Errors are reported.
 */
bool step_marks_read(
    struct parse *p, struct node *n, const struct node *before);

#endif
