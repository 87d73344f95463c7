/* sql_driver.c: code shared by the drivers: keys of the target, and waiting. */
#include <string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/sql/sql_driver.h"

#define DEAD_MS 10000 /* limit for unacknowledged data */

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

	return text != NULL && text_int(text, 1, 65535, &port)
	    ? (int)port
	    : s->driver->port;
}

const char *
sql_local_host(const struct sql *s)
{
	return s->tunnel.port > 0 ? "127.0.0.1" : sql_key(s, "host");
}

int
sql_local_port(const struct sql *s)
{
	return s->tunnel.port > 0 ? s->tunnel.port : sql_port(s);
}

enum sql_end
sql_tunnel_open(struct sql *s)
{
	struct json_object *over = json_get(s->target->json, "over");
	const char *socket = sql_key(s, "socket");
	struct job_target through;
	struct tunnel_end end = { sql_key(s, "host"), sql_port(s), NULL };
	enum ssh_result result;
	struct fault fault;
	char path[512];

	if (over == NULL)
		return SQL_OK;
	if (job_target_read(over, &through, &fault) != ERR_OK) {
		buf_puts(&s->why, fault.message);
		return SQL_FAILED;
	}
	if (socket != NULL) {
		/* PostgreSQL names the folder. */
		snprintf(path, sizeof(path),
		    s->driver == &sql_postgresql ? "%s/.s.PGSQL.%d" : "%s",
		    socket, sql_port(s));
		end.socket = path;
	}
	result = tunnel_open(&through, &end, s->job->loop, &s->tunnel, &s->why);
	if (result == SSH_STOPPED)
		s->job->stop = s->job->loop->stop;
	return result == SSH_OK     ? SQL_OK
	    : result == SSH_STOPPED ? SQL_STOPPED
				    : SQL_FAILED;
}

short
sql_wait(struct sql *s, int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	enum stop stop = loop_poll(s->job->loop, &p, 1, until);

	if (stop == STOP_NONE || s->job->stop != STOP_NONE)
		return p.revents;
	s->job->stop = stop;
	return 0;
}

void
sql_tune(int fd)
{
	static const int on = 1, dead = DEAD_MS, idle = 5, every = 2, most = 3;

	/*
	 * On failure, a lost connection is noticed later; for a Unix socket it
	 * fails always.
	 */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &most, sizeof(most));
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
}

static void
redact_quotes(void *ctx, const char *text, struct buf *out)
{
	mask_quotes_text(ctx, text, strlen(text), out);
}

void
sql_redact_cut(struct sql *s)
{
	struct buf masked = { 0 };

	message_map(buf_text(&s->why), redact_quotes,
	    (void *)s->job->output->redact, &masked);
	buf_clear(&s->why);
	s->why = masked;
}
