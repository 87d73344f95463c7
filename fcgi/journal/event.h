/* event.h: events, appended to the chain of their run. */
#ifndef JOURNAL_EVENT_H
#define JOURNAL_EVENT_H

#include <json-c/json.h>
#include <stdint.h>

#include "base/err.h"
#include "journal/db.h"
#include "base/hash.h"

#define EVENT_ANY_SEQ (-1)

/* clang-format off */
enum event_kind {
#define EVENT(name, word, project, text, detail, members) EVENT_##name,
#define EVERY(members)
#include "journal/events.def"
	EVENT_KIND__MAX
};
/* clang-format on */

struct event {
	int64_t run; /* 0: an event of no run */
	int64_t seq; /* from 1 */
	int64_t at;  /* milliseconds since 1970 */
	const char *actor;
	enum event_kind kind; /* EVENT_NONE: of no kind that we know */
	struct json_object *data;
};

/* "run.created": the word on disk; "" of EVENT_NONE. */
const char *event_word(enum event_kind kind);

/* EVENT_NONE if there is none with this word. */
enum event_kind event_find(const char *word);

/*
 * Appends an event after number `after` (EVENT_ANY_SEQ: after the last one) and
 * updates the projections, inside the caller's transaction. Takes over `data`
 * (NULL: {}). ERR_CONFLICT: the chain has newer events.
 */
enum err event_append(struct db *db, int64_t run, int64_t after,
    const char *actor, enum event_kind kind, struct json_object *data);

/*
 * Parses a body; the data is a new object. ERR_INVALID: malformed. The texts
 * belong to *ret_body, which the caller puts.
 */
enum err event_parse(
    const char *body, struct event *ret, struct json_object **ret_body);

/* The hash of an event, over the previous hash and its body. */
void event_hash(const unsigned char before[HASH_BYTES], const char *body,
    unsigned char out[HASH_BYTES]);

#endif
