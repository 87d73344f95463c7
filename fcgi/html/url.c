/*
 * url.c: the encodings of addresses and forms.
 *
 * A form is parsed into the same kind of object as a JSON body, so that
 * handlers know one shape.  Only valid text is accepted: NUL and invalid UTF-8
 * are refused here, once, for all fields.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "html/url.h"

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL);
}

static void
put_encoded(struct buf *out, const char *s, const char *also)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_unreserved(c) || strchr(also, c) != NULL) {
			buf_putc(out, *s);
		} else {
			buf_putc(out, '%');
			buf_putc(out, digits[c >> 4]);
			buf_putc(out, digits[c & 15]);
		}
	}
}

void
url_put_path(struct buf *out, const char *s)
{
	put_encoded(out, s, "/");
}

void
url_put_query(struct buf *out, const char *s)
{
	put_encoded(out, s, "");
}

enum err
url_decode(const char *s, size_t len, bool plus, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			if (len - i < 3 || !text_unhex(s + i + 1, &c, 1))
				return ERR_INVALID;
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			return ERR_INVALID;
		buf_putc(out, c);
	}
	if (!text_is_utf8(buf_text(out) + start, out->len - start))
		return ERR_INVALID;
	return ERR_OK;
}

static void
add_field(struct json_object *o, const char *name, const char *value)
{
	struct json_object *text = json_object_new_string(value);
	struct json_object *old = json_get(o, name);
	struct json_object *both;

	if (old == NULL) {
		json_object_object_add(o, name, text);
	} else if (json_object_is_type(old, json_type_array)) {
		json_object_array_add(old, text);
	} else {
		both = json_object_new_array();
		json_object_array_add(both, json_object_get(old));
		json_object_array_add(both, text);
		json_object_object_add(o, name, both);
	}
}

/* Parses "name=value"; scratch is used for the decoded texts. */
static enum err
read_field(
    const char *s, size_t len, struct buf *scratch, struct json_object *o)
{
	const char *eq = memchr(s, '=', len);
	size_t name_len = eq != NULL ? (size_t)(eq - s) : len;
	size_t value;
	enum err err;

	buf_reset(scratch);
	if ((err = url_decode(s, name_len, true, scratch)) != ERR_OK)
		return err;
	buf_putc(scratch, '\0');
	value = scratch->len;
	if (eq != NULL &&
	    (err = url_decode(eq + 1, len - name_len - 1, true, scratch)) !=
		ERR_OK)
		return err;
	add_field(o, scratch->data, buf_text(scratch) + value);
	return ERR_OK;
}

enum err
url_read_form(const char *s, size_t len, struct json_object **ret)
{
	struct json_object *o = json_object_new_object();
	struct buf scratch = { 0 };
	const char *end = s + len;
	enum err err = ERR_OK;
	int fields = 0;

	while (s < end && err == ERR_OK) {
		const char *amp = memchr(s, '&', (size_t)(end - s));
		size_t size = (size_t)((amp != NULL ? amp : end) - s);

		if (size > 0 && ++fields > URL_MAX_FIELDS)
			err = ERR_TOO_LARGE;
		else if (size > 0)
			err = read_field(s, size, &scratch, o);
		s += size + 1;
	}
	buf_clear(&scratch);
	if (err == ERR_OK)
		*ret = o;
	else
		json_object_put(o);
	return err;
}
