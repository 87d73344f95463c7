/*
 * alternatives.h: sections of which a run takes one.
 */
#ifndef IMPORT_ALTERNATIVES_H
#define IMPORT_ALTERNATIVES_H

struct import;
struct node;

/* Finds headings that follow each other as alternatives: “Option A: Docker”,
 * “Option B: packages”; proposes a parameter for each such choice. */
void alternatives_find(struct import *im);

/* The condition of the heading, “method == 'Docker'”, or NULL. */
const char *alternatives_when(const struct import *im, const struct node *h);

#endif
