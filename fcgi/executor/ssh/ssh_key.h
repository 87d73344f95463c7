/* ssh_key.h: facts about SSH keys, without using them. */
#ifndef EXECUTOR_SSH_SSH_KEY_H
#define EXECUTOR_SSH_SSH_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define SSH_KEY_PUBLIC 320 /* longer ones are RSA */

/* A file with a private key. */
struct ssh_key_facts {
	int error;  /* errno if it cannot be read, else 0 */
	bool known; /* the format was recognized */
	bool encrypted;
	bool rsa;
	char public[SSH_KEY_PUBLIC]; /* "TYPE BASE64", or "": unknown */
};

void ssh_key_read(const char *path, struct ssh_key_facts *ret);

/* The same for the text of such a file. */
void ssh_key_parse(const char *text, size_t len, struct ssh_key_facts *ret);

#endif
