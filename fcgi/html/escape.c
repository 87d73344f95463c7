/*
 * escape.c: escapes text for HTML.
 *
 * One function serves content and quoted attributes: escaping both kinds of
 * quotes everywhere costs a few bytes and removes the choice between two
 * functions.  Runs of harmless bytes are copied at once, as nearly all bytes
 * are harmless.
 */
#include "html/escape.h"

static const char *const references[256] = {
	['&'] = "&amp;",
	['<'] = "&lt;",
	['>'] = "&gt;",
	['"'] = "&quot;",
	['\''] = "&#39;",
};

void
html_escape(struct buf *out, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *reference = references[(unsigned char)s[i]];

		if (reference == NULL)
			continue;
		if (i > from)
			buf_put(out, s + from, i - from);
		buf_puts(out, reference);
		from = i + 1;
	}
	if (len > from)
		buf_put(out, s + from, len - from);
}
