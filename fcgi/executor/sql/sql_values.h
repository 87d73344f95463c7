/*
 * sql_values.h: a statement with its values as literals.
 */
#ifndef EXECUTOR_SQL_SQL_VALUES_H
#define EXECUTOR_SQL_SQL_VALUES_H

#include "executor/sql/sql_driver.h"

/*
 * Puts statement i into *out (reset before), each {{name}} as quoted by the
 * driver, or as a number if the parameter is one.  False: s->why names the
 * value that cannot be quoted.
 */
bool sql_fill(struct sql *s, const struct statements *all, size_t i,
    const char *text, struct buf *out);

#endif
