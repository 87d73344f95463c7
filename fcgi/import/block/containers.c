/*
 * containers.c: notes and tabs of web sites as plain Markdown.
 *
 * “!!! tip”, “??? note” and “=== "Docker"” begin a container whose contents are
 * four blanks further in.  For Markdown these are a block of code, and fences
 * within it are no blocks.  Without the four blanks, and with a blank line
 * around the first line, they are what their author meant.  Tabs of other
 * generators have marks at their ends (“<TabItem label="Docker">”, “{{< tab
 * "Docker" >}}”), and “:::” is a line of its own.  The place of each tab is
 * noted, since a reader follows one of them.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "import/block/containers.h"
#include "base/buf.h"

#define DEEPEST 8
#define FURTHER 4 /* blanks */

struct walk {
	size_t indents[DEEPEST];   /* of the containers around */
	int tabs[DEEPEST];         /* that they are, or -1 */
	int last_tab[DEEPEST + 1]; /* which ended here with nothing behind it */
	int marked;                /* the tab that ends with a mark, or -1 */
	int marked_last;           /* the one before it in its group, or -1 */
	int groups;
	int line; /* of the result */
	struct tabs *found;
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

/* The name of a tab: its label, or the first text in quotes. */
static void
read_name(const char *s, size_t len, char name[TAB_NAME])
{
	static const char *const keys[] = { "label=\"", "name=\"", "header=\"",
		"title=\"", "value=\"", "\"", NULL };
	const char *start = NULL, *end;
	size_t n;

	for (size_t i = 0; keys[i] != NULL && start == NULL; i++) {
		start = memmem(s, len, keys[i], strlen(keys[i]));
		if (start != NULL)
			start += strlen(keys[i]);
	}
	end = start != NULL ? memchr(start, '"', len - (size_t)(start - s))
			    : NULL;
	n = end != NULL ? (size_t)(end - start) : 0;
	if (n >= TAB_NAME)
		n = 0;
	if (n > 0)
		memcpy(name, start, n);
	name[n] = '\0';
}

/* A tab begins on the line of the result, in the group of the tab before it. */
static int
open_tab(struct walk *w, const char *s, size_t len, int before)
{
	struct tab *tab;

	if (w->found->count == TABS_MAX)
		return -1;
	tab = &w->found->all[w->found->count];
	*tab = (struct tab){ .first = w->line,
		.group = before >= 0 ? w->found->all[before].group
				     : ++w->groups };
	read_name(s, len, tab->name);
	return (int)w->found->count++;
}

static void
close_tab(struct walk *w, int tab)
{
	if (tab >= 0)
		w->found->all[tab].end = w->line;
}

static bool
has(const char *s, size_t len, const char *word)
{
	return memmem(s, len, word, strlen(word)) != NULL;
}

/* Tabs whose ends have a mark. */
static void
read_marks(struct walk *w, const char *s, size_t len)
{
	if (has(s, len, "</Tabs>") || has(s, len, "/tabs ") || s[0] == '#')
		w->marked_last = -1;
	if (has(s, len, "</TabItem>") || has(s, len, "/tab ")) {
		close_tab(w, w->marked);
		w->marked_last = w->marked >= 0 ? w->marked : w->marked_last;
		w->marked = -1;
	}
	if (has(s, len, "<TabItem ") || has(s, len, "{{< tab ") ||
	    has(s, len, "{{% tab ") || has(s, len, "{% tab "))
		w->marked = open_tab(w, s, len, w->marked_last);
}

/* The containers end that the line is not within. */
static void
leave(struct walk *w, size_t indent)
{
	while (w->depth > 0 && indent < w->indents[w->depth - 1] + FURTHER) {
		w->depth--;
		close_tab(w, w->tabs[w->depth]);
		w->last_tab[w->depth] = w->tabs[w->depth];
		w->fence = '\0';
	}
}

static void
put_line(struct walk *w, const char *s, size_t len, const char *rest,
    size_t rest_len)
{
	size_t indent = indent_of(s, len), gone;
	bool blank = is_blank(s, len), opens, colons;

	if (!blank)
		leave(w, indent);
	gone = w->depth * FURTHER < indent ? w->depth * FURTHER : indent;
	opens = !blank && w->fence == '\0' && w->depth < DEEPEST &&
	    begins(s + indent, len - indent, rest, rest_len, indent);
	colons = !blank && w->fence == '\0' && len - indent > 3 &&
	    memcmp(s + indent, ":::", 3) == 0;
	if (!blank && (w->opened || ((opens || colons) && !w->blank))) {
		buf_putc(w->out, '\n');
		w->line++;
	}
	if (!blank && w->fence == '\0')
		read_marks(w, s + indent, len - indent);
	if (opens) {
		w->tabs[w->depth] = s[indent] == '='
		    ? open_tab(w, s, len, w->last_tab[w->depth])
		    : -1;
		w->last_tab[w->depth + 1] = -1;
		w->indents[w->depth] = indent;
	}
	if (!blank)
		w->last_tab[w->depth] = -1;
	buf_put(w->out, s + gone, len - gone);
	w->line++;
	w->depth += opens;
	if (!blank && !opens)
		follow_fence(w, s + indent, len - indent);
	w->opened = opens || colons;
	w->blank = blank;
}

void
containers_open(
    const char *markdown, size_t len, struct buf *out, struct tabs *ret_tabs)
{
	struct walk w = { .blank = true, .out = out, .found = ret_tabs };

	ret_tabs->count = 0;
	w.marked = w.marked_last = -1;
	for (size_t i = 0; i <= DEEPEST; i++)
		w.last_tab[i] = -1;
	for (size_t at = 0, n; at < len; at += n) {
		n = line_length(markdown + at, len - at);
		put_line(&w, markdown + at, n, markdown + at + n, len - at - n);
	}
	for (size_t i = 0; i < w.depth; i++)
		close_tab(&w, w.tabs[i]);
	close_tab(&w, w.marked);
}
