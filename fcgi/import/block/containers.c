/*
 * containers.c: notes and tabs of MkDocs as plain Markdown.
 *
 * “!!! tip”, “??? note” and “=== "Docker"” begin a container whose contents are
 * four blanks further in.  For Markdown these are a block of code, and fences
 * within it are no blocks.  Without the four blanks, and with a blank line
 * around the first line, they are what their author meant.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "import/block/containers.h"
#include "base/buf.h"

#define DEEPEST 8
#define FURTHER 4 /* blanks */

struct walk {
	size_t indents[DEEPEST]; /* of the containers around */
	size_t depth;
	char fence;  /* '`' or '~' within one */
	bool opened; /* the last line began a container */
	bool blank;  /* the last line was blank */
	struct buf *out;
};

static size_t
line_length(const char *s, size_t len)
{
	const char *end = memchr(s, '\n', len);

	return end != NULL ? (size_t)(end - s) + 1 : len;
}

static bool
is_blank(const char *s, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL)
		len--;
	return len == 0;
}

static size_t
indent_of(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] == ' ')
		n++;
	return n;
}

/* The line, without its blanks, begins a container; `rest` is behind it. */
static bool
begins(
    const char *s, size_t len, const char *rest, size_t rest_len, size_t indent)
{
	static const char *const marks[] = { "!!! ", "??? ", "???+ ", "=== \"",
		NULL };
	size_t i = 0, n;

	while (marks[i] != NULL &&
	    (len <= strlen(marks[i]) ||
		memcmp(s, marks[i], strlen(marks[i])) != 0))
		i++;
	if (marks[i] == NULL ||
	    (s[0] != '=' && !isalpha((unsigned char)s[strlen(marks[i])])))
		return false;
	for (; rest_len > 0; rest += n, rest_len -= n) {
		n = line_length(rest, rest_len);
		if (!is_blank(rest, n))
			return indent_of(rest, n) >= indent + FURTHER;
	}
	return false;
}

static void
follow_fence(struct walk *w, const char *s, size_t len)
{
	if (len < 3 || (s[0] != '`' && s[0] != '~') || s[1] != s[0] ||
	    s[2] != s[0])
		return;
	if (w->fence == '\0')
		w->fence = s[0];
	else if (w->fence == s[0])
		w->fence = '\0';
}

static void
put_line(struct walk *w, const char *s, size_t len, const char *rest,
    size_t rest_len)
{
	size_t indent = indent_of(s, len), gone;
	bool blank = is_blank(s, len), opens;

	while (!blank && w->depth > 0 &&
	    indent < w->indents[w->depth - 1] + FURTHER) {
		w->depth--;
		w->fence = '\0';
	}
	gone = w->depth * FURTHER < indent ? w->depth * FURTHER : indent;
	opens = !blank && w->fence == '\0' && w->depth < DEEPEST &&
	    begins(s + indent, len - indent, rest, rest_len, indent);
	if (!blank && (w->opened || (opens && !w->blank)))
		buf_putc(w->out, '\n');
	buf_put(w->out, s + gone, len - gone);
	if (opens)
		w->indents[w->depth++] = indent;
	else if (!blank)
		follow_fence(w, s + indent, len - indent);
	w->opened = opens;
	w->blank = blank;
}

void
containers_open(const char *markdown, size_t len, struct buf *out)
{
	struct walk w = { .blank = true, .out = out };

	for (size_t at = 0, n; at < len; at += n) {
		n = line_length(markdown + at, len - at);
		put_line(&w, markdown + at, n, markdown + at + n, len - at - n);
	}
}
