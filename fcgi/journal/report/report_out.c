/*
 * report_out.c: JSON that is written while it is made.
 *
 * Small values are made with json-c and written as it writes them; only the
 * brackets around many of them stand here.
 */
#include "journal/report/report_out.h"

static void
put_text(struct report_out *out, struct json_object *value)
{
	size_t len;
	const char *text = json_object_to_json_string_length(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	buf_put(out->text, text, len);
}

static void
put_key(struct report_out *out, const char *key)
{
	struct json_object *name;

	if (out->follows)
		buf_putc(out->text, ',');
	out->follows = true;
	if (key == NULL)
		return;
	name = json_object_new_string(key);
	put_text(out, name);
	json_object_put(name);
	buf_putc(out->text, ':');
}

void
report_out_begin(struct report_out *out, const char *key, char bracket)
{
	put_key(out, key);
	buf_putc(out->text, bracket);
	out->follows = false;
}

void
report_out_end(struct report_out *out, char bracket)
{
	buf_putc(out->text, bracket);
	out->follows = true;
}

void
report_out_put(
    struct report_out *out, const char *key, struct json_object *value)
{
	put_key(out, key);
	put_text(out, value);
	json_object_put(value);
	if (out->part != NULL)
		out->part(out->ctx);
}
