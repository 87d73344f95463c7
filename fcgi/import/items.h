/*
 * items.h: items of lists as tasks.
 */
#ifndef IMPORT_ITEMS_H
#define IMPORT_ITEMS_H

#include <stddef.h>

struct import;
struct node;
struct parse;

/* Proposes a task, or steps, for what the item says. */
void import_item(struct import *im, const struct node *li);

/* The text of the paragraph with its markup; of the arena. */
const char *items_text(struct import *im, const struct node *n);

/* The place of the box “[ ]” before the text of an item that is a task, or of
 * the text. */
size_t items_box(const struct parse *p, const struct node *text);

/* Its lines are those of a step. */
void items_span(struct import *im, const struct node *n);

#endif
