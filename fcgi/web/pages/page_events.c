/*
 * page_events.c: the events of a run, or of several, after a given one.
 *
 * As JSON it answers at once, for pages that poll and for programs.  For an
 * event stream it redirects nginx to the live hub: this route alone authorizes
 * listeners.  Bodies of events are the exact JSON texts of the journal and are
 * copied, not parsed.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "html/url.h"
#include "web/http/cursor.h"
#include "web/pages/page.h"

#define MAX_EVENTS 500
#define MAX_OF_MANY 100 /* events of each of several runs */

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

/* The listener, and the session or token with which the stream ends. */
static void
put_listener(const struct req *req, struct buf *to)
{
	char key[AUTH_KEY];

	auth_key(req->credential, key);
	buf_puts(to, "&who=");
	url_put_query(to, req->actor.name);
	buf_printf(to, "&key=%s", key);
}

static enum err
stream(struct req *req, struct reply *reply)
{
	struct buf to = { 0 };
	enum err err;

	buf_printf(
	    &to, "/_live/%" PRId64 "?after=%" PRId64, req->run, after(req));
	put_listener(req, &to);
	err = reply_internal(req, reply, buf_text(&to), "text/event-stream");
	buf_clear(&to);
	return err;
}

static void
put_events(
    struct req *req, struct buf *out, int64_t run, int64_t since, int64_t max)
{
	struct rows *rows = db_query(
	    req->web->db, STMT_WEB_EVENTS, INT(run), INT(since), INT(max));
	bool first = true;

	while (db_next(rows)) {
		if (!first)
			buf_putc(out, ',');
		buf_puts(out, db_text(rows, "body"));
		first = false;
	}
	db_done(rows);
}

/* Appends `{NAMES,"seq":…,"state":…,"events":[`; -1: there is no such run. */
static int64_t
put_head(struct req *req, struct buf *out, int64_t run, const char *names)
{
	struct rows *rows = db_query(req->web->db, STMT_RUN_HEAD, INT(run));
	int64_t seq = -1;

	if (db_next(rows)) {
		seq = db_int(rows, "seq");
		buf_printf(out,
		    "{%s\"seq\":%" PRId64 ",\"state\":\"%s\",\"events\":[",
		    names, seq, db_text(rows, "state"));
	}
	db_done(rows);
	return seq;
}

static enum err
no_run(struct req *req, int64_t run)
{
	return fault_set(&req->fault, ERR_NOT_FOUND, "no_run", "",
	    "no_run_of_number run=%" PRId64, run);
}

enum err
page_events(struct req *req, struct reply *reply)
{
	const char *known = request_env(req, "HTTP_IF_NONE_MATCH");
	int64_t seq = put_head(req, &reply->body, req->run, "");
	char tag[64];

	if (seq < 0)
		return no_run(req, req->run);
	if (req->wants == WANTS_STREAM) {
		buf_reset(&reply->body);
		return stream(req, reply);
	}
	snprintf(
	    tag, sizeof(tag), "\"%" PRId64 "-%" PRId64 "\"", seq, after(req));
	reply->type = "application/json";
	reply->cache = "private, no-cache";
	reply_header(reply, "ETag", tag);
	if (text_eq(known, tag)) {
		buf_reset(&reply->body);
		reply->status = 304;
		return ERR_OK;
	}
	put_events(req, &reply->body, req->run, after(req), MAX_EVENTS);
	buf_puts(&reply->body, "]}");
	return ERR_OK;
}

static enum err
stream_many(
    struct req *req, struct reply *reply, const struct cursor *at, int count)
{
	const char *lang = request_query(req, "parts");
	struct buf to = { 0 };
	enum err err;

	buf_puts(&to, "/_live/?runs=");
	for (int i = 0; i < count; i++)
		buf_printf(&to, "%s%" PRId64 ":%" PRId64, i > 0 ? "," : "",
		    at[i].run, at[i].seq);
	put_listener(req, &to);
	if (*lang != '\0')
		buf_printf(&to, "&lang=%s", catalogue_language(lang));
	err = reply_internal(req, reply, buf_text(&to), "text/event-stream");
	buf_clear(&to);
	return err;
}

/*
 * GET /events?runs=RUN:SEQ,RUN:SEQ: the same for several runs at once. In the
 * stream an event's id is RUN:SEQ; a Last-Event-ID continues there for that
 * run; the others continue from the address.  With parts=LANG the stream is
 * for pages in that language: what changed in them, in place of the events.
 */
enum err
page_events_many(struct req *req, struct reply *reply)
{
	struct cursor at[CURSOR_RUNS];
	char name[32];
	int count = cursor_read(request_query(req, "runs"), at);

	if (count < 0)
		return fault_set(&req->fault, ERR_INVALID, "runs", "runs", "%s",
		    request_text(req, "events_runs"));
	cursor_move(at, count, request_env(req, "HTTP_LAST_EVENT_ID"));
	buf_puts(&reply->body, "{\"runs\":[");
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "\"run\":%" PRId64 ",", at[i].run);
		if (i > 0)
			buf_putc(&reply->body, ',');
		if (put_head(req, &reply->body, at[i].run, name) < 0)
			return no_run(req, at[i].run);
		if (req->wants != WANTS_STREAM)
			put_events(req, &reply->body, at[i].run, at[i].seq,
			    MAX_OF_MANY);
		buf_puts(&reply->body, "]}");
	}
	buf_puts(&reply->body, "]}");
	if (req->wants == WANTS_STREAM) {
		buf_reset(&reply->body);
		return stream_many(req, reply, at, count);
	}
	reply->type = "application/json";
	return ERR_OK;
}
