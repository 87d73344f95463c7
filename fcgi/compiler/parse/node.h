/*
 * node.h: the tree of a document, and the attributes in its braces. Only the
 * compiler includes it.
 */
#ifndef COMPILER_PARSE_NODE_H
#define COMPILER_PARSE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOWHERE SIZE_MAX /* an unknown place */

enum node_type {
	NODE_DOC,
	NODE_FRAGMENT,
	NODE_QUOTE,
	NODE_UL,
	NODE_OL,
	NODE_LI,
	NODE_HR,
	NODE_H,
	NODE_CODE,
	NODE_P,
	NODE_TABLE,
	NODE_THEAD,
	NODE_TBODY,
	NODE_TR,
	NODE_TH,
	NODE_TD,
	/* inline from here on */
	NODE_EM,
	NODE_STRONG,
	NODE_A,
	NODE_IMG,
	NODE_CODESPAN,
	NODE_DEL,
	NODE_TEXT,
	NODE_ENTITY,
	NODE_BR,
	NODE_SOFTBR
};

struct node {
	enum node_type type;
	struct node *parent, *first, *last, *next;
	const char *text;  /* TEXT, ENTITY, CODE: not terminated;
			    * A, IMG: the address */
	size_t len;        /* of the text; UL, OL: items */
	size_t at;         /* offset of its first text, NOWHERE */
	size_t end;        /* behind its last text */
	const char *lang;  /* CODE: first word behind the fence;
			    * H: its anchor, in an import */
	const char *alert; /* QUOTE: "warning", or NULL */
	size_t info;       /* CODE: start of the info string */
	size_t info_end;
	int number; /* H: level; OL: start; TH, TD: align;
		     * LI: its number; CODE: fence's line */
	bool tight; /* P without <p> */
	bool task;
	bool checked;
	bool continued; /* LI that continues behind a step */
	bool fenced;
	bool closed;     /* CODE: its closing fence was found */
	bool in_html;    /* CODE: it opens within raw HTML */
	bool holds_step; /* itself or something within */
};

/* One of {#id .class key=value flag}. */
struct attr {
	char sort;         /* '#', '.', '=', 'f' (a flag); 0: malformed */
	const char *name;  /* of id, class, key or flag */
	const char *value; /* for '=' */
	size_t at;
	size_t value_at;
};

struct attrs {
	bool present;
	size_t at; /* of the opening brace */
	struct attr *list;
	size_t count;
};

struct parse;

/* A new node, of the arena; appending makes it the last child. */
struct node *node_new(struct parse *p, enum node_type type);
void node_append(struct node *parent, struct node *child);

#endif
