/*
 * sql_text.h: a statement as it is shown in the output.
 */
#ifndef STEP_SQL_TEXT_H
#define STEP_SQL_TEXT_H

#include "base/buf.h"
#include "book/statements.h"

/* Appends its beginning, on one line. */
void	sql_put_excerpt(const struct statement *st, const char *text,
	    struct buf *out);

/* Appends all of it, its lines numbered from `line`. */
void	sql_put_statement(const struct statement *st, const char *text,
	    int line, struct buf *out);

#endif
