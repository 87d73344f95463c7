/*
 * conn.c: the connections of the keeper.
 *
 * Hashing a password deliberately takes 64 MB and a tenth of a second; a child
 * process does it, so that the writer does not block and the memory is
 * returned.  A document is compiled by a program of its own (compile_job.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "keeper/conn.h"
#include "keeper/seal.h"

#define CHILD_AGAIN_MS 200 /* if none could be started, or others run */
#define JOBS_MOST 8        /* of one call: its document changes as it runs */

struct conn *
conn_new(int fd, enum channel channel)
{
	struct conn *c = mem_calloc(1, sizeof(*c));

	c->fd = fd;
	c->channel = channel;
	c->child_fd = -1;
	return c;
}

static void
forget(char **secret)
{
	if (*secret != NULL)
		sodium_memzero(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

void
conn_free(struct conn *c)
{
	if (c->child > 0) {
		kill(c->child, SIGKILL);
		waitpid(c->child, NULL, 0);
	}
	if (c->child_fd >= 0)
		close(c->child_fd);
	close(c->fd);
	if (c->in.data != NULL)
		sodium_memzero(c->in.data, c->in.cap);
	buf_clear(&c->in);
	buf_clear(&c->out);
	conn_answered(c);
	forget(&c->old);
	forget(&c->against);
	forget(&c->password);
	free(c);
}

bool
conn_knows(struct conn *c, const struct keeper *k, const struct wire_call *call)
{
	const char *secret = c->channel == CHANNEL_LOCAL ? k->admin_secret
							 : k->runner_secret;
	size_t len = strlen(secret);

	if (c->channel == CHANNEL_WEB || c->known)
		return true;
	c->known = len > 0 && strlen(call->credential) == len &&
	    sodium_memcmp(call->credential, secret, len) == 0;
	return c->known;
}

bool
conn_read(struct conn *c)
{
	ssize_t n;

	for (;;) {
		if (c->in.len > WIRE_MAX + 4)
			return false;
		n = recv(
		    c->fd, buf_reserve(&c->in, 65536), 65536, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return false;
		c->in.len += (size_t)n;
		if (n < 65536)
			return true;
	}
}

bool
conn_write(struct conn *c)
{
	while (c->committed > 0) {
		ssize_t n = send(c->fd, c->out.data, c->committed,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		buf_consume(&c->out, (size_t)n);
		c->committed -= (size_t)n;
	}
	return true;
}

void
conn_wait(struct conn *c, struct command *cmd)
{
	c->waiting = true;
	c->old = mem_strdup(cmd->hash_old);
	c->password = mem_strdup(cmd->hash_password);
	c->against = cmd->hash_against;
	cmd->hash_against = NULL;
}

bool
conn_wait_compiled(struct conn *c, struct compile_job *job)
{
	if (++c->jobs > JOBS_MOST) {
		compile_job_free(job);
		return false;
	}
	compile_job_free(c->job);
	c->job = job;
	c->waiting = true;
	return true;
}

void
conn_answered(struct conn *c)
{
	free(c->hashed);
	c->hashed = NULL;
	compile_job_free(c->job);
	c->job = NULL;
	c->jobs = 0;
}

int
conn_child(const struct conn *c)
{
	return c->job != NULL ? c->job->fd : c->child_fd;
}

int
conn_due(const struct conn *c)
{
	if (c->job == NULL || (c->waiting && c->job->fd < 0))
		return c->waiting && conn_child(c) < 0 ? CHILD_AGAIN_MS : -1;
	return c->waiting ? compile_job_left(c->job) : 0;
}

void
conn_tick(struct conn *c)
{
	if (c->job != NULL && c->waiting)
		compile_job_tick(c->job);
}

static void
start_hashing(struct conn *c)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	c->child = fork();
	if (c->child == 0) {
		const char *said = seal_password(
		    c->old, c->against, c->password);

		io_write_all(ends[1], said, strlen(said));
		_exit(0);
	}
	close(ends[1]);
	if (c->child < 0) {
		close(ends[0]);
		c->child = 0;
		return;
	}
	c->child_fd = ends[0];
}

void
conn_start_child(struct conn *c, const struct keeper *k)
{
	if (c->job == NULL)
		start_hashing(c);
	else
		c->waiting = compile_job_start(c->job, compile_program(k));
}

static void
end_hashing(struct conn *c)
{
	char said[512];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(said) - 1 &&
	    (n = read(c->child_fd, said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)n;
	close(c->child_fd);
	c->child_fd = -1;
	waitpid(c->child, NULL, 0);
	c->child = 0;
	c->hashed = mem_strndup(said, len);
	c->waiting = false;
	forget(&c->old);
	forget(&c->against);
	forget(&c->password);
}

void
conn_end_child(struct conn *c, struct keeper *k)
{
	if (c->job == NULL) {
		end_hashing(c);
		return;
	}
	compile_take(k, c->job);
	c->waiting = false;
}
