/*
 * code.h: blocks of code as proposals of steps.
 */
#ifndef IMPORT_CODE_H
#define IMPORT_CODE_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;
struct parse;
struct verdict;

/* The kind that the block of code would have as a step; NULL: it stays as it
 * is.  *ret has to be zero, and gets what is to be said of that. */
const char *import_kind(
    struct import *im, const struct node *n, struct verdict *ret);

/* The same by the word behind the fence, or the look of the commands, alone. */
const char *import_kind_by_label(struct import *im, const struct node *n);

/*
 * The blanks that make an indented block code: four, or a tab, before each
 * line, behind those of the list that it stands in.  0 where that is not so,
 * such as in a quote.
 */
size_t import_indentation(const struct parse *p, const struct node *n);

/* The kind is that of a script for a shell. */
bool import_is_shell(const char *kind);

/* The beginning of line i of the block's text in the source, whose line ends
 * with it; NOWHERE if it is not found. */
size_t import_line_at(const struct parse *p, const struct node *n, int i,
    const char *s, size_t len);

/* Proposes braces for a block of code, or makes those that it has harmless. */
void import_code(struct import *im, const struct node *n);

#endif
