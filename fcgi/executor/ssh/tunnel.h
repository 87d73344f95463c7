/*
 * tunnel.h: a tunnel to a server over an SSH target: to a host behind a jump
 * host, a database, or an http server.
 */
#ifndef EXECUTOR_SSH_TUNNEL_H
#define EXECUTOR_SSH_TUNNEL_H

#include <stdbool.h>
#include <sys/types.h>

#include "executor/ssh/ssh.h"

/* The remote end, as the SSH target sees it. */
struct tunnel_end {
	const char *host;
	int port;
	const char *socket; /* or a Unix socket, else NULL */
};

struct tunnel {
	int port; /* of 127.0.0.1; 0: no tunnel */
	pid_t pid;
	int report; /* reports of its process */
};

/*
 * Starts a process that logs in to `over` (over its own jump hosts) and then
 * accepts connections of this user at 127.0.0.1, port ret->port, each of which
 * leads to `end`.  SSH_OK: close *ret with tunnel_close().  Otherwise why gets
 * sentences that name the machine that failed, except for SSH_STOPPED, after
 * which loop->stop has the reason.
 */
enum ssh_result tunnel_open(const struct job_target *over,
    const struct tunnel_end *end, struct event_loop *loop, struct tunnel *ret,
    struct buf *why);

/*
 * The same to the target's host over its jump host, which may have one itself;
 * SSH_OK and nothing if it has none.
 */
enum ssh_result tunnel_open_jump(const struct job_target *target,
    struct event_loop *loop, struct tunnel *ret, struct buf *why);

/*
 * Appends the tunnel's reports since the last call to why, in sentences.  True:
 * the connection never reached the remote end, so that no data has arrived.
 */
bool tunnel_report(struct tunnel *tunnel, struct buf *why);

/* Ends it; does nothing if there is none. */
void tunnel_close(struct tunnel *tunnel);

#endif
