/*
 * headings.h: headings of a document, and what holds for what is below them.
 */
#ifndef IMPORT_HEADINGS_H
#define IMPORT_HEADINGS_H

struct import;
struct node;

/* Takes the anchors “{#back}” of headings for ids, and out of their titles. */
void headings_read_anchors(struct import *im);

/* A heading of the document: what holds from here on, and its braces. */
void headings_read(struct import *im, const struct node *n);

#endif
