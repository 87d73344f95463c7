/*
 * alternatives.h: sections of which a run takes one.
 */
#ifndef IMPORT_ALTERNATIVES_H
#define IMPORT_ALTERNATIVES_H

#include <stdbool.h>
#include <stddef.h>

#define CHOICES_MAX 8 /* of one parameter */

struct import;
struct node;

/* Finds headings that follow each other as alternatives: “Option A: Docker”,
 * “Option B: packages”; proposes a parameter for each such choice. */
void alternatives_find(struct import *im);

/* The condition of the heading, “method == 'Docker'”, or NULL. */
const char *alternatives_when(const struct import *im, const struct node *h);

/* The line stands between alternatives: “or:”, “或者”. */
bool alternatives_parts(const char *s, size_t len);

/* The name of the alternative that a text, such as a heading, leads to, or
 * NULL. */
const char *alternatives_name(struct import *im, const char *text);

/* Proposes a parameter with these choices, and a condition for each; false:
 * there is no room.  The note is for the place `at`. */
bool alternatives_choose(struct import *im, size_t at, const char *const *names,
    size_t count, const char **ret_whens);

/* Lists the comments in a block of commands that lead to one of several ways.
 */
void alternatives_read_comments(struct import *im, const struct node *n);

#endif
