/*
 * watcher.h: one connection to the live hub: its request, and the events that
 * it sends.
 */
#ifndef WEB_LIVE_WATCHER_H
#define WEB_LIVE_WATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/auth.h"
#include "web/http/cursor.h"

#define LIVE_LANG 16

struct watcher {
	struct watcher *next;
	int epoll;
	int fd;
	int64_t since;
	bool joined;          /* its request is read */
	bool many;            /* its events name their run */
	char lang[LIVE_LANG]; /* of the pages that it shows; "": of none */
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

/* The number of them that are of that person; with `pages`, that show pages. */
int watchers_of(const struct watcher *list, const char *who, bool pages);

/* Marks the expired ones of a list as dead.  True if any is dead. */
bool watchers_expire(struct watcher *list, int64_t now);

/* Releases the dead ones of a list; nothing may refer to them any more. */
void watchers_sweep(struct watcher **list);

/* A parsed request to the hub. */
struct live_request {
	struct cursor at[CURSOR_RUNS];
	int count;
	bool many; /* from /events: ids name the run */
	char who[65];
	char key[AUTH_KEY];
	char lang[LIVE_LANG]; /* of pages that show what changed, or "" */
};

/*
 * Parses the head of a request ("GET /_live/RUN?after=SEQ&who=NAME&key=KEY" or
 * "GET /_live/?runs=RUN:SEQ,RUN:SEQ&who=NAME&key=KEY&lang=LANG", and its
 * headers). 1:
 * done; 0: incomplete; -1: malformed.
 */
int live_read_request(const char *text, size_t len, struct live_request *ret);

/* Appends an event of a stream; id 0: none; run 0: the id is of one run. */
void live_put_event(struct buf *out, const char *event, int64_t run, int64_t id,
    const char *data);

#endif
