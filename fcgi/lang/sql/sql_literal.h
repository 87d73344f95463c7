/* sql_literal.h: values as literals of SQL. */
#ifndef LANG_SQL_SQL_LITERAL_H
#define LANG_SQL_SQL_LITERAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "lang/sql/sql_split.h"

/*
 * Appends a number as a literal, separated from its surroundings.  False: the
 * text is not [-]digits[.digits][e[+-]digits] of at most 100 characters.
 */
bool sql_put_number(const char *text, struct buf *out);

/*
 * Appends a UTF-8 text as a quoted literal, as the client library of the server
 * writes it for a connection with its default settings.
 */
void sql_put_text(enum step_kind dialect, const char *text, struct buf *out);

#endif
