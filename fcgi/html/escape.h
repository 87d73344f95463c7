/*
 * escape.h: text made safe for the place in HTML where it stands.
 */
#ifndef HTML_ESCAPE_H
#define HTML_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends text for element content and for quoted attributes alike:
 * & < > " and ' become references; nothing else is changed.
 */
void html_escape(struct buf *out, const char *s, size_t len);

#endif
