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

#endif
