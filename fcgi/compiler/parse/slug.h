/*
 * slug.h: the text of nodes without markup.
 */
#ifndef COMPILER_PARSE_SLUG_H
#define COMPILER_PARSE_SLUG_H

#include <stdbool.h>
#include <stddef.h>

struct node;
struct parse;

/* The text of nodes.  Results belong to the arena. */
bool text_entity(const char *s, size_t len, char out[8], size_t *ret_len);
char *text_title(struct parse *p, const struct node *n);
bool text_is_title(const struct node *n);

#endif
