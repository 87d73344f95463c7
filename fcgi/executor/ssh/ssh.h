/*
 * ssh.h: a connection to an SSH host, over which sh reads what we send.
 */
#ifndef EXECUTOR_SSH_SSH_H
#define EXECUTOR_SSH_SSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "executor/tty/tty_frames.h"
#include "executor/job_spec.h"
#include "executor/event_loop.h"

enum ssh_result {
	SSH_OK,
	SSH_LOST,    /* not reached, or cut: trying again may help */
	SSH_DROPPED, /* of a client: closed before anybody could log in; no
		      * other caller sees it */
	SSH_REFUSED, /* trying again does not help */
	SSH_STOPPED, /* watch->stop says why */
	SSH__MAX
};

struct ssh_conn;

/* One command on the host.  Its two outputs come by the functions. */
struct ssh_call {
	const char *command;
	const struct buf *input; /* its standard input, whole */
	void (*out)(void *ctx, const char *data, size_t len);
	void (*err)(void *ctx, const char *data, size_t len);
	void *ctx;
	struct tty_frames *frames; /* its standard input stays open for
				    * what this has; or NULL */
	/* Or NULL.  Asked after all that comes: 0, or the monotonic time at
	 * which the call ends with SSH_OK, though the command still waits
	 * for more of its input: ssh_conn_last(). */
	int64_t (*enough)(void *ctx);
	int64_t limit; /* monotonic, then SSH_LOST; or 0 */
	/* Or NULL.  The same, as the call goes on: by when something has to
	 * come from a host that may answer at the SSH layer alone. */
	int64_t (*due)(void *ctx);
	int status; /* set: its exit status */
};

/*
 * Makes what all connections need and each process would make anew: libssh2
 * and the libcrypto below it take 3 ms to be ready, which begins with the
 * first half of a handshake.  Called once, before the targets' processes are
 * forked; without it all is as well, but slower.
 */
void ssh_conn_prepare(const struct job_spec *spec);

/*
 * Connects, checks the pinned host key and logs in, with the client that the
 * target names.  SSH_OK: *ret is to be closed with ssh_conn_close().  Otherwise
 * why gets a sentence that names the host and what to do.
 */
enum ssh_result ssh_conn_open(const struct job_target *target,
    struct event_loop *loop, struct ssh_conn **ret, struct buf *why);
void ssh_conn_close(struct ssh_conn *l);

/*
 * A server drops connections where too many log in at once (MaxStartups of
 * sshd).  Nothing was done over such a connection, so it may be made again.
 * True where *result is SSH_DROPPED, after a pause that grows and differs from
 * one process to another: the caller tries again.  False: *result is what it
 * was, or, after DROPPED_MOST tries, SSH_LOST, or SSH_STOPPED.
 */
bool ssh_conn_once_more(struct event_loop *loop, int *tries,
    enum ssh_result *result, struct buf *why);

/*
 * Runs the command.  SSH_OK only where its outputs ended, the channel was
 * closed, and an exit status arrived without a signal.  Else why gets a
 * sentence (but for SSH_STOPPED, after which another call may be made) and
 * the link can only be closed.
 */
enum ssh_result ssh_conn_run(
    struct ssh_conn *l, struct ssh_call *call, struct buf *why);

/*
 * Sends this and the end of its input to the command that waits since the
 * last call, and waits for its end.  False: no command waits (there are
 * clients that cannot leave one waiting), or it is not known to have ended.
 */
bool ssh_conn_last(struct ssh_conn *l, const char *text, int64_t limit);

#endif
