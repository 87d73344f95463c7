/*
 * page_events.c: what happened in a run since a given event.
 *
 * Asked for JSON it answers at once, for pages that poll and for programs.
 * Asked for an event stream it sends nginx to the live hub: who may listen
 * is decided here, by the same route, and nowhere else.  Bodies of events
 * are the exact JSON texts of the journal and are copied, not parsed.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "html/url.h"
#include "web/page.h"

#define MAX_EVENTS	500

/* The number of the last event that the client has. */
static int64_t
after(struct req *req)
{
	const char *last = request_env(req, "HTTP_LAST_EVENT_ID");
	int64_t seq = 0;

	if (last == NULL || !text_int(last, 0, INT64_MAX, &seq))
		text_int(request_query(req, "after"), 0, INT64_MAX, &seq);
	return seq;
}

static enum err
stream(struct req *req, struct reply *reply)
{
	struct buf to = {0};
	enum err err;

	buf_printf(&to, "/_live/%" PRId64 "?after=%" PRId64 "&who=",
	    req->run, after(req));
	url_put_query(&to, req->actor.name);
	err = reply_internal(req, reply, buf_text(&to), "text/event-stream");
	buf_clear(&to);
	return err;
}

static void
put_events(struct req *req, struct buf *out, int64_t since)
{
	struct rows *rows = db_query(req->web->db, STMT_WEB_EVENTS,
	    INT(req->run), INT(since), INT(MAX_EVENTS));
	bool first = true;

	while (db_next(rows)) {
		if (!first)
			buf_putc(out, ',');
		buf_puts(out, db_text(rows, 1));
		first = false;
	}
	db_done(rows);
}

enum err
page_events(struct req *req, struct reply *reply)
{
	struct rows *rows = db_query(req->web->db, STMT_RUN_HEAD,
	    INT(req->run));
	const char *known = request_env(req, "HTTP_IF_NONE_MATCH");
	char tag[64];
	int64_t seq = -1;

	if (db_next(rows)) {
		seq = db_int(rows, 0);
		buf_printf(&reply->body, "{\"seq\":%" PRId64
		    ",\"state\":\"%s\",\"events\":[", seq, db_text(rows, 1));
	}
	db_done(rows);
	if (seq < 0)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_run", "",
		    "There is no run %" PRId64 ".", req->run);
	if (req->wants == WANTS_STREAM) {
		buf_reset(&reply->body);
		return stream(req, reply);
	}
	snprintf(tag, sizeof(tag), "\"%" PRId64 "-%" PRId64 "\"", seq,
	    after(req));
	reply->type = "application/json";
	reply->cache = "private, no-cache";
	reply_header(reply, "ETag", tag);
	if (text_eq(known, tag)) {
		buf_reset(&reply->body);
		reply->status = 304;
		return ERR_OK;
	}
	put_events(req, &reply->body, after(req));
	buf_puts(&reply->body, "]}");
	return ERR_OK;
}
