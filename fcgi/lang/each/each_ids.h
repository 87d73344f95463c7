/* each_ids.h: the ids taken in a document, and new ones. */
#ifndef LANG_EACH_EACH_IDS_H
#define LANG_EACH_EACH_IDS_H

#include <stdbool.h>

#include "base/arena.h"

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

/* Letters and digits of ASCII joined by '-', at most 40; "" for none. */
char *ids_slug(struct arena *arena, const char *title);

/*
 * The name of an output that is kept under its step's id: the id, or one made
 * from its hash where the id is no name of a file.  Of the arena.
 */
const char *ids_artifact(struct arena *arena, const char *id);

#endif
