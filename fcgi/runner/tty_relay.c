/*
 * tty_relay.c: passes terminal input to the executor and reports to the keeper
 * how much of it has arrived.
 *
 * The runner does not wait for an executor that accepts no input for now (its
 * program reads nothing), since that would block it; this is not logged.  The
 * page retransmits input that gets lost, here or elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "runner/tty_relay.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "runner/runner.h"
#include "runner/keeper_client.h"
#include "wire/tty_message.h"

#define REPORT_MAX 256

/* The folder's path may be longer than sun_path allows. */
static int
connect_step(const struct runner *r, const char *exec, const char *target)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char *folder = mem_printf("%s/exec/%s", r->data_dir, exec);
	char *path;
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, error;

	path = mem_printf("/proc/self/fd/%d/%s" TTY_SOCKET, dir, target);
	strncpy(at.sun_path, path, sizeof(at.sun_path) - 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    (dir < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)) {
		error = errno;
		close(fd);
		errno = error;
		fd = -1;
	}
	error = errno;
	if (dir >= 0)
		close(dir);
	free(folder);
	free(path);
	errno = error;
	return fd;
}

static void
hang_up(struct terminal *t)
{
	if (t->fd > 0)
		close(t->fd);
	t->fd = 0;
}

/* The terminal of the target, or the entry to use for it. */
static struct terminal *
find(struct runner *r, const char *exec, const char *target)
{
	struct terminal *oldest = &r->terminals[0];

	for (size_t i = 0; i < TERMINALS; i++) {
		struct terminal *t = &r->terminals[i];

		if (t->fd > 0 && strcmp(t->exec, exec) == 0 &&
		    strcmp(t->target, target) == 0)
			return t;
		if (t->used < oldest->used)
			oldest = t;
	}
	hang_up(oldest);
	strncpy(oldest->exec, exec, sizeof(oldest->exec) - 1);
	strncpy(oldest->target, target, sizeof(oldest->target) - 1);
	return oldest;
}

/* If the executor has closed the old connection, makes a new one. */
static bool
pass(struct runner *r, struct terminal *t, const char *body)
{
	for (int i = 0; i < 2; i++) {
		if (t->fd <= 0 &&
		    (t->fd = connect_step(r, t->exec, t->target)) <= 0)
			return false;
		if (send(t->fd, body, strlen(body), MSG_NOSIGNAL) >= 0)
			return true;
		if (errno == EAGAIN)
			return false;
		hang_up(t);
	}
	return false;
}

void
tty_relay_pass(struct runner *r, const char *body)
{
	struct tty_message m;
	struct terminal *t;
	struct buf bytes = { 0 };

	if (tty_message_read(body, strlen(body), &m, &bytes) != ERR_OK)
		return;
	if (text_is_id(m.exec) && strlen(m.exec) == 2 * EXEC_ID_BYTES &&
	    text_is_id(m.target)) {
		t = find(r, m.exec, m.target);
		t->used = ++r->use_count;
		if (!pass(r, t, body) && errno != EAGAIN)
			log_warn("execution %s: what was typed for %s did not "
				 "arrive: %s",
			    m.exec, m.target, strerror(errno));
	}
	json_object_put(m.json);
	if (bytes.data != NULL)
		sodium_memzero(bytes.data, bytes.cap);
	buf_clear(&bytes);
}

void
tty_relay_fds(const struct runner *r, struct pollfd fds[TERMINALS])
{
	for (size_t i = 0; i < TERMINALS; i++)
		fds[i] = (struct pollfd){ .events = POLLIN,
			.fd = r->terminals[i].fd > 0 ? r->terminals[i].fd
						     : -1 };
}

static void
report_input(
    struct runner *r, const struct terminal *t, const char *text, size_t len)
{
	char session[TTY_SESSION + 1];
	struct runner_message m = {
		.exec = t->exec, .target = t->target, .session = session
	};

	if (tty_arrived_read(text, len, session, &m.arrived) == ERR_OK)
		(void)keeper_report(r, RUNNER_INPUT_ARRIVED, &m);
}

void
tty_relay_report(struct runner *r, const struct pollfd fds[TERMINALS])
{
	char text[REPORT_MAX];
	ssize_t n;

	for (size_t i = 0; i < TERMINALS; i++) {
		struct terminal *t = &r->terminals[i];

		if (fds[i].revents == 0 || fds[i].fd != t->fd)
			continue;
		n = recv(t->fd, text, sizeof(text), MSG_DONTWAIT);
		if (n > 0)
			report_input(r, t, text, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			hang_up(t);
	}
}

void
tty_relay_close(struct runner *r)
{
	for (size_t i = 0; i < TERMINALS; i++)
		hang_up(&r->terminals[i]);
}
