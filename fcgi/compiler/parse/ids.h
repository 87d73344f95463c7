/* ids.h: the ids taken in a document. */
#ifndef COMPILER_PARSE_IDS_H
#define COMPILER_PARSE_IDS_H

#include <stdbool.h>

#include "base/arena.h"

struct parse;

#define IDS_SLOTS 16384 /* over three times the maximum */
struct ids {
	const char *slots[IDS_SLOTS];
	const char *base; /* the base numbered last */
	int number;       /* and its last number */
};

/* Takes the id; false where it is taken already. */
bool ids_take(struct ids *ids, const char *id);

/* The base, or the base with the first number that makes it unique, and takes
 * it.  Of the arena, or the base itself. */
const char *ids_derive(struct ids *ids, struct arena *arena, const char *base);

void ids_read(struct parse *p);

#endif
