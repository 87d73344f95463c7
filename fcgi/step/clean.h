/*
 * clean.h: makes valid UTF-8 of any bytes, however they are cut.
 */
#ifndef STEP_CLEAN_H
#define STEP_CLEAN_H

#include <stddef.h>

#include "base/buf.h"

/* The beginning of a character whose rest has not come yet. */
struct clean {
	char	held[4];
	size_t	len;
};

/* Appends the text to out; bytes that are no UTF-8 become U+FFFD. */
void	clean_put(struct clean *c, const char *data, size_t len,
	    struct buf *out);

/* At the end: a character that was never completed becomes U+FFFD. */
void	clean_finish(struct clean *c, struct buf *out);

#endif
