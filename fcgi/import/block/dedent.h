/*
 * dedent.h: text that only its indentation makes a block of code.
 */
#ifndef IMPORT_DEDENT_H
#define IMPORT_DEDENT_H

#include <stddef.h>

struct buf;

/* Appends the document; the blanks before lines go where an indented block of
 * code holds sentences or fences of its own, as it was meant as text. */
void dedent(const char *markdown, size_t len, struct buf *out);

#endif
