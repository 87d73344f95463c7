/*
 * event.h: what happened, appended to the chain of its run.
 */
#ifndef JOURNAL_EVENT_H
#define JOURNAL_EVENT_H

#include <json-c/json.h>
#include <stdint.h>

#include "base/err.h"
#include "journal/db.h"
#include "journal/hash.h"

#define EVENT_ANY_SEQ (-1)

struct event {
	int64_t run; /* 0: what concerns no run */
	int64_t seq; /* from 1 */
	int64_t at;  /* milliseconds since 1970 */
	const char *actor;
	const char *kind; /* a kind that project.c knows */
	struct json_object *data;
};

/*
 * Appends an event after the one with number `after` (EVENT_ANY_SEQ: after
 * whichever is last), and brings the projections up to date, inside the
 * caller's transaction.  Takes over `data` (NULL stands for {}).
 * ERR_CONFLICT: the chain has gone on since.
 */
enum err event_append(struct db *db, int64_t run, int64_t after,
    const char *actor, const char *kind, struct json_object *data);

/*
 * The exact text that is hashed: {"run","seq","at","actor","kind","data"}.
 * The caller frees it.
 */
char *event_body(const struct event *e);

/* Reads a body back; the data is a new object.  ERR_INVALID: not one. The
 * texts belong to *ret_body, which the caller puts. */
enum err event_parse(
    const char *body, struct event *ret, struct json_object **ret_body);

/* The hash of an event: over that before it and its body. */
void event_hash(const unsigned char before[HASH_BYTES], const char *body,
    unsigned char out[HASH_BYTES]);

/*
 * Brings the projections up to date with one event (project.c).  A pure
 * function of the event and the projections before it, as `verify` replays
 * it.  ERR_INVALID: no such kind.
 */
enum err event_project(struct db *db, const struct event *e);

#endif
