/*
 * sql_values.c: a statement with its values as literals.
 *
 * The driver quotes a value for its server; a number parameter is inserted as
 * a number (lang/sql_literal.c).
 */
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "executor/sql/sql_values.h"
#include "lang/sql_literal.h"

static bool
is_number(const struct job_spec *o, const char *name)
{
	size_t n = o->numbers != NULL ? json_object_array_length(o->numbers)
				      : 0;

	for (size_t i = 0; i < n; i++)
		if (text_eq(json_object_get_string(
				json_object_array_get_idx(o->numbers, i)),
			name))
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
