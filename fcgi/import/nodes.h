/*
 * nodes.h: headings, paragraphs and items of a document as proposals of steps.
 */
#ifndef IMPORT_NODES_H
#define IMPORT_NODES_H

#include <stddef.h>

struct import;
struct node;

/* Puts the text in at that place of the source, where `skip` bytes go. */
void import_insert(struct import *im, size_t at, size_t skip, const char *text);

/* A new id for a step made of the title, else of the kind; of the arena. */
const char *import_id(struct import *im, const char *title, const char *kind);

/* Makes proposals of the node, those behind it, and all within. */
void import_nodes(struct import *im, const struct node *n);

/* Takes the marks of a rollback from headings around all of the steps. */
void import_unmark_headings(struct import *im);

#endif
