/*
 * head_tail.h: a file that grows, and that keeps its beginning and its end when
 * it gets too long.
 */
#ifndef EXECUTOR_OUTPUT_HEAD_TAIL_H
#define EXECUTOR_OUTPUT_HEAD_TAIL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct head_tail;

/*
 * Creates the file, which will hold `limit` bytes and some more.  NULL with
 * errno set where that failed.
 */
struct head_tail *head_tail_open(const char *path, int64_t limit);

/*
 * Appends.  Pieces begin and end where the text may be cut; a line end inside
 * is a better place.  Once the limit is passed, the middle of the file is
 * given back to the disk while offsets stay true.  ERR_IO with errno.
 */
enum err head_tail_put(struct head_tail *b, const char *data, size_t len);

/* Reads what is there: the last half of the limit, or less.  ERR_IO. */
enum err head_tail_get(struct head_tail *b, int64_t at, char *data, size_t len);

/* The length so far, with what was dropped. */
int64_t head_tail_size(const struct head_tail *b);

/*
 * What stands in place of what was dropped: the text belongs to ctx.  `next`
 * is the beginning of what follows it.
 */
typedef const char *(*head_tail_notice)(
    void *ctx, int64_t dropped, const char *next);

/*
 * Ends the file: where something was dropped, what is left of the middle is
 * cut out and the notice put in its place; all of it durable.  Frees b.
 * *ret_dropped is set in any case.
 */
enum err head_tail_close(struct head_tail *b, head_tail_notice notice,
    void *ctx, int64_t *ret_dropped);

#endif
