/* sql_text.h: a statement as it is sent, and as it is shown in the output. */
#ifndef EXECUTOR_SQL_SQL_TEXT_H
#define EXECUTOR_SQL_SQL_TEXT_H

#include "executor/sql/sql_driver.h"

/*
 * Puts statement i into *out (reset before), each {{name}} as quoted by the
 * driver, or as a number if the parameter is one.  False: s->why names the
 * value that cannot be quoted.
 */
bool sql_fill(struct sql *s, const struct statements *all, size_t i,
    const char *text, struct buf *out);

/* Appends its beginning, on one line. */
void sql_put_excerpt(
    const struct statement *st, const char *text, struct buf *out);

/* Appends all of it, its lines numbered from `line`. */
void sql_put_statement(
    const struct statement *st, const char *text, int line, struct buf *out);

#endif
