/*
 * markdown.c: Markdown into our own tree, with md4c.  md4c calls back as it
 * parses; the tree is bounded in depth, nodes and table cells by stopping it
 * from the callback.
 *
 * It reports no positions, but most texts that it passes point into its input,
 * a copy of the source (input.c): they give the places of the blocks around
 * them.  Executable text does not depend on md4c.  blocks.c has read the fenced
 * blocks from the source, with their info strings (md4c would remove the
 * backslashes from a regular expression); those that md4c finds must be the
 * same ones, with the same lines, or the document is refused.  Text directly in
 * a list item (md4c omits the paragraphs of tight lists) is wrapped in a
 * paragraph that is marked tight, so that later stages see all blocks of an
 * item alike.  A leave callback closes the node of its type and all open ones
 * within: md4c does not always leave the nodes that it entered.
 */
#include <md4c.h>
#include <string.h>
#include <strings.h>

#include "compiler/parse/markdown.h"
#include "base/buf.h"
#include "base/message.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/autolink.h"
#include "compiler/parse/slug.h"

struct reader {
	struct parse *p;
	struct node *at; /* the open node */
	size_t depth;
	size_t nodes;
	size_t cells;
	size_t cursor;   /* end of the last text seen */
	bool whole_line; /* the line of the cursor is new */
	struct buf code; /* text of the open code block */
	struct input in;
	size_t fenced; /* blocks of p->fenced seen so far */
	bool differs;  /* a block was not in p->fenced */
	bool stopped;
};

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

	if (++r->nodes > RUNBOOK_MAX_NODES)
		return stop(r, MESSAGE("document_parts"));
	if (++r->depth > RUNBOOK_MAX_DEPTH)
		return stop(r, MESSAGE("document_deep"));
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

/* A text of the source: sets the start of the nodes around it, if unset. */
static void
seen(struct reader *r, const char *text, size_t size)
{
	size_t at, end;

	if (!input_source(&r->in, text, &at) ||
	    !input_source(&r->in, text + size, &end))
		return;
	for (struct node *n = r->at; n != NULL && n->at == NOWHERE;
	     n = n->parent)
		n->at = at;
	r->cursor = end;
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

/* Appends bytes of the source. */
static void
put_source(const struct reader *r, const char *s, size_t len, struct buf *out)
{
	const char *at;

	while (r->in.count > 0 &&
	    (at = memmem(s, len, INPUT_FILLER, strlen(INPUT_FILLER))) != NULL) {
		buf_put(out, s, (size_t)(at - s));
		len -= (size_t)(at - s) + strlen(INPUT_FILLER);
		s = at + strlen(INPUT_FILLER);
	}
	buf_put(out, s, len);
}

static char *
copy_attribute(struct reader *r, const MD_ATTRIBUTE *a)
{
	struct buf out = { 0 };
	char *copy;

	for (size_t i = 0; a->size > 0 && a->substr_offsets[i] < a->size; i++) {
		const char *s = a->text + a->substr_offsets[i];
		size_t len = a->substr_offsets[i + 1] - a->substr_offsets[i];
		char bytes[8];
		size_t n;

		if (a->substr_types[i] == MD_TEXT_ENTITY &&
		    text_entity(s, len, bytes, &n))
			buf_put(&out, bytes, n);
		else
			put_source(r, s, len, &out);
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
		seen(r, r->in.text.data + d->task_mark_offset, 1);
}

static void
open_code(struct reader *r, const MD_BLOCK_CODE_DETAIL *d)
{
	r->at->fenced = d->fence_char != '\0';
	buf_reset(&r->code);
}

static const struct {
	MD_BLOCKTYPE md;
	enum node_type type;
} blocks[] = {
	{ MD_BLOCK_QUOTE, NODE_QUOTE },
	{ MD_BLOCK_UL, NODE_UL },
	{ MD_BLOCK_OL, NODE_OL },
	{ MD_BLOCK_LI, NODE_LI },
	{ MD_BLOCK_HR, NODE_HR },
	{ MD_BLOCK_H, NODE_H },
	{ MD_BLOCK_CODE, NODE_CODE },
	{ MD_BLOCK_HTML, NODE_P },
	{ MD_BLOCK_P, NODE_P },
	{ MD_BLOCK_TABLE, NODE_TABLE },
	{ MD_BLOCK_THEAD, NODE_THEAD },
	{ MD_BLOCK_TBODY, NODE_TBODY },
	{ MD_BLOCK_TR, NODE_TR },
	{ MD_BLOCK_TH, NODE_TH },
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
		if (++r->cells > RUNBOOK_MAX_CELLS)
			return stop(r, MESSAGE("document_cells"));
	}
	return 0;
}

/* Other readers would see different blocks from that line on. */
static void
refuse_block(struct reader *r, size_t at)
{
	if (!r->differs && !r->stopped)
		report(r->p, SEVERITY_ERROR, at, "document_lines");
	r->differs = true;
}

/* The next fenced block of the source, if it is the one that md4c has. */
static const struct fenced *
next_fenced(struct reader *r)
{
	const struct parse *p = r->p;
	const struct fenced *f;

	if (r->differs)
		return NULL;
	f = r->fenced < p->fenced_count ? &p->fenced[r->fenced] : NULL;
	if (f != NULL && blocks_is_same_text(f->text, buf_text(&r->code))) {
		r->fenced++;
		return f;
	}
	refuse_block(r,
	    r->at->at == NOWHERE                 ? r->cursor
		: f != NULL && f->at < r->at->at ? f->at
						 : r->at->at);
	return NULL;
}

static void
leave_code(struct reader *r)
{
	struct node *n = r->at;
	struct parse *p = r->p;
	const struct fenced *f = n->fenced ? next_fenced(r) : NULL;
	size_t i;

	n->number = -1;
	n->lang = "";
	if (f == NULL) {
		n->len = r->code.len;
		n->text = arena_strndup(p->arena, buf_text(&r->code), n->len);
		return;
	}
	n->text = f->text;
	n->len = f->len;
	n->number = f->line;
	n->at = f->at;
	n->info = i = f->info;
	n->info_end = f->info_end;
	while (i < n->info_end && strchr(" \t{", p->src[i]) == NULL)
		i++;
	n->lang = arena_strndup(p->arena, p->src + n->info, i - n->info);
	n->closed = f->close >= 0;
	n->in_html = f->in_html;
	if (!n->closed) {
		report(p, SEVERITY_ERROR, n->at,
		    f->mark == '`' ? "document_backticks count=%zu"
				   : "document_tildes count=%zu",
		    f->marks);
		return;
	}
	r->cursor = source_line_start(p, f->close + 1);
	r->whole_line = true;
}

/* "> [!NOTE]" alone in the first line makes the quote an alert. */
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
	for (c = text->first;
	     c != NULL && c->type != NODE_SOFTBR && c->type != NODE_BR;
	     c = c->next)
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
	[MD_SPAN_EM] = NODE_EM,
	[MD_SPAN_STRONG] = NODE_STRONG,
	[MD_SPAN_A] = NODE_A,
	[MD_SPAN_IMG] = NODE_IMG,
	[MD_SPAN_CODE] = NODE_CODESPAN,
	[MD_SPAN_DEL] = NODE_DEL,
};

static int
enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct reader *r = ctx;

	if (open_tight(r) != 0 || open_node(r, spans[type]) != 0)
		return 1;
	if (type == MD_SPAN_A)
		r->at->text = copy_attribute(
		    r, &((MD_SPAN_A_DETAIL *)detail)->href);
	else if (type == MD_SPAN_IMG)
		r->at->text = copy_attribute(
		    r, &((MD_SPAN_IMG_DETAIL *)detail)->src);
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

/* In a table cell an escaped bar is a bar, in code as well. */
static void
show_pipes(struct reader *r, struct node *n)
{
	const struct node *in = n->parent;
	struct buf out = { 0 };

	if (in->type != NODE_CODESPAN ||
	    memmem(n->text, n->len, "\\|", 2) == NULL)
		return;
	while (in != NULL && in->type != NODE_TH && in->type != NODE_TD)
		in = in->parent;
	if (in == NULL)
		return;
	for (size_t i = 0; i < n->len; i++)
		if (i + 1 == n->len || memcmp(n->text + i, "\\|", 2) != 0)
			buf_putc(&out, n->text[i]);
	n->text = arena_strndup(r->p->arena, buf_text(&out), out.len);
	n->len = out.len;
	buf_clear(&out);
}

static int
on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *ctx)
{
	static const enum node_type types[] = {
		[MD_TEXT_ENTITY] = NODE_ENTITY,
		[MD_TEXT_BR] = NODE_BR,
		[MD_TEXT_SOFTBR] = NODE_SOFTBR,
	};
	struct reader *r = ctx;
	struct node *n;

	if (r->at->type == NODE_CODE) {
		seen(r, text, size);
		buf_put(&r->code, text, size);
		return 0;
	}
	if (open_tight(r) != 0)
		return 1;
	if (open_node(r,
		type == MD_TEXT_ENTITY || type == MD_TEXT_BR ||
			type == MD_TEXT_SOFTBR
		    ? types[type]
		    : NODE_TEXT) != 0)
		return 1;
	n = r->at;
	seen(r, text, size);
	if (n->at == NOWHERE) { /* a break, or a static text */
		n->text = arena_strndup(r->p->arena, text, size);
		n->len = size;
		n->at = r->cursor;
	} else {
		n->text = r->p->src + n->at;
		n->len = r->cursor - n->at;
		show_pipes(r, n);
	}
	close_node(r);
	return 0;
}

void
markdown_read(struct parse *p)
{
	static const MD_PARSER parser = {
		.flags = MD_FLAG_TABLES | MD_FLAG_TASKLISTS |
		    MD_FLAG_STRIKETHROUGH | MD_FLAG_NOHTML,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = on_text,
	};
	struct reader r = { .p = p, .cursor = p->body, .whole_line = true };

	p->doc = r.at = node_new(p, NODE_DOC);
	p->doc->at = p->body;
	blocks_read(p);
	input_make(p, &r.in);
	md_parse(buf_text(&r.in.text), (MD_SIZE)r.in.text.len, &parser, &r);
	if (r.fenced < p->fenced_count)
		refuse_block(&r, p->fenced[r.fenced].at);
	autolink_all(p, p->doc);
	input_clear(&r.in);
	buf_clear(&r.code);
}
