/*
 * scp.h: a command of scp as a line of a copy step.
 */
#ifndef IMPORT_SCP_H
#define IMPORT_SCP_H

#include <stdbool.h>
#include <stddef.h>

struct import;

struct scp {
	const char *line;    /* of a copy step; of the arena, as is all */
	const char *host[2]; /* from and to; NULL: this machine */
	const char *user[2];
};

/* Reads the command.  False: it is none of scp, or does more than a copy. */
bool scp_read(struct import *im, const char *s, size_t len, struct scp *ret);

#endif
