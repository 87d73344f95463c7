/* ssh.h: a connection to an SSH host, on which sh reads our programs. */
#ifndef EXECUTOR_SSH_SSH_H
#define EXECUTOR_SSH_SSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "executor/job_spec.h"
#include "executor/event_loop.h"

enum ssh_result {
	SSH_OK,
	SSH_LOST,    /* unreachable, or lost: repeating may help */
	SSH_DROPPED, /* internal to a client: closed before the login; callers
			never see it */
	SSH_REFUSED, /* repeating does not help */
	SSH_STOPPED, /* loop->stop has the reason */
	SSH__MAX
};

struct ssh_conn;

/* One command on the host. The functions receive its two outputs. */
struct ssh_call {
	const char *command;
	const struct buf *input; /* its standard input */
	void (*out)(void *ctx, const char *data, size_t len);
	void (*err)(void *ctx, const char *data, size_t len);
	void *ctx;
	/*
	 * Or NULL: the input ends there.  Further input for now, from which
	 * the client consumes what it sends.
	 */
	struct buf *(*more)(void *ctx);
	/*
	 * Or NULL.  Called after each read: 0, or the monotonic time at which
	 * the call ends with SSH_OK although the command still waits for more
	 * input: ssh_conn_last().  A client that has none ends the input then.
	 */
	int64_t (*enough)(void *ctx);
	int64_t limit; /* monotonic, then SSH_LOST; or 0 */
	/*
	 * Or NULL.  The same, during the call: the time by which data must
	 * arrive from a host that may only answer at the SSH layer.
	 */
	int64_t (*due)(void *ctx);
	int status; /* set: its exit status */
};

/* An out or err that drops what arrives. */
void ssh_call_drop(void *ctx, const char *data, size_t len);

/*
 * Prepares state that all connections need: libssh2 and libcrypto take 3 ms for
 * it, including the first half of a handshake.  It is called once, before the
 * targets' processes are forked, and only saves time.
 */
void ssh_conn_prepare(const struct job_spec *spec);

/*
 * Connects, checks the pinned host key and logs in, with the client that the
 * target names.  SSH_OK: close *ret with ssh_conn_close().  Otherwise why gets
 * a sentence that names the host and what to do.
 */
enum ssh_result ssh_conn_open(const struct job_target *target,
    struct event_loop *loop, struct ssh_conn **ret, struct buf *why);
void ssh_conn_close(struct ssh_conn *l);

/*
 * A server drops connections if too many log in at once (MaxStartups of sshd).
 * Nothing was done over such a connection, so it may be made again.  True if
 * *result is SSH_DROPPED, after a pause that grows and differs between
 * processes: the caller connects again.  False: *result is unchanged, or, after
 * DROPPED_MOST attempts, SSH_LOST, or SSH_STOPPED.
 */
bool ssh_conn_once_more(struct event_loop *loop, int *tries,
    enum ssh_result *result, struct buf *why);

/*
 * Runs the command.  SSH_OK only if its outputs ended, the channel was closed,
 * and an exit status arrived without a signal.  Else why gets a sentence
 * (except for SSH_STOPPED, after which another call may be made) and the
 * connection can only be closed.
 */
enum ssh_result ssh_conn_run(
    struct ssh_conn *l, struct ssh_call *call, struct buf *why);

/*
 * Sends this and the end of input to the command that has been waiting since
 * the last call, and waits for its end.  False: no command waits (some clients
 * cannot leave one waiting), or its end was not confirmed.
 */
bool ssh_conn_last(struct ssh_conn *l, const char *text, int64_t limit);

/*
 * For the clients: the address to connect to, that is the target's host and
 * port, or the local end of the tunnel over its jump host.
 */
const char *ssh_conn_local_host(const struct job_target *t);
int ssh_conn_local_port(const struct job_target *t);

/* A connected, tuned, non-blocking socket to that address. */
enum ssh_result ssh_conn_connect(const struct job_target *t,
    struct event_loop *loop, int *ret_fd, struct buf *why);

/*
 * The time at which the call fails unless data arrives: the earlier of limit
 * and due; or 0.
 */
int64_t ssh_conn_call_limit(const struct ssh_call *call);

#endif
