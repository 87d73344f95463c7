/*
 * live.c: the live streams: one process, one loop, any number of watchers.
 *
 * While there are watchers, the process asks the database every 50 ms whether
 * another process has committed (one pragma); only then is each watched run's
 * head read, and its new events, once for all its watchers.  The text goes
 * straight to the sockets; a watcher costs memory only for bytes that its
 * socket did not take, and a stalled one is dropped.  A stream ends after ten
 * minutes, and with its session or token: the browser reconnects through the
 * authorized route with the number of its last event.  One stream may carry
 * several runs (a browser has six connections for all of its tabs): its watcher
 * has a seat in the channel of each.  If the database cannot be read, all
 * streams end, as each could lack events.  The heartbeat every few seconds is
 * an event and not a comment, so that a script notices a proxy that holds the
 * stream back.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/peer.h"
#include "base/text.h"
#include "journal/db.h"
#include "web/live/live.h"
#include "web/live/watcher.h"

#define TICK_MS 50
#define BEAT_MS 3000 /* static/js/stream.js waits for it */
#define PRESENCE_MS 1000
#define UPDATE_MS 250         /* cost of one update */
#define UPDATE_CREDIT_MS 5000 /* most that can be saved up */
#define MAX_EVENTS 2000       /* of one run in one read */
#define MAX_NAMES 20

/* A watcher's place in a channel. */
struct seat {
	struct seat *next;
	struct watcher *watcher;
	int64_t seq; /* last event sent to it */
};

/* A watched run. */
struct channel {
	struct channel *next;
	struct seat *seats;
	int64_t run;
	int64_t seq;         /* all watchers have the events up to here */
	int64_t presence_at; /* when to send who is here; 0: sent */
	int64_t credit_at;   /* see may_send() */
	bool stale;          /* there may be new events */
};

struct hub {
	const char *data;
	struct db *db;
	struct channel *channels;
	struct watcher *watchers;
	int epoll;
	int listener;
	int64_t version;
	int64_t beat_at;
	int64_t people; /* the last seen head of chain 0 */
};

static const char beat[] = "event: beat\ndata: {}\n\n";

static volatile sig_atomic_t ending;

static void
on_end(int signal)
{
	(void)signal;
	ending = 1;
}

/* Stream text for watchers of one run, and for those of many. */
struct texts {
	struct buf one;
	struct buf many;
};

static void
texts_clear(struct texts *t)
{
	buf_clear(&t->one);
	buf_clear(&t->many);
}

static void
send_texts(struct watcher *w, const struct texts *t)
{
	const struct buf *text = w->many ? &t->many : &t->one;

	if (text->len > 0)
		watcher_send(w, text->data, text->len);
}

/* The events of a run behind `after` as stream text; *ret_seq: the last. */
static void
read_events(struct hub *h, int64_t run, int64_t after, struct texts *out,
    int64_t *ret_seq)
{
	struct rows *rows = db_query(
	    h->db, STMT_WEB_EVENTS, INT(run), INT(after), INT(MAX_EVENTS));

	while (db_next(rows)) {
		*ret_seq = db_int(rows, "seq");
		live_put_event(
		    &out->one, NULL, 0, *ret_seq, db_text(rows, "body"));
		live_put_event(
		    &out->many, NULL, run, *ret_seq, db_text(rows, "body"));
	}
	db_done(rows);
}

/* Sends a watcher the events that it lacks of a channel. */
static void
catch_up(struct hub *h, struct channel *c, struct seat *s, int64_t until)
{
	struct texts text = { 0 };
	int64_t before;

	do {
		before = s->seq;
		buf_reset(&text.one);
		buf_reset(&text.many);
		read_events(h, c->run, s->seq, &text, &s->seq);
		send_texts(s->watcher, &text);
	} while (s->seq > before && s->seq < until && !s->watcher->dead);
	texts_clear(&text);
}

static int64_t
head_of(struct hub *h, int64_t run)
{
	return db_first_int(db_query(h->db, STMT_RUN_HEAD, INT(run)), 0);
}

/* Sends a run's new events, once for all watchers that are up to date. */
static void
send_events(struct hub *h, struct channel *c)
{
	int64_t head = head_of(h, c->run), told = c->seq;
	struct texts text = { 0 };

	if (head <= c->seq)
		return;
	c->credit_at += UPDATE_MS;
	read_events(h, c->run, c->seq, &text, &told);
	for (struct seat *s = c->seats; s != NULL; s = s->next) {
		if (s->seq == c->seq) {
			send_texts(s->watcher, &text);
			s->seq = told;
		} else if (s->seq < told) {
			catch_up(h, c, s, told);
		}
	}
	c->seq = told;
	texts_clear(&text);
}

/*
 * Rate limit: a step on a thousand targets has an event every few milliseconds.
 * A run may be updated twenty times at once, then four times a second, so that
 * a flood comes in few pieces and a single event without delay.
 */
static bool
may_send(struct channel *c, int64_t now)
{
	if (c->credit_at < now - UPDATE_CREDIT_MS)
		c->credit_at = now - UPDATE_CREDIT_MS;
	return c->credit_at + UPDATE_MS <= now;
}

static bool
is_listed(struct json_object *names, const char *who)
{
	for (size_t i = 0; i < json_object_array_length(names); i++)
		if (text_eq(json_object_get_string(
				json_object_array_get_idx(names, i)),
			who))
			return true;
	return false;
}

static void
send_presence(struct channel *c)
{
	struct json_object *o = json_object_new_object();
	struct json_object *names = json_object_new_array();
	struct buf text = { 0 };
	int count = 0;

	for (struct seat *s = c->seats; s != NULL; s = s->next) {
		count++;
		if (json_object_array_length(names) < MAX_NAMES &&
		    !is_listed(names, s->watcher->who))
			json_object_array_add(
			    names, json_object_new_string(s->watcher->who));
	}
	json_object_object_add(o, "run", json_object_new_int64(c->run));
	json_object_object_add(o, "count", json_object_new_int(count));
	json_object_object_add(o, "names", names);
	live_put_event(&text, "presence", 0, 0,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	for (struct seat *s = c->seats; s != NULL; s = s->next)
		watcher_send(s->watcher, text.data, text.len);
	buf_clear(&text);
	json_object_put(o);
	c->presence_at = 0;
}

static void
note_presence(struct channel *c)
{
	if (c->presence_at == 0)
		c->presence_at = clock_monotonic() + PRESENCE_MS;
}

static struct channel *
channel_of(struct hub *h, int64_t run)
{
	struct channel *c;

	for (c = h->channels; c != NULL; c = c->next)
		if (c->run == run)
			return c;
	c = mem_calloc(1, sizeof(*c));
	c->run = run;
	c->seq = head_of(h, run);
	c->next = h->channels;
	return h->channels = c;
}

/* Adds the watcher to the channel of a run. */
static void
sit_down(struct hub *h, struct watcher *w, const struct cursor *at)
{
	struct channel *c = channel_of(h, at->run);
	struct seat *s = mem_calloc(1, sizeof(*s));

	s->watcher = w;
	s->seq = at->seq;
	s->next = c->seats;
	c->seats = s;
	if (s->seq < c->seq)
		catch_up(h, c, s, c->seq);
	else
		s->seq = c->seq;
	note_presence(c);
}

/* The request is complete: adds the watcher to the channels of its runs. */
static void
join(struct hub *h, struct watcher *w, const struct live_request *r)
{
	static const char head[] =
	    "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/event-stream\r\n"
	    "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n"
	    "retry: 1000\n\n";

	buf_clear(&w->in);
	memcpy(w->who, r->who, sizeof(w->who));
	memcpy(w->key, r->key, sizeof(w->key));
	w->dead = !auth_holds(h->db, w->key);
	w->joined = true;
	w->many = r->many;
	watcher_send(w, head, sizeof(head) - 1);
	watcher_send(w, beat, sizeof(beat) - 1);
	for (int i = 0; i < r->count; i++)
		sit_down(h, w, &r->at[i]);
}

/* After a failed read each watcher may lack events: it connects again. */
static void
end_reading(struct hub *h)
{
	if (db_end(h->db, ERR_OK) == ERR_OK)
		return;
	for (struct watcher *w = h->watchers; w != NULL; w = w->next)
		w->dead = true;
	db_close(h->db); /* the next watcher opens it */
	h->db = NULL;
}

static void
read_request(struct hub *h, struct watcher *w)
{
	struct live_request r;
	ssize_t n = recv(w->fd, buf_reserve(&w->in, 4096), 4096, MSG_DONTWAIT);
	int found;

	if (n <= 0) {
		w->dead = n == 0 || (errno != EAGAIN && errno != EINTR);
		return;
	}
	if (w->joined)
		return;
	w->in.len += (size_t)n;
	found = live_read_request(buf_text(&w->in), w->in.len, &r);
	if (found < 0 || h->db == NULL) {
		w->dead = true;
	} else if (found > 0) {
		(void)db_begin(h->db);
		join(h, w, &r);
		end_reading(h);
	}
}

static void
accept_watchers(struct hub *h)
{
	struct watcher *w;
	int fd;

	if (h->db == NULL)
		db_open(h->data, DB_WEB, &h->db);
	while ((fd = accept4(h->listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (peer_is_confined(fd)) {
			close(fd);
			continue;
		}
		w = watcher_new(h->epoll, fd);
		w->next = h->watchers;
		h->watchers = w;
	}
}

/* Removes the seats of dead watchers; true if there were any. */
static bool
empty_seats(struct channel *c)
{
	bool any = false;

	for (struct seat **at = &c->seats; *at != NULL;) {
		struct seat *s = *at;

		if (!s->watcher->dead) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
		any = true;
	}
	return any;
}

static void
sweep(struct hub *h, int64_t now)
{
	struct channel **at = &h->channels;

	if (!watchers_expire(h->watchers, now))
		return;
	while (*at != NULL) {
		struct channel *c = *at;

		if (empty_seats(c))
			note_presence(c);
		if (c->seats != NULL) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		free(c);
	}
	watchers_sweep(&h->watchers);
}

static void
send_beats(struct hub *h, int64_t now)
{
	if (now < h->beat_at)
		return;
	for (struct watcher *w = h->watchers; w != NULL; w = w->next)
		if (w->joined)
			watcher_send(w, beat, sizeof(beat) - 1);
	h->beat_at = now + BEAT_MS;
}

/*
 * A stream ends with its session or token. All causes but expiry are events of
 * chain 0; each heartbeat checks the expiry.
 */
static void
drop_signed_out(struct hub *h, bool changed, int64_t now)
{
	int64_t head = h->people;

	if (changed)
		head = db_first_int(
		    db_query(h->db, STMT_WEB_HEAD_HASH, INT(0)), 0);
	if (head == h->people && now < h->beat_at)
		return;
	h->people = head;
	for (struct watcher *w = h->watchers; w != NULL; w = w->next)
		w->dead |= w->joined && !auth_holds(h->db, w->key);
}

static void
tick(struct hub *h)
{
	int64_t now = clock_monotonic(), version;

	sweep(h, now);
	if (h->channels == NULL || h->db == NULL)
		return;
	version = db_version(h->db);
	(void)db_begin(h->db);
	drop_signed_out(h, version != h->version, now);
	for (struct channel *c = h->channels; c != NULL; c = c->next) {
		c->stale |= version != h->version;
		if (c->stale && may_send(c, now)) {
			send_events(h, c);
			c->stale = false;
		}
		if (c->presence_at != 0 && now >= c->presence_at)
			send_presence(c);
	}
	end_reading(h);
	h->version = version;
	send_beats(h, now);
}

static void
handle(struct hub *h, const struct epoll_event *e)
{
	struct watcher *w = e->data.ptr;

	if (w == NULL) {
		accept_watchers(h);
		return;
	}
	if (e->events & EPOLLIN)
		read_request(h, w);
	if (e->events & EPOLLOUT)
		watcher_flush(w);
	if (e->events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP))
		w->dead = true;
}

static void
open_hub(struct hub *h)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL };
	char *path = mem_printf("%s/run/live.sock", h->data);
	const char *handed = getenv("LIVE_FD");

	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	h->listener = handed != NULL && handed[0] == '3'
	    ? 3
	    : io_listen(path, 0660);
	if (h->listener < 0 || h->epoll < 0 ||
	    io_set_nonblocking(h->listener, true) != 0 ||
	    epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->listener, &e) != 0)
		log_fatal("cannot listen on %s", path);
	free(path);
}

void
live_serve(const char *data)
{
	struct sigaction action = { .sa_handler = on_end };
	struct hub h = { .data = data };
	struct epoll_event events[64];
	int64_t next = 0;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	open_hub(&h);
	while (!ending) {
		bool idle = h.watchers == NULL;
		int n = epoll_wait(h.epoll, events, 64, idle ? -1 : TICK_MS);

		for (int i = 0; i < n; i++)
			handle(&h, &events[i]);
		if (clock_monotonic() < next && n == 64)
			continue;
		tick(&h);
		next = clock_monotonic() + TICK_MS;
	}
	for (struct watcher *w = h.watchers; w != NULL; w = w->next)
		w->dead = true;
	sweep(&h, clock_monotonic());
	db_close(h.db);
	close(h.listener);
	close(h.epoll);
}
