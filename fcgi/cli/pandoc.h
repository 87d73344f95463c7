/*
 * pandoc.h: documents of other formats as Markdown.
 */
#ifndef CLI_PANDOC_H
#define CLI_PANDOC_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Appends the document as Markdown, which pandoc makes of it; its format is
 * told by the end of its name.  False: the reason has been printed.
 */
bool pandoc_read(const char *path, struct buf *ret);

#endif
