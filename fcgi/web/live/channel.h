/* channel.h: the watchers of one run, and what is sent to them. */
#ifndef WEB_LIVE_CHANNEL_H
#define WEB_LIVE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "web/live/watcher.h"

struct db;
struct renderer;

/* A watched run. */
struct channel {
	struct channel *next;
	struct seat *seats;
	struct audience *audiences; /* of the seats that show pages */
	int64_t run;
	int64_t seq;         /* all watchers have the events up to here */
	int64_t presence_at; /* when to send who is here; 0: sent */
	int64_t credit_at;   /* see may_send_at() */
	bool stale;          /* there may be new events */
};

/* Adds the watcher to the channel of a run, and sends the events it lacks. */
void channel_join(struct channel **list, struct db *db, struct watcher *w,
    const struct cursor *at);

/*
 * Sends what is due: new events, if the database has `changed`, and who is
 * here.  Returns when something else will be due, or 0.
 */
int64_t channel_tick(
    struct channel *c, struct db *db, bool changed, int64_t now);

/* Asks what changed for the pages of the run, unless it was asked already. */
void channel_ask(struct channel *c, struct renderer *renderer);

/* The answer: to those watchers of all channels whose audience it is for. */
void channels_hear(
    struct channel *list, int64_t audience, enum err err, const char *json);

/* Removes dead watchers, and channels without any. */
void channels_sweep(struct channel **list, struct renderer *renderer);

#endif
