/*
 * markdown.c: Markdown into our own tree, with md4c.
 *
 * md4c calls back as it goes; what we build is bounded in depth, nodes and
 * table cells by stopping it from the callback.  It tells no positions, but
 * most texts that it hands out point into the source: from these come the
 * places of the blocks around them.  A fenced block is the exception that
 * matters, since its info string must be read raw (md4c would take the
 * backslashes out of a regular expression): its fence is the line before its
 * first line of content, or, where that is empty, the next line that looks
 * like a fence.
 *
 * Text directly in a list item (md4c omits the paragraphs of tight lists)
 * is wrapped in a paragraph that is marked tight, so that all blocks of an
 * item look alike to the rest.
 *
 * md4c 0.4.8 sometimes enters a link in a table's cell and never leaves it
 * (an address with "__" does that), so what a callback leaves is looked for
 * by its type, and what is still open within is closed with it.
 */
#include <md4c.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "book/parse.h"

struct reader {
	struct parse	*p;
	struct node	*at;		/* the open node */
	size_t		 depth;
	size_t		 nodes;
	size_t		 cells;
	size_t		 cursor;	/* behind the last text that was seen */
	bool		 whole_line;	/* the line of the cursor is new */
	struct buf	 code;		/* text of the open code block */
	size_t		 code_at;	/* first text of it in the source */
	int		 code_lines;	/* line breaks before that */
	char		 fence;
	int		 item_number;
	bool		 stopped;
};

struct node *
node_new(struct parse *p, enum node_type type)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));

	n->type = type;
	n->at = n->end = NOWHERE;
	return n;
}

void
node_append(struct node *parent, struct node *child)
{
	child->parent = parent;
	child->next = NULL;
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

static int
stop(struct reader *r, const char *why)
{
	if (!r->stopped)
		report(r->p, SEVERITY_ERROR, r->cursor, "%s", why);
	r->stopped = true;
	return 1;
}

static int
open_node(struct reader *r, enum node_type type)
{
	struct node *n;

	if (++r->nodes > BOOK_MAX_NODES)
		return stop(r, "The document has too many parts from here on. "
		    "Split it into several runbooks.");
	if (++r->depth > BOOK_MAX_DEPTH)
		return stop(r, "The document is nested too deeply here. Make "
		    "its lists and quotes flatter.");
	n = node_new(r->p, type);
	node_append(r->at, n);
	r->at = n;
	return 0;
}

static void
close_node(struct reader *r)
{
	if (r->at->at != NOWHERE)
		r->at->end = r->cursor;
	r->at = r->at->parent;
	r->depth--;
}

/* A text of the source was seen: the nodes around it begin here at last. */
static void
seen(struct reader *r, const char *text, size_t size)
{
	size_t at;

	if (text < r->p->src || text >= r->p->src + r->p->len)
		return;
	at = (size_t)(text - r->p->src);
	for (struct node *n = r->at; n != NULL && n->at == NOWHERE;
	    n = n->parent)
		n->at = at;
	r->cursor = at + size;
	r->whole_line = false;
}

static bool
holds_blocks(enum node_type type)
{
	return type == NODE_LI || type == NODE_DOC || type == NODE_QUOTE;
}

static int
close_tight(struct reader *r)
{
	if (r->at->type == NODE_P && r->at->tight)
		close_node(r);
	return 0;
}

static int
open_tight(struct reader *r)
{
	if (!holds_blocks(r->at->type))
		return 0;
	if (open_node(r, NODE_P) != 0)
		return 1;
	r->at->tight = true;
	return 0;
}

static char *
copy_attribute(struct reader *r, const MD_ATTRIBUTE *a)
{
	struct buf out = {0};
	char *copy;

	for (size_t i = 0; a->size > 0 && a->substr_offsets[i] < a->size; i++) {
		const char *s = a->text + a->substr_offsets[i];
		size_t len = a->substr_offsets[i + 1] - a->substr_offsets[i];
		char bytes[8];
		size_t n;

		if (a->substr_types[i] == MD_TEXT_ENTITY &&
		    plain_entity(s, len, bytes, &n))
			buf_put(&out, bytes, n);
		else
			buf_put(&out, s, len);
	}
	copy = arena_strdup(r->p->arena, buf_text(&out));
	buf_clear(&out);
	return copy;
}

static void
open_item(struct reader *r, const MD_BLOCK_LI_DETAIL *d)
{
	struct node *n = r->at;

	n->number = n->parent->number + (int)n->parent->len++;
	n->task = d->is_task;
	n->checked = d->is_task && d->task_mark != ' ';
	if (d->is_task)
		seen(r, r->p->src + r->p->body + d->task_mark_offset, 1);
}

static void
open_code(struct reader *r, const MD_BLOCK_CODE_DETAIL *d)
{
	r->at->fenced = d->fence_char != '\0';
	r->fence = d->fence_char;
	r->code_at = NOWHERE;
	r->code_lines = 0;
	buf_reset(&r->code);
}

static const struct { MD_BLOCKTYPE md; enum node_type type; } blocks[] = {
	{ MD_BLOCK_QUOTE, NODE_QUOTE }, { MD_BLOCK_UL, NODE_UL },
	{ MD_BLOCK_OL, NODE_OL }, { MD_BLOCK_LI, NODE_LI },
	{ MD_BLOCK_HR, NODE_HR }, { MD_BLOCK_H, NODE_H },
	{ MD_BLOCK_CODE, NODE_CODE }, { MD_BLOCK_HTML, NODE_P },
	{ MD_BLOCK_P, NODE_P }, { MD_BLOCK_TABLE, NODE_TABLE },
	{ MD_BLOCK_THEAD, NODE_THEAD }, { MD_BLOCK_TBODY, NODE_TBODY },
	{ MD_BLOCK_TR, NODE_TR }, { MD_BLOCK_TH, NODE_TH },
	{ MD_BLOCK_TD, NODE_TD },
};

static int
enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct reader *r = ctx;
	size_t i;

	if (type == MD_BLOCK_DOC)
		return 0;
	close_tight(r);
	for (i = 0; blocks[i].md != type; i++)
		;
	if (open_node(r, blocks[i].type) != 0)
		return 1;
	if (type == MD_BLOCK_H)
		r->at->number = (int)((MD_BLOCK_H_DETAIL *)detail)->level;
	else if (type == MD_BLOCK_OL)
		r->at->number = (int)((MD_BLOCK_OL_DETAIL *)detail)->start;
	else if (type == MD_BLOCK_LI)
		open_item(r, detail);
	else if (type == MD_BLOCK_CODE)
		open_code(r, detail);
	else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
		r->at->number = (int)((MD_BLOCK_TD_DETAIL *)detail)->align;
		if (++r->cells > BOOK_MAX_CELLS)
			return stop(r, "The tables of the document have too "
			    "many cells from here on. Split the document.");
	}
	return 0;
}

/* Where a fence of at least three such characters begins in the line. */
static size_t
fence_in_line(const struct parse *p, int line, char fence)
{
	size_t i = source_line_start(p, line), end = source_line_end(p, line);
	bool spaced = true;

	for (; i < end; i++) {
		char c = p->src[i];

		if (c == fence)
			return spaced && i + 2 < end &&
			    p->src[i + 1] == fence &&
			    p->src[i + 2] == fence ? i : NOWHERE;
		/* only quotes, list marks and blanks may stand before it */
		if (strchr(" \t>-*+.)[]xX0123456789", c) == NULL)
			return NOWHERE;
		spaced = c == ' ' || c == '\t' || c == '>';
	}
	return NOWHERE;
}

static int
fence_line(const struct reader *r)
{
	int line;

	if (r->code_at != NOWHERE)
		return source_line(r->p, r->code_at) - 1 - r->code_lines;
	line = source_line(r->p, r->cursor) + (r->whole_line ? 0 : 1);
	/* a task's mark stands in the line of a fence that follows it */
	if (!r->whole_line && r->p->src[r->cursor] == ']' &&
	    fence_in_line(r->p, line - 1, r->fence) != NOWHERE)
		line--;
	for (; (size_t)line < r->p->lines_count; line++)
		if (fence_in_line(r->p, line, r->fence) != NOWHERE)
			return line;
	return -1;
}

/* The fence behind the content, if it is there: else it was never closed. */
static void
close_fence(struct reader *r, int line, size_t marks)
{
	struct parse *p = r->p;
	size_t i, end, n = 0;

	for (size_t k = 0; k < r->code.len; k++)
		line += r->code.data[k] == '\n';
	i = fence_in_line(p, line + 1, r->fence);
	end = source_line_end(p, line + 1);
	while (i != NOWHERE && i + n < end && p->src[i + n] == r->fence)
		n++;
	if (n < marks) {
		report(p, SEVERITY_ERROR, r->at->at, "The code block that "
		    "opens here is never closed. End it with a line of %zu "
		    "%s.", marks, r->fence == '`' ? "backticks" : "tildes");
		return;
	}
	r->at->closed = true;
	r->cursor = source_line_start(p, line + 2);
	r->whole_line = true;
}

static void
leave_code(struct reader *r)
{
	struct node *n = r->at;
	struct parse *p = r->p;
	size_t i, marks = 0;
	int line;

	n->text = arena_strndup(p->arena, buf_text(&r->code), r->code.len);
	n->len = r->code.len;
	n->number = -1;
	n->lang = "";
	if (!n->fenced || (line = fence_line(r)) < 0)
		return;
	i = fence_in_line(p, line, r->fence);
	if (i == NOWHERE)
		return;
	n->number = line;
	n->at = i;
	while (p->src[i + marks] == r->fence)
		marks++;
	n->info = i + marks;
	n->info_end = source_line_end(p, line);
	while (n->info < n->info_end && strchr(" \t", p->src[n->info]))
		n->info++;
	while (n->info_end > n->info && strchr(" \t", p->src[n->info_end - 1]))
		n->info_end--;
	i = n->info;
	while (i < n->info_end && strchr(" \t{", p->src[i]) == NULL)
		i++;
	n->lang = arena_strndup(p->arena, p->src + n->info, i - n->info);
	close_fence(r, line, marks);
}

/* "> [!NOTE]" alone in the first line makes an alert of the quote. */
static void
leave_quote(struct reader *r)
{
	static const char *const kinds[] = { "note", "tip", "important",
	    "warning", "caution", NULL };
	struct node *quote = r->at, *text = quote->first, *c;
	size_t at, end, len;

	if (text == NULL || text->type != NODE_P || text->at == NOWHERE)
		return;
	at = text->at;
	end = source_line_end(r->p, source_line(r->p, at));
	while (end > at && strchr(" \t", r->p->src[end - 1]))
		end--;
	if (end - at < 5 || memcmp(r->p->src + at, "[!", 2) != 0 ||
	    r->p->src[end - 1] != ']')
		return;
	len = end - at - 3;
	for (size_t i = 0; kinds[i] != NULL; i++)
		if (strlen(kinds[i]) == len &&
		    strncasecmp(kinds[i], r->p->src + at + 2, len) == 0)
			quote->alert = kinds[i];
	if (quote->alert == NULL)
		return;
	for (c = text->first; c != NULL && c->type != NODE_SOFTBR &&
	    c->type != NODE_BR; c = c->next)
		;
	text->first = c != NULL ? c->next : NULL;
	if (text->first == NULL)
		quote->first = text->next;
	if (quote->first == NULL)
		quote->last = NULL;
}

static int
leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct reader *r = ctx;

	(void)detail;
	if (type == MD_BLOCK_DOC)
		return 0;
	while (r->at->type >= NODE_EM)
		close_node(r);
	close_tight(r);
	if (type == MD_BLOCK_CODE)
		leave_code(r);
	else if (type == MD_BLOCK_QUOTE)
		leave_quote(r);
	close_node(r);
	return 0;
}

static const enum node_type spans[] = {
	[MD_SPAN_EM] = NODE_EM, [MD_SPAN_STRONG] = NODE_STRONG,
	[MD_SPAN_A] = NODE_A, [MD_SPAN_IMG] = NODE_IMG,
	[MD_SPAN_CODE] = NODE_CODESPAN, [MD_SPAN_DEL] = NODE_DEL,
};

static int
enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct reader *r = ctx;

	if (open_tight(r) != 0 || open_node(r, spans[type]) != 0)
		return 1;
	if (type == MD_SPAN_A)
		r->at->text = copy_attribute(r,
		    &((MD_SPAN_A_DETAIL *)detail)->href);
	else if (type == MD_SPAN_IMG)
		r->at->text = copy_attribute(r,
		    &((MD_SPAN_IMG_DETAIL *)detail)->src);
	return 0;
}

static int
leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct reader *r = ctx;
	const struct node *n;

	(void)detail;
	for (n = r->at; n->type >= NODE_EM && n->type != spans[type];)
		n = n->parent;
	if (n->type != spans[type])
		return 0;
	while (r->at != n)
		close_node(r);
	close_node(r);
	return 0;
}

static void
code_text(struct reader *r, const char *text, size_t size)
{
	if (r->code_at == NOWHERE && text >= r->p->src &&
	    text < r->p->src + r->p->len) {
		r->code_at = (size_t)(text - r->p->src);
		for (size_t i = 0; i < r->code.len; i++)
			r->code_lines += r->code.data[i] == '\n';
	}
	seen(r, text, size);
	buf_put(&r->code, text, size);
}

static int
on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *ctx)
{
	static const enum node_type types[] = {
		[MD_TEXT_ENTITY] = NODE_ENTITY, [MD_TEXT_BR] = NODE_BR,
		[MD_TEXT_SOFTBR] = NODE_SOFTBR,
	};
	struct reader *r = ctx;
	struct node *n;

	if (r->at->type == NODE_CODE) {
		code_text(r, text, size);
		return 0;
	}
	if (open_tight(r) != 0)
		return 1;
	if (open_node(r, type == MD_TEXT_ENTITY || type == MD_TEXT_BR ||
	    type == MD_TEXT_SOFTBR ? types[type] : NODE_TEXT) != 0)
		return 1;
	n = r->at;
	n->text = text;
	n->len = size;
	seen(r, text, size);
	if (n->at == NOWHERE) {		/* a break, or a static text */
		n->text = arena_strndup(r->p->arena, text, size);
		n->at = r->cursor;
	}
	close_node(r);
	return 0;
}

void
markdown_read(struct parse *p)
{
	static const MD_PARSER parser = {
		.flags = MD_FLAG_TABLES | MD_FLAG_TASKLISTS |
		    MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEAUTOLINKS |
		    MD_FLAG_NOHTML,
		.enter_block = enter_block, .leave_block = leave_block,
		.enter_span = enter_span, .leave_span = leave_span,
		.text = on_text,
	};
	struct reader r = { .p = p, .cursor = p->body, .whole_line = true };

	p->doc = r.at = node_new(p, NODE_DOC);
	p->doc->at = p->body;
	md_parse(p->src + p->body, (MD_SIZE)(p->len - p->body), &parser, &r);
	buf_clear(&r.code);
}
