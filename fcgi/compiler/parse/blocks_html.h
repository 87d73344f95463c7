/*
 * blocks_html.h: raw HTML in a document, as other readers of Markdown see it.
 */
#ifndef COMPILER_PARSE_BLOCKS_HTML_H
#define COMPILER_PARSE_BLOCKS_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct scan;

/* The line begins at `first`, below so many open blocks: HTML may end here. */
void blocks_html_continue(struct scan *c, size_t matched);

/* The line continues a comment. */
bool blocks_html_is_comment(const struct scan *c, size_t matched);

/* HTML may begin at `first`; `paragraph`: one is open. */
void blocks_html_begin(struct scan *c, size_t first, bool paragraph);

#endif
