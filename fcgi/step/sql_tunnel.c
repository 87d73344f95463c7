/*
 * sql_tunnel.c: the way to a database over an SSH target.
 *
 * A process of its own carries the bytes, since the clients of the databases
 * have calls that block (to end a statement they connect again).  It listens
 * on a loopback port, as the clients treat a socket of the file system as a
 * way of its own (MySQL's newer logins fail over one); other users of this
 * machine can reach the port, so the kernel's table says whose a connection
 * is before it is taken.  The process ends with the one that started it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "step/link_libssh2.h"
#include "step/sql_tunnel.h"

#define CONNS		4	/* with two more there are 6 descriptors */
#define CHUNK		(64 * 1024)
#define OPEN_MS		10000
#define START_MS	45000	/* for the whole way */

struct conn {
	int		 fd;		/* -1: free */
	LIBSSH2_CHANNEL	*channel;
	struct buf	 in;		/* for the host */
	struct buf	 out;		/* for the client */
	bool		 ended;
};

struct tunnel {
	struct sql	*sql;
	struct watch	 watch;
	struct output	 none;
	struct link	*link;
	int		 listener;
	LIBSSH2_CHANNEL	*first;		/* opened before it was asked for */
	struct conn	 conns[CONNS];
	char		 chunk[CHUNK];
};

/* The socket at this loopback port belongs to our user. */
static bool
is_ours(int port)
{
	FILE *f = fopen("/proc/net/tcp", "re");
	unsigned address, local, uid;
	char line[256];
	bool ours = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, " %*u: %8X:%4X %*8X:%*4X %*X %*X:%*X %*X:%*X "
		    "%*X %u", &address, &local, &uid) == 3 &&
		    address == htonl(INADDR_LOOPBACK) &&
		    local == (unsigned)port && uid == geteuid())
			ours = true;
	if (f != NULL)
		fclose(f);
	return ours;
}

static LIBSSH2_CHANNEL *
open_channel(struct tunnel *t, struct buf *why)
{
	struct ssh *s = (struct ssh *)t->link;
	const char *host = sql_key(t->sql, "host");
	LIBSSH2_CHANNEL *channel;
	int rc;

	s->limit = clock_monotonic() + OPEN_MS;
	do {
		channel = libssh2_channel_direct_tcpip_ex(s->session, host,
		    sql_port(t->sql), "127.0.0.1", 0);
		rc = channel == NULL ?
		    libssh2_session_last_errno(s->session) : 0;
	} while (rc == LIBSSH2_ERROR_EAGAIN && ssh_wait(s));
	if (channel == NULL)
		buf_printf(why, "The SSH host of %s could not connect to "
		    "%s:%d (%d). Check that the database listens there, and "
		    "that sshd allows it (AllowTcpForwarding).",
		    t->sql->target->name, host, sql_port(t->sql), rc);
	s->limit = 0;
	return channel;
}

static void
accept_one(struct tunnel *t)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int fd = accept4(t->listener, (struct sockaddr *)&peer, &len,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct conn *c = NULL;
	struct buf why = {0};

	for (size_t i = 0; i < CONNS; i++)
		if (t->conns[i].fd < 0)
			c = &t->conns[i];
	if (fd < 0)
		return;
	if (c == NULL || !is_ours(ntohs(peer.sin_port))) {
		close(fd);
		return;
	}
	c->channel = t->first != NULL ? t->first : open_channel(t, &why);
	t->first = NULL;
	if (c->channel != NULL)
		c->fd = fd;
	else
		close(fd);
	buf_clear(&why);
}

static void
end_conn(struct conn *c)
{
	/* The session goes on: what is not freed now is freed with it. */
	(void)libssh2_channel_free(c->channel);
	close(c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	*c = (struct conn){ .fd = -1 };
}

/* From the client to the host, as far as it goes. */
static void
send_on(struct tunnel *t, struct conn *c)
{
	ssize_t n = 0;

	if (c->in.len == 0) {
		n = read(c->fd, t->chunk, CHUNK);
		if (n > 0)
			buf_put(&c->in, t->chunk, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			c->ended = true;
	}
	while (c->in.len > 0 && (n = libssh2_channel_write(c->channel,
	    c->in.data, c->in.len)) > 0)
		buf_consume(&c->in, (size_t)n);
	if (c->in.len > 0 && n < 0 && n != LIBSSH2_ERROR_EAGAIN)
		c->ended = true;
}

/* From the host to the client, as far as it goes. */
static void
hand_back(struct tunnel *t, struct conn *c)
{
	ssize_t n = 0;

	while (c->out.len == 0 && (n = libssh2_channel_read(c->channel,
	    t->chunk, CHUNK)) > 0) {
		buf_put(&c->out, t->chunk, (size_t)n);
		n = write(c->fd, c->out.data, c->out.len);
		if (n > 0)
			buf_consume(&c->out, (size_t)n);
	}
	if (c->out.len > 0) {
		n = write(c->fd, c->out.data, c->out.len);
		if (n > 0)
			buf_consume(&c->out, (size_t)n);
		else if (errno != EAGAIN && errno != EINTR)
			c->ended = true;
	} else if ((n < 0 && n != LIBSSH2_ERROR_EAGAIN) ||
	    libssh2_channel_eof(c->channel) == 1) {
		c->ended = true;
	}
}

/* Waits for anything to do.  False: it is over. */
static bool
wait_for_any(struct tunnel *t)
{
	struct ssh *s = (struct ssh *)t->link;
	struct pollfd fds[2 + CONNS] = {
		{ .fd = t->listener, .events = POLLIN },
		{ .fd = s->fd, .events = POLLIN },
	};
	bool gone;
	char byte;
	int next;

	if (libssh2_session_block_directions(s->session) &
	    LIBSSH2_SESSION_BLOCK_OUTBOUND)
		fds[1].events |= POLLOUT;
	for (size_t i = 0; i < CONNS; i++) {
		struct conn *c = &t->conns[i];

		fds[2 + i] = (struct pollfd){ .fd = c->fd, .events =
		    (short)((c->in.len == 0 ? POLLIN : 0) |
		    (c->out.len > 0 ? POLLOUT : 0)) };
	}
	(void)libssh2_keepalive_send(s->session, &next);
	gone = recv(s->fd, &byte, 1, MSG_PEEK) == 0;
	if (watch_poll(&t->watch, fds, 2 + CONNS, clock_monotonic() +
	    1000) != STOP_NONE)
		return false;
	if (fds[0].revents & POLLIN)
		accept_one(t);
	return !gone && (fds[1].revents & (POLLERR | POLLNVAL)) == 0;
}

static void
carry(struct tunnel *t)
{
	while (wait_for_any(t)) {
		for (size_t i = 0; i < CONNS; i++) {
			struct conn *c = &t->conns[i];

			if (c->fd < 0)
				continue;
			send_on(t, c);
			hand_back(t, c);
			if (c->ended)
				end_conn(c);
		}
	}
}

/* In the child: connects, says so or why not, and carries. */
static void __attribute__((noreturn))
be_tunnel(struct sql *s, const struct order_target *over, int listener,
    int report, int parent)
{
	static struct tunnel t;
	struct buf why = {0};

	t.sql = s;
	t.listener = listener;
	t.watch.target = over->name;
	t.watch.output = &t.none;
	watch_init(&t.watch, parent);
	watch_start(&t.watch, 0);
	for (size_t i = 0; i < CONNS; i++)
		t.conns[i].fd = -1;
	if (link_open(over, &t.watch, &t.link, &why) == LINK_OK &&
	    (t.first = open_channel(&t, &why)) != NULL) {
		(void)!write(report, "+", 1);
		close(report);
		carry(&t);
		_exit(0);
	}
	(void)io_write_all(report, buf_text(&why), why.len);
	_exit(1);
}

/* A listener on a free loopback port, or -1. */
static int
listen_here(int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    listen(fd, 4) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*ret_port = ntohs(a.sin_port);
	return fd;
}

/* What the child says: "+", or why it cannot. */
static enum sql_end
take_report(struct sql *s, int report)
{
	int64_t limit = clock_monotonic() + START_MS;
	char text[1024];
	ssize_t n = 0;

	while (sql_wait(s, report, POLLIN, limit) == 0)
		if (s->job->stop != STOP_NONE)
			return SQL_STOPPED;
		else if (clock_monotonic() >= limit)
			break;
	n = read(report, text, sizeof(text) - 1);
	if (n == 1 && text[0] == '+')
		return SQL_OK;
	buf_printf(&s->why, "The way over the SSH target to %s could not be "
	    "made. %.*s", s->target->name, n > 0 ? (int)n : 0, text);
	return SQL_FAILED;
}

enum sql_end
sql_tunnel_open(struct sql *s)
{
	struct order_target over;
	int report[2], listener, parent = (int)getpid();
	struct fault fault;
	enum sql_end end;

	if (order_target_read(json_get(s->target->json, "over"), &over,
	    &fault) != ERR_OK) {
		buf_puts(&s->why, fault.message);
		return SQL_FAILED;
	}
	if (sql_key(s, "host") == NULL || sql_key(s, "ca") != NULL ||
	    !text_eq(over.client, "libssh2")) {
		buf_printf(&s->why, "A database over an SSH target needs its "
		    "host and port as that machine sees them, no ca (SSH "
		    "encrypts the way), and client: libssh2; correct %s in "
		    "targets.yml.", s->target->name);
		return SQL_FAILED;
	}
	listener = listen_here(&s->tunnel_port);
	if (listener < 0 || pipe2(report, O_CLOEXEC) != 0 ||
	    (s->tunnel_pid = fork()) < 0) {
		buf_printf(&s->why, "The way over SSH could not be made: %s.",
		    strerror(errno));
		return SQL_FAILED;
	}
	if (s->tunnel_pid == 0)
		be_tunnel(s, &over, listener, report[1], parent);
	close(listener);
	close(report[1]);
	end = take_report(s, report[0]);
	close(report[0]);
	return end;
}

void
sql_tunnel_close(struct sql *s)
{
	if (s->tunnel_pid <= 0)
		return;
	kill(s->tunnel_pid, SIGKILL);
	waitpid(s->tunnel_pid, NULL, 0);
	s->tunnel_pid = 0;
}
