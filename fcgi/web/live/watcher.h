/*
 * watcher.h: one connection to the live hub.
 */
#ifndef WEB_LIVE_WATCHER_H
#define WEB_LIVE_WATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/auth.h"

struct watcher {
	struct watcher *next;
	int epoll;
	int fd;
	int64_t since;
	bool joined; /* its request is read */
	bool many;   /* its events name their run */
	struct buf in;
	struct buf out; /* what the socket would not take */
	bool dead;
	char who[65];
	char key[AUTH_KEY]; /* the session or token */
};

/* Takes over a non-blocking socket and asks epoll about it. */
struct watcher *watcher_new(int epoll, int fd);

/* Sends, and keeps what the socket does not take; one that takes nothing for
 * too long is dead. */
void watcher_send(struct watcher *w, const char *text, size_t len);

/* Sends what was kept, when the socket takes more. */
void watcher_flush(struct watcher *w);

/* Marks those of a list that have watched long enough as dead.  True where
 * any is dead. */
bool watchers_expire(struct watcher *list, int64_t now);

/* Releases the dead ones of a list; nothing may refer to them any more. */
void watchers_sweep(struct watcher **list);

#endif
