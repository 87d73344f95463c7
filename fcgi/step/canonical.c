/*
 * canonical.c: JSON in one form, for comparing.
 *
 * Two answers that differ in white space or in the order of members say the
 * same.  Everything else counts: tokens are compared as they are written,
 * since a library's numbers would make two large ones equal that are not.
 * json_read() is too strict for answers of others: it refuses such numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "step/canonical.h"

#define DEPTH	40
#define OUT_MAX	(4 * CANONICAL_MAX)	/* deep lines are long */

struct cursor {
	const char	*s;
	const char	*end;
};

struct member {
	const char	*name;		/* with its quotes */
	size_t		 name_len;
	const char	*value;
	size_t		 value_len;
};

static void
skip_space(struct cursor *c)
{
	while (c->s < c->end && strchr(" \t\r\n", *c->s) != NULL)
		c->s++;
}

/* Four hex digits follow. */
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

static bool	skip_value(struct cursor *c, int depth);

/* Behind the object or array at s. */
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

/* Behind the value that comes next; false: there is none (RFC 8259). */
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
	return *c->s == '-' || (*c->s >= '0' && *c->s <= '9') ?
	    skip_number(c) : skip_word(c);
}

static int
by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	size_t n = x->name_len < y->name_len ? x->name_len : y->name_len;
	int c = memcmp(x->name, y->name, n);

	return c != 0 ? c : (x->name_len > y->name_len) -
	    (x->name_len < y->name_len);
}

/* The members of the object, or elements of the array, at s, which is known
 * to be one. */
static struct member *
members_of(struct cursor *c, size_t *ret_count)
{
	bool object = *c->s == '{';
	struct member *all = NULL;
	size_t count = 0, cap = 0;

	for (c->s++, skip_space(c); *c->s != '}' && *c->s != ']';
	    skip_space(c)) {
		struct member *m = mem_grow(&all, &cap, count++, sizeof(*m));

		*m = (struct member){ .name = c->s };
		if (object) {
			skip_string(c);
			m->name_len = (size_t)(c->s - m->name);
			skip_space(c);
			c->s++;		/* the colon */
			skip_space(c);
		}
		m->value = c->s;
		skip_value(c, 0);
		m->value_len = (size_t)(c->s - m->value);
		skip_space(c);
		c->s += *c->s == ',';
	}
	c->s++;
	if (object && count > 0)
		qsort(all, count, sizeof(*all), by_name);
	*ret_count = count;
	return all;
}

static void
put_line_start(int depth, struct buf *out)
{
	buf_putc(out, '\n');
	for (int i = 0; i < depth; i++)
		buf_puts(out, "  ");
}

/* False: two members have the same name, and nobody knows which counts; or
 * it becomes too long. */
static bool
put_value(const char *s, size_t len, int depth, struct buf *out)
{
	struct cursor c = { s, s + len };
	struct member *all;
	size_t count;
	bool ok = true;

	if (*s != '{' && *s != '[') {
		buf_put(out, s, len);
		return true;
	}
	all = members_of(&c, &count);
	buf_putc(out, *s);
	for (size_t i = 0; i < count && ok; i++) {
		ok = all[i].name_len == 0 || i == 0 ||
		    by_name(&all[i - 1], &all[i]) != 0;
		put_line_start(depth + 1, out);
		buf_put(out, all[i].name, all[i].name_len);
		buf_puts(out, all[i].name_len > 0 ? ": " : "");
		ok = ok && out->len < OUT_MAX && put_value(all[i].value,
		    all[i].value_len, depth + 1, out);
		if (i + 1 < count)
			buf_putc(out, ',');
	}
	if (count > 0)
		put_line_start(depth, out);
	buf_putc(out, *s == '{' ? '}' : ']');
	free(all);
	return ok;
}

bool
canonical_json(const char *text, size_t len, struct buf *out)
{
	struct cursor c = { text, text + len }, end;
	size_t before = out->len;

	skip_space(&c);
	end = c;
	if (len > CANONICAL_MAX || !text_is_utf8(text, len) ||
	    !skip_value(&end, 0))
		return false;
	len = (size_t)(end.s - c.s);
	skip_space(&end);
	if (end.s != end.end)
		return false;
	if (put_value(c.s, len, 0, out)) {
		buf_putc(out, '\n');
		return true;
	}
	out->len = before;
	return false;
}
