/*
 * channel.c: the watchers of one run, and what is sent to them.
 *
 * A run's new events are read once for all of its watchers that have the ones
 * before; a watcher that lacks more catches up by itself.
 *
 * A watcher for pages gets the number of the last event instead, and then what
 * the event changes in the page.  That is rendered once for each audience: the
 * watchers with the same session and language.  A new watcher of an
 * audience may have another page than the others: each change says between
 * which events it leads, and a browser that stands elsewhere fetches the page.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/db.h"
#include "web/live/channel.h"
#include "web/live/renderer.h"

#define PRESENCE_MS 1000
#define UPDATE_MS 10         /* cost of one update; and for */
#define WATCHERS_A_MS 4      /* each four watchers another millisecond */
#define UPDATE_CREDIT_MS 200 /* most that can be saved up */
#define MAX_EVENTS 2000      /* of one run in one read */
#define MAX_NAMES 20

/* A watcher's place in a channel. */
struct seat {
	struct seat *next;
	struct watcher *watcher;
	struct audience *audience; /* NULL: it shows no page */
	int64_t seq;               /* last event sent to it */
};

/* The seats to which the page looks the same. */
struct audience {
	struct audience *next;
	int64_t id;
	char key[AUTH_KEY];
	char lang[LIVE_LANG];
	int seats;
	bool stale; /* something has happened */
	bool asked; /* and the answer is on its way */
};

/*
 * Stream text for watchers of one run, for those of many, and for pages: the
 * number of the last event.
 */
struct texts {
	struct buf one;
	struct buf many;
	struct buf page;
};

static void
texts_clear(struct texts *t)
{
	buf_clear(&t->one);
	buf_clear(&t->many);
	buf_clear(&t->page);
}

static bool
shows_page(const struct watcher *w)
{
	return w->lang[0] != '\0';
}

static void
send_texts(struct watcher *w, const struct texts *t)
{
	const struct buf *text = shows_page(w) ? &t->page
	    : w->many                          ? &t->many
					       : &t->one;

	if (text->len > 0)
		watcher_send(w, text->data, text->len);
}

static void
put_head(struct buf *out, int64_t run, int64_t seq)
{
	char data[80];

	snprintf(data, sizeof(data),
	    "{\"run\":%" PRId64 ",\"seq\":%" PRId64 "}", run, seq);
	live_put_event(out, NULL, run, seq, data);
}

/* The events of a run behind `after` as stream text; *ret_seq: the last. */
static void
read_events(struct db *db, int64_t run, int64_t after, struct texts *out,
    int64_t *ret_seq)
{
	struct rows *rows = db_query(
	    db, STMT_WEB_EVENTS, INT(run), INT(after), INT(MAX_EVENTS));

	while (db_next(rows)) {
		*ret_seq = db_int(rows, "seq");
		live_put_event(
		    &out->one, NULL, 0, *ret_seq, db_text(rows, "body"));
		live_put_event(
		    &out->many, NULL, run, *ret_seq, db_text(rows, "body"));
	}
	db_done(rows);
	put_head(&out->page, run, *ret_seq);
}

/* Sends a watcher the events that it lacks of a channel. */
static void
catch_up(struct db *db, struct channel *c, struct seat *s, int64_t until)
{
	struct texts text = { 0 };
	int64_t before;

	do {
		before = s->seq;
		buf_reset(&text.one);
		buf_reset(&text.many);
		buf_reset(&text.page);
		read_events(db, c->run, s->seq, &text, &s->seq);
		send_texts(s->watcher, &text);
	} while (s->seq > before && s->seq < until && !s->watcher->dead);
	texts_clear(&text);
}

static int64_t
head_of(struct db *db, int64_t run)
{
	return db_first_int(db_query(db, STMT_RUN_HEAD, INT(run)), 0);
}

/* Sends a run's new events, once for all watchers that are up to date. */
static void
send_events(struct db *db, struct channel *c)
{
	int64_t head = head_of(db, c->run), told = c->seq;
	struct texts text = { 0 };
	int watchers = 0;

	if (head <= c->seq)
		return;
	read_events(db, c->run, c->seq, &text, &told);
	for (struct seat *s = c->seats; s != NULL; s = s->next, watchers++) {
		if (s->seq == c->seq) {
			send_texts(s->watcher, &text);
			s->seq = told;
		} else if (s->seq < told) {
			catch_up(db, c, s, told);
		}
	}
	c->seq = told;
	for (struct audience *a = c->audiences; a != NULL; a = a->next)
		a->stale = true;
	c->credit_at += UPDATE_MS + watchers / WATCHERS_A_MS;
	texts_clear(&text);
}

/*
 * Rate limit: a step on a thousand targets has an event every few milliseconds.
 * A run with few watchers may be updated twenty times at once, then a hundred
 * times a second, one with a thousand four times a second, so that a flood
 * comes in pieces and a single event without delay.  Returns when the next
 * update may be sent.
 */
static int64_t
may_send_at(struct channel *c, int64_t now)
{
	if (c->credit_at < now - UPDATE_CREDIT_MS)
		c->credit_at = now - UPDATE_CREDIT_MS;
	return c->credit_at + UPDATE_MS;
}

static bool
is_listed(struct json_object *names, const char *who)
{
	for (size_t i = 0; i < json_count(names); i++)
		if (text_eq(json_object_get_string(json_at(names, i)), who))
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
		if (json_count(names) < MAX_NAMES &&
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
channel_of(struct channel **list, struct db *db, int64_t run)
{
	struct channel *c;

	for (c = *list; c != NULL; c = c->next)
		if (c->run == run)
			return c;
	c = mem_calloc(1, sizeof(*c));
	c->run = run;
	c->seq = head_of(db, run);
	c->next = *list;
	return *list = c;
}

/* The audience of a watcher, which has one more seat now. */
static struct audience *
audience_of(struct channel *c, const struct watcher *w)
{
	static int64_t last;
	struct audience *a = c->audiences;

	while (a != NULL &&
	    (!text_eq(a->key, w->key) || !text_eq(a->lang, w->lang)))
		a = a->next;
	if (a == NULL) {
		a = mem_calloc(1, sizeof(*a));
		a->id = ++last;
		memcpy(a->key, w->key, sizeof(a->key));
		memcpy(a->lang, w->lang, sizeof(a->lang));
		a->next = c->audiences;
		c->audiences = a;
	}
	a->seats++;
	a->stale = true;
	return a;
}

void
channel_join(struct channel **list, struct db *db, struct watcher *w,
    const struct cursor *at)
{
	struct channel *c = channel_of(list, db, at->run);
	struct seat *s = mem_calloc(1, sizeof(*s));

	s->watcher = w;
	s->seq = at->seq;
	s->next = c->seats;
	c->seats = s;
	if (shows_page(w))
		s->audience = audience_of(c, w);
	if (s->seq < c->seq)
		catch_up(db, c, s, c->seq);
	else
		s->seq = c->seq;
	note_presence(c);
}

int64_t
channel_tick(struct channel *c, struct db *db, bool changed, int64_t now)
{
	int64_t at = may_send_at(c, now);

	c->stale |= changed;
	if (c->stale && at <= now) {
		send_events(db, c);
		c->stale = false;
	}
	if (c->presence_at != 0 && now >= c->presence_at)
		send_presence(c);
	if (!c->stale || (c->presence_at != 0 && c->presence_at < at))
		at = c->presence_at;
	return at;
}

void
channel_ask(struct channel *c, struct renderer *renderer)
{
	for (struct audience *a = c->audiences; a != NULL; a = a->next) {
		if (!a->stale || a->asked)
			continue;
		renderer_ask(renderer,
		    &(struct audience_id){ a->id, c->run, a->key, a->lang });
		a->stale = false;
		a->asked = true;
	}
}

static struct audience *
find_audience(struct channel *c, int64_t id)
{
	struct audience *a = c->audiences;

	while (a != NULL && a->id != id)
		a = a->next;
	return a;
}

void
channels_hear(struct channel *c, int64_t id, enum err err, const char *json)
{
	struct audience *a = NULL;
	struct buf text = { 0 };

	while (c != NULL && (a = find_audience(c, id)) == NULL)
		c = c->next;
	if (a == NULL)
		return;
	a->asked = false;
	if (err == ERR_OK)
		live_put_event(&text, "patch", 0, 0, json);
	for (struct seat *s = c->seats; s != NULL; s = s->next) {
		if (s->audience != a)
			continue;
		s->watcher->dead |= err == ERR_FORBIDDEN;
		watcher_send(s->watcher, buf_text(&text), text.len);
	}
	buf_clear(&text);
}

/* Removes the audiences in which nobody is left. */
static void
dismiss(struct channel *c, struct renderer *renderer)
{
	for (struct audience **at = &c->audiences; *at != NULL;) {
		struct audience *a = *at;

		if (a->seats > 0) {
			at = &a->next;
			continue;
		}
		renderer_forget(renderer, a->id);
		*at = a->next;
		free(a);
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
		if (s->audience != NULL)
			s->audience->seats--;
		*at = s->next;
		free(s);
		any = true;
	}
	return any;
}

void
channels_sweep(struct channel **at, struct renderer *renderer)
{
	while (*at != NULL) {
		struct channel *c = *at;

		if (empty_seats(c)) {
			dismiss(c, renderer);
			note_presence(c);
		}
		if (c->seats != NULL) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		free(c);
	}
}
