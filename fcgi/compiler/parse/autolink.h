/*
 * autolink.h: makes links of bare addresses, and fixes line breaks in Chinese
 * text.
 */
#ifndef COMPILER_PARSE_AUTOLINK_H
#define COMPILER_PARSE_AUTOLINK_H

struct node;
struct parse;

/* Bare addresses as links; line breaks in Chinese text */
void autolink_all(struct parse *p, struct node *n);

#endif
