/*
 * sha256.h: SHA-256, for the fingerprints of host keys that people compare, and
 * for requests that are signed.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t h[8];
	unsigned char block[64]; /* not full yet */
	uint64_t len;            /* of all that was put */
};

void sha256_begin(struct sha256 *s);
void sha256_put(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, unsigned char out[32]);

/* All at once. */
void sha256(const void *data, size_t len, unsigned char out[32]);

#endif
