/*
 * utf8.h: makes valid UTF-8 of any bytes, however they are cut.
 */
#ifndef EXECUTOR_OUTPUT_UTF8_H
#define EXECUTOR_OUTPUT_UTF8_H

#include <stddef.h>

#include "base/buf.h"

/* The beginning of a character whose rest has not come yet. */
struct utf8 {
	char held[4];
	size_t len;
};

/* Appends the text to out; bytes that are no UTF-8 become U+FFFD. */
void utf8_put(struct utf8 *c, const char *data, size_t len, struct buf *out);

/* At the end: a character that was never completed becomes U+FFFD. */
void utf8_finish(struct utf8 *c, struct buf *out);

#endif
