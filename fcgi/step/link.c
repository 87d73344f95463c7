/*
 * link.c: a connection to an SSH host: which client it is made with, over
 * which jump host, and the TCP connection under it.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "step/link_client.h"

#define CONNECT_MS	10000
#define DEAD_MS		10000	/* unacknowledged for so long: cut */

static const struct link_client *const clients[] = {
	&link_libssh2, &link_openssh,
};

void
link_prepare(const struct order *order)
{
	for (size_t i = 0; i < order->targets_count; i++) {
		const struct order_target *t = &order->targets[i];

		if (strcmp(t->kind, "ssh") != 0 ||
		    strcmp(t->client, link_libssh2.name) != 0)
			continue;
		ssh_prepare();
		return;
	}
}

static enum link_result
open_client(const struct order_target *target, struct watch *watch,
    struct link **ret, struct buf *why)
{
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		if (strcmp(clients[i]->name, target->client) == 0)
			return clients[i]->open(target, watch, ret, why);
	buf_printf(why, "The target %s asks for client: %s; there are libssh2 "
	    "and openssh.", target->name, target->client);
	return LINK_REFUSED;
}

enum link_result
link_way(const struct order_target *target, struct watch *watch,
    struct way *ret, struct buf *why)
{
	const struct way_end end = { target->host, target->port, NULL };
	struct order_target jump;
	struct fault fault;

	if (json_get(target->json, "jump") == NULL)
		return LINK_OK;
	if (order_target_read(json_get(target->json, "jump"), &jump,
	    &fault) == ERR_OK)
		return way_open(&jump, &end, watch, ret, why);
	buf_puts(why, fault.message);
	return LINK_REFUSED;
}

/* Over the target's jump host, which may have one itself. */
static enum link_result
open_over(const struct order_target *target, struct watch *watch,
    struct link **ret, struct buf *why)
{
	struct order_target *near;
	struct way way = {0};
	enum link_result result = link_way(target, watch, &way, why);

	if (result != LINK_OK)
		return result;
	near = mem_calloc(1, sizeof(*near));
	*near = *target;
	near->near_port = way.port;
	result = open_client(near, watch, ret, why);
	if (result == LINK_OK) {
		(*ret)->way = way;
		(*ret)->near = near;
		return LINK_OK;
	}
	if (result == LINK_LOST)
		way_said(&way, why);
	way_close(&way);
	free(near);
	return result;
}

enum link_result
link_open(const struct order_target *target, struct watch *watch,
    struct link **ret, struct buf *why)
{
	if (strcmp(target->kind, "local") == 0)
		return link_local.open(target, watch, ret, why);
	if (json_get(target->json, "jump") != NULL)
		return open_over(target, watch, ret, why);
	return open_client(target, watch, ret, why);
}

int64_t
link_call_limit(const struct link_call *call)
{
	int64_t due = call->due != NULL ? call->due(call->ctx) : 0;

	return due > 0 && (call->limit == 0 || due < call->limit) ? due :
	    call->limit;
}

enum link_result
link_run(struct link *l, struct link_call *call, struct buf *why)
{
	enum link_result result = l->client->run(l, call, why);

	if (result == LINK_LOST)
		way_said(&l->way, why);
	return result;
}

bool
link_last(struct link *l, const char *text, int64_t limit)
{
	return l->client->last != NULL && l->client->last(l, text, limit);
}

void
link_close(struct link *l)
{
	struct order_target *near;
	struct way way;

	if (l == NULL)
		return;
	way = l->way;
	near = l->near;
	l->client->close(l);
	way_close(&way);
	free(near);
}

const char *
link_near_host(const struct order_target *t)
{
	return t->near_port > 0 ? "127.0.0.1" : t->host;
}

int
link_near_port(const struct order_target *t)
{
	return t->near_port > 0 ? t->near_port : t->port;
}

static void
tune(int fd)
{
	static const int on = 1, dead = DEAD_MS;

	/* A failure costs speed, or makes a cut noticed later; no more. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead,
	    sizeof(dead));
}

/* Waits for a connection that was begun.  0, or errno, or -1: stopped. */
static int
await_connection(int fd, struct watch *watch, int64_t limit)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	while (p.revents == 0) {
		if (watch_poll(watch, &p, 1, limit) != STOP_NONE)
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
connect_one(const struct addrinfo *a, struct watch *watch, int64_t limit,
    int *ret_fd)
{
	int error, fd;

	fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd < 0)
		return errno;
	tune(fd);
	error = connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno;
	if (error == EINPROGRESS)
		error = await_connection(fd, watch, limit);
	if (error == 0)
		*ret_fd = fd;
	else
		close(fd);
	return error;
}

static void
say_unreachable(const struct order_target *t, int error, struct buf *why)
{
	if (error == ECONNREFUSED)
		buf_printf(why, "%s:%d refused the connection: nothing "
		    "listens there. Check that sshd runs, and host and port "
		    "of %s in targets.yml.", t->host, t->port, t->name);
	else if (error == ETIMEDOUT)
		buf_printf(why, "%s:%d does not answer (%d s). Check that the "
		    "machine is up and that no firewall is between; %s in "
		    "targets.yml.", t->host, t->port, CONNECT_MS / 1000,
		    t->name);
	else
		buf_printf(why, "%s:%d cannot be reached: %s. Check the "
		    "network, and host and port of %s in targets.yml.",
		    t->host, t->port, strerror(error), t->name);
}

enum link_result
link_connect(const struct order_target *t, struct watch *watch, int *ret_fd,
    struct buf *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV };
	int64_t limit = clock_monotonic() + CONNECT_MS;
	struct addrinfo *list = NULL;
	int error = EHOSTUNREACH, code;
	char port[16];

	snprintf(port, sizeof(port), "%d", link_near_port(t));
	if ((code = getaddrinfo(link_near_host(t), port, &hints, &list)) != 0) {
		buf_printf(why, "The host name %s of %s cannot be resolved: "
		    "%s. Check host in targets.yml.", t->host, t->name,
		    gai_strerror(code));
		return LINK_LOST;
	}
	for (struct addrinfo *a = list; a != NULL && error != 0 && error != -1;
	    a = a->ai_next)
		error = connect_one(a, watch, limit, ret_fd);
	freeaddrinfo(list);
	if (error > 0)
		say_unreachable(t, error, why);
	return error == 0 ? LINK_OK : error < 0 ? LINK_STOPPED : LINK_LOST;
}
