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
	struct buf out; /* unsent bytes */
	bool dead;
	char who[65];
	char key[AUTH_KEY]; /* the session or token */
};

/* Takes over a non-blocking socket and adds it to epoll. */
struct watcher *watcher_new(int epoll, int fd);

/*
 * Sends, and queues what the socket does not take; a socket that takes nothing
 * for too long is dead.
 */
void watcher_send(struct watcher *w, const char *text, size_t len);

/* Sends queued bytes when the socket is writable. */
void watcher_flush(struct watcher *w);

/* Marks the expired ones of a list as dead.  True if any is dead. */
bool watchers_expire(struct watcher *list, int64_t now);

/* Releases the dead ones of a list; nothing may refer to them any more. */
void watchers_sweep(struct watcher **list);

#endif
