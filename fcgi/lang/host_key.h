/* host_key.h: host keys in targets.yml, and their fingerprints. */
#ifndef LANG_HOST_KEY_H
#define LANG_HOST_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Parses "ssh-ed25519 AAAA…", a host key of targets.yml (a comment may follow).
 * False: malformed. type has 64 bytes; blob is appended to.
 */
bool host_key_read(const char *text, char type[64], struct buf *blob);

/* "SHA256:…" as ssh-keygen -l prints it; text has 64 bytes. */
void host_key_fingerprint(const void *blob, size_t len, char text[64]);

/* The type that a key's blob names, for messages; type has 64 bytes. */
void host_key_type(const void *blob, size_t len, char type[64]);

/* Takes one SSH string from the bytes between *p and end. */
bool host_key_string(
    const char **p, const char *end, const char **ret, size_t *ret_len);

#endif
