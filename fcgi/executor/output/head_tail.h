/*
 * head_tail.h: a growing file that keeps its beginning and its end if it gets
 * too long.
 */
#ifndef EXECUTOR_OUTPUT_HEAD_TAIL_H
#define EXECUTOR_OUTPUT_HEAD_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct head_tail;

/*
 * Creates the file, which will hold `limit` bytes and some more.  NULL with
 * errno set if that failed.
 */
struct head_tail *head_tail_open(const char *path, int64_t limit);

/*
 * Appends.  The text may be cut between two calls, preferably at a line end.
 * After the limit, the middle of the file is deallocated while offsets stay
 * valid.  ERR_IO with errno.
 */
enum err head_tail_put(struct head_tail *b, const char *data, size_t len);

/* Waits until all of it is on the disk. ERR_IO with errno. */
enum err head_tail_sync(struct head_tail *b);

/* The length so far, including dropped bytes. */
int64_t head_tail_size(const struct head_tail *b);

/*
 * Returns the text that replaces the dropped bytes; it belongs to ctx.  `next`
 * is the beginning of the text after it.
 */
typedef const char *(*head_tail_notice)(
    void *ctx, int64_t dropped, const char *next);

/* A file that has ended. */
struct head_tail_end {
	int64_t from;    /* where bytes were dropped, */
	int64_t dropped; /* how many; 0: none */
	int64_t notice;  /* length of what is in their place */
	int64_t bytes;   /* length of the file */
	char hash[HASH_TEXT];
};

/*
 * Ends the file: if bytes were dropped, the rest of the middle is removed and
 * the notice inserted; all of it durably.  Frees b. *ret is set in any case;
 * its hash is "" if something failed.
 */
enum err head_tail_close(struct head_tail *b, head_tail_notice notice,
    void *ctx, struct head_tail_end *ret);

#endif
