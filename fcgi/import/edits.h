/*
 * edits.h: “change A to B in FILE” as a proposal of an edit.
 */
#ifndef IMPORT_EDITS_H
#define IMPORT_EDITS_H

#include <stdbool.h>

struct import;
struct node;
struct pieces;

/* The name is that of a file, not of a folder. */
bool edits_is_file(const char *s);

/* Proposes edits behind the paragraph; true: they are all that it says. */
bool edits_propose(
    struct import *im, const struct node *n, const struct pieces *p);

/* “ file=…” of the file to which the sentence adds the lines of the block
 * behind it, of the arena; NULL: it says nothing of that kind. */
const char *edits_adds_to(struct import *im, const struct node *sentence);

#endif
