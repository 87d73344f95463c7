/* hmac.h: HMAC (RFC 2104) of data in pieces, by libcrypto. */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include <stdbool.h>
#include <stddef.h>

#define HMAC_BYTES_MAX 32

struct hmac {
	void *ctx; /* EVP_MAC_CTX */
};

/* "sha256" and "sha1" are known. */
bool hmac_is_known(const char *hash);

/* hmac_begin() needs an hmac_end(), which releases the memory. */
void hmac_begin(
    struct hmac *h, const char *hash, const void *key, size_t key_len);
void hmac_put(struct hmac *h, const void *data, size_t len);

/* Returns the length. */
size_t hmac_end(struct hmac *h, unsigned char out[HMAC_BYTES_MAX]);

#endif
