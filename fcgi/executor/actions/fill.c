/*
 * fill.c: inserts {{name}} unchanged, for places that hold plain text.
 *
 * Such a place is one line of a file, or a path: a value with a line break
 * would become several lines, and is refused.
 */
#include <string.h>

#include "base/message.h"
#include "lang/values.h"
#include "executor/actions/fill.h"

const char *
fill_value(const struct job_spec *spec, const char *name, struct buf *why)
{
	const char *value = job_spec_value(spec, name);

	if (value != NULL && value[strcspn(value, "\r\n")] == '\0')
		return value;
	message_put(why,
	    value == NULL ? "value_none name=%s" : "value_lines name=%s", name);
	return NULL;
}

bool
fill_line(const struct job_spec *o, const char *s, size_t len, struct buf *out,
    struct buf *why)
{
	size_t at = 0, from = 0, n;
	char name[65];

	buf_puts(out, "");
	while (values_next(s, len, &at, &n, name)) {
		const char *value = fill_value(o, name, why);

		if (value == NULL)
			return false;
		buf_put(out, s + from, at - from);
		buf_puts(out, value);
		from = at += n;
	}
	buf_put(out, s + from, len - from);
	return true;
}

enum err
fill_folder(struct job_spec *o, struct fault *fault)
{
	struct buf why = { 0 };
	enum err err = ERR_OK;

	if (o->step.cwd == NULL)
		return ERR_OK;
	if (!fill_line(o, o->step.cwd, strlen(o->step.cwd), &o->folder, &why))
		err = fault_set(fault, ERR_INVALID, "job_spec", "cwd",
		    "cwd_unknown cwd=%s reason=%s", o->step.cwd,
		    buf_text(&why));
	else if (strstr(o->step.cwd, "{{") != NULL &&
	    *buf_text(&o->folder) != '/')
		err = fault_set(fault, ERR_INVALID, "job_spec", "cwd",
		    "cwd_relative cwd=%s", o->step.cwd);
	o->step.cwd = buf_text(&o->folder);
	buf_clear(&why);
	return err;
}
