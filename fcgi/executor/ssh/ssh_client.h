/* ssh_client.h: shared by ssh.c and its clients. No other file includes it. */
#ifndef EXECUTOR_SSH_SSH_CLIENT_H
#define EXECUTOR_SSH_SSH_CLIENT_H

#include "executor/ssh/ssh.h"
#include "executor/ssh/stream.h"
#include "executor/ssh/tunnel.h"

struct ssh_client {
	const char *name;      /* as `client:` in targets.yml */
	void (*prepare)(void); /* or NULL; see ssh_conn_prepare() */
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
extern const struct ssh_client ssh_conn_openssh;
extern const struct ssh_client ssh_conn_local; /* sh, on this machine */

#endif
