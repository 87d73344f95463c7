/*
 * sql_values.h: a statement with its values as literals.
 */
#ifndef EXECUTOR_SQL_SQL_VALUES_H
#define EXECUTOR_SQL_SQL_VALUES_H

#include "executor/sql/sql_driver.h"

/*
 * Puts statement i into *out (reset before), each {{name}} as the driver
 * quotes it, or as a number where the parameter is one.  False: s->why says
 * which value cannot be.
 */
bool sql_fill(struct sql *s, const struct statements *all, size_t i,
    const char *text, struct buf *out);

/*
 * Appends a number as a literal, set apart from what stands around it.
 * False: the text is none: [-]digits[.digits][e[+-]digits], 100 characters.
 */
bool sql_put_number(const char *text, struct buf *out);

#endif
