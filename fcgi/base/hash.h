/*
 * hash.h: BLAKE2b-256 (RFC 7693, unkeyed) by libsodium.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

#include "base/err.h"

#define HASH_BYTES 32
#define HASH_TEXT (2 * HASH_BYTES + 1)

/* The hash of a and then b (either may be empty). */
void hash_two(const void *a, size_t a_len, const void *b, size_t b_len,
    unsigned char out[HASH_BYTES]);

/* The hash of a text as 64 hex digits and a NUL. */
void hash_hex(const void *data, size_t len, char out[2 * HASH_BYTES + 1]);

/* The hash of what is put into it, piece by piece. */
struct hash *hash_new(void);
void hash_put(struct hash *h, const void *data, size_t len);

/* Writes the hash in hex, unless out is NULL, and frees h, which may be NULL.
 */
void hash_end(struct hash *h, char out[2 * HASH_BYTES + 1]);

/* The hash of a file's content, in hex.  ERR_NOT_FOUND or ERR_IO. */
enum err hash_file(const char *path, char out[2 * HASH_BYTES + 1]);

#endif
