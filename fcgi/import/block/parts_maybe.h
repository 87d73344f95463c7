/*
 * parts_maybe.h: commands of a block that are not always executed.
 */
#ifndef IMPORT_PARTS_MAYBE_H
#define IMPORT_PARTS_MAYBE_H

struct reading;

/* Finds the parts of the block that a comment makes conditional. */
void parts_by_condition(struct reading *r);

#endif
