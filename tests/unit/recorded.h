/*
 * recorded.h: the text of a recording and the player's events derived from it,
 * in memory, for the tests of recordings.
 */
#ifndef UNIT_RECORDED_H
#define UNIT_RECORDED_H

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

/* Reads len bytes from what ctx, a const char **, points at. */
static inline bool
recorded_next(void *ctx, char *data, size_t len)
{
	const char **at = ctx;

	memcpy(data, *at, len);
	*at += len;
	return true;
}

/* Appends to ctx, a struct buf. */
static inline bool
recorded_keep(void *ctx, const char *data, size_t len)
{
	buf_put(ctx, data, len);
	return true;
}

#endif
