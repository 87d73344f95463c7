/* escape.h: escapes text for HTML. */
#ifndef HTML_ESCAPE_H
#define HTML_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends text for element content or quoted attributes: & < > " and ' become
 * references; nothing else is changed.
 */
void html_escape(struct buf *out, const char *s, size_t len);

#endif
