/*
 * step_reads.h: the values that a step reads.
 */
#ifndef LANG_STEP_READS_H
#define LANG_STEP_READS_H

#include "plan/step.h"

/*
 * Whether the step reads the value of that name, as far as its text tells: a
 * script by $name or CS_NAME, other kinds by {{name}}.  What a program reads
 * that a script starts is in no text.
 */
bool step_reads_value(const struct step *step, const char *name);

#endif
