/* ssh_client.h: shared by ssh.c and its clients. No other file includes it. */
#ifndef EXECUTOR_SSH_SSH_CLIENT_H
#define EXECUTOR_SSH_SSH_CLIENT_H

#include "executor/ssh/ssh.h"
#include "executor/ssh/stream.h"
#include "executor/ssh/tunnel.h"

struct ssh_client {
	const char *name; /* as `client:` in targets.yml */
	enum ssh_result (*open)(const struct job_target *, struct event_loop *,
	    struct ssh_conn **, struct buf *);
	enum ssh_result (*run)(
	    struct ssh_conn *, struct ssh_call *, struct buf *);
	enum ssh_result (*stream)(struct ssh_conn *, const char *, bool,
	    struct stream **, struct buf *);
	void (*close)(struct ssh_conn *);
	bool (*last)(struct ssh_conn *, const char *, int64_t);
	/* or NULL: commands cannot be left waiting */
};

/* The first member of each client's own struct. */
struct ssh_conn {
	const struct ssh_client *client;
	const struct job_target *target;
	struct event_loop *loop;
	struct tunnel tunnel;     /* over its jump host, if any */
	struct job_target *local; /* the target with its port, then */
};

extern const struct ssh_client ssh_conn_libssh2;
void ssh_prepare(void); /* for ssh_conn_libssh2; see ssh_conn_prepare() */
extern const struct ssh_client ssh_conn_openssh;
extern const struct ssh_client ssh_conn_local; /* sh, on this machine */

/*
 * The address to connect to: the target's host and port, or the local end of
 * the tunnel over its jump host.
 */
const char *ssh_conn_local_host(const struct job_target *t);
int ssh_conn_local_port(const struct job_target *t);

/*
 * Opens the tunnel over the target's jump host, which may have one itself;
 * SSH_OK and nothing if it has none.  Errors as from tunnel_open().
 */
enum ssh_result ssh_conn_tunnel(const struct job_target *target,
    struct event_loop *loop, struct tunnel *ret, struct buf *why);

/*
 * When the call fails unless data arrives: the earlier of limit and due; or 0.
 */
int64_t ssh_conn_call_limit(const struct ssh_call *call);

/* A connected, tuned, non-blocking socket to the target's host and port. */
enum ssh_result ssh_conn_connect(const struct job_target *t,
    struct event_loop *loop, int *ret_fd, struct buf *why);

#endif
