/* utf8.h: converts any bytes to valid UTF-8, however they are cut. */
#ifndef EXECUTOR_OUTPUT_UTF8_H
#define EXECUTOR_OUTPUT_UTF8_H

#include <stddef.h>

#include "base/buf.h"

/* An incomplete character at the end of a piece. */
struct utf8 {
	char held[4];
	size_t len;
};

/* Appends the text to out; invalid bytes become U+FFFD. */
void utf8_put(struct utf8 *c, const char *data, size_t len, struct buf *out);

/* At the end: an incomplete character becomes U+FFFD. */
void utf8_finish(struct utf8 *c, struct buf *out);

#endif
