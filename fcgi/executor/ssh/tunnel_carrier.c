/*
 * tunnel_carrier.c: the process that carries the bytes of a tunnel.
 *
 * It accepts connections on its port and copies data in both directions, with
 * backpressure.  If the remote end cannot be reached, it reports that to the
 * process that started it, before it closes the client's connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/message.h"
#include "executor/ssh/tunnel_remote.h"

/* True if the socket at this loopback port belongs to our user. */
static bool
is_ours(int port)
{
	FILE *f = fopen("/proc/net/tcp", "re");
	unsigned address, local, uid;
	char line[256];
	bool ours = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line,
			" %*u: %8X:%4X %*8X:%*4X %*X %*X:%*X %*X:%*X "
			"%*X %u",
			&address, &local, &uid) == 3 &&
		    address == htonl(INADDR_LOOPBACK) &&
		    local == (unsigned)port && uid == geteuid())
			ours = true;
	if (f != NULL)
		fclose(f);
	return ours;
}

/* The process that started us reads it if a connection fails. */
static void
report(struct carrier *c, int what, const struct buf *why)
{
	struct buf all = { 0 };

	buf_putc(&all, (char)what);
	buf_put(&all, why->data, why->len);
	buf_putc(&all, '\0');
	(void)!write(c->report, all.data, all.len);
	buf_clear(&all);
}

static void
accept_one(struct carrier *c)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int fd = accept4(c->listener, (struct sockaddr *)&peer, &len,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct conn *conn = NULL;
	struct buf why = { 0 };

	for (size_t i = 0; i < TUNNEL_CONNS; i++)
		if (c->conns[i].fd < 0)
			conn = &c->conns[i];
	if (fd < 0)
		return;
	if (conn == NULL || !is_ours(ntohs(peer.sin_port))) {
		close(fd);
		return;
	}
	if (tunnel_remote_connect(c, conn, &why)) {
		conn->fd = fd;
	} else {
		report(c, TUNNEL_NOWHERE, &why);
		close(fd);
	}
	buf_clear(&why);
}

static void
end_conn(struct carrier *c, struct conn *conn)
{
	struct buf why = { 0 };

	tunnel_remote_disconnect(c, conn, &why);
	if (why.len > 0)
		report(c, TUNNEL_NOWHERE, &why);
	buf_clear(&why);
	close(conn->fd);
	buf_clear(&conn->in);
	buf_clear(&conn->out);
	*conn = (struct conn){ .fd = -1, .end = -1 };
}

/* From the client to the host, as far as possible. */
static void
send_on(struct carrier *c, struct conn *conn)
{
	ssize_t n = TUNNEL_AGAIN;

	if (conn->in.len == 0) {
		n = read(conn->fd, c->chunk, TUNNEL_CHUNK);
		if (n > 0)
			buf_put(&conn->in, c->chunk, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			conn->ended = true;
	}
	while (conn->in.len > 0 && (n = tunnel_remote_write(conn)) > 0)
		buf_consume(&conn->in, (size_t)n);
	if (conn->in.len > 0 && n == TUNNEL_GONE)
		conn->ended = true;
}

/* From the host to the client, as far as possible. */
static void
hand_back(struct carrier *c, struct conn *conn)
{
	ssize_t n = TUNNEL_AGAIN;

	while (conn->out.len == 0 && (n = tunnel_remote_read(c, conn)) > 0) {
		buf_put(&conn->out, c->chunk, (size_t)n);
		n = write(conn->fd, conn->out.data, conn->out.len);
		if (n > 0)
			buf_consume(&conn->out, (size_t)n);
	}
	if (conn->out.len > 0) {
		n = write(conn->fd, conn->out.data, conn->out.len);
		if (n > 0)
			buf_consume(&conn->out, (size_t)n);
		else if (errno != EAGAIN && errno != EINTR)
			conn->ended = true;
	} else if (n == TUNNEL_GONE) {
		conn->ended = true;
	}
}

/* Waits for events. False: it is over. */
static bool
wait_for_any(struct carrier *c)
{
	struct pollfd fds[2 + 2 * TUNNEL_CONNS];
	bool over;

	fds[0] = (struct pollfd){ .fd = c->listener, .events = POLLIN };
	fds[1] = tunnel_remote_poll(c);
	for (size_t i = 0; i < TUNNEL_CONNS; i++) {
		struct conn *conn = &c->conns[i];

		fds[2 + 2 * i] = (struct pollfd){ .fd = conn->fd,
			.events = (short)((conn->in.len == 0 ? POLLIN : 0) |
			    (conn->out.len > 0 ? POLLOUT : 0)) };
		fds[3 + 2 * i] = (struct pollfd){ .fd = conn->end,
			.events = (short)((conn->out.len == 0 ? POLLIN : 0) |
			    (conn->in.len > 0 ? POLLOUT : 0)) };
	}
	(void)loop_poll(
	    &c->loop, fds, 2 + 2 * TUNNEL_CONNS, clock_monotonic() + 1000);
	if (c->loop.stop != STOP_NONE) /* or at an earlier wait */
		return false;
	over = tunnel_remote_is_over(c, fds[1].revents);
	if (!over && (fds[0].revents & POLLIN) != 0)
		accept_one(c);
	return !over;
}

/* False: a connection ended because the session did. */
static bool
move_all(struct carrier *c)
{
	for (size_t i = 0; i < TUNNEL_CONNS; i++) {
		struct conn *conn = &c->conns[i];

		if (conn->fd < 0)
			continue;
		send_on(c, conn);
		hand_back(c, conn);
		if (conn->ended && tunnel_remote_is_over_too(c))
			return false;
		if (conn->ended)
			end_conn(c, conn);
	}
	return true;
}

static void
carry(struct carrier *c)
{
	struct buf why = { 0 };

	while (wait_for_any(c) && move_all(c))
		;
	message_put(&why, "tunnel_gone target=%s host=%s port=%d",
	    c->over->name, c->over->host, c->over->port);
	if (c->errors.len > 0)
		message_put(
		    &why, "tunnel_ssh_said text=%s", buf_text(&c->errors));
	report(c, TUNNEL_LOST, &why);
	buf_clear(&why);
}

void
tunnel_carry(const struct job_target *over, const struct tunnel_end *end,
    int listener, int to, int parent)
{
	static struct carrier c = { .err_fd = -1 };
	struct buf why = { 0 };
	enum ssh_result result;

	c.over = over;
	c.end = end;
	c.listener = listener;
	c.report = to;
	c.loop.target = over->name;
	c.loop.output = &c.none;
	loop_init(&c.loop, parent);
	loop_start(&c.loop, 0);
	for (size_t i = 0; i < TUNNEL_CONNS; i++)
		c.conns[i].fd = c.conns[i].end = -1;
	result = tunnel_remote_begin(&c, &why);
	report(&c,
	    result == SSH_OK            ? TUNNEL_OPEN
		: result == SSH_REFUSED ? TUNNEL_REFUSED
					: TUNNEL_LOST,
	    &why);
	if (result == SSH_OK)
		carry(&c);
	ssh_conn_close(c.conn);
	_exit(0);
}
