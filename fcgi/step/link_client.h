/*
 * link_client.h: what link.c and its clients share.  No one else includes it.
 */
#ifndef STEP_LINK_CLIENT_H
#define STEP_LINK_CLIENT_H

#include "step/link.h"

struct link_client {
	const char	*name;		/* as `client:` in targets.yml */
	enum link_result (*open)(const struct order_target *, struct watch *,
			    struct link **, struct buf *);
	enum link_result (*run)(struct link *, struct link_call *,
			    struct buf *);
	void		 (*close)(struct link *);
};

/* The first member of each client's own struct. */
struct link {
	const struct link_client	*client;
	const struct order_target	*target;
	struct watch			*watch;
};

extern const struct link_client link_libssh2;
extern const struct link_client link_openssh;
extern const struct link_client link_local;	/* sh, on this machine */

/* A connected, tuned, non-blocking socket to the target's host and port. */
enum link_result link_connect(const struct order_target *t,
		    struct watch *watch, int *ret_fd, struct buf *why);

#endif
