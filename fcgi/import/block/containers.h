/*
 * containers.h: notes and tabs of MkDocs as plain Markdown.
 */
#ifndef IMPORT_CONTAINERS_H
#define IMPORT_CONTAINERS_H

#include <stddef.h>

struct buf;

/* Appends the document with the contents of notes and tabs beside their first
 * lines, which stand alone. */
void containers_open(const char *markdown, size_t len, struct buf *out);

#endif
