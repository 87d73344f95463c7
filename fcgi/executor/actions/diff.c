/*
 * diff.c: unified differences of two texts.
 *
 * An edit knows the old and new form of each line, so its difference needs no
 * search.  For other texts the line pairs are computed first: the common
 * beginning and end are set aside, and Myers' greedy algorithm finds the
 * shortest edit script for the rest.  If the texts differ in more than SEARCH
 * lines, the whole rest is shown as removed and added: nobody reads a longer
 * difference line by line, and the search takes memory by the square of it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "executor/actions/diff.h"

#define CONTEXT 3  /* lines around a difference of two outputs */
#define SEARCH 400 /* limit of the search, in different lines */
#define LINE 400   /* bytes of a line that are shown */

static bool
changed(const struct diff_line *l)
{
	return l->was == NULL || l->is == NULL || strcmp(l->was, l->is) != 0;
}

/* A line, cut at a character boundary if it is too long. */
static void
put_line(char mark, const char *s, bool whole, struct buf *out)
{
	size_t len = strlen(s), n = whole || len < LINE ? len : LINE;

	while (n < len && n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	buf_putc(out, mark);
	buf_put(out, s, n);
	buf_puts(out, n < len ? "…\n" : "\n");
}

/* The destination of a difference. */
struct sink {
	struct buf *out;
	bool whole;     /* no limit of its size */
	size_t context; /* lines around a difference */
};

/* Writes one hunk, from `from` to `to`. */
static void
put_hunk(const struct diff_line *lines, size_t from, size_t to, size_t was,
    size_t is, struct sink *sink)
{
	struct buf *out = sink->out;
	size_t had = 0, has = 0;

	for (size_t i = from; i < to; i++) {
		had += lines[i].was != NULL;
		has += lines[i].is != NULL;
	}
	buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", was + (had > 0), had,
	    is + (has > 0), has);
	for (size_t i = from; i < to; i++) {
		const struct diff_line *l = &lines[i];

		if (!changed(l))
			put_line(' ', l->is, sink->whole, out);
		else if (l->was != NULL)
			put_line('-', l->was, sink->whole, out);
		if (changed(l) && l->is != NULL)
			put_line('+', l->is, sink->whole, out);
		if (sink->whole || out->len < DIFF_BYTES)
			continue;
		buf_puts(out, "(the rest of the difference is not shown)\n");
		return;
	}
}

static void
put_all(const struct diff_line *lines, size_t count, struct sink *sink)
{
	size_t was = 0, is = 0, next = 0, context = sink->context;

	for (size_t i = 0; i < count; i++) {
		size_t from, to, gap;

		if (!changed(&lines[i]))
			continue;
		if (!sink->whole && sink->out->len >= DIFF_BYTES)
			return;
		from = i < next + context ? next : i - context;
		for (to = i + 1, gap = 0; to < count && gap <= 2 * context;
		     to++)
			gap = changed(&lines[to]) ? 0 : gap + 1;
		to -= gap > context ? gap - context : 0;
		for (; next < from; next++) {
			was += lines[next].was != NULL;
			is += lines[next].is != NULL;
		}
		put_hunk(lines, from, to, was, is, sink);
		for (; next < to; next++) {
			was += lines[next].was != NULL;
			is += lines[next].is != NULL;
		}
		i = to - 1;
	}
}

static void
put_names(const char *was_name, const char *is_name, struct buf *out)
{
	buf_printf(out, "--- %s\n+++ %s\n", was_name, is_name);
}

void
diff_lines(const struct diff_line *lines, size_t count, const char *name,
    struct buf *out)
{
	struct sink sink = { out, true, 0 };

	for (size_t i = 0; i < count; i++)
		if (changed(&lines[i])) {
			put_names(name, name, out);
			put_all(lines, count, &sink);
			return;
		}
}

/* The lines of a text; the caller frees the first line, and the array. */
static char **
split(const struct buf *text, size_t *ret_count)
{
	size_t n = 0, lines = 1;
	char *copy = mem_strndup(buf_text(text), text->len), *s = copy, *eol;
	char **all;

	for (size_t i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	all = mem_calloc(lines + 1, sizeof(*all));
	all[0] = copy; /* also if there is no line */
	while (*s != '\0') {
		all[n++] = s;
		if ((eol = strchr(s, '\n')) == NULL)
			break;
		*eol = '\0';
		s = eol + 1;
	}
	*ret_count = n;
	return all;
}

/*
 * The two lists of lines, and the furthest line of the first that each step of
 * the search reached, by diagonal.
 */
struct search {
	char **a, **b;
	size_t n, m;
	int *reached[SEARCH + 1];
};

static int
follow(const struct search *s, int x, int y)
{
	while ((size_t)x < s->n && (size_t)y < s->m &&
	    strcmp(s->a[x], s->b[y]) == 0) {
		x++;
		y++;
	}
	return x;
}

/* The first line of a after the step from the diagonals next to k. */
static int
best(const int *v, int d, int k)
{
	if (k == -d || (k != d && v[d - 1 + k - 1] < v[d - 1 + k + 1]))
		return v[d - 1 + k + 1];
	return v[d - 1 + k - 1] + 1;
}

/* The length of the edit script; -1: longer than the limit. */
static int
find(struct search *s)
{
	for (int d = 0; d <= SEARCH; d++) {
		int *now = s->reached[d] = mem_calloc(
		    2 * (size_t)d + 1, sizeof(int));

		for (int k = -d; k <= d; k += 2) {
			int x = d == 0 ? 0 : best(s->reached[d - 1], d, k);

			if (x - k < 0 || (size_t)x > s->n ||
			    (size_t)(x - k) > s->m) {
				now[d + k] = x;
				continue;
			}
			now[d + k] = x = follow(s, x, x - k);
			if ((size_t)x == s->n && (size_t)(x - k) == s->m)
				return d;
		}
	}
	return -1;
}

/* Traces the script back from its end, and fills in lines from the end. */
static size_t
trace(const struct search *s, int d, struct diff_line *end)
{
	struct diff_line *at = end;
	int x = (int)s->n, y = (int)s->m;

	for (; d >= 0; d--) {
		int k = x - y, from = 0, before = 0;

		if (d > 0) {
			const int *v = s->reached[d - 1];
			bool down = k == -d ||
			    (k != d && v[d - 1 + k - 1] < v[d - 1 + k + 1]);

			before = down ? v[d - 1 + k + 1] : v[d - 1 + k - 1];
			from = down ? before : before + 1;
		}
		for (; x > from; x--, y--)
			*--at = (struct diff_line){ s->a[x - 1], s->b[y - 1] };
		if (d == 0)
			break;
		if (from == before)
			*--at = (struct diff_line){ NULL, s->b[--y] };
		else
			*--at = (struct diff_line){ s->a[--x], NULL };
	}
	return (size_t)(end - at);
}

/* Fills in lines for the part between equal beginning and end. */
static size_t
middle(struct search *s, struct diff_line *lines)
{
	struct diff_line *all = mem_calloc(s->n + s->m + 1, sizeof(*all));
	int d = find(s);
	size_t count = 0;

	if (d >= 0) {
		count = trace(s, d, all + s->n + s->m);
		memcpy(lines, all + s->n + s->m - count, count * sizeof(*all));
	} else {
		for (size_t i = 0; i < s->n; i++)
			lines[count++] = (struct diff_line){ s->a[i], NULL };
		for (size_t i = 0; i < s->m; i++)
			lines[count++] = (struct diff_line){ NULL, s->b[i] };
	}
	for (int i = 0; i <= SEARCH; i++)
		free(s->reached[i]);
	free(all);
	return count;
}

struct diff_count
diff_texts(const struct buf *was, const struct buf *is, const char *was_name,
    const char *is_name, struct buf *out)
{
	size_t n, m, head = 0, tail = 0, count;
	struct diff_count differ = { 0 };
	char **a = split(was, &n), **b = split(is, &m);
	struct diff_line *lines = mem_calloc(n + m + 1, sizeof(*lines));
	struct sink sink = { out, false, CONTEXT };
	struct search s = { 0 };

	while (head < n && head < m && strcmp(a[head], b[head]) == 0)
		head++;
	while (tail < n - head && tail < m - head &&
	    strcmp(a[n - 1 - tail], b[m - 1 - tail]) == 0)
		tail++;
	for (count = 0; count < head; count++)
		lines[count] = (struct diff_line){ a[count], b[count] };
	s.a = a + head;
	s.b = b + head;
	s.n = n - head - tail;
	s.m = m - head - tail;
	count += middle(&s, lines + count);
	for (size_t i = 0; i < tail; i++, count++)
		lines[count] = (struct diff_line){ a[n - tail + i],
			b[m - tail + i] };
	for (size_t i = 0; i < count; i++) {
		differ.gone += lines[i].is == NULL;
		differ.added += lines[i].was == NULL;
	}
	put_names(was_name, is_name, out);
	put_all(lines, count, &sink);
	free(a[0]);
	free(b[0]);
	free(a);
	free(b);
	free(lines);
	return differ;
}
