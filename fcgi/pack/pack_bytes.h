/*
 * pack_bytes.h: the numbers in a pack.
 */
#ifndef PACK_PACK_BYTES_H
#define PACK_PACK_BYTES_H

#include <stdint.h>

/* Reads, and writes, 8 bytes, the least significant first. */
static inline int64_t
pack_number(const unsigned char *bytes)
{
	uint64_t n = 0;

	for (int i = 7; i >= 0; i--)
		n = n << 8 | bytes[i];
	return (int64_t)n;
}

static inline void
pack_put_number(unsigned char *bytes, int64_t number)
{
	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
}

#endif
