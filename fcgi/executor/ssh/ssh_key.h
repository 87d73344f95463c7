/*
 * ssh_key.h: what can be said about SSH keys without using them.
 */
#ifndef EXECUTOR_SSH_SSH_KEY_H
#define EXECUTOR_SSH_SSH_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define SSH_KEY_PUBLIC 320 /* what is longer is RSA */

/* A file with a private key. */
struct ssh_key_facts {
	int error;  /* errno where it cannot be read, else 0 */
	bool known; /* the format was recognised */
	bool encrypted;
	bool rsa;
	char public[SSH_KEY_PUBLIC]; /* "TYPE BASE64", or "": not known */
};

void ssh_key_look(const char *path, struct ssh_key_facts *ret);

/* The same for the text of such a file. */
void ssh_key_parse(const char *text, size_t len, struct ssh_key_facts *ret);

#endif
