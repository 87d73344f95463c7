/*
 * watcher.h: one connection to the live hub.
 */
#ifndef WEB_WATCHER_H
#define WEB_WATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct channel;

struct watcher {
	struct watcher	*next;
	struct channel	*channel;	/* NULL until its request is read */
	int		 epoll;
	int		 fd;
	int64_t		 seq;		/* last event that it has */
	int64_t		 since;
	struct buf	 in;
	struct buf	 out;		/* what the socket would not take */
	bool		 dead;
	char		 who[65];
};

/* Takes over a non-blocking socket and asks epoll about it. */
struct watcher	*watcher_new(int epoll, int fd);

/* Sends, and keeps what the socket does not take; one that takes nothing for
 * too long is dead. */
void		 watcher_send(struct watcher *w, const char *text, size_t len);

/* Sends what was kept, when the socket takes more. */
void		 watcher_flush(struct watcher *w);

/* Releases those of a list that are dead or have watched long enough.  True
 * where there was one. */
bool		 watchers_sweep(struct watcher **list, int64_t now);

#endif
