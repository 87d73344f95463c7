/*
 * parts_own.h: what the files that part a block share.
 */
#ifndef IMPORT_PARTS_OWN_H
#define IMPORT_PARTS_OWN_H

#include "import/import_own.h"
#include "import/block/shape.h"

/* A line of the block. */
struct line {
	const char *s; /* without the blanks around it */
	size_t len;
	bool command; /* it begins one */
};

struct reading {
	struct import *im;
	struct shape *shape;
	struct line *lines;
	int count;
	bool joined; /* a command goes on in the next ones */
	int states;  /* lines that set what the next ones need */
};

/* The line sets something that the next ones need. */
bool part_sets(const struct line *l);

bool part_is_comment(const struct line *l);

/* The text of a comment; of the arena. */
const char *part_comment(const struct reading *r, int i);

/* A part from that line on; if there is no room, the block is one step. */
struct part *part_new(struct reading *r, int first, bool copies);

/* Parts for what a comment says is not always done. */
void parts_by_condition(struct reading *r);

#endif
