/*
 * tunnel_remote.h: the far side of a way, as tunnel_carrier.c sees it.
 */
#ifndef EXECUTOR_SSH_TUNNEL_REMOTE_H
#define EXECUTOR_SSH_TUNNEL_REMOTE_H

#include <libssh2.h>

#include "executor/ssh/tunnel_carrier.h"

#define TUNNEL_CONNS 4 /* with two more there are 10 descriptors */
#define TUNNEL_CHUNK (64 * 1024)

/* What tunnel_remote_read() and tunnel_remote_write() return but for a number
 * of bytes. */
#define TUNNEL_AGAIN (-1)
#define TUNNEL_GONE 0

struct conn {
	int fd;                   /* -1: free */
	int end;                  /* by ssh, or -1 */
	LIBSSH2_CHANNEL *channel; /* by libssh2, or NULL */
	struct buf in;            /* for the host */
	struct buf out;           /* for the client */
	bool ended;
};

struct carrier {
	const struct job_target *over;
	const struct tunnel_end *end;
	struct event_loop loop;
	struct output none;
	int listener;
	int report;
	struct ssh_conn *conn;
	LIBSSH2_CHANNEL *first; /* opened before it was asked for */
	pid_t ssh;              /* or 0: by libssh2 */
	int words;              /* what ssh says, or -1 */
	struct buf said;
	struct conn conns[TUNNEL_CONNS];
	char chunk[TUNNEL_CHUNK];
};

/* Logs in.  Not SSH_OK: why says where and what to do, as ssh_conn_open(). */
enum ssh_result tunnel_remote_begin(struct carrier *c, struct buf *why);

/* Connects to the end of the way.  False: why says why not. */
bool tunnel_remote_connect(
    struct carrier *c, struct conn *conn, struct buf *why);

/* Gives up the connection; why says where it never came to its end. */
void tunnel_remote_disconnect(
    struct carrier *c, struct conn *conn, struct buf *why);

/* Into c->chunk, from conn->in; neither waits. */
ssize_t tunnel_remote_read(struct carrier *c, struct conn *conn);
ssize_t tunnel_remote_write(struct conn *conn);

/* The session's own descriptor and what it waits for; with what came there:
 * is the session over, since ssh has ended or the connection is cut? */
struct pollfd tunnel_remote_poll(struct carrier *c);
bool tunnel_remote_is_over(struct carrier *c, short came);

/* A connection has ended: is that since the session has? */
bool tunnel_remote_is_over_too(struct carrier *c);

#endif
