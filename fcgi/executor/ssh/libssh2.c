/*
 * libssh2.c: commands over SSH by libssh2.
 *
 * The session never blocks: each call that would have to wait goes through
 * ssh_wait(), where output is flushed, a keepalive sent and a stop noticed.
 *
 * An exit status of 0 proves nothing with this library: it is also 0 if a
 * signal ended the command or the connection was lost.  So a call is only
 * SSH_OK if reading ended, the end of file and the close of the channel
 * arrived, and no signal is named, or if the caller has enough of a command
 * that still waits (ssh_conn_last()); act_ssh.c requires a line of its own
 * in any case.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/ssh/host_key_check.h"
#include "executor/ssh/libssh2.h"
#include "executor/ssh/login.h"
#include "executor/ssh/stream_libssh2.h"

#define LOGIN_MS 30000
#define KEEPALIVE_MS 3000
#define KEEPALIVE_MOST 10 /* consecutive ones without a reply */
#define CUT_MS 10000      /* without any acknowledgement of sent data */
#define CLOSE_MS 5000
#define FREE_MS 100 /* a host may not confirm the close */
#define CHUNK (128 * 1024)

static void ssh_close(struct ssh_conn *l);

/*
 * True if data arrived since the last keepalive.  The kernel also counts data
 * that libssh2 has not read yet.
 */
static bool
has_received(const struct ssh *s, const struct tcp_info *info, int64_t now)
{
	return info->tcpi_last_data_recv <= now - s->keepalive_sent;
}

/* A host that takes no data acknowledges, so that nothing is sent again. */
static bool
is_cut(const struct tcp_info *info)
{
	return info->tcpi_retransmits > 0 && info->tcpi_last_ack_recv >= CUT_MS;
}

bool
ssh_keep_alive(struct ssh *s, int64_t now)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int next;

	if (s->keepalive == 0 || now < s->keepalive)
		return s->silent_ms == 0;
	s->unanswered = s->keepalive_sent == 0 ||
		getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
		has_received(s, &info, now)
	    ? 0
	    : s->unanswered + 1;
	if (s->unanswered >= KEEPALIVE_MOST)
		s->silent_ms = KEEPALIVE_MOST * KEEPALIVE_MS;
	else if (is_cut(&info))
		s->silent_ms = CUT_MS;
	(void)libssh2_keepalive_send(s->session, &next);
	s->keepalive_sent = now;
	s->keepalive = now + KEEPALIVE_MS;
	return s->silent_ms == 0;
}

bool
ssh_wait(struct ssh *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	int64_t until = s->limit, now = clock_monotonic();
	static const int on = 1;

	if ((s->limit > 0 && now >= s->limit) || !ssh_keep_alive(s, now))
		return false;
	if (libssh2_session_block_directions(s->session) &
	    LIBSSH2_SESSION_BLOCK_OUTBOUND)
		p.events |= POLLOUT;
	if (s->keepalive > 0 && (until == 0 || s->keepalive < until))
		until = s->keepalive;
	if (loop_poll(s->conn.loop, &p, 1, until) != STOP_NONE) {
		s->stopped = true;
		return false;
	}
	(void)setsockopt(s->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	return true;
}

enum ssh_result
ssh_lost(struct ssh *s, int rc, const char *doing, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	char *text = NULL;

	if (s->stopped)
		return SSH_STOPPED;
	if (s->silent_ms > 0) {
		message_put(why,
		    "ssh_silent host=%s port=%d seconds=%d doing=%s", t->host,
		    t->port, s->silent_ms / 1000, doing);
		return SSH_LOST;
	}
	if (rc == LIBSSH2_ERROR_EAGAIN) {
		message_put(why, "ssh_no_answer host=%s port=%d doing=%s",
		    t->host, t->port, doing);
		return SSH_LOST;
	}
	(void)libssh2_session_last_error(s->session, &text, NULL, 0);
	message_put(why, "ssh_broke host=%s port=%d doing=%s code=%d reason=%s",
	    t->host, t->port, doing, rc,
	    text != NULL && *text != '\0' ? text : MESSAGE("no_reason"));
	return SSH_LOST;
}

enum ssh_result
ssh_begin(const struct job_target *target, struct event_loop *loop,
    struct ssh **ret, struct buf *why)
{
	struct ssh *s = mem_calloc(1, sizeof(*s));
	enum ssh_result result;

	s->conn = (struct ssh_conn){
		.client = &ssh_conn_libssh2, .target = target, .loop = loop
	};
	s->fd = -1;
	result = ssh_conn_connect(target, loop, &s->fd, why);
	if (result != SSH_OK)
		goto out;
	if (libssh2_init(0) != 0 ||
	    (s->session = libssh2_session_init()) == NULL) {
		message_put(why, "ssh_library");
		result = SSH_REFUSED;
		goto out;
	}
	libssh2_session_set_blocking(s->session, 0);
	s->limit = clock_monotonic() + LOGIN_MS;
	*ret = s;
out:
	if (result != SSH_OK)
		ssh_close(&s->conn);
	return result;
}

static void
ssh_prepare(void)
{
	static const char banner[] = "SSH-2.0-nobody\r\n";
	LIBSSH2_SESSION *session = NULL;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		ends) != 0)
		return;
	if (libssh2_init(0) == 0 &&
	    (session = libssh2_session_init()) != NULL &&
	    write(ends[1], banner, strlen(banner)) > 0) {
		libssh2_session_set_blocking(session, 0);
		(void)libssh2_session_handshake(session, ends[0]);
	}
	if (session != NULL)
		(void)libssh2_session_free(session);
	close(ends[0]);
	close(ends[1]);
}

static enum ssh_result
ssh_open(const struct job_target *target, struct event_loop *loop,
    struct ssh_conn **ret, struct buf *why)
{
	struct ssh *s = NULL;
	enum ssh_result result = ssh_begin(target, loop, &s, why);

	if (result != SSH_OK)
		return result;
	if ((result = ssh_handshake(s, why)) != SSH_OK ||
	    (result = ssh_login(s, why)) != SSH_OK) {
		ssh_close(&s->conn);
		return result;
	}
	libssh2_keepalive_config(s->session, 1, 2);
	s->keepalive = clock_monotonic() + KEEPALIVE_MS;
	*ret = &s->conn;
	return SSH_OK;
}

static void
ssh_close(struct ssh_conn *l)
{
	struct ssh *s = (struct ssh *)l;

	if (s->session != NULL) {
		/*
		 * Tells the host only if it costs nothing.  With the socket
		 * shut down, freeing does not wait.
		 */
		(void)libssh2_session_disconnect(s->session, "done");
		(void)shutdown(s->fd, SHUT_RDWR);
		for (int i = 0; i < 100 &&
		     libssh2_session_free(s->session) == LIBSSH2_ERROR_EAGAIN;
		     i++)
			;
	}
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

enum ssh_result
ssh_channel_open(struct ssh *s, const char *request, const char *what,
    LIBSSH2_CHANNEL **ret, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	int rc;

	s->limit = clock_monotonic() + LOGIN_MS;
	do {
		*ret = libssh2_channel_open_session(s->session);
		rc = *ret == NULL ? libssh2_session_last_errno(s->session) : 0;
	} while (rc == LIBSSH2_ERROR_EAGAIN && ssh_wait(s));
	if (rc == LIBSSH2_ERROR_CHANNEL_FAILURE) {
		message_put(
		    why, "ssh_no_session host=%s port=%d", t->host, t->port);
		return SSH_REFUSED;
	}
	if (rc != 0)
		return ssh_lost(s, rc, MESSAGE("ssh_while_session"), why);
	SSH_LOOP(s, rc,
	    libssh2_channel_process_startup(*ret, request,
		(unsigned)strlen(request), what, (unsigned)strlen(what)));
	if (rc == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED) {
		message_put(why, "ssh_refuses host=%s port=%d what=%s", t->host,
		    t->port,
		    strcmp(request, "exec") == 0 ? MESSAGE("ssh_commands")
						 : what);
		return SSH_REFUSED;
	}
	return rc == 0 ? SSH_OK
		       : ssh_lost(s, rc, MESSAGE("ssh_while_start"), why);
}

/* Sends further input as far as possible. */
static ssize_t
send_more(LIBSSH2_CHANNEL *channel, struct buf *more)
{
	ssize_t n;

	if (more->len == 0)
		return 0;
	n = libssh2_channel_write(channel, more->data, more->len);
	if (n > 0)
		buf_consume(more, (size_t)n);
	return n;
}

/* Sends input as far as possible. Bytes sent, or an error. */
static ssize_t
send_input(LIBSSH2_CHANNEL *channel, const struct ssh_call *call, size_t *sent)
{
	const struct buf *input = call->input;
	ssize_t n;

	if (*sent == input->len && call->more != NULL)
		return send_more(channel, call->more(call->ctx));
	if (*sent == input->len) {
		n = libssh2_channel_send_eof(channel);
		if (n == 0)
			*sent = input->len + 1;
		return n;
	}
	n = libssh2_channel_write(
	    channel, input->data + *sent, input->len - *sent);
	if (n > 0)
		*sent += (size_t)n;
	return n;
}

/* Reads both outputs once. Bytes read, or an error. */
static ssize_t
read_outputs(LIBSSH2_CHANNEL *channel, struct ssh_call *call, char *chunk)
{
	ssize_t n, total = 0;

	for (int i = 0; i < 2; i++) {
		n = libssh2_channel_read_ex(channel,
		    i == 0 ? 0 : SSH_EXTENDED_DATA_STDERR, chunk, CHUNK);
		if (n > 0)
			(i == 0 ? call->out : call->err)(
			    call->ctx, chunk, (size_t)n);
		else if (n < 0 && n != LIBSSH2_ERROR_EAGAIN)
			return n;
		total += n > 0 ? n : 0;
	}
	return total;
}

/* True: the caller has enough. Else s->limit is when it may have. */
static bool
has_enough(struct ssh *s, struct ssh_call *call)
{
	int64_t at = call->enough != NULL ? call->enough(call->ctx) : 0;

	s->limit = at > 0 ? at : ssh_conn_call_limit(call);
	return at > 0 && clock_monotonic() >= at;
}

static bool
is_over(const struct ssh_call *call)
{
	int64_t limit = ssh_conn_call_limit(call);

	return limit > 0 && clock_monotonic() >= limit;
}

/* Sends and reads until the end of both outputs, or until that is enough. */
static int
converse(struct ssh *s, LIBSSH2_CHANNEL *channel, struct ssh_call *call)
{
	char *chunk = mem_calloc(1, CHUNK);
	size_t sent = 0;
	ssize_t in = 0, out;
	int rc = 0;

	while (!has_enough(s, call)) {
		bool sending = sent <= call->input->len;

		if (sending)
			in = send_input(channel, call, &sent);
		out = read_outputs(channel, call, chunk);
		if (sending && in < 0 && in != LIBSSH2_ERROR_EAGAIN &&
		    in != LIBSSH2_ERROR_CHANNEL_CLOSED &&
		    in != LIBSSH2_ERROR_CHANNEL_EOF_SENT)
			rc = (int)in;
		if (out < 0)
			rc = (int)out;
		if (rc != 0 || libssh2_channel_eof(channel) == 1)
			break;
		if (out == 0 && !(sending && in > 0) && !ssh_wait(s) &&
		    !has_enough(s, call)) {
			rc = LIBSSH2_ERROR_EAGAIN;
			break;
		}
		if (is_over(call)) {
			rc = LIBSSH2_ERROR_EAGAIN;
			break;
		}
	}
	free(chunk);
	return rc;
}

/* Checks that the command really ended, and how. */
static enum ssh_result
take_end(struct ssh *s, LIBSSH2_CHANNEL *channel, struct ssh_call *call,
    struct buf *why)
{
	const struct job_target *t = s->conn.target;
	char *signal = NULL;
	int rc;

	if (s->limit == 0)
		s->limit = clock_monotonic() + CLOSE_MS;
	SSH_LOOP(s, rc, libssh2_channel_close(channel));
	if (rc == 0)
		SSH_LOOP(s, rc, libssh2_channel_wait_closed(channel));
	if (rc != 0 || libssh2_channel_eof(channel) != 1)
		return ssh_lost(s, rc, MESSAGE("ssh_before_end"), why);
	libssh2_channel_get_exit_signal(
	    channel, &signal, NULL, NULL, NULL, NULL, NULL);
	if (signal != NULL) {
		message_put(why, "ssh_signal host=%s port=%d signal=%s",
		    t->host, t->port, signal);
		libssh2_free(s->session, signal);
		return SSH_LOST;
	}
	call->status = libssh2_channel_get_exit_status(channel);
	return SSH_OK;
}

static void
free_channel(struct ssh *s, LIBSSH2_CHANNEL *channel)
{
	int rc;

	if (channel == NULL)
		return;
	s->limit = clock_monotonic() + FREE_MS;
	SSH_LOOP(s, rc, libssh2_channel_free(channel));
}

static enum ssh_result
ssh_run(struct ssh_conn *l, struct ssh_call *call, struct buf *why)
{
	struct ssh *s = (struct ssh *)l;
	LIBSSH2_CHANNEL *channel = NULL;
	enum ssh_result result;
	int rc;

	s->stopped = false;
	free_channel(s, s->waiting);
	s->waiting = NULL;
	result = ssh_channel_open(s, "exec", call->command, &channel, why);
	if (result != SSH_OK)
		goto out;
	if ((rc = converse(s, channel, call)) != 0) {
		result = ssh_lost(s, rc, MESSAGE("ssh_while_running"), why);
	} else if (libssh2_channel_eof(channel) == 1) {
		s->limit = call->limit;
		result = take_end(s, channel, call, why);
	} else {
		s->waiting = channel;
		channel = NULL;
	}
out:
	free_channel(s, channel);
	return result;
}

static bool
ssh_last(struct ssh_conn *l, const char *text, int64_t limit)
{
	struct ssh *s = (struct ssh *)l;
	struct buf input = { 0 };
	struct ssh_call call = { .input = &input,
		.out = ssh_call_drop,
		.err = ssh_call_drop,
		.limit = limit };
	bool ended;

	if (s->waiting == NULL)
		return false;
	s->stopped = false;
	buf_puts(&input, text);
	ended = converse(s, s->waiting, &call) == 0;
	buf_clear(&input);
	return ended;
}

const struct ssh_client ssh_conn_libssh2 = {
	"libssh2",
	ssh_prepare,
	ssh_open,
	ssh_run,
	ssh_stream_open,
	ssh_close,
	ssh_last,
};
