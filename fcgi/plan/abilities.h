/*
 * abilities.h: what the kinds of steps can do, beside their attributes (whose
 * table stands in step_attributes.c).  Nobody outside book/ includes it.
 */
#ifndef PLAN_ABILITIES_H
#define PLAN_ABILITIES_H

#include <stdbool.h>

#include "plan/step.h"

enum ability {
	CAN_WILDCARD,  /* "*" and "?" in a path */
	CAN_SEND_FILE, /* "< file" */
	CAN__MAX
};

/* Check says “not supported” where this is false, and nothing where it is
 * true: who adds an ability adds it to the table. */
bool step_can(enum step_kind kind, enum ability ability);

#endif
