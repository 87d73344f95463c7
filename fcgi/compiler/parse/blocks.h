/*
 * blocks.h: parses the fenced code blocks of a document from its source. Only
 * the compiler includes it.
 */
#ifndef COMPILER_PARSE_BLOCKS_H
#define COMPILER_PARSE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

struct parse;

struct fenced {
	size_t at;    /* of its first fence character */
	int line;     /* of the opening fence, from 0 */
	int close;    /* line of the closing one, or -1 */
	char mark;    /* '`' or '~' */
	size_t marks; /* how many opened it */
	size_t info;  /* the info string, trimmed */
	size_t info_end;
	bool in_html;     /* it opens within raw HTML */
	const char *text; /* NUL-ended; lines end with LF */
	size_t len;
};

/* The sort of a line, as input.c needs it. */
enum line_sort { LINE_OTHER, LINE_FENCE, LINE_CODE, LINE_CLOSE_HEADING };

/* A flag beside the sort: the line continues an HTML comment. */
#define LINE_COMMENT 0x80

/*
 * Fills p->fenced, in document order, and p->line_sorts. The texts belong to
 * the arena, both arrays to the heap: blocks_clear() frees them.
 */
void blocks_read(struct parse *p);
void blocks_clear(struct parse *p);

/* Other Markdown readers hide the line: it is in a comment. */
bool blocks_is_comment(const struct parse *p, size_t at);

/*
 * The texts have the same lines, except for blanks at their starts: md4c makes
 * spaces of tabs.
 */
bool blocks_is_same_text(const char *a, const char *b);

#endif
