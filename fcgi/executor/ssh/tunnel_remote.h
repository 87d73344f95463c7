/* tunnel_remote.h: the remote side of a tunnel, for tunnel_carrier.c. */
#ifndef EXECUTOR_SSH_TUNNEL_REMOTE_H
#define EXECUTOR_SSH_TUNNEL_REMOTE_H

#include <libssh2.h>

#include "executor/ssh/tunnel_carrier.h"

#define TUNNEL_CONNS 4 /* with two more there are 10 descriptors */
#define TUNNEL_CHUNK (64 * 1024)

/*
 * Results of tunnel_remote_read() and tunnel_remote_write() other than a number
 * of bytes.
 */
#define TUNNEL_AGAIN (-1)
#define TUNNEL_GONE 0

struct conn {
	int fd;                   /* -1: free */
	int end;                  /* socket to ssh, or -1 */
	LIBSSH2_CHANNEL *channel; /* of libssh2, or NULL */
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
	LIBSSH2_CHANNEL *first; /* opened in advance */
	pid_t ssh;              /* process of ssh, or 0: libssh2 */
	int err_fd;             /* messages of ssh, or -1 */
	struct buf errors;
	struct conn conns[TUNNEL_CONNS];
	char chunk[TUNNEL_CHUNK];
};

/*
 * The socket in the working folder at which ssh accepts connections for the
 * process `pid`.
 */
void tunnel_socket(pid_t pid, char ret[32]);

/*
 * Logs in.  If not SSH_OK, why names the host and what to do, like
 * ssh_conn_open().
 */
enum ssh_result tunnel_remote_begin(struct carrier *c, struct buf *why);

/* Connects to the remote end. False: why has the reason. */
bool tunnel_remote_connect(
    struct carrier *c, struct conn *conn, struct buf *why);

/* Closes the connection; why says if it never reached the remote end. */
void tunnel_remote_disconnect(
    struct carrier *c, struct conn *conn, struct buf *why);

/* Reads into c->chunk, writes from conn->in; neither waits. */
ssize_t tunnel_remote_read(struct carrier *c, struct conn *conn);
ssize_t tunnel_remote_write(struct conn *conn);

/*
 * The session's own descriptor and its events; with the events that occurred:
 * true if the session is over, since ssh has exited or the connection is lost.
 */
struct pollfd tunnel_remote_poll(struct carrier *c);
bool tunnel_remote_is_over(struct carrier *c, short came);

/* A connection has ended: true if that is because the session has. */
bool tunnel_remote_is_over_too(struct carrier *c);

#endif
