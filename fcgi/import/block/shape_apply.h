/*
 * shape_apply.h: the marks on the lines of a block, carried out.
 */
#ifndef IMPORT_SHAPE_APPLY_H
#define IMPORT_SHAPE_APPLY_H

struct import;
struct node;
struct shape;

/* Carries the marks out in a block that becomes a step of that kind. */
void shape_apply(struct import *im, const struct node *n, const char *kind,
    const struct shape *s);

/* Puts a step behind the block: its s->request, with the kind and braces. */
void shape_step_behind(struct import *im, const struct node *n,
    const struct shape *s, const char *kind, const char *braces);

/* Puts the replies to menus behind the block. */
void shape_answers(
    struct import *im, const struct node *n, const struct shape *s);

/* “ on=HOST” where the copies of those lines start on the section's machine, or
 * "". */
const char *shape_copies_on(struct import *im, const struct node *n,
    const struct shape *s, int first, int end);

#endif
