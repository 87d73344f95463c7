/*
 * attribute.h: {#id .class key=value key="quoted \" value" flag}.
 */
#ifndef COMPILER_PARSE_ATTRIBUTE_H
#define COMPILER_PARSE_ATTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>

struct attr;
struct attrs;
struct node;
struct origin;
struct parse;

/* Finds the braces that end the source between two offsets. */
bool attribute_find(const struct parse *p, size_t from, size_t to,
    size_t *ret_open, size_t *ret_close);
size_t attribute_open(const struct parse *p, size_t from, size_t to);
void attribute_read(
    struct parse *p, size_t open, size_t close, struct attrs *ret);
bool attribute_has_word(
    const struct parse *p, size_t open, size_t close, const char *word);
void attribute_strip(struct node *n, size_t from);
const struct attr *attribute_get(
    const struct attrs *a, char sort, const char *name);

/*
 * The place of the key's value, of the word or of the class of that name; that
 * of the step or section itself if it has none.
 */
size_t attribute_place(const struct origin *o, const char *name);

#endif
