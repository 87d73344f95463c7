/*
 * sql_driver.c: what the drivers share: keys of the target, and waiting.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/json.h"
#include "base/text.h"
#include "step/sql_driver.h"

#define DEAD_MS		10000	/* unacknowledged for so long: cut */

const char *
sql_key(const struct sql *s, const char *key)
{
	const char *text = json_text(s->target->json, key, NULL);

	return text != NULL && *text != '\0' ? text : NULL;
}

int
sql_port(const struct sql *s)
{
	const char *text = sql_key(s, "port");
	int64_t port;

	return text != NULL && text_int(text, 1, 65535, &port) ? (int)port :
	    s->driver->port;
}

const char *
sql_near_host(const struct sql *s)
{
	return s->tunnel_port > 0 ? "127.0.0.1" : sql_key(s, "host");
}

int
sql_near_port(const struct sql *s)
{
	return s->tunnel_port > 0 ? s->tunnel_port : sql_port(s);
}

short
sql_wait(struct sql *s, int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	enum stop stop = watch_poll(s->job->watch, &p, 1, until);

	if (stop == STOP_NONE || s->job->stop != STOP_NONE)
		return p.revents;
	s->job->stop = stop;
	return 0;
}

void
sql_tune(int fd)
{
	static const int on = 1, dead = DEAD_MS, idle = 5, every = 2, most = 3;

	/* A failure makes a cut noticed later, and is one on a socket of the
	 * file system. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every,
	    sizeof(every));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &most, sizeof(most));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead,
	    sizeof(dead));
}
