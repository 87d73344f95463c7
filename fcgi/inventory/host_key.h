/*
 * host_key.h: host keys as targets.yml pins them and as people compare them.
 */
#ifndef INVENTORY_HOST_KEY_H
#define INVENTORY_HOST_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Reads "ssh-ed25519 AAAA…", a host key as targets.yml pins it (a comment may
 * follow).  False: it is none.  type has 64 bytes; blob is appended to.
 */
bool host_key_read(const char *text, char type[64], struct buf *blob);

/* "SHA256:…" as ssh-keygen -l prints it; text has 64 bytes. */
void host_key_fingerprint(const void *blob, size_t len, char text[64]);

/* The type that a key's blob names, for messages; type has 64 bytes. */
void host_key_type(const void *blob, size_t len, char type[64]);

/* Takes one string, as SSH writes it, from the bytes between *p and end. */
bool host_key_string(
    const char **p, const char *end, const char **ret, size_t *ret_len);

#endif
