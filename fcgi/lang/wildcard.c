/*
 * wildcard.c: "*" and "?" in the name of a file.
 *
 * fnmatch() was rejected: it counts bytes in the locale of the console's
 * programs, and takes brackets.  No shell sees the pattern, nor a name.
 */
#include <string.h>

#include "base/text.h"
#include "lang/wildcard.h"

void
wildcard_put(const char *text, size_t len, bool literal, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' || (literal && strchr("*?", text[i])))
			buf_putc(out, '\\');
		buf_putc(out, text[i]);
	}
}

/* The length of the character; of a byte that is none, 1. */
static size_t
one(const char *s, size_t len)
{
	uint32_t cp;
	size_t n = text_utf8_next(s, len, &cp);

	return n > 0 ? n : 1;
}

bool
wildcard_match(const char *pattern, const char *name, size_t len)
{
	const char *p = pattern, *star = NULL;
	size_t at = 0, from = 0; /* the last star matched up to there */

	if (len > 0 && *name == '.' && *pattern != '.')
		return false;
	for (;;) {
		if (*p == '*') {
			star = ++p;
			from = at;
			continue;
		}
		if (at < len && *p == '?') {
			at += one(name + at, len - at);
			p++;
			continue;
		}
		if (at < len && *p != '\0' && name[at] == p[*p == '\\']) {
			p += *p == '\\' ? 2 : 1;
			at++;
			continue;
		}
		if (at == len && *p == '\0')
			return true;
		if (star == NULL || from >= len)
			return false;
		from += one(name + from, len - from);
		at = from;
		p = star;
	}
}
