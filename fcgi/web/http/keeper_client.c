/*
 * keeper_client.c: the connection of a worker to the keeper.
 *
 * It stays open between commands, and is opened again if the keeper was
 * restarted meanwhile.  A command is sent once: if the connection breaks before
 * the answer, it is not sent again, as the keeper could have carried it out.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "web/http/keeper_client.h"

#define ANSWER_MS 15000
#define CONNECT_TRIES 20 /* a restart takes about a second */

struct keeper_client {
	char *path;
	int fd;
	int64_t last_id;
	struct buf in;
};

struct keeper_client *
keeper_client_new(const char *data)
{
	struct keeper_client *k = mem_calloc(1, sizeof(*k));

	k->path = mem_printf("%s/run/keeper.sock", data);
	k->fd = -1;
	return k;
}

static void
hang_up(struct keeper_client *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}

void
keeper_client_free(struct keeper_client *k)
{
	if (k == NULL)
		return;
	hang_up(k);
	buf_clear(&k->in);
	free(k->path);
	free(k);
}

/* A restarted keeper has closed the old connection. */
static bool
is_stale(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

static bool
is_connected(struct keeper_client *k)
{
	static const struct timespec pause = { 0, 50 * 1000 * 1000 };

	if (k->fd >= 0 && is_stale(k->fd))
		hang_up(k);
	for (int i = 0; k->fd < 0 && i < CONNECT_TRIES; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		k->fd = io_connect(k->path);
	}
	return k->fd >= 0;
}

enum err
keeper_client_ask(
    struct keeper_client *k, struct wire_call *call, struct wire_reply *ret)
{
	if (!is_connected(k))
		return ERR_UNAVAILABLE;
	call->id = ++k->last_id;
	if (wire_ask(k->fd, call, ANSWER_MS, &k->in, ret) == ERR_OK)
		return ERR_OK;
	hang_up(k);
	return ERR_IO;
}
