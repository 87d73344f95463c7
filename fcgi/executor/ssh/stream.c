/*
 * stream.c: a bidirectional stream over an SSH connection.
 *
 * Sending waits until all has been sent, and does not read meanwhile.  So a
 * protocol on top of it must bound its pending requests: their replies have to
 * fit into the buffers on the path.
 */
#include <string.h>

#include "base/clock.h"
#include "base/message.h"
#include "executor/ssh/ssh_client.h"
#include "executor/ssh/stream.h"

#define CHUNK (128 * 1024)
#define LINE 4096

enum ssh_result
stream_open(struct ssh_conn *l, const char *what, bool subsystem,
    struct stream **ret, struct buf *why)
{
	enum ssh_result result = l->client->stream(
	    l, what, subsystem, ret, why);

	if (result == SSH_LOST)
		tunnel_report(&l->tunnel, why);
	if (result == SSH_OK)
		stream_patience(*ret, STREAM_OPEN_MS);
	return result;
}

void
stream_patience(struct stream *s, int64_t ms)
{
	s->patience = ms;
}

void
stream_close(struct stream *s)
{
	if (s == NULL)
		return;
	buf_clear(&s->in);
	s->kind->close(s);
}

enum ssh_result
stream_put(struct stream *s, const void *data, size_t len, struct buf *why)
{
	int64_t until = clock_monotonic() + s->patience;
	enum ssh_result result = SSH_OK;
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		if ((n = s->kind->write(s, p, len)) < 0) {
			s->kind->explain(s, why);
			return SSH_LOST;
		}
		if (n > 0)
			until = clock_monotonic() + s->patience;
		else if ((result = s->kind->wait(s, true, until, why)) !=
		    SSH_OK)
			return result;
		p += n;
		len -= (size_t)n;
	}
	return SSH_OK;
}

/* Reads available data, or waits for it. */
static enum ssh_result
fill(struct stream *s, struct buf *why)
{
	int64_t until = clock_monotonic() + s->patience;
	enum ssh_result result;
	ssize_t n;

	if (s->at > 0) {
		buf_consume(&s->in, s->at);
		s->at = 0;
	}
	for (;;) {
		n = s->kind->read(s, buf_reserve(&s->in, CHUNK), CHUNK);
		if (n > 0) {
			s->in.len += (size_t)n;
			s->in.data[s->in.len] = '\0';
			return SSH_OK;
		}
		if (n < 0) {
			s->kind->explain(s, why);
			return SSH_LOST;
		}
		if ((result = s->kind->wait(s, false, until, why)) != SSH_OK)
			return result;
	}
}

enum ssh_result
stream_get(struct stream *s, size_t len, const char **ret, struct buf *why)
{
	enum ssh_result result = SSH_OK;

	while (result == SSH_OK && s->in.len - s->at < len)
		result = fill(s, why);
	*ret = s->in.data + s->at;
	return result;
}

void
stream_take(struct stream *s, size_t len)
{
	s->at += len;
}

enum ssh_result
stream_line(struct stream *s, struct buf *ret, struct buf *why)
{
	enum ssh_result result = SSH_OK;
	size_t seen = 0, left;
	const char *end;

	for (;;) {
		left = s->in.len - s->at;
		end = left > seen
		    ? memchr(s->in.data + s->at + seen, '\n', left - seen)
		    : NULL;
		if (end != NULL)
			break;
		if ((seen = left) > LINE) {
			message_put(why, "ssh_unasked");
			return SSH_LOST;
		}
		if ((result = fill(s, why)) != SSH_OK)
			return result;
	}
	buf_reset(ret);
	buf_put(ret, s->in.data + s->at, (size_t)(end - s->in.data) - s->at);
	s->at = (size_t)(end - s->in.data) + 1;
	return SSH_OK;
}
