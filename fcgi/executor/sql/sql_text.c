/*
 * sql_text.c: a statement as it is sent, with its values as literals, and as it
 * is shown in the output: as in the document, with {{name}} in their place.
 *
 * The driver quotes a value for its server; a number parameter is inserted as a
 * number (lang/sql/sql_literal.c).
 */
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "executor/sql/sql_text.h"
#include "lang/sql/sql_literal.h"

#define EXCERPT 72     /* characters of a statement in its line */
#define WHOLE_LINES 40 /* of a statement that failed */

static bool
is_number(const struct job_spec *o, const char *name)
{
	size_t n = json_count(o->numbers);

	for (size_t i = 0; i < n; i++)
		if (text_eq(
			json_object_get_string(json_at(o->numbers, i)), name))
			return true;
	return false;
}

static bool
put_value(struct sql *s, const char *name, struct buf *out)
{
	const struct job_spec *o = s->job->spec;
	const char *value = job_spec_value(o, name);

	if (value == NULL) {
		message_put(&s->why, "sql_value_none name=%s", name);
		return false;
	}
	if (!is_number(o, name))
		return s->driver->quote(s, value, out);
	if (sql_put_number(value, out))
		return true;
	message_put(&s->why, "sql_value_number name=%s", name);
	return false;
}

bool
sql_fill(struct sql *s, const struct statements *all, size_t i,
    const char *text, struct buf *out)
{
	const struct statement *st = &all->all[i];
	size_t from = st->at;

	buf_reset(out);
	for (size_t k = 0; k < st->values_count; k++) {
		const struct statement_value *v =
		    &all->values[st->values_from + k];

		buf_put(out, text + from, v->at - from);
		if (!put_value(s, v->name, out))
			return false;
		from = v->at + v->len;
	}
	buf_put(out, text + from, st->at + st->len - from);
	return true;
}

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
