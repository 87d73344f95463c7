/*
 * stream.h: a bidirectional stream over an SSH connection, for protocols of
 * requests and replies.
 */
#ifndef EXECUTOR_SSH_STREAM_H
#define EXECUTOR_SSH_STREAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "executor/ssh/ssh.h"

struct stream;

/* The operations of a client of ssh.c for its streams. */
struct stream_kind {
	/* Bytes read, 0: none now, -1: it is over. */
	ssize_t (*read)(struct stream *s, char *data, size_t len);
	/* As read. After 0 it is called again with the same bytes. */
	ssize_t (*write)(struct stream *s, const char *data, size_t len);
	/*
	 * Waits until one of the two can continue; after `until` (monotonic)
	 * SSH_LOST, and why has a sentence.
	 */
	enum ssh_result (*wait)(
	    struct stream *s, bool writing, int64_t until, struct buf *why);
	/* Appends why it is over, a sentence. */
	void (*explain)(struct stream *s, struct buf *why);
	void (*close)(struct stream *s);
};

/* The first member of each client's own struct. */
struct stream {
	const struct stream_kind *kind;
	struct buf in;    /* data that arrived */
	size_t at;        /* position of data not consumed */
	int64_t patience; /* see stream_patience() */
};

/*
 * Starts the command, or the subsystem of that name, on the connection's host.
 * SSH_OK: close *ret with stream_close(), before the connection.  Else like
 * ssh_conn_run().
 */
enum ssh_result stream_open(struct ssh_conn *l, const char *what,
    bool subsystem, struct stream **ret, struct buf *why);
void stream_close(struct stream *s);

/*
 * From now on, SSH_LOST is returned after so many milliseconds without
 * progress: a host that answers at the SSH layer may still have a server or a
 * disk that does not.  Initially STREAM_OPEN_MS.
 */
#define STREAM_OPEN_MS 30000
void stream_patience(struct stream *s, int64_t ms);

/* Sends all of it. */
enum ssh_result stream_put(
    struct stream *s, const void *data, size_t len, struct buf *why);

/* Waits for len bytes; *ret points to them until the next call. */
enum ssh_result stream_get(
    struct stream *s, size_t len, const char **ret, struct buf *why);

/* Consumes the first len bytes of stream_get(). */
void stream_take(struct stream *s, size_t len);

/* Waits for a line, without its end. Over 4 KB, the line is cut there. */
enum ssh_result stream_line(struct stream *s, struct buf *ret, struct buf *why);

#endif
