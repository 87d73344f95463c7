/* http_fill_xml.h: inserts a value into XML. */
#ifndef LANG_HTTP_HTTP_FILL_XML_H
#define LANG_HTTP_HTTP_FILL_XML_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the value, encoded for its place behind the text `before`.  NULL, or
 * a reason why it has none there.
 */
const char *http_fill_xml(
    const char *before, size_t before_len, const char *value, struct buf *out);

#endif
