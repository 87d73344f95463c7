/*
 * alternatives.h: sections of which a run takes one.
 */
#ifndef IMPORT_ALTERNATIVES_H
#define IMPORT_ALTERNATIVES_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;

/* Finds headings that follow each other as alternatives: “Option A: Docker”,
 * “Option B: packages”; proposes a parameter for each such choice. */
void alternatives_find(struct import *im);

/* The condition of the heading, “method == 'Docker'”, or NULL. */
const char *alternatives_when(const struct import *im, const struct node *h);

/* The line stands between alternatives: “or:”, “或者”. */
bool alternatives_parts(const char *s, size_t len);

/* The text at that place may lead to one of several ways, “CentOS:”, “方式 A”:
 * lists it if it does, and the one before it. */
void alternatives_read(struct import *im, const char *text, size_t at);

/* The same of the comments in a block of commands. */
void alternatives_read_comments(struct import *im, const struct node *n);

#endif
