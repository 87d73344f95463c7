/*
 * plain.h: commands that stand in a paragraph without any mark.
 */
#ifndef IMPORT_PLAIN_H
#define IMPORT_PLAIN_H

#include <stdbool.h>

struct import;
struct node;

/* All lines of the paragraph are commands. */
bool plain_is_commands(struct import *im, const struct node *n);

/* Makes steps of the lines of the paragraph that are commands; false: it has
 * none. */
bool plain_put(struct import *im, const struct node *n);

/* Lists the lines of a paragraph, of which nothing was made, that look like
 * commands or statements. */
void plain_note(struct import *im, const struct node *n);

#endif
