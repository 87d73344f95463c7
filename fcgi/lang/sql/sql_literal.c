/*
 * sql_literal.c: values as literals of SQL.
 *
 * A number is inserted as a number, as LIMIT and similar accept no quoted one;
 * its form is checked exactly.  It stands between blanks, so that it cannot
 * become part of a word, and a negative one in parentheses: after a minus sign
 * it would begin a comment.
 *
 * The executor lets the client library of its server quote texts, which knows
 * the character set of the connection.  The preview has no connection: it
 * quotes by the rules of MySQL (Reference Manual, "String Literals") and
 * PostgreSQL (PQescapeLiteral()) for UTF-8.
 */
#include <string.h>

#include "lang/sql/sql_literal.h"

#define NUMBER_MAX 100

/* The number of digits at s. */
static size_t
digits(const char *s)
{
	return strspn(s, "0123456789");
}

bool
sql_put_number(const char *text, struct buf *out)
{
	const char *s = text + (*text == '-');
	size_t n = digits(s);

	if (n == 0 || strlen(text) > NUMBER_MAX)
		return false;
	s += n;
	if (*s == '.') {
		if ((n = digits(s + 1)) == 0)
			return false;
		s += n + 1;
	}
	if (*s == 'e' || *s == 'E') {
		s += s[1] == '+' || s[1] == '-' ? 2 : 1;
		if ((n = digits(s)) == 0)
			return false;
		s += n;
	}
	if (*s != '\0')
		return false;
	buf_printf(out, *text == '-' ? " (%s) " : " %s ", text);
	return true;
}

/* The character behind a backslash in MySQL, or 0: it stands for itself. */
static char
escape_of(char c)
{
	switch (c) {
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\032':
		return 'Z';
	case '\'':
	case '"':
	case '\\':
		return c;
	default:
		return '\0';
	}
}

static void
put_mysql(const char *text, struct buf *out)
{
	buf_putc(out, '\'');
	for (const char *s = text; *s != '\0'; s++) {
		char escape = escape_of(*s);

		if (escape != '\0')
			buf_putc(out, '\\');
		buf_putc(out, escape != '\0' ? escape : *s);
	}
	buf_putc(out, '\'');
}

void
sql_put_text(enum step_kind dialect, const char *text, struct buf *out)
{
	bool escaped = dialect == STEP_POSTGRESQL && strchr(text, '\\') != NULL;

	if (dialect == STEP_MYSQL) {
		put_mysql(text, out);
		return;
	}
	buf_puts(out, escaped ? " E'" : "'");
	for (const char *s = text; *s != '\0'; s++) {
		if (*s == '\'' || (escaped && *s == '\\'))
			buf_putc(out, *s);
		buf_putc(out, *s);
	}
	buf_putc(out, '\'');
}
