/*
 * step_reads.h: the values that a step reads.
 */
#ifndef LANG_STEP_READS_H
#define LANG_STEP_READS_H

#include "plan/step.h"

/*
 * True if the text of the step reads the value of that name: a script by $name
 * or CS_NAME, other kinds by {{name}}. The reads of programs that a script
 * starts are not visible in its text.
 */
bool step_reads_value(const struct step *step, const char *name);

#endif
