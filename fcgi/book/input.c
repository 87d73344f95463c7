/*
 * input.c: the copy of a document that md4c reads.
 *
 * Where md4c does not see what CommonMark says, the copy differs from the
 * source so that it does; texts and places are then taken from the source.
 * A byte may be replaced by another, or bytes be put in; none is left out, so
 * each range of the copy is one of the source.
 *
 *   - md4c 0.4.8 does not take a fence with a tab behind it for a closing one:
 *     the copy has blanks there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "book/parse.h"

/* Blanks for the tabs behind a fence. */
static void
put_fence(const char *s, size_t len, struct buf *out)
{
	size_t end = len;

	while (end > 0 && (s[end - 1] == ' ' || s[end - 1] == '\t'))
		end--;
	buf_put(out, s, end);
	for (; end < len; end++)
		buf_putc(out, ' ');
}

void
input_make(const struct parse *p, struct input *ret)
{
	int line = source_line(p, p->body);

	*ret = (struct input){ .body = p->body };
	for (; (size_t)line < p->lines_count; line++) {
		size_t from = source_line_start(p, line);
		size_t to = source_line_end(p, line);

		if (from < p->body)
			from = p->body;
		if (p->line_sorts[line] == LINE_FENCE)
			put_fence(p->src + from, to - from, &ret->text);
		else
			buf_put(&ret->text, p->src + from, to - from);
		buf_put(&ret->text, p->src + to,
		    source_line_start(p, line + 1) - to);
	}
}

void
input_clear(struct input *in)
{
	buf_clear(&in->text);
	free(in->all);
}

bool
input_source(const struct input *in, const char *s, size_t *ret_at)
{
	size_t low = 0, high = in->count, at;

	if (in->text.len == 0 || s < in->text.data ||
	    s > in->text.data + in->text.len)
		return false;
	at = (size_t)(s - in->text.data);
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (in->all[mid].at < at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low > 0) {
		const struct inserted *i = &in->all[low - 1];

		at -= i->before + (at - i->at < i->len ? at - i->at : i->len);
	}
	*ret_at = in->body + at;
	return true;
}
