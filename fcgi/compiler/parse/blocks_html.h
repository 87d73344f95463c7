/*
 * blocks_html.h: raw HTML in a document, as other readers of Markdown see it,
 * and the state of blocks.c at a line.
 */
#ifndef COMPILER_PARSE_BLOCKS_HTML_H
#define COMPILER_PARSE_BLOCKS_HTML_H

#include "compiler/parse/parse.h"

#define HOLDERS_MAX (RUNBOOK_MAX_DEPTH + 2)

enum leaf { LEAF_NONE, LEAF_PARAGRAPH, LEAF_INDENTED, LEAF_FENCE };

/* A quote or list item that is open. */
struct holder {
	bool quote;
	unsigned need; /* item: columns before its content */
	bool filled;   /* item: it has content */
};

struct scan {
	struct parse *p;
	struct holder holders[HOLDERS_MAX];
	size_t depth;
	enum leaf leaf;
	struct fenced *fence; /* the open one */
	unsigned fence_indent;
	struct buf text;      /* of it */
	const char *html_end; /* the text that ends the open HTML, "" for a
			       * blank line; NULL: none */
	size_t html_depth;
	/* the line */
	size_t at, end;
	unsigned column;
	unsigned partial; /* remaining columns of a tab */
};

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The line begins at `first`, below so many open blocks: HTML may end here. */
void blocks_html_continue(struct scan *c, size_t matched);

/* The line continues a comment. */
bool blocks_html_is_comment(const struct scan *c, size_t matched);

/* HTML may begin at `first`; `paragraph`: one is open. */
void blocks_html_begin(struct scan *c, size_t first, bool paragraph);

#endif
