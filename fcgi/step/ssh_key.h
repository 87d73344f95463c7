/*
 * ssh_key.h: what can be said about SSH keys without using them.
 */
#ifndef STEP_SSH_KEY_H
#define STEP_SSH_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A file with a private key. */
struct ssh_key_facts {
	int	error;		/* errno where it cannot be read, else 0 */
	bool	known;		/* the format was recognised */
	bool	encrypted;
	bool	rsa;
};

void	ssh_key_look(const char *path, struct ssh_key_facts *ret);

/* The same for the text of such a file. */
void	ssh_key_parse(const char *text, size_t len,
	    struct ssh_key_facts *ret);

/*
 * Reads "ssh-ed25519 AAAA…", a host key as targets.yml pins it (a comment may
 * follow).  False: it is none.  type has 64 bytes; blob is appended to.
 */
bool	ssh_key_pinned(const char *text, char type[64], struct buf *blob);

/* "SHA256:…" as ssh-keygen -l prints it; text has 64 bytes. */
void	ssh_key_fingerprint(const void *blob, size_t len, char text[64]);

/* The type that a key's blob names, for messages; type has 64 bytes. */
void	ssh_key_type(const void *blob, size_t len, char type[64]);

#endif
