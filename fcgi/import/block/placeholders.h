/*
 * placeholders.h: words that the author means to be filled in, “<version>”,
 * “YOUR_TOKEN” or “${version}”, as proposals of parameters.
 */
#ifndef IMPORT_PLACEHOLDERS_H
#define IMPORT_PLACEHOLDERS_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;
struct shape;

/* Finds “<version>”, “YOUR_TOKEN”, “{version}” or “[版本]” in a command, from
 * *at on. */
bool import_next_placeholder(
    const char *s, size_t len, size_t *at, size_t *ret_len);

/* Makes parameters of the words to fill in of line i of the block, which is at
 * s, from the byte `from` on; false: the line ends within a quote. */
bool import_fill(
    struct import *im, const struct node *n, int i, const char *s, size_t from);

/* Makes parameters of what is to be filled in in the commands of the block. */
void import_holes(
    struct import *im, const struct node *n, const struct shape *shape);

/* The name of the parameter with that label, a new one if there is none; NULL:
 * the document can have no more. */
const char *import_hole(struct import *im, const char *s, size_t len);

/* The same, for a parameter that gets the name, or one like it. */
const char *import_hole_named(
    struct import *im, const char *name, const char *label);

/* A command with variables for the words to fill in, of the arena; NULL: they
 * are in quotes, or there can be no parameter. */
const char *import_filled(struct import *im, const char *s);

/* The text of paths, such as a line of a copy, with parameters for the values
 * of several steps; of the arena. */
const char *import_with_values(struct import *im, const char *text);

#endif
