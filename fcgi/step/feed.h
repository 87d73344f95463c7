/*
 * feed.h: what goes over a link to the terminal of a script on an SSH target.
 */
#ifndef STEP_FEED_H
#define STEP_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "step/typist.h"

struct feed {
	struct typist	*typist;	/* NULL: nothing is ever typed */
	bool		 open;		/* the terminal has answered */
	struct size	 size;		/* that was sent on this link */
	struct buf	 frame;		/* that is on its way */
};

/* Another call: its terminal has not answered yet. */
void		 feed_begin(struct feed *f);

/* The terminal says how many bytes it has in all. */
void		 feed_arrived(struct feed *f, int64_t count);

/* What is to be sent now; the caller consumes what went. */
struct buf	*feed_next(struct feed *f);

void		 feed_clear(struct feed *f);

#endif
