/* template_compile.h: a template, compiled into nodes. */
#ifndef HTML_TEMPLATE_COMPILE_H
#define HTML_TEMPLATE_COMPILE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define NODE_MAX_PARTS 6 /* of a dotted name */

enum node_kind {
	NODE_TEXT,
	NODE_VALUE,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL
};

/* One part of a dotted name, with its hash in json-c's tables. */
struct part {
	const char *name;
	unsigned long hash;
};

struct node {
	enum node_kind kind;
	int line;
	const char *text; /* TEXT: bytes; else the name */
	size_t len;
	size_t end;         /* sections: index behind the content */
	size_t parts_count; /* 0 for {{.}} */
	struct part parts[NODE_MAX_PARTS];
	bool is_utc;    /* VALUE: a time, to be read by people */
	bool has_times; /* VALUE: a text with times in it */
	const struct template *partial; /* NULL until linked */
	struct json_object *argument;   /* PARTIAL: a string, or NULL */
};

struct template
{
	char *name;
	char *source; /* texts of the nodes point into it */
	char **names; /* other memory of the nodes */
	size_t names_count;
	size_t names_cap;
	struct node *nodes;
	size_t nodes_count;
	size_t nodes_cap;
};

/* Compiles; NULL with a fault that names template and line.  Free with
 * template_free(). */
struct template *template_compile(
    const char *name, const char *text, size_t len, struct fault *fault);
void template_free(struct template *t);

#endif
