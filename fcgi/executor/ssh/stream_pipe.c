/*
 * stream_pipe.c: a stream over the pipes of a process: the system's ssh, or sh
 * on this machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/ssh/openssh.h"
#include "executor/ssh/stream_pipe.h"

#define ERRORS_MAX 800

struct pipes {
	struct stream stream;
	struct ssh_conn *conn;
	struct confine_child child;
	int fds[3];        /* our ends: input, output, error */
	struct buf errors; /* the end of standard error */
};

/* Reads standard error. */
static void
listen_to(struct pipes *p)
{
	char text[1024];
	ssize_t n;

	while ((n = read(p->fds[2], text, sizeof(text))) > 0) {
		buf_put(&p->errors, text, (size_t)n);
		if (p->errors.len > ERRORS_MAX)
			buf_consume(&p->errors, p->errors.len - ERRORS_MAX);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(p->fds[2]);
		p->fds[2] = -1;
	}
}

static ssize_t
pipe_read(struct stream *stream, char *data, size_t len)
{
	struct pipes *p = (struct pipes *)stream;
	ssize_t n = read(p->fds[1], data, len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return n > 0 ? n : -1;
}

static ssize_t
pipe_write(struct stream *stream, const char *data, size_t len)
{
	struct pipes *p = (struct pipes *)stream;
	ssize_t n = write(p->fds[0], data, len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return n;
}

static enum ssh_result
pipe_wait(struct stream *stream, bool writing, int64_t until, struct buf *why)
{
	const struct job_target *t = ((struct pipes *)stream)->conn->target;
	struct pipes *p = (struct pipes *)stream;
	struct pollfd fds[2] = {
		{ .fd = p->fds[writing ? 0 : 1],
		    .events = writing ? POLLOUT : POLLIN },
		{ .fd = p->fds[2], .events = POLLIN },
	};

	if (clock_monotonic() >= until) {
		message_put(why, "ssh_stream_silent target=%s", t->name);
		return SSH_LOST;
	}
	if (loop_poll(p->conn->loop, fds, 2, until) != STOP_NONE)
		return SSH_STOPPED;
	if (fds[1].revents != 0)
		listen_to(p);
	return SSH_OK;
}

static void
pipe_explain(struct stream *stream, struct buf *why)
{
	struct pipes *p = (struct pipes *)stream;
	const struct job_target *t = p->conn->target;

	if (p->fds[2] >= 0)
		listen_to(p);
	if (p->conn->client == &ssh_conn_local)
		message_put(why, "ssh_local_ended");
	else
		message_put(why, "ssh_connection_ended host=%s port=%d",
		    t->host, t->port);
	if (p->errors.len > 0)
		buf_printf(why, " %s", buf_text(&p->errors));
}

static void
pipe_close(struct stream *stream)
{
	struct pipes *p = (struct pipes *)stream;
	int status;

	for (int i = 0; i < 3; i++)
		if (p->fds[i] >= 0)
			close(p->fds[i]);
	if (p->child.pid > 0) {
		kill(p->child.pid, SIGTERM);
		confine_wait(&p->child, &status);
	}
	buf_clear(&p->errors);
	free(p);
}

static const struct stream_kind kind = {
	pipe_read,
	pipe_write,
	pipe_wait,
	pipe_explain,
	pipe_close,
};

enum ssh_result
pipe_stream_open(struct ssh_conn *l, const char *what, bool subsystem,
    struct stream **ret, struct buf *why)
{
	struct openssh *s = (struct openssh *)l;
	struct pipes *p = mem_calloc(1, sizeof(*p));

	p->stream.kind = &kind;
	p->conn = l;
	if (!openssh_start(s, subsystem, what, p->fds, &p->child, why)) {
		if (why->len == 0)
			message_put(why, "ssh_stream_start");
		pipe_close(&p->stream);
		return SSH_REFUSED;
	}
	*ret = &p->stream;
	return SSH_OK;
}
