/*
 * parts.h: a block of commands as several steps.
 */
#ifndef IMPORT_PARTS_H
#define IMPORT_PARTS_H

#include <stdbool.h>

struct line;
struct part;
struct reading;
struct import;
struct node;
struct shape;

/* Finds the parts of a block for a shell whose lines are marked. */
void parts_read(struct import *im, const struct node *n, struct shape *shape);

/* The line sets something that the next ones need. */
bool part_sets(const struct line *l);

bool part_is_comment(const struct line *l);

/* The text of a comment; of the arena. */
const char *part_comment(const struct reading *r, int i);

/* A part from that line on; if there is no room, the block is one step. */
struct part *part_new(struct reading *r, int first, bool copies);

#endif
