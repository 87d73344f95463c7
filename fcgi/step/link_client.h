/*
 * link_client.h: what link.c and its clients share.  No one else includes it.
 */
#ifndef STEP_LINK_CLIENT_H
#define STEP_LINK_CLIENT_H

#include "step/link.h"
#include "step/stream.h"
#include "step/way.h"

struct link_client {
	const char	*name;		/* as `client:` in targets.yml */
	enum link_result (*open)(const struct order_target *, struct watch *,
			    struct link **, struct buf *);
	enum link_result (*run)(struct link *, struct link_call *,
			    struct buf *);
	enum link_result (*stream)(struct link *, const char *, bool,
			    struct stream **, struct buf *);
	void		 (*close)(struct link *);
	bool		 (*last)(struct link *, const char *, int64_t);
					/* or NULL: none is left waiting */
};

/* The first member of each client's own struct. */
struct link {
	const struct link_client	*client;
	const struct order_target	*target;
	struct watch			*watch;
	struct way			 way;	/* over its jump host, if any */
	struct order_target		*near;	/* its target then */
};

extern const struct link_client link_libssh2;
void	ssh_prepare(void);	/* for link_libssh2; see link_prepare() */
extern const struct link_client link_openssh;
extern const struct link_client link_local;	/* sh, on this machine */

/* Where the target is connected to: its host and port, or this end of the way
 * over its jump host. */
const char	*link_near_host(const struct order_target *t);
int		 link_near_port(const struct order_target *t);

/* The way over the target's jump host, which may have one itself; LINK_OK and
 * nothing where it has none.  As way_open(). */
enum link_result link_way(const struct order_target *target,
		    struct watch *watch, struct way *ret, struct buf *why);

/* When the call is lost as things are: the sooner of limit and due; or 0. */
int64_t		 link_call_limit(const struct link_call *call);

/* A connected, tuned, non-blocking socket to the target's host and port. */
enum link_result link_connect(const struct order_target *t,
		    struct watch *watch, int *ret_fd, struct buf *why);

#endif
