/*
 * tunnel_remote.c: the remote side of a tunnel's connections.
 *
 * With client: libssh2 each connection is a channel of its one session.  With
 * client: openssh, ssh itself forwards a socket in the attempt's own folder
 * (-L), and each connection is one to that.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/message.h"
#include "executor/ssh/libssh2.h"
#include "executor/ssh/openssh.h"
#include "executor/ssh/tunnel_remote.h"

#define OPEN_MS 10000
#define ERRORS_MAX 2000
#define END_MS 100
#define TURNS 6
#define TURN_MS 10

void
tunnel_socket(pid_t pid, char ret[32])
{
	snprintf(ret, 32, "./way-%d.sock", (int)pid);
}

static void
report_no_end(struct carrier *c, const char *detail, struct buf *why)
{
	const struct tunnel_end *e = c->end;

	struct buf to = { 0 };

	if (e->socket != NULL)
		buf_puts(&to, e->socket);
	else
		buf_printf(&to, "%s:%d", e->host, e->port);
	message_put(why,
	    "tunnel_no_end target=%s host=%s port=%d to=%s reason=%s",
	    c->over->name, c->over->host, c->over->port, buf_text(&to), detail);
	buf_clear(&to);
}

/* ---- by libssh2 */

static void
put_string(struct buf *b, const char *text)
{
	uint32_t len = htonl((uint32_t)strlen(text));

	buf_put(b, (const char *)&len, sizeof(len));
	buf_puts(b, text);
}

/* A channel to a Unix socket, for which libssh2 has no call. */
static LIBSSH2_CHANNEL *
ask_socket(struct ssh *s, const char *path)
{
	static const char type[] = "direct-streamlocal@openssh.com";
	struct buf message = { 0 };
	LIBSSH2_CHANNEL *channel;

	put_string(&message, path);
	put_string(&message, "");
	buf_put(&message, "\0\0\0\0", 4);
	channel = libssh2_channel_open_ex(s->session, type, sizeof(type) - 1,
	    LIBSSH2_CHANNEL_WINDOW_DEFAULT, LIBSSH2_CHANNEL_PACKET_DEFAULT,
	    message.data, (unsigned)message.len);
	buf_clear(&message);
	return channel;
}

static LIBSSH2_CHANNEL *
open_channel(struct carrier *c, struct buf *why)
{
	const struct tunnel_end *e = c->end;
	struct ssh *s = (struct ssh *)c->conn;
	LIBSSH2_CHANNEL *channel;
	char *detail = NULL;
	int rc;

	s->limit = clock_monotonic() + OPEN_MS;
	do {
		channel = e->socket != NULL
		    ? ask_socket(s, e->socket)
		    : libssh2_channel_direct_tcpip_ex(
			  s->session, e->host, e->port, "127.0.0.1", 0);
		rc = channel == NULL ? libssh2_session_last_errno(s->session)
				     : 0;
	} while (rc == LIBSSH2_ERROR_EAGAIN && ssh_wait(s));
	s->limit = 0;
	if (channel != NULL)
		return channel;
	(void)libssh2_session_last_error(s->session, &detail, NULL, 0);
	report_no_end(c,
	    rc == LIBSSH2_ERROR_EAGAIN              ? MESSAGE("tunnel_late")
		: detail != NULL && *detail != '\0' ? detail
						    : "refused",
	    why);
	return NULL;
}

/* ---- by ssh */

/* Reads the messages of ssh. */
static void
listen_to_ssh(struct carrier *c)
{
	ssize_t n;

	while (c->err_fd >= 0 &&
	    (n = read(c->err_fd, c->chunk, TUNNEL_CHUNK)) != 0) {
		if (n < 0)
			return;
		buf_put(&c->errors, c->chunk, (size_t)n);
		if (c->errors.len > ERRORS_MAX)
			buf_consume(&c->errors, c->errors.len - ERRORS_MAX);
	}
	if (c->err_fd >= 0)
		close(c->err_fd);
	c->err_fd = -1;
}

static int
connect_remote(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	tunnel_socket(getpid(), a.sun_path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		close(fd);
		return -1;
	}
	if (fd >= 0)
		io_set_nonblocking(fd, true);
	return fd;
}

/* Starts ssh, its messages in a pipe. */
static bool
start_ssh(struct carrier *c)
{
	const struct tunnel_end *e = c->end;
	char path[32], forward[1200];
	int err_fd[2], null;

	tunnel_socket(getpid(), path);
	if (e->socket != NULL)
		snprintf(forward, sizeof(forward), "%s:%s", path, e->socket);
	else
		snprintf(forward, sizeof(forward), "%s:[%s]:%d", path, e->host,
		    e->port);
	if (pipe2(err_fd, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	if ((c->ssh = fork()) == 0) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (dup2(null, 0) >= 0 && dup2(null, 1) >= 0 &&
		    dup2(err_fd[1], 2) >= 0)
			openssh_become(
			    (struct openssh *)c->conn, forward, NULL);
		_exit(126);
	}
	close(err_fd[1]);
	c->err_fd = err_fd[0];
	return c->ssh > 0;
}

/* Waits until ssh forwards; the login was tested before. */
static enum ssh_result
begin_ssh(struct carrier *c, struct buf *why)
{
	int64_t limit = clock_monotonic() + OPEN_MS;
	int fd;

	if (!start_ssh(c)) {
		message_put(why, "tunnel_start reason=%s", strerror(errno));
		return SSH_REFUSED;
	}
	while ((fd = connect_remote()) < 0) {
		struct pollfd p = { .fd = c->err_fd, .events = POLLIN };

		if (loop_poll(&c->loop, &p, 1, clock_monotonic() + 20) !=
		    STOP_NONE)
			return SSH_STOPPED;
		listen_to_ssh(c);
		if (c->err_fd >= 0 && clock_monotonic() < limit)
			continue;
		message_put(why,
		    "tunnel_no_forward target=%s host=%s port=%d reason=%s",
		    c->over->name, c->over->host, c->over->port,
		    c->errors.len > 0 ? buf_text(&c->errors)
				      : MESSAGE("no_reason_given"));
		return openssh_result(buf_text(&c->errors), true);
	}
	close(fd);
	return SSH_OK;
}

/* Calls begin_ssh(), again if the server drops the connection. */
static enum ssh_result
forward_by_ssh(struct carrier *c, struct buf *why)
{
	enum ssh_result result;
	int tries = 0;

	do {
		if (tries > 0)
			(void)waitpid(c->ssh, NULL, 0);
		buf_reset(&c->errors);
		result = begin_ssh(c, why);
	} while (ssh_conn_once_more(&c->loop, &tries, &result, why));
	return result;
}

/*
 * A whole group may be reached over one machine, whose sshd drops some of the
 * connections that have not logged in yet once there are ten (MaxStartups).  So
 * only a few of an attempt log in at a time.  Returns the lock that was taken,
 * or -1 if the event loop says stop.
 */
static int
take_turn(struct carrier *c)
{
	int fd = -1, i = (int)getpid();
	char path[128];

	while (fd < 0 && c->loop.stop == STOP_NONE) {
		snprintf(path, sizeof(path), "way-%s.%d.lock", c->over->name,
		    i++ % TURNS);
		if ((fd = io_lock(path)) < 0)
			(void)loop_poll(
			    &c->loop, NULL, 0, clock_monotonic() + TURN_MS);
	}
	return fd;
}

enum ssh_result
tunnel_remote_begin(struct carrier *c, struct buf *why)
{
	int turn = take_turn(c);
	enum ssh_result result = SSH_STOPPED;

	if (turn < 0)
		return result;
	result = ssh_conn_open(c->over, &c->loop, &c->conn, why);
	if (result == SSH_OK && c->conn->client == &ssh_conn_openssh)
		result = forward_by_ssh(c, why);
	/*
	 * The process of another tunnel over this one has inherited the
	 * descriptor.
	 */
	(void)flock(turn, LOCK_UN);
	close(turn);
	if (result != SSH_OK || c->ssh > 0)
		return result;
	c->first = open_channel(c, why);
	return c->first != NULL ? SSH_OK : SSH_LOST;
}

bool
tunnel_remote_connect(struct carrier *c, struct conn *conn, struct buf *why)
{
	if (c->ssh > 0)
		conn->end = connect_remote();
	else
		conn->channel = c->first != NULL ? c->first
						 : open_channel(c, why);
	c->first = NULL;
	return conn->end >= 0 || conn->channel != NULL;
}

void
tunnel_remote_disconnect(struct carrier *c, struct conn *conn, struct buf *why)
{
	char *failed;

	listen_to_ssh(c);
	failed = c->errors.len == 0 ? NULL
				    : strstr(c->errors.data, "open failed: ");
	if (failed != NULL) {
		failed += strlen("open failed: ");
		*strchrnul(failed, '\r') = '\0';
		*strchrnul(failed, '\n') = '\0';
		report_no_end(c, failed, why);
		buf_reset(&c->errors);
	}
	/* The session goes on: it frees the rest when it is freed. */
	if (conn->channel != NULL)
		(void)libssh2_channel_free(conn->channel);
	if (conn->end >= 0)
		close(conn->end);
}

ssize_t
tunnel_remote_write(struct conn *conn)
{
	ssize_t n;

	if (conn->channel != NULL) {
		n = libssh2_channel_write(
		    conn->channel, conn->in.data, conn->in.len);
		return n > 0                    ? n
		    : n == LIBSSH2_ERROR_EAGAIN ? TUNNEL_AGAIN
						: TUNNEL_GONE;
	}
	n = send(conn->end, conn->in.data, conn->in.len, MSG_NOSIGNAL);
	return n > 0                            ? n
	    : errno == EAGAIN || errno == EINTR ? TUNNEL_AGAIN
						: TUNNEL_GONE;
}

ssize_t
tunnel_remote_read(struct carrier *c, struct conn *conn)
{
	ssize_t n;

	if (conn->channel != NULL) {
		n = libssh2_channel_read(conn->channel, c->chunk, TUNNEL_CHUNK);
		if (n == LIBSSH2_ERROR_EAGAIN ||
		    (n == 0 && libssh2_channel_eof(conn->channel) != 1))
			return TUNNEL_AGAIN;
		return n > 0 ? n : TUNNEL_GONE;
	}
	n = read(conn->end, c->chunk, TUNNEL_CHUNK);
	return n > 0                                       ? n
	    : n < 0 && (errno == EAGAIN || errno == EINTR) ? TUNNEL_AGAIN
							   : TUNNEL_GONE;
}

struct pollfd
tunnel_remote_poll(struct carrier *c)
{
	struct ssh *s = (struct ssh *)c->conn;
	struct pollfd p = { .fd = c->err_fd, .events = POLLIN };

	if (c->ssh > 0)
		return p;
	p.fd = s->fd;
	if (libssh2_session_block_directions(s->session) &
	    LIBSSH2_SESSION_BLOCK_OUTBOUND)
		p.events |= POLLOUT;
	return p;
}

bool
tunnel_remote_is_over(struct carrier *c, short came)
{
	struct ssh *s = (struct ssh *)c->conn;
	ssize_t n;
	char byte;

	if (c->ssh > 0) {
		listen_to_ssh(c);
		return c->err_fd < 0;
	}
	if (!ssh_keep_alive(s, clock_monotonic()))
		return true;
	n = recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return (came & (POLLERR | POLLNVAL)) != 0 || n == 0 ||
	    (n < 0 && errno != EAGAIN && errno != EINTR);
}

bool
tunnel_remote_is_over_too(struct carrier *c)
{
	struct pollfd p = { .fd = c->err_fd, .events = POLLIN };

	/*
	 * ssh closes its connections before it reports the reason, and exits.
	 */
	for (int i = 0; c->ssh > 0 && c->err_fd >= 0 && i < 2; i++) {
		(void)loop_poll(&c->loop, &p, 1, clock_monotonic() + END_MS);
		listen_to_ssh(c);
	}
	return tunnel_remote_is_over(c, 0);
}
