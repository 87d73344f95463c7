/* sql_text.h: a statement as shown in the output. */
#ifndef EXECUTOR_SQL_SQL_TEXT_H
#define EXECUTOR_SQL_SQL_TEXT_H

#include "base/buf.h"
#include "lang/sql_split.h"

/* Appends its beginning, on one line. */
void sql_put_excerpt(
    const struct statement *st, const char *text, struct buf *out);

/* Appends all of it, its lines numbered from `line`. */
void sql_put_statement(
    const struct statement *st, const char *text, int line, struct buf *out);

#endif
