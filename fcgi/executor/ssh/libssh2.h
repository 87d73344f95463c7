/* libssh2.h: the session of the libssh2 client. */
#ifndef EXECUTOR_SSH_LIBSSH2_H
#define EXECUTOR_SSH_LIBSSH2_H

#include <libssh2.h>
#include <stdbool.h>

#include "executor/ssh/ssh_client.h"

struct ssh {
	struct ssh_conn conn;
	int fd;
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *waiting; /* see ssh_conn_last(), or NULL */
	int64_t limit;            /* of the present wait, or 0 */
	int64_t keepalive;        /* when the next is due, or 0 */
	int64_t keepalive_sent;   /* when the last was sent */
	int unanswered;           /* consecutive ones */
	int silent_ms; /* the host has not replied for so long, or 0 */
	bool stopped;
};

/*
 * Sends a keepalive if one is due.  False: the host has not replied to any for
 * half a minute (a command may be silent much longer), or its TCP has not
 * acknowledged what was sent: s->silent_ms.
 */
bool ssh_keep_alive(struct ssh *s, int64_t now);

/*
 * Waits until the session can continue.  False: it must not, since the event
 * loop stopped it (s->stopped), the host is silent (s->silent_ms) or the limit
 * passed.
 */
bool ssh_wait(struct ssh *s);

/*
 * Calls the function of libssh2 until it has a result or ssh_wait() returns
 * false; then rc is LIBSSH2_ERROR_EAGAIN.
 */
#define SSH_LOOP(s, rc, call) \
	do \
		(rc) = (call); \
	while ((rc) == LIBSSH2_ERROR_EAGAIN && ssh_wait(s))

/*
 * Opens a channel and requests "exec" or "subsystem" on it.  Unless SSH_OK,
 * *ret may be a channel to be freed, or NULL.
 */
enum ssh_result ssh_channel_open(struct ssh *s, const char *request,
    const char *what, LIBSSH2_CHANNEL **ret, struct buf *why);

/*
 * Maps an unknown failure: SSH_STOPPED if the event loop stopped it, else
 * SSH_LOST with a sentence.
 */
enum ssh_result ssh_lost(
    struct ssh *s, int rc, const char *doing, struct buf *why);

/* Connects. SSH_OK: close *ret with ssh_conn_close(). */
enum ssh_result ssh_begin(const struct job_target *target,
    struct event_loop *loop, struct ssh **ret, struct buf *why);

#endif
