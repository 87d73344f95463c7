/*
 * ids.h: which ids of a document are taken.
 */
#ifndef COMPILER_IDS_H
#define COMPILER_IDS_H

#include <stdbool.h>

#include "base/arena.h"

#define IDS_SLOTS 16384 /* over three times what there can be */
struct ids {
	const char *slots[IDS_SLOTS];
	const char *base; /* what was numbered last */
	int number;       /* and up to where */
};

/* Takes the id; false where it is taken already. */
bool ids_take(struct ids *ids, const char *id);

/* The base, or the base with the first number that makes it unique, and takes
 * it.  Of the arena, or the base itself. */
const char *ids_derive(struct ids *ids, struct arena *arena, const char *base);

#endif
