/*
 * markdown.h: Markdown into our own tree, with md4c.
 */
#ifndef COMPILER_MARKDOWN_H
#define COMPILER_MARKDOWN_H

#include "compiler/node.h"

struct node;
struct parse;

/* Parses the body into p->doc. */
void markdown_read(struct parse *p);

/* A new node, of the arena; appending makes it the last child. */
struct node *node_new(struct parse *p, enum node_type type);
void node_append(struct node *parent, struct node *child);

#endif
