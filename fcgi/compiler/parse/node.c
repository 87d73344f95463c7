/*
 * node.c: nodes of the tree of a document.
 */
#include "compiler/parse/node.h"
#include "base/arena.h"
#include "compiler/parse/parse.h"

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
