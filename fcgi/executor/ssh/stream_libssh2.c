/*
 * stream_libssh2.c: a stream over a channel of libssh2.
 *
 * A write that would block must be repeated with the same bytes before anything
 * else is sent over the session, so stream.c does not read meanwhile: reading
 * may send, to open the host's window.
 *
 * The requested length of a read determines how far it opens the window.  If
 * that has to wait (during a key exchange), the window message is sent with the
 * length of the first read, and libssh2 adds up the length of the next one: if
 * that is shorter, the host sends more than libssh2 accepts, which silently
 * drops the rest.  So all reads of a channel request the same length.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/ssh/stream_libssh2.h"

#define FREE_MS 100 /* a host may not confirm the close */

struct ssh_stream {
	struct stream stream;
	struct ssh *ssh;
	LIBSSH2_CHANNEL *channel;
	int rc; /* why it is over; 0: it ended */
};

static ssize_t
ssh_read(struct stream *stream, char *data, size_t len)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;
	ssize_t n;

	do /* always the same length: see above */
		n = libssh2_channel_read_ex(
		    s->channel, SSH_EXTENDED_DATA_STDERR, data, len);
	while (n > 0);
	n = libssh2_channel_read(s->channel, data, len);
	if (n == LIBSSH2_ERROR_EAGAIN ||
	    (n == 0 && libssh2_channel_eof(s->channel) != 1))
		return 0;
	if (n <= 0)
		s->rc = (int)n;
	return n > 0 ? n : -1;
}

static ssize_t
ssh_write(struct stream *stream, const char *data, size_t len)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;
	ssize_t n = libssh2_channel_write(s->channel, data, len);

	if (n == LIBSSH2_ERROR_EAGAIN)
		return 0;
	if (n < 0)
		s->rc = (int)n;
	return n < 0 ? -1 : n;
}

static enum ssh_result
ssh_ready(struct stream *stream, bool writing, int64_t until, struct buf *why)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;

	(void)writing;
	s->ssh->limit = until;
	return ssh_wait(s->ssh) ? SSH_OK
				: ssh_lost(s->ssh, LIBSSH2_ERROR_EAGAIN,
				      MESSAGE("ssh_while_copying"), why);
}

static void
ssh_explain(struct stream *stream, struct buf *why)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;
	const struct job_target *t = s->ssh->conn.target;

	if (s->rc != 0)
		(void)ssh_lost(
		    s->ssh, s->rc, MESSAGE("ssh_while_copying"), why);
	else
		message_put(
		    why, "ssh_stream_ended host=%s port=%d", t->host, t->port);
}

static void
ssh_end(struct stream *stream)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;
	int rc;

	s->ssh->limit = clock_monotonic() + FREE_MS;
	SSH_LOOP(s->ssh, rc, libssh2_channel_free(s->channel));
	free(s);
}

static const struct stream_kind kind = {
	ssh_read,
	ssh_write,
	ssh_ready,
	ssh_explain,
	ssh_end,
};

enum ssh_result
ssh_stream_open(struct ssh_conn *l, const char *what, bool subsystem,
    struct stream **ret, struct buf *why)
{
	struct ssh *ssh = (struct ssh *)l;
	LIBSSH2_CHANNEL *channel = NULL;
	enum ssh_result result;
	struct ssh_stream *s;
	int rc;

	ssh->stopped = false;
	result = ssh_channel_open(
	    ssh, subsystem ? "subsystem" : "exec", what, &channel, why);
	if (result != SSH_OK) {
		ssh->limit = clock_monotonic() + FREE_MS;
		if (channel != NULL)
			SSH_LOOP(ssh, rc, libssh2_channel_free(channel));
		return result;
	}
	s = mem_calloc(1, sizeof(*s));
	s->stream.kind = &kind;
	s->ssh = ssh;
	s->channel = channel;
	*ret = &s->stream;
	return SSH_OK;
}
