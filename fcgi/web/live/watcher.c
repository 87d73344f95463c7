/*
 * watcher.c: one connection to the live hub.
 *
 * Text goes straight to the socket; memory is needed only for bytes that the
 * socket did not take.  A client that falls half a megabyte behind is dropped
 * and reconnects with the number of its last event.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/live/watcher.h"

#define STREAM_MS (10 * 60 * 1000)
#define MAX_PENDING (512 * 1024)

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
