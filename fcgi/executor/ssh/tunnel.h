/*
 * tunnel.h: the way to a server over an SSH target: a jump host's, a
 * database's, an http target's.
 */
#ifndef EXECUTOR_SSH_TUNNEL_H
#define EXECUTOR_SSH_TUNNEL_H

#include <stdbool.h>
#include <sys/types.h>

#include "executor/ssh/ssh.h"

/* Where it leads, as the SSH target sees it. */
struct tunnel_end {
	const char *host;
	int port;
	const char *socket; /* or a path there, else NULL */
};

struct tunnel {
	int port; /* of 127.0.0.1; 0: there is no way */
	pid_t pid;
	int report; /* what its process says */
};

/*
 * Starts a process that logs in to `over` (over its own jump hosts) and then
 * takes connections of this user at 127.0.0.1, port ret->port, each of which
 * leads to `end`.  SSH_OK: *ret is to be closed with tunnel_close().  Otherwise
 * why gets sentences that name the machine that failed, but for SSH_STOPPED,
 * after which watch->stop says why.
 */
enum ssh_result tunnel_open(const struct job_target *over,
    const struct tunnel_end *end, struct event_loop *loop, struct tunnel *ret,
    struct buf *why);

/*
 * Appends to why what the way has said since, in sentences.  True: that the
 * connection never came to its end, so that nothing sent has arrived.
 */
bool tunnel_said(struct tunnel *w, struct buf *why);

/* Ends it; nothing where there is none. */
void tunnel_close(struct tunnel *w);

#endif
