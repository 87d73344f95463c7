/*
 * sha256.h: SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by libcrypto.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

#define SHA256_BYTES 32

struct sha256 {
	void *ctx; /* EVP_MD_CTX */
};

/* Each begin needs an end, which releases the memory of begin. */
void sha256_begin(struct sha256 *s);
void sha256_put(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, unsigned char out[SHA256_BYTES]);

/* Hashes data in one call. */
void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES]);
void sha256_hmac(const void *key, size_t key_len, const void *data, size_t len,
    unsigned char out[SHA256_BYTES]);

#endif
