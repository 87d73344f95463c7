/*
 * abilities.h: what the kinds of steps can do, beside their attributes (whose
 * table stands in apply.c).  Nobody outside book/ includes it.
 */
#ifndef BOOK_ABILITIES_H
#define BOOK_ABILITIES_H

#include <stdbool.h>

#include "book/step.h"

enum ability {
	CAN_WILDCARD,		/* "*" and "?" in a path */
	CAN_SEND_FILE,		/* "< file" */
	CAN__MAX
};

/* Check says “not supported” where this is false, and nothing where it is
 * true: who adds an ability adds it to the table. */
bool	 step_can(enum step_kind kind, enum ability ability);

#endif
