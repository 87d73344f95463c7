/*
 * asked.h: values that tasks ask people for.
 */
#ifndef PLAN_ASKED_H
#define PLAN_ASKED_H

#include <stdbool.h>

#include "plan/parameter.h"

struct plan;
struct step;

/*
 * The value that a task asks for (its capture=), described like a parameter,
 * whose texts are the step's.  False: it asks for none.
 */
bool step_asks(const struct step *step, struct parameter *ret);

/* The value is that of a parameter, or is asked for, of type number. */
bool plan_is_number(const struct plan *plan, const char *name);

#endif
