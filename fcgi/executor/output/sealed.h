/*
 * sealed.h: the output of a step with the attribute "secret", which only the
 * keeper can open, and its artifact, which only the runner can open.
 */
#ifndef EXECUTOR_OUTPUT_SEALED_H
#define EXECUTOR_OUTPUT_SEALED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sealed;

/*
 * Writes the bytes into a file, durably, in a box for the X25519 public key of
 * 32 bytes, and returns the file's hash.  ERR_IO with errno.
 */
enum err sealed_write(const char *path, const unsigned char *key,
    const void *data, size_t len, char *ret_hash);

/*
 * Begins the output of a target, sealed to the X25519 public key of 32 bytes;
 * both must outlive it.
 */
struct sealed *sealed_new(const char *target, const unsigned char *key);

/*
 * Adds redacted text of complete characters.  Of a text over EXEC_SEALED_LIMIT
 * bytes the beginning and the end are kept.
 */
void sealed_put(struct sealed *s, const char *data, size_t len);

/*
 * Writes TARGET.sealed durably, and wipes and frees s. *ret_bytes is the length
 * of the text including dropped bytes, *ret_dropped the number of those.
 * ERR_IO with errno.
 */
enum err sealed_close(
    struct sealed *s, int64_t *ret_bytes, int64_t *ret_dropped, char *ret_hash);

#endif
