/* live_http.h: the requests to the live hub, and the events that it sends. */
#ifndef WEB_LIVE_LIVE_HTTP_H
#define WEB_LIVE_LIVE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/auth.h"
#include "web/http/cursor.h"

/* A parsed request to the hub. */
struct live_request {
	struct cursor at[CURSOR_RUNS];
	int count;
	bool many; /* from /events: ids name the run */
	char who[65];
	char key[AUTH_KEY];
};

/*
 * Parses the head of a request ("GET /_live/RUN?after=SEQ&who=NAME&key=KEY" or
 * "GET /_live/?runs=RUN:SEQ,RUN:SEQ&who=NAME&key=KEY", and its headers). 1:
 * done; 0: incomplete; -1: malformed.
 */
int live_read_request(const char *text, size_t len, struct live_request *ret);

/* Appends an event of a stream; id 0: none; run 0: the id is of one run. */
void live_put_event(struct buf *out, const char *event, int64_t run, int64_t id,
    const char *data);

#endif
