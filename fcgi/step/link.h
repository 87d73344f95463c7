/*
 * link.h: a connection to an SSH host, over which sh reads what we send.
 */
#ifndef STEP_LINK_H
#define STEP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "step/feed.h"
#include "step/order.h"
#include "step/watch.h"

enum link_result {
	LINK_OK,
	LINK_LOST,		/* not reached, or cut: trying again may help */
	LINK_REFUSED,		/* trying again does not help */
	LINK_STOPPED,		/* watch->stop says why */
	LINK__MAX
};

struct link;

/* One command on the host.  Its two outputs come by the functions. */
struct link_call {
	const char	*command;
	const struct buf *input;	/* its standard input, whole */
	void		(*out)(void *ctx, const char *data, size_t len);
	void		(*err)(void *ctx, const char *data, size_t len);
	void		*ctx;
	struct feed	*feed;		/* its standard input stays open for
					 * what this has; or NULL */
	/* Or NULL.  Asked after all that comes: 0, or the monotonic time at
	 * which the call ends with LINK_OK, though the command still waits
	 * for more of its input: link_last(). */
	int64_t		(*enough)(void *ctx);
	int64_t		 limit;		/* monotonic, then LINK_LOST; or 0 */
	/* Or NULL.  The same, as the call goes on: by when something has to
	 * come from a host that may answer at the SSH layer alone. */
	int64_t		(*due)(void *ctx);
	int		 status;	/* set: its exit status */
};

/*
 * Makes what all connections need and each process would make anew: libssh2
 * and the libcrypto below it take 3 ms to be ready, which begins with the
 * first half of a handshake.  Called once, before the targets' processes are
 * forked; without it all is as well, but slower.
 */
void		 link_prepare(const struct order *order);

/*
 * Connects, checks the pinned host key and logs in, with the client that the
 * target names.  LINK_OK: *ret is to be closed with link_close().  Otherwise
 * why gets a sentence that names the host and what to do.
 */
enum link_result link_open(const struct order_target *target,
		    struct watch *watch, struct link **ret, struct buf *why);
void		 link_close(struct link *l);

/*
 * Runs the command.  LINK_OK only where its outputs ended, the channel was
 * closed, and an exit status arrived without a signal.  Else why gets a
 * sentence (but for LINK_STOPPED, after which another call may be made) and
 * the link can only be closed.
 */
enum link_result link_run(struct link *l, struct link_call *call,
		    struct buf *why);

/*
 * Sends this and the end of its input to the command that waits since the
 * last call, and waits for its end.  False: no command waits (there are
 * clients that cannot leave one waiting), or it is not known to have ended.
 */
bool		 link_last(struct link *l, const char *text, int64_t limit);

#endif
