/*
 * blocks_own.h: the state of blocks.c at a line, for blocks_html.c.
 */
#ifndef COMPILER_PARSE_BLOCKS_OWN_H
#define COMPILER_PARSE_BLOCKS_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "compiler/runbook.h"

struct parse;

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

#endif
