/*
 * commands.c: clients that give the keeper commands, each its next one as
 * soon as the last was answered.
 *
 *	CREDENTIAL=bearer:TOKEN commands SOCKET RUN CLIENTS SECONDS
 *	CREDENTIAL=bearer:TOKEN commands SOCKET RUN STEPS
 *
 * Prints how many comments on the run were made durable in a second; or in how
 * many microseconds each of so many confirmations, of the steps s0, s1, ... of
 * the run.  The credential is not an argument, as those can be read by
 * everybody.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "wire/wire.h"

#define MOST 256

struct client {
	struct buf in;
	struct buf out; /* the call, the same each time */
};

static void
fail(const char *what)
{
	fprintf(stderr, "commands: %s\n", what);
	exit(1);
}

static void
call(struct client *c, int fd)
{
	if (io_write_all(fd, c->out.data, c->out.len) != 0)
		fail("the keeper went away");
}

/* True when a whole answer came. */
static bool
take_reply(struct client *c, int fd)
{
	ssize_t n = read(fd, buf_reserve(&c->in, 4096), 4096);
	struct wire_reply reply;
	size_t size;

	if (n <= 0)
		fail("the keeper went away");
	c->in.len += (size_t)n;
	if (wire_frame(c->in.data, c->in.len, &size) != 1)
		return false;
	if (!wire_get_reply(c->in.data, size, &reply))
		fail("a reply is malformed");
	if (reply.err != ERR_OK)
		fail(reply.body);
	buf_consume(&c->in, size);
	return true;
}

/* One client confirms the steps, one after the other. */
static void
confirm(const char *socket, struct wire_call *c, long steps)
{
	int64_t begin = clock_monotonic();
	struct client client = { 0 };
	int fd = io_connect(socket);
	char step[32];

	c->verb = "step_confirm";
	c->body = "{}";
	c->step = step;
	for (long i = 0; i < steps; i++) {
		snprintf(step, sizeof(step), "s%ld", i);
		buf_reset(&client.out);
		wire_put_call(&client.out, c);
		call(&client, fd);
		while (!take_reply(&client, fd))
			;
	}
	printf(
	    "%lld\n", (long long)(1000 * (clock_monotonic() - begin) / steps));
	close(fd);
	buf_clear(&client.in);
	buf_clear(&client.out);
}

int
main(int argc, char **argv)
{
	static struct client clients[MOST];
	static struct pollfd polls[MOST];
	struct wire_call comment = { .verb = "run_comment",
		.id = 1,
		.credential = getenv("CREDENTIAL"),
		.address = "127.0.0.1",
		.step = "",
		.body = "{\"text\":\"A comment of some length, as "
			"people write them while an upgrade goes on.\"}" };
	long n, done = 0;
	int64_t begin, end;

	if (argc < 4 || argc > 5 || comment.credential == NULL ||
	    (n = strtol(argv[3], NULL, 10)) < 1)
		return 2;
	comment.run = strtol(argv[2], NULL, 10);
	if (argc == 4) {
		confirm(argv[1], &comment, n);
		return 0;
	}
	if (n > MOST)
		return 2;
	begin = clock_monotonic();
	end = begin + 1000 * strtol(argv[4], NULL, 10);
	for (long i = 0; i < n; i++) {
		polls[i].fd = io_connect(argv[1]);
		polls[i].events = POLLIN;
		wire_put_call(&clients[i].out, &comment);
		call(&clients[i], polls[i].fd);
	}
	while (clock_monotonic() < end && poll(polls, (nfds_t)n, 1000) >= 0)
		for (long i = 0; i < n; i++)
			if (polls[i].revents != 0 &&
			    take_reply(&clients[i], polls[i].fd)) {
				done++;
				call(&clients[i], polls[i].fd);
			}
	printf(
	    "%lld\n", (long long)(done * 1000 / (clock_monotonic() - begin)));
	for (long i = 0; i < n; i++) {
		close(polls[i].fd);
		buf_clear(&clients[i].in);
		buf_clear(&clients[i].out);
	}
	return 0;
}
