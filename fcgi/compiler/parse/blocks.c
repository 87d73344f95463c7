/*
 * blocks.c: parses the fenced code blocks of a document from its source.
 *
 * A code block is executed, so its text is taken from the source and not from
 * the Markdown parser: md4c makes spaces of the tabs at the start of a line,
 * and does not take a fence with a tab behind it for a closing one.  This file
 * follows the block structure of CommonMark 0.31: for each line, which of the
 * open quotes and list items it continues, then which blocks it opens.  Only
 * constructs that decide where a fenced block begins and ends are parsed:
 * quotes, list items, fences, indented code, headings, breaks, and whether a
 * paragraph is open (it may go on without the marks around it). markdown.c
 * compares: if md4c finds other blocks or other text than this file, the
 * document is refused at that line.  Raw HTML is text for us and markup in
 * other readers.  A fence within it (in a comment, or directly below a tag) is
 * code here and hidden or plain there, so it is marked, and refused if it is a
 * step.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "compiler/parse/blocks_html.h"
#include "compiler/parse/cjk.h"
#include "compiler/parse/source.h"

#define CODE_INDENT 4

/* The columns of blanks from here on; *ret_first: behind them. */
static unsigned
indent(const struct scan *c, size_t *ret_first)
{
	unsigned column = c->column, width, partial = c->partial;
	size_t i;

	for (i = c->at; i < c->end && is_blank(c->p->src[i]); i++) {
		width = 1;
		if (c->p->src[i] == '\t')
			width = partial > 0 ? partial : 4 - column % 4;
		partial = 0;
		column += width;
	}
	*ret_first = i;
	return column - c->column;
}

/* Consumes that many columns, possibly only a part of a tab. */
static void
advance(struct scan *c, unsigned columns)
{
	unsigned width;

	while (columns > 0 && c->at < c->end) {
		width = 1;
		if (c->p->src[c->at] == '\t')
			width = c->partial > 0 ? c->partial : 4 - c->column % 4;
		if (width > columns) {
			c->partial = width - columns;
			c->column += columns;
			return;
		}
		columns -= width;
		c->column += width;
		c->partial = 0;
		c->at++;
	}
}

/* A mark of one character and the blank that may follow it. */
static void
take_quote_mark(struct scan *c, unsigned before)
{
	advance(c, before + 1);
	if (c->at < c->end && is_blank(c->p->src[c->at]))
		advance(c, 1);
}

/* The number of open quotes and items that the line continues. */
static size_t
match_holders(struct scan *c)
{
	size_t i, first;

	for (i = 0; i < c->depth; i++) {
		const struct holder *h = &c->holders[i];
		unsigned before = indent(c, &first);

		if (h->quote) {
			if (before >= CODE_INDENT || first >= c->end ||
			    c->p->src[first] != '>')
				break;
			take_quote_mark(c, before);
		} else if (before >= h->need) {
			advance(c, h->need);
		} else if (first == c->end && h->filled) {
			advance(c, before);
		} else {
			break;
		}
	}
	return i;
}

static size_t
count_marks(const struct scan *c, size_t from, char mark)
{
	size_t n = 0;

	while (from + n < c->end && c->p->src[from + n] == mark)
		n++;
	return n;
}

static bool
is_rest_blank(const struct scan *c, size_t from)
{
	while (from < c->end && is_blank(c->p->src[from]))
		from++;
	return from == c->end;
}

static bool
is_closing(const struct scan *c)
{
	size_t first, n;

	if (indent(c, &first) >= CODE_INDENT)
		return false;
	n = count_marks(c, first, c->fence->mark);
	return n >= c->fence->marks && is_rest_blank(c, first + n);
}

static void
end_fence(struct scan *c, int close)
{
	struct fenced *f = c->fence;

	f->close = close;
	f->text = arena_strndup(c->p->arena, buf_text(&c->text), c->text.len);
	f->len = c->text.len;
	c->fence = NULL;
	c->leaf = LEAF_NONE;
}

/* Adds a line to the open block, without the marks around it. */
static void
add_code(struct scan *c)
{
	for (unsigned i = 0; i < c->fence_indent && c->at < c->end &&
	     is_blank(c->p->src[c->at]);
	     i++)
		advance(c, 1);
	for (; c->partial > 0; c->partial--) {
		buf_putc(&c->text, ' ');
		c->at += c->partial == 1;
	}
	buf_put(&c->text, c->p->src + c->at, c->end - c->at);
	buf_putc(&c->text, '\n');
}

/* Closes the containers that the line does not continue, and opens a block. */
static void
open_in(struct scan *c, size_t depth, enum leaf leaf)
{
	c->depth = depth;
	c->leaf = leaf;
	if (depth > 0)
		c->holders[depth - 1].filled = true;
}

static bool
open_fence(
    struct scan *c, int line, size_t depth, unsigned before, size_t first)
{
	struct parse *p = c->p;
	size_t marks = count_marks(c, first, p->src[first]);
	struct fenced *f;

	if ((p->src[first] != '`' && p->src[first] != '~') || marks < 3 ||
	    (p->src[first] == '`' &&
		memchr(p->src + first + marks, '`', c->end - first - marks) !=
		    NULL))
		return false;
	open_in(c, depth, LEAF_FENCE);
	f = mem_grow(&p->fenced, &p->fenced_cap, p->fenced_count++, sizeof(*f));
	*f = (struct fenced){ .at = first,
		.line = line,
		.close = -1,
		.mark = p->src[first],
		.marks = marks,
		.info = first + marks,
		.info_end = c->end,
		.in_html = c->html_end != NULL };
	while (f->info < f->info_end && is_blank(p->src[f->info]))
		f->info++;
	while (f->info_end > f->info && is_blank(p->src[f->info_end - 1]))
		f->info_end--;
	c->fence = f;
	c->fence_indent = before;
	buf_reset(&c->text);
	p->line_sorts[line] |= LINE_FENCE;
	return true;
}

/*
 * “##标题”: many Chinese authors leave no blank behind the marks.  A single
 * mark counts before a Chinese character alone, and not within a paragraph:
 * “#12” and “#tag” are text.
 */
static bool
is_close_heading(const struct scan *c, size_t first, size_t marks)
{
	uint32_t cp = cjk_at(c->p->src, c->end, first + marks);

	if (marks == 1)
		return cjk_is_letter(cp) && c->leaf != LEAF_PARAGRAPH;
	return cp >= 0x80 || (cp >= '0' && cp <= '9') ||
	    ((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z') ||
	    (cp > 0 && strchr("*`[(", (int)cp) != NULL);
}

static bool
is_heading(const struct scan *c, int line, size_t first)
{
	size_t n = count_marks(c, first, '#');

	if (n < 1 || n > 6)
		return false;
	if (first + n == c->end || is_blank(c->p->src[first + n]))
		return true;
	if (!is_close_heading(c, first, n))
		return false;
	c->p->line_sorts[line] |= LINE_CLOSE_HEADING;
	return true;
}

static bool
is_underline(const struct scan *c, size_t first)
{
	char mark = c->p->src[first];

	return (mark == '=' || mark == '-') &&
	    is_rest_blank(c, first + count_marks(c, first, mark));
}

static bool
is_break(const struct scan *c, size_t first)
{
	char mark = c->p->src[first];
	size_t n = 0;

	if (mark != '*' && mark != '-' && mark != '_')
		return false;
	for (size_t i = first; i < c->end; i++) {
		if (c->p->src[i] == mark)
			n++;
		else if (!is_blank(c->p->src[i]))
			return false;
	}
	return n >= 3;
}

/*
 * The length of a list's mark, or 0; in a paragraph only one that may end it.
 */
static size_t
list_mark(const struct scan *c, size_t first, bool paragraph)
{
	const char *s = c->p->src;
	size_t n = 0;

	if (strchr("-*+", s[first]) != NULL) {
		n = 1;
	} else {
		while (n < 9 && first + n < c->end && s[first + n] >= '0' &&
		    s[first + n] <= '9')
			n++;
		if (n == 0 || first + n == c->end ||
		    (s[first + n] != '.' && s[first + n] != ')') ||
		    (paragraph && (n > 1 || s[first] != '1')))
			return 0;
		n++;
	}
	if (first + n < c->end && !is_blank(s[first + n]))
		return 0;
	return paragraph && is_rest_blank(c, first + n) ? 0 : n;
}

static bool
open_item(struct scan *c, size_t *depth, unsigned before, size_t mark)
{
	struct holder h = { .need = before + (unsigned)mark + 1 };
	struct scan saved;
	unsigned n = 0;

	if (*depth == HOLDERS_MAX)
		return false;
	advance(c, before + (unsigned)mark);
	saved = *c;
	while (
	    n <= CODE_INDENT && c->at < c->end && is_blank(c->p->src[c->at])) {
		advance(c, 1);
		n++;
	}
	if (n > CODE_INDENT || n < 1 || c->at == c->end) {
		c->at = saved.at;
		c->column = saved.column;
		c->partial = saved.partial;
		if (n > 0)
			advance(c, 1);
	} else {
		h.need += n - 1;
	}
	open_in(c, *depth, LEAF_NONE);
	c->holders[(*depth)++] = h;
	c->depth = *depth;
	return true;
}

static bool
open_quote(struct scan *c, size_t *depth, unsigned before)
{
	if (*depth == HOLDERS_MAX)
		return false;
	take_quote_mark(c, before);
	open_in(c, *depth, LEAF_NONE);
	c->holders[(*depth)++] = (struct holder){ .quote = true };
	c->depth = *depth;
	return true;
}

/* Opens the blocks that begin in the line; true: the line is done. */
static bool
open_blocks(struct scan *c, int line, size_t *depth, bool paragraph)
{
	bool lazy = c->leaf == LEAF_PARAGRAPH;
	unsigned before;
	size_t first, mark;

	for (;;) {
		before = indent(c, &first);
		if (first == c->end)
			return false;
		if (before >= CODE_INDENT) {
			if (!lazy)
				open_in(c, *depth, LEAF_INDENTED);
			return !lazy;
		}
		if (open_fence(c, line, *depth, before, first))
			return true;
		if (is_heading(c, line, first) ||
		    (paragraph && is_underline(c, first)) ||
		    is_break(c, first)) {
			open_in(c, *depth, LEAF_NONE);
			return true;
		}
		mark = c->p->src[first] == '>' ? 0
					       : list_mark(c, first, paragraph);
		if (c->p->src[first] == '>'
			? !open_quote(c, depth, before)
			: mark == 0 || !open_item(c, depth, before, mark))
			return false;
		lazy = paragraph = false;
	}
}

/*
 * Handles the line within an open code block; false: the block ended before it.
 */
static bool
take_code_line(struct scan *c, int line, bool all)
{
	size_t first;

	if (c->leaf == LEAF_INDENTED) {
		if (all &&
		    (indent(c, &first) >= CODE_INDENT || first == c->end))
			return true;
		c->leaf = LEAF_NONE;
		return false;
	}
	if (c->leaf != LEAF_FENCE)
		return false;
	if (!all) {
		end_fence(c, -1);
		return false;
	}
	if (is_closing(c)) {
		c->p->line_sorts[line] |= LINE_FENCE;
		end_fence(c, line);
	} else {
		c->p->line_sorts[line] |= LINE_CODE;
		add_code(c);
	}
	return true;
}

static void
read_line(struct scan *c, int line)
{
	size_t matched, depth, first;
	bool all, paragraph, was = c->leaf == LEAF_PARAGRAPH;

	c->at = source_line_start(c->p, line);
	if (c->at < c->p->body)
		c->at = c->p->body;
	c->end = source_line_end(c->p, line);
	c->column = c->partial = 0;
	matched = depth = match_holders(c);
	all = matched == c->depth;
	(void)indent(c, &first);
	paragraph = was && all && first < c->end;
	if (blocks_html_is_comment(c, matched))
		c->p->line_sorts[line] |= LINE_COMMENT;
	blocks_html_continue(c, matched);
	if (take_code_line(c, line, all))
		return;
	if (open_blocks(c, line, &depth, paragraph))
		return;
	(void)indent(c, &first);
	if (first == c->end) {
		c->depth = depth;
		c->leaf = LEAF_NONE;
		return;
	}
	if (!was || all || depth != matched)
		open_in(c, depth, LEAF_PARAGRAPH);
	blocks_html_begin(c, first, paragraph);
}

void
blocks_read(struct parse *p)
{
	struct scan c = { .p = p };
	int line = source_line(p, p->body);

	p->line_sorts = mem_calloc(p->lines_count, 1);
	for (; (size_t)line < p->lines_count; line++)
		if (source_line_start(p, line) < p->len)
			read_line(&c, line);
	if (c.leaf == LEAF_FENCE)
		end_fence(&c, -1);
	buf_clear(&c.text);
}

void
blocks_clear(struct parse *p)
{
	free(p->fenced);
	free(p->line_sorts);
}

bool
blocks_is_comment(const struct parse *p, size_t at)
{
	return at != NOWHERE &&
	    (p->line_sorts[source_line(p, at)] & LINE_COMMENT) != 0;
}

/*
 * The texts have the same lines, except for blanks at their starts: md4c makes
 * spaces of tabs.
 */
bool
blocks_is_same_text(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		size_t len;

		a += strspn(a, " \t");
		b += strspn(b, " \t");
		len = strcspn(a, "\n");
		if (strcspn(b, "\n") != len || memcmp(a, b, len) != 0 ||
		    a[len] != b[len])
			return false;
		a += len + (a[len] == '\n');
		b += len + (b[len] == '\n');
	}
	return true;
}
