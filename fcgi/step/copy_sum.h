/*
 * copy_sum.h: SHA-256 of files, made where the files are.
 */
#ifndef STEP_COPY_SUM_H
#define STEP_COPY_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "step/stream.h"

/* `{0}`, and used with an open link. */
struct copy_sum {
	struct stream	*stream;
	char		 tool[16];	/* "sha256sum", "shasum", or "" */
	uint32_t	 uid;		/* of whom we are there */
	bool		 told;		/* that it is done by reading */
};

/* Begins; ->tool is "" where the host has no program for it.  LINK_LOST or
 * LINK_REFUSED may also mean that it runs no command. */
enum link_result copy_sum_open(struct copy_sum *s, struct link *l,
		    struct buf *why);
void		 copy_sum_close(struct copy_sum *s);

/* Asks for the sum of the file's first len bytes; of all, which are about
 * `size`, where len is -1. */
enum link_result copy_sum_ask(struct copy_sum *s, const char *path,
		    int64_t len, int64_t size, struct buf *why);

/* Waits for the answer, for as long as so many bytes can take: 64 hex digits,
 * or "" where it cannot be read. */
enum link_result copy_sum_take(struct copy_sum *s, char ret[65],
		    struct buf *why);

#endif
