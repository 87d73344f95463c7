/*
 * advice_variables.h: warns of variables that are never set, in the scripts of
 * steps.
 */
#ifndef COMPILER_CHECK_ADVICE_VARIABLES_H
#define COMPILER_CHECK_ADVICE_VARIABLES_H

#include "compiler/check/advice.h"

/* The script sets the variable somewhere in its text. */
bool advice_is_set(const char *text, const char *name);

/* Variables that are never set, in a line of a script. */
void advice_check_variables(struct advice *a, const struct script_line *l);

/*
 * Warns of an rm whose argument begins with a possibly empty variable followed
 * by a slash.
 */
void advice_check_removed(struct advice *a, const struct script_line *l,
    const char *word, size_t len);

#endif
