/*
 * parts.h: a block of commands as several steps.
 */
#ifndef IMPORT_PARTS_H
#define IMPORT_PARTS_H

struct import;
struct node;
struct shape;

/* Finds the parts of a block for a shell whose lines are marked. */
void parts_read(struct import *im, const struct node *n, struct shape *shape);

#endif
