/*
 * live.c: the live streams: one process, one loop, any number of watchers.
 *
 * The keeper wakes the process after each commit (an eventfd); without that, it
 * asks the database every 50 ms whether another process has committed (one
 * pragma).  Only then is each watched run's head read, and its new events, once
 * for all its watchers (channel.c).  The text goes
 * straight to the sockets; a watcher costs memory only for bytes that its
 * socket did not take, and a stalled one is dropped.  A stream ends after ten
 * minutes, and with its session or token: the browser reconnects through the
 * authorized route with the number of its last event.  One stream may carry
 * several runs (a browser has six connections for all of its tabs): its watcher
 * has a seat in the channel of each.  As each session and each token has pages
 * of its own to be rendered, the streams of one account are bounded, whatever
 * they are opened with.  If the database cannot be read, all
 * streams end, as each could lack events.  Another process renders what the
 * events change in pages (renderer.h).  The heartbeat every few seconds is
 * an event and not a comment, so that a script notices a proxy that holds the
 * stream back.
 */
#include <errno.h>
#include <stdio.h>
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
#include "base/terminate.h"
#include "base/turn.h"
#include "journal/db.h"
#include "web/live/channel.h"
#include "web/live/live.h"
#include "web/live/renderer.h"
#include "web/live/watcher.h"
#include "wire/handed.h"

#define TICK_MS 50       /* if nobody wakes us */
#define WOKEN_MS 500     /* if the keeper does: for what time alone changes */
#define LEAST_MS 5       /* between two looks at the database */
#define STREAMS_MOST 128 /* of one account, however many tokens it has, */
#define PAGES_MOST 32    /* and of these such as show pages */
#define BEAT_MS 3000     /* static/js/stream.js waits for it */

struct hub {
	const char *data;
	struct db *db;
	struct renderer *renderer;
	bool renders; /* false: that process has ended */
	struct channel *channels;
	struct watcher *watchers;
	int epoll;
	int listener;
	int wake; /* the keeper's eventfd, or -1 */
	int64_t version;
	bool handled; /* something, since the last look */
	int64_t due;  /* when a channel has something to send, or 0 */
	int64_t beat_at;
	int64_t people; /* the last seen head of chain 0 */
};

static const char beat[] = "event: beat\ndata: {}\n\n";

/* The person has enough streams: refuses this one. */
static void
refuse(struct watcher *w)
{
	static const char body[] =
	    "{\"error\":{\"code\":\"too_many_streams\"}}";
	char head[200];

	snprintf(head, sizeof(head),
	    "HTTP/1.1 429 Too Many Requests\r\n"
	    "Content-Type: application/json\r\nRetry-After: 60\r\n"
	    "Content-Length: %zu\r\nConnection: close\r\n\r\n",
	    sizeof(body) - 1);
	watcher_send(w, head, strlen(head));
	watcher_send(w, body, sizeof(body) - 1);
	w->dead = true;
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
	if (watchers_of(h->watchers, r->who, false) >= STREAMS_MOST ||
	    (r->lang[0] != '\0' &&
		watchers_of(h->watchers, r->who, true) >= PAGES_MOST)) {
		refuse(w);
		return;
	}
	memcpy(w->who, r->who, sizeof(w->who));
	memcpy(w->key, r->key, sizeof(w->key));
	w->dead = !auth_holds(h->db, w->key);
	w->joined = true;
	w->many = r->many;
	memcpy(w->lang, r->lang, sizeof(w->lang));
	watcher_send(w, head, sizeof(head) - 1);
	watcher_send(w, beat, sizeof(beat) - 1);
	for (int i = 0; i < r->count; i++)
		channel_join(&h->channels, h->db, w, &r->at[i]);
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

static void
sweep(struct hub *h, int64_t now)
{
	if (!watchers_expire(h->watchers, now))
		return;
	channels_sweep(&h->channels, h->renderer);
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

/*
 * Once in each tick, and only for watchers: a busy keeper commits thousands of
 * times a second.
 */
static void
watch_commits(struct hub *h)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT,
		.data.ptr = h };

	if (h->wake >= 0 && h->watchers != NULL)
		epoll_ctl(h->epoll, EPOLL_CTL_MOD, h->wake, &e);
}

static void
tick(struct hub *h)
{
	int64_t now = clock_monotonic(), version;

	h->due = 0;
	sweep(h, now);
	watch_commits(h);
	if (h->channels == NULL || h->db == NULL)
		return;
	version = db_version(h->db);
	(void)db_begin(h->db);
	drop_signed_out(h, version != h->version, now);
	for (struct channel *c = h->channels; c != NULL; c = c->next) {
		int64_t due = channel_tick(
		    c, h->db, version != h->version, now);

		if (due != 0 && (h->due == 0 || due < h->due))
			h->due = due;
		channel_ask(c, h->renderer);
	}
	end_reading(h);
	h->version = version;
	send_beats(h, now);
}

static void
hear(void *ctx, int64_t audience, enum err err, const char *json)
{
	struct hub *h = ctx;

	channels_hear(h->channels, audience, err, json);
}

static void
handle(struct hub *h, const struct epoll_event *e)
{
	struct watcher *w = e->data.ptr;
	uint64_t commits;

	if (e->data.ptr == &h->renderer) {
		h->renders = renderer_run(h->renderer, hear, h);
		return;
	}
	if (e->data.ptr == h) {
		(void)!read(h->wake, &commits, sizeof(commits));
		return;
	}
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
	struct epoll_event wake = { .events = 0, .data.ptr = h };
	char *path = mem_printf("%s/run/live.sock", h->data);

	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	h->listener = handed_is() ? HANDED_LIVE_SOCKET : io_listen(path, 0660);
	h->wake = handed_is() ? HANDED_WAKE : -1;
	if (h->listener < 0 || h->epoll < 0 ||
	    io_set_nonblocking(h->listener, true) != 0 ||
	    epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->listener, &e) != 0 ||
	    (h->wake >= 0 &&
		epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->wake, &wake) != 0))
		log_fatal("cannot listen on %s", path);
	renderer_watch(h->renderer, h->epoll, &h->renderer);
	free(path);
}

/* Milliseconds to wait for events, at most. */
static int
wait_at_most(const struct hub *h, int64_t next)
{
	int64_t now = clock_monotonic(), most;

	if (h->watchers == NULL)
		return -1;
	most = h->wake < 0 ? TICK_MS : WOKEN_MS;
	if (h->due != 0 && h->due - now < most)
		most = h->due - now;
	if (h->handled || most < next - now)
		most = next - now;
	return most > 0 ? (int)most : 0;
}

void
live_serve(struct web *web)
{
	struct hub h = { .data = web->data, .renders = true };
	struct epoll_event events[64];
	int64_t next = 0;

	terminate_catch();
	h.renderer = renderer_new(web);
	open_hub(&h);
	while (!terminate_asked && h.renders) {
		turn_over();
		int n = epoll_wait(h.epoll, events, 64, wait_at_most(&h, next));

		for (int i = 0; i < n; i++)
			handle(&h, &events[i]);
		h.handled |= n > 0;
		if (clock_monotonic() < next)
			continue;
		h.handled = false;
		tick(&h);
		next = clock_monotonic() + LEAST_MS;
	}
	for (struct watcher *w = h.watchers; w != NULL; w = w->next)
		w->dead = true;
	sweep(&h, clock_monotonic());
	renderer_free(h.renderer);
	db_close(h.db);
	close(h.listener);
	close(h.epoll);
}
