/*
 * json_scan.c: the values of a JSON text, unchanged.
 *
 * A library reads numbers into doubles and 64-bit integers: an id of etcd or a
 * price of 1.10 would be changed.  Here a value is a slice of the text.  It
 * reads texts of others: json_read(), which is for our own, refuses numbers of
 * over 18 digits.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "executor/output/json_scan.h"

#define DEPTH 40

struct cursor {
	const char *s;
	const char *end;
};

static void
skip_space(struct cursor *c)
{
	while (
	    c->s < c->end && *c->s != '\0' && strchr(" \t\r\n", *c->s) != NULL)
		c->s++;
}

/* True if four hex digits follow. */
static bool
is_code(const struct cursor *c)
{
	for (int i = 1; i <= 4; i++)
		if (c->end - c->s <= i || c->s[i] == '\0' ||
		    strchr("0123456789abcdefABCDEF", c->s[i]) == NULL)
			return false;
	return true;
}

static bool
skip_string(struct cursor *c)
{
	for (c->s++; c->s < c->end && *c->s != '"'; c->s++) {
		if ((unsigned char)*c->s < ' ')
			return false;
		if (*c->s != '\\')
			continue;
		if (++c->s == c->end || strchr("\"\\/bfnrtu", *c->s) == NULL ||
		    (*c->s == 'u' && !is_code(c)))
			return false;
	}
	if (c->s == c->end)
		return false;
	c->s++;
	return true;
}

static bool
skip_digits(struct cursor *c)
{
	const char *from = c->s;

	while (c->s < c->end && *c->s >= '0' && *c->s <= '9')
		c->s++;
	return c->s > from;
}

static bool
skip_number(struct cursor *c)
{
	const char *from;

	c->s += *c->s == '-';
	from = c->s;
	if (!skip_digits(c) || (*from == '0' && c->s > from + 1))
		return false;
	if (c->s < c->end && *c->s == '.') {
		c->s++;
		if (!skip_digits(c))
			return false;
	}
	if (c->s < c->end && (*c->s == 'e' || *c->s == 'E')) {
		c->s++;
		c->s += c->s < c->end && (*c->s == '+' || *c->s == '-');
		return skip_digits(c);
	}
	return true;
}

static bool
skip_word(struct cursor *c)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(c->end - c->s) < n ||
		    memcmp(c->s, words[i], n) != 0)
			continue;
		c->s += n;
		return true;
	}
	return false;
}

static bool skip_value(struct cursor *c, int depth);

/* Skips the object or array at s. */
static bool
skip_all(struct cursor *c, int depth)
{
	char close = *c->s == '{' ? '}' : ']';

	c->s++;
	skip_space(c);
	if (c->s < c->end && *c->s == close) {
		c->s++;
		return true;
	}
	for (;;) {
		if (close == '}') {
			if (c->s == c->end || *c->s != '"' || !skip_string(c))
				return false;
			skip_space(c);
			if (c->s == c->end || *c->s++ != ':')
				return false;
		}
		if (!skip_value(c, depth + 1))
			return false;
		skip_space(c);
		if (c->s == c->end)
			return false;
		if (*c->s == close) {
			c->s++;
			return true;
		}
		if (*c->s++ != ',')
			return false;
		skip_space(c);
	}
}

/* Skips the next value; false: there is none (RFC 8259). */
static bool
skip_value(struct cursor *c, int depth)
{
	skip_space(c);
	if (c->s == c->end || depth > DEPTH)
		return false;
	if (*c->s == '"')
		return skip_string(c);
	if (*c->s == '{' || *c->s == '[')
		return skip_all(c, depth);
	return *c->s == '-' || (*c->s >= '0' && *c->s <= '9') ? skip_number(c)
							      : skip_word(c);
}

bool
json_scan(const char *text, size_t len, struct json_piece *ret)
{
	struct cursor c = { text, text + len };
	struct json_piece found;

	if (!text_is_utf8(text, len))
		return false;
	skip_space(&c);
	found.s = c.s;
	if (!skip_value(&c, 0))
		return false;
	found.len = (size_t)(c.s - found.s);
	skip_space(&c);
	if (c.s != c.end)
		return false;
	*ret = found;
	return true;
}

struct json_member *
json_members(struct json_piece of, size_t *ret_count)
{
	struct cursor c = { of.s, of.s + of.len };
	bool object = *c.s == '{';
	struct json_member *all = NULL;
	size_t count = 0, cap = 0;

	for (c.s++, skip_space(&c); *c.s != '}' && *c.s != ']';
	     skip_space(&c)) {
		struct json_member *m = mem_grow(
		    &all, &cap, count++, sizeof(*m));

		*m = (struct json_member){ .name = { c.s, 0 } };
		if (object) {
			skip_string(&c);
			m->name.len = (size_t)(c.s - m->name.s);
			skip_space(&c);
			c.s++; /* the colon */
			skip_space(&c);
		}
		m->value.s = c.s;
		skip_value(&c, 0);
		m->value.len = (size_t)(c.s - m->value.s);
		skip_space(&c);
		c.s += *c.s == ',';
	}
	*ret_count = count;
	return all;
}

void
json_compact(struct json_piece of, struct buf *out)
{
	struct cursor c = { of.s, of.s + of.len };
	const char *from;

	while (skip_space(&c), c.s < c.end) {
		from = c.s;
		if (*c.s == '"')
			skip_string(&c);
		else
			c.s++;
		buf_put(out, from, (size_t)(c.s - from));
	}
}
