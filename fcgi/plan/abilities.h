/*
 * abilities.h: the abilities of each kind of step, beside its attributes (the
 * table in step_attributes.c). Only the compiler includes it.
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

/*
 * Check reports “not supported” if this is false: a new ability is added to the
 * table.
 */
bool step_can(enum step_kind kind, enum ability ability);

#endif
