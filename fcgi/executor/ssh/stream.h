/*
 * stream.h: a conversation over a link: what is sent and what comes, in turns
 * that the two sides choose.
 */
#ifndef EXECUTOR_SSH_STREAM_H
#define EXECUTOR_SSH_STREAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "executor/ssh/ssh.h"

struct stream;

/* What a client of ssh.c does for its streams. */
struct stream_kind {
	/* Bytes, 0: not now, -1: it is over. */
	ssize_t (*read)(struct stream *s, char *data, size_t len);
	/* As read.  After 0 it is called again with the same bytes. */
	ssize_t (*write)(struct stream *s, const char *data, size_t len);
	/* Until one of the two can go on, or `until` (monotonic)
	 * is over: SSH_LOST, and why has a sentence. */
	enum ssh_result (*wait)(
	    struct stream *s, bool writing, int64_t until, struct buf *why);
	/* Why it is over, a sentence. */
	void (*say)(struct stream *s, struct buf *why);
	void (*close)(struct stream *s);
};

/* The first member of each client's own struct. */
struct stream {
	const struct stream_kind *kind;
	struct buf in;    /* what came */
	size_t at;        /* and was not taken yet */
	int64_t patience; /* see stream_patience() */
};

/*
 * Starts the command, or the subsystem of that name, on the link's host.
 * SSH_OK: *ret is to be closed with stream_close(), before the link.  Else
 * as ssh_conn_run().
 */
enum ssh_result stream_open(struct ssh_conn *l, const char *what,
    bool subsystem, struct stream **ret, struct buf *why);
void stream_close(struct stream *s);

/*
 * From now on SSH_LOST is the answer where nothing moves for so many
 * milliseconds: a host that answers at the SSH layer may still have a server
 * or a disk that does not.  It begins with STREAM_OPEN_MS.
 */
#define STREAM_OPEN_MS 30000
void stream_patience(struct stream *s, int64_t ms);

/* Sends all of it. */
enum ssh_result stream_put(
    struct stream *s, const void *data, size_t len, struct buf *why);

/* Waits for len bytes, which *ret points to until the next call. */
enum ssh_result stream_get(
    struct stream *s, size_t len, const char **ret, struct buf *why);

/* Forgets the first len of what stream_get() gave. */
void stream_take(struct stream *s, size_t len);

/* Waits for a line, without its end.  One over 4 KB is the end of it. */
enum ssh_result stream_line(struct stream *s, struct buf *ret, struct buf *why);

#endif
