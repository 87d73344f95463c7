/*
 * sha256.h: SHA-256, for the fingerprints of host keys that people compare.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

void	sha256(const void *data, size_t len, unsigned char out[32]);

#endif
