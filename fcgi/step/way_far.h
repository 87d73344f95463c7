/*
 * way_far.h: the far side of a way, as way_carry.c sees it.
 */
#ifndef STEP_WAY_FAR_H
#define STEP_WAY_FAR_H

#include <libssh2.h>

#include "step/way_carry.h"

#define WAY_CONNS	4	/* with two more there are 10 descriptors */
#define WAY_CHUNK	(64 * 1024)

/* What far_read() and far_write() return but for a number of bytes. */
#define FAR_AGAIN	(-1)
#define FAR_GONE	0

struct conn {
	int		 fd;		/* -1: free */
	int		 far;		/* by ssh, or -1 */
	LIBSSH2_CHANNEL	*channel;	/* by libssh2, or NULL */
	struct buf	 in;		/* for the host */
	struct buf	 out;		/* for the client */
	bool		 ended;
};

struct carrier {
	const struct order_target *over;
	const struct way_end	*end;
	struct watch		 watch;
	struct output		 none;
	int			 listener;
	int			 report;
	struct link		*link;
	LIBSSH2_CHANNEL		*first;	/* opened before it was asked for */
	pid_t			 ssh;	/* or 0: by libssh2 */
	int			 words;	/* what ssh says, or -1 */
	struct buf		 said;
	struct conn		 conns[WAY_CONNS];
	char			 chunk[WAY_CHUNK];
};

/* Logs in.  Not LINK_OK: why says where and what to do, as link_open(). */
enum link_result far_begin(struct carrier *c, struct buf *why);

/* Connects to the end of the way.  False: why says why not. */
bool		 far_connect(struct carrier *c, struct conn *conn,
		    struct buf *why);

/* Gives up the connection; why says where it never came to its end. */
void		 far_disconnect(struct carrier *c, struct conn *conn,
		    struct buf *why);

/* Into c->chunk, from conn->in; neither waits. */
ssize_t		 far_read(struct carrier *c, struct conn *conn);
ssize_t		 far_write(struct conn *conn);

/* The session's own descriptor and what it waits for; with what came there:
 * is the session over, since ssh has ended or the connection is cut? */
struct pollfd	 far_poll(struct carrier *c);
bool		 far_is_over(struct carrier *c, short came);

/* A connection has ended: is that since the session has? */
bool		 far_is_over_too(struct carrier *c);

#endif
