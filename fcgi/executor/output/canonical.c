/*
 * canonical.c: JSON in canonical form, for comparisons.
 *
 * Two answers that differ in white space or in the order of members are equal;
 * in the order of the elements of arrays, if nobody asks for it.  All other
 * differences count: tokens are compared as text, since a library's numbers
 * would make two different large ones equal.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "executor/output/canonical.h"
#include "executor/output/json_scan.h"

#define OUT_MAX (4 * CANONICAL_MAX) /* deeply nested lines are long */

static int
by_name(const void *a, const void *b)
{
	const struct json_member *x = a, *y = b;
	size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
	int c = memcmp(x->name.s, y->name.s, n);

	return c != 0
	    ? c
	    : (x->name.len > y->name.len) - (x->name.len < y->name.len);
}

static void
put_line_start(int depth, struct buf *out)
{
	buf_putc(out, '\n');
	for (int i = 0; i < depth; i++)
		buf_puts(out, "  ");
}

static bool put_value(
    struct json_piece v, int depth, bool unordered, struct buf *out);

static int
by_text(const void *a, const void *b)
{
	const struct buf *x = a, *y = b;

	return strcmp(buf_text(x), buf_text(y));
}

/* The elements of an array, in the order of their canonical texts. */
static bool
put_sorted(
    const struct json_member *all, size_t count, int depth, struct buf *out)
{
	struct buf *texts = mem_calloc(count, sizeof(*texts));
	size_t len = out->len;
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++) {
		ok = put_value(all[i].value, depth, true, &texts[i]) &&
		    (len += texts[i].len) < OUT_MAX;
	}
	if (ok)
		qsort(texts, count, sizeof(*texts), by_text);
	for (size_t i = 0; i < count; i++) {
		put_line_start(depth, out);
		buf_put(out, buf_text(&texts[i]), texts[i].len);
		if (i + 1 < count)
			buf_putc(out, ',');
		buf_clear(&texts[i]);
	}
	free(texts);
	return ok;
}

/* In the order of `all`; false if two members have the same name. */
static bool
put_members(const struct json_member *all, size_t count, int depth,
    bool unordered, struct buf *out)
{
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++) {
		ok = all[i].name.len == 0 || i == 0 ||
		    by_name(&all[i - 1], &all[i]) != 0;
		put_line_start(depth, out);
		buf_put(out, all[i].name.s, all[i].name.len);
		buf_puts(out, all[i].name.len > 0 ? ": " : "");
		ok = ok && out->len < OUT_MAX &&
		    put_value(all[i].value, depth, unordered, out);
		if (i + 1 < count)
			buf_putc(out, ',');
	}
	return ok;
}

/*
 * False: two members have the same name, so that either could count; or it
 * becomes too long.
 */
static bool
put_value(struct json_piece v, int depth, bool unordered, struct buf *out)
{
	struct json_member *all;
	size_t count;
	bool ok = true;

	if (*v.s != '{' && *v.s != '[') {
		buf_put(out, v.s, v.len);
		return true;
	}
	all = json_members(v, &count);
	if (*v.s == '{' && count > 0)
		qsort(all, count, sizeof(*all), by_name);
	buf_putc(out, *v.s);
	if (*v.s == '[' && unordered && count > 0)
		ok = put_sorted(all, count, depth + 1, out);
	else
		ok = put_members(all, count, depth + 1, unordered, out);
	if (count > 0)
		put_line_start(depth, out);
	buf_putc(out, *v.s == '{' ? '}' : ']');
	free(all);
	return ok;
}

bool
canonical_json(const char *text, size_t len, bool unordered, struct buf *out)
{
	size_t before = out->len;
	struct json_piece all;

	if (len > CANONICAL_MAX || !json_scan(text, len, &all))
		return false;
	if (put_value(all, 0, unordered, out)) {
		buf_putc(out, '\n');
		return true;
	}
	out->len = before;
	return false;
}
