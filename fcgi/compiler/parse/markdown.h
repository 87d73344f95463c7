/*
 * markdown.h: Markdown into our own tree, with md4c.
 */
#ifndef COMPILER_PARSE_MARKDOWN_H
#define COMPILER_PARSE_MARKDOWN_H

struct parse;

/* Parses the body into p->doc. */
void markdown_read(struct parse *p);

#endif
