/*
 * watcher.c: one connection to the live hub.
 *
 * Text goes straight to the socket; memory is needed only for bytes that the
 * socket did not take.  A client that falls half a megabyte behind is dropped
 * and reconnects with the number of its last event.
 *
 * The hub speaks a small part of HTTP behind nginx: one GET, and an event
 * stream as its answer.  Only nginx can reach the socket, and only by the
 * redirect of an authorized request.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "html/url.h"
#include "web/live/watcher.h"

#define STREAM_MS (10 * 60 * 1000)
#define MAX_PENDING (512 * 1024)
#define MAX_HEAD (16 * 1024)

struct watcher *
watcher_new(int epoll, int fd)
{
	struct watcher *w = mem_calloc(1, sizeof(*w));
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP,
		.data.ptr = w };

	w->epoll = epoll;
	w->fd = fd;
	w->since = clock_monotonic();
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	return w;
}

static void
want(struct watcher *w)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP |
		    (w->out.len > 0 ? EPOLLOUT : 0),
		.data.ptr = w };

	epoll_ctl(w->epoll, EPOLL_CTL_MOD, w->fd, &e);
}

void
watcher_send(struct watcher *w, const char *text, size_t len)
{
	ssize_t n = 0;

	if (w->dead)
		return;
	if (w->out.len == 0)
		n = send(w->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		w->dead = true;
		return;
	}
	n = n > 0 ? n : 0;
	if ((size_t)n == len)
		return;
	buf_put(&w->out, text + n, len - (size_t)n);
	if (w->out.len > MAX_PENDING)
		w->dead = true;
	want(w);
}

void
watcher_flush(struct watcher *w)
{
	ssize_t n = send(
	    w->fd, w->out.data, w->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		w->dead = true;
	if (n <= 0)
		return;
	buf_consume(&w->out, (size_t)n);
	if (w->out.len == 0) {
		buf_clear(&w->out);
		want(w);
	}
}

int
watchers_of(const struct watcher *list, const char *who, bool pages)
{
	int count = 0;

	for (; list != NULL; list = list->next)
		count += list->joined && !list->dead &&
		    (!pages || list->lang[0] != '\0') &&
		    text_eq(list->who, who);
	return count;
}

bool
watchers_expire(struct watcher *list, int64_t now)
{
	bool any = false;

	for (struct watcher *w = list; w != NULL; w = w->next) {
		w->dead |= now - w->since >= STREAM_MS;
		any |= w->dead;
	}
	return any;
}

void
watchers_sweep(struct watcher **at)
{
	while (*at != NULL) {
		struct watcher *w = *at;

		if (!w->dead) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		close(w->fd);
		buf_clear(&w->in);
		buf_clear(&w->out);
		free(w);
	}
}

/* The path behind /_live/: a run, or nothing if the query has them. */
static bool
read_runs(const char *run, size_t len, struct json_object *query,
    struct live_request *ret)
{
	char text[24];

	ret->many = len == 0;
	if (ret->many) {
		ret->count = cursor_read(json_text(query, "runs", ""), ret->at);
		return ret->count > 0;
	}
	if (len >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)len, run);
	ret->count = 1;
	text_int(json_text(query, "after", "0"), 0, INT64_MAX, &ret->at[0].seq);
	return text_int(text, 1, INT64_MAX, &ret->at[0].run);
}

static bool
read_target(const char *target, size_t len, struct live_request *ret)
{
	const char *mark = memchr(target, '?', len);
	size_t path = mark != NULL ? (size_t)(mark - target) : len;
	struct json_object *query = NULL;
	bool ok = mark == NULL ||
	    url_read_form(mark + 1, len - path - 1, &query) == ERR_OK;

	ok = ok && read_runs(target, path, query, ret);
	snprintf(ret->who, sizeof(ret->who), "%s", json_text(query, "who", ""));
	snprintf(ret->key, sizeof(ret->key), "%s", json_text(query, "key", ""));
	snprintf(
	    ret->lang, sizeof(ret->lang), "%s", json_text(query, "lang", ""));
	json_object_put(query);
	return ok;
}

int
live_read_request(const char *text, size_t len, struct live_request *ret)
{
	static const char start[] = "GET /_live/";
	struct live_request r = { 0 };
	const char *target = text + sizeof(start) - 1, *end;

	if (len < sizeof(start) - 1)
		return memcmp(text, start, len) == 0 ? 0 : -1;
	if (memcmp(text, start, sizeof(start) - 1) != 0)
		return -1;
	if (memmem(text, len, "\r\n\r\n", 4) == NULL)
		return len < MAX_HEAD ? 0 : -1;
	end = memchr(target, ' ', len - (sizeof(start) - 1));
	if (end == NULL || !read_target(target, (size_t)(end - target), &r))
		return -1;
	*ret = r;
	return 1;
}

void
live_put_event(struct buf *out, const char *event, int64_t run, int64_t id,
    const char *data)
{
	if (id > 0 && run > 0)
		buf_printf(out, "id: %" PRId64 ":%" PRId64 "\n", run, id);
	else if (id > 0)
		buf_printf(out, "id: %" PRId64 "\n", id);
	if (event != NULL)
		buf_printf(out, "event: %s\n", event);
	buf_puts(out, "data: ");
	buf_puts(out, data);
	buf_puts(out, "\n\n");
}
