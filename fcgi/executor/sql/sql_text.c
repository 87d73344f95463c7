/*
 * sql_text.c: a statement as shown in the output: as in the document, with
 * {{name}} in place of values.
 */
#include <string.h>

#include "base/text.h"
#include "executor/sql/sql_text.h"

#define EXCERPT 72     /* characters of a statement in its line */
#define WHOLE_LINES 40 /* of a statement that failed */

void
sql_put_excerpt(const struct statement *st, const char *text, struct buf *out)
{
	const char *s = text + st->at;
	bool blank = false;
	size_t n, shown = 0;
	uint32_t cp;

	for (size_t at = 0; at < st->len; at += n) {
		n = text_utf8_next(s + at, st->len - at, &cp);
		if (n == 0)
			break;
		if (strchr(" \t\r\n", s[at]) != NULL) {
			blank = true;
			continue;
		}
		if (shown + blank >= EXCERPT) {
			buf_puts(out, "…");
			break;
		}
		if (blank)
			buf_putc(out, ' ');
		buf_put(out, s + at, n);
		shown += 1 + blank;
		blank = false;
	}
}

void
sql_put_statement(
    const struct statement *st, const char *text, int line, struct buf *out)
{
	const char *s = text + st->at, *end = s + st->len;

	for (int n = 0; s < end; n++) {
		size_t len = strcspn(s, "\n");

		if (len > (size_t)(end - s))
			len = (size_t)(end - s);
		if (n == WHOLE_LINES) {
			buf_puts(out, "       …\n");
			break;
		}
		buf_printf(out, "%6d | %.*s\n", line + n, (int)len, s);
		s += len + 1;
	}
}
