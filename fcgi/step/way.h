/*
 * way.h: the way to a server over an SSH target: a jump host's, a database's,
 * an http target's.
 */
#ifndef STEP_WAY_H
#define STEP_WAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "step/link.h"

/* Where it leads, as the SSH target sees it. */
struct way_end {
	const char	*host;
	int		 port;
	const char	*socket;	/* or a path there, else NULL */
};

struct way {
	int	port;		/* of 127.0.0.1; 0: there is no way */
	pid_t	pid;
	int	report;		/* what its process says */
};

/*
 * Starts a process that logs in to `over` (over its own jump hosts) and then
 * takes connections of this user at 127.0.0.1, port ret->port, each of which
 * leads to `end`.  LINK_OK: *ret is to be closed with way_close().  Otherwise
 * why gets sentences that name the machine that failed, but for LINK_STOPPED,
 * after which watch->stop says why.
 */
enum link_result way_open(const struct order_target *over,
		    const struct way_end *end, struct watch *watch,
		    struct way *ret, struct buf *why);

/*
 * Appends to why what the way has said since, in sentences.  True: that the
 * connection never came to its end, so that nothing sent has arrived.
 */
bool		 way_said(struct way *w, struct buf *why);

/* Ends it; nothing where there is none. */
void		 way_close(struct way *w);

#endif
