/* pandoc.h: converts documents of other formats to Markdown. */
#ifndef CLI_PANDOC_H
#define CLI_PANDOC_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Appends the document, converted to Markdown by pandoc; the suffix of its name
 * gives its format. False: the reason has been printed.
 */
bool pandoc_read(const char *path, struct buf *ret);

#endif
