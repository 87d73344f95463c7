/*
 * ssh.c: a connection to an SSH host: selects the client and the jump host, and
 * opens the TCP connection.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/ssh/ssh_client.h"

#define CONNECT_MS 10000
#define DROPPED_MOST 10
/*
 * The limit for data that is not acknowledged.  It runs as well while a host
 * that is alive takes no data, so libssh2.c decides before.
 */
#define DEAD_MS 40000

static const struct ssh_client *const clients[] = {
	&ssh_conn_libssh2,
	&ssh_conn_openssh,
};

void
ssh_call_drop(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
}

void
ssh_conn_prepare(const struct job_spec *spec)
{
	for (size_t i = 0; i < spec->targets_count; i++) {
		const struct job_target *t = &spec->targets[i];

		if (strcmp(t->kind, "ssh") != 0 ||
		    strcmp(t->client, ssh_conn_libssh2.name) != 0)
			continue;
		ssh_conn_libssh2.prepare();
		return;
	}
}

bool
ssh_conn_once_more(struct event_loop *loop, int *tries, enum ssh_result *result,
    struct buf *why)
{
	unsigned pause = 0;

	if (*result != SSH_DROPPED)
		return false;
	*result = SSH_LOST;
	if (++*tries == DROPPED_MOST) {
		buf_putc(why, ' ');
		message_put(why, "ssh_dropped count=%d", DROPPED_MOST);
		return false;
	}
	if (getrandom(&pause, sizeof(pause), 0) != sizeof(pause))
		pause = 0;
	pause = 100 + pause % (unsigned)(300 * *tries);
	if (loop_poll(loop, NULL, 0, clock_monotonic() + pause) != STOP_NONE) {
		*result = SSH_STOPPED;
		return false;
	}
	buf_reset(why);
	return true;
}

static enum ssh_result
open_client(const struct job_target *target, struct event_loop *loop,
    struct ssh_conn **ret, struct buf *why)
{
	enum ssh_result result;
	int tries = 0;

	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		if (strcmp(clients[i]->name, target->client) != 0)
			continue;
		do
			result = clients[i]->open(target, loop, ret, why);
		while (ssh_conn_once_more(loop, &tries, &result, why));
		return result;
	}
	message_put(why, "ssh_client_unknown target=%s client=%s", target->name,
	    target->client);
	return SSH_REFUSED;
}

/* Opens a tunnel over the target's jump host, which may have one itself. */
static enum ssh_result
open_over(const struct job_target *target, struct event_loop *loop,
    struct ssh_conn **ret, struct buf *why)
{
	struct job_target *local;
	struct tunnel tunnel = { 0 };
	enum ssh_result result = tunnel_open_jump(target, loop, &tunnel, why);

	if (result != SSH_OK)
		return result;
	local = mem_calloc(1, sizeof(*local));
	*local = *target;
	local->local_port = tunnel.port;
	result = open_client(local, loop, ret, why);
	if (result == SSH_OK) {
		(*ret)->tunnel = tunnel;
		(*ret)->local = local;
		return SSH_OK;
	}
	if (result == SSH_LOST)
		tunnel_report(&tunnel, why);
	tunnel_close(&tunnel);
	free(local);
	return result;
}

enum ssh_result
ssh_conn_open(const struct job_target *target, struct event_loop *loop,
    struct ssh_conn **ret, struct buf *why)
{
	if (strcmp(target->kind, "local") == 0)
		return ssh_conn_local.open(target, loop, ret, why);
	if (json_get(target->json, "jump") != NULL)
		return open_over(target, loop, ret, why);
	return open_client(target, loop, ret, why);
}

int64_t
ssh_conn_call_limit(const struct ssh_call *call)
{
	int64_t due = call->due != NULL ? call->due(call->ctx) : 0;

	return due > 0 && (call->limit == 0 || due < call->limit) ? due
								  : call->limit;
}

enum ssh_result
ssh_conn_run(struct ssh_conn *l, struct ssh_call *call, struct buf *why)
{
	enum ssh_result result;
	int tries = 0;

	do
		result = l->client->run(l, call, why);
	while (ssh_conn_once_more(l->loop, &tries, &result, why));
	if (result == SSH_LOST)
		tunnel_report(&l->tunnel, why);
	return result;
}

bool
ssh_conn_last(struct ssh_conn *l, const char *text, int64_t limit)
{
	return l->client->last != NULL && l->client->last(l, text, limit);
}

void
ssh_conn_close(struct ssh_conn *l)
{
	struct job_target *local;
	struct tunnel tunnel;

	if (l == NULL)
		return;
	tunnel = l->tunnel;
	local = l->local;
	l->client->close(l);
	tunnel_close(&tunnel);
	free(local);
}

const char *
ssh_conn_local_host(const struct job_target *t)
{
	return t->local_port > 0 ? "127.0.0.1" : t->host;
}

int
ssh_conn_local_port(const struct job_target *t)
{
	return t->local_port > 0 ? t->local_port : t->port;
}

static void
tune(int fd)
{
	static const int on = 1, dead = DEAD_MS;

	/*
	 * On failure it is slower, or a lost connection is noticed later; no
	 * more.
	 */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
}

/* Waits for a pending connect. 0, or errno, or -1: stopped. */
static int
await_connection(int fd, struct event_loop *loop, int64_t limit)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	while (p.revents == 0) {
		if (loop_poll(loop, &p, 1, limit) != STOP_NONE)
			return -1;
		if (p.revents == 0 && clock_monotonic() >= limit)
			return ETIMEDOUT;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

/* A connected socket in *ret_fd, or errno, or -1: stopped. */
static int
connect_one(const struct addrinfo *a, struct event_loop *loop, int64_t limit,
    int *ret_fd)
{
	int error, fd;

	fd = socket(
	    a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	tune(fd);
	error = connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno;
	if (error == EINPROGRESS)
		error = await_connection(fd, loop, limit);
	if (error == 0)
		*ret_fd = fd;
	else
		close(fd);
	return error;
}

static void
report_unreachable(const struct job_target *t, int error, struct buf *why)
{
	if (error == ECONNREFUSED)
		message_put(why, "ssh_refused host=%s port=%d target=%s",
		    t->host, t->port, t->name);
	else if (error == ETIMEDOUT)
		message_put(why,
		    "ssh_timeout host=%s port=%d seconds=%d target=%s", t->host,
		    t->port, CONNECT_MS / 1000, t->name);
	else
		message_put(why,
		    "ssh_unreachable host=%s port=%d reason=%s target=%s",
		    t->host, t->port, strerror(error), t->name);
}

enum ssh_result
ssh_conn_connect(const struct job_target *t, struct event_loop *loop,
    int *ret_fd, struct buf *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV };
	int64_t limit = clock_monotonic() + CONNECT_MS;
	struct addrinfo *list = NULL;
	int error = EHOSTUNREACH, code;
	char port[16];

	snprintf(port, sizeof(port), "%d", ssh_conn_local_port(t));
	if ((code = getaddrinfo(ssh_conn_local_host(t), port, &hints, &list)) !=
	    0) {
		message_put(why, "ssh_unresolved host=%s target=%s reason=%s",
		    t->host, t->name, gai_strerror(code));
		return SSH_LOST;
	}
	for (struct addrinfo *a = list; a != NULL && error != 0 && error != -1;
	     a = a->ai_next)
		error = connect_one(a, loop, limit, ret_fd);
	freeaddrinfo(list);
	if (error > 0)
		report_unreachable(t, error, why);
	return error == 0 ? SSH_OK : error < 0 ? SSH_STOPPED : SSH_LOST;
}
