/*
 * tty_input.c: reads input of people for the terminal of a target.
 *
 * A page numbers the bytes that it sends, from 0 on, and sends them again until
 * they are acknowledged: the runner may be killed in between, and an ack can be
 * lost.  So each input session (a page, by an identifier that it chose) has its
 * count of accepted bytes: bytes before it are duplicates, and data that begins
 * after it waits for the missing bytes.  Bytes are acknowledged when the
 * terminal has accepted them, not when we have.
 *
 * Input without a session, a line from a page without scripts, is accepted once
 * and not acknowledged.
 *
 * A session may send the size of its window.  It applies until another one
 * sends input: pages that only watch set nothing.
 *
 * A socket was chosen over a FIFO because it can reply, and keeps messages
 * separate.  The most recent client is the live runner.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/peer.h"
#include "executor/tty/tty_input.h"
#include "wire/tty_message.h"

#define INPUT_PAGES 32 /* the least recently active is dropped */
#define REQUEST_MAX (3 * TTY_INPUT_MOST)

struct session {
	char id[TTY_SESSION + 1];
	int64_t taken;   /* accepted bytes, in this session's count */
	int64_t arrived; /* of these, in the terminal */
	int64_t end;     /* the terminal's byte after them */
	uint64_t heard;  /* number of the last message */
};

struct tty_input {
	char *path;
	int listener;
	int client; /* connection of the runner, or -1 */
	uint64_t requests;
	struct session *last; /* sender of the last input, or NULL */
	struct size size;
	struct session sessions[INPUT_PAGES];
};

/* The path is short: our working folder is the socket's. */
struct tty_input *
tty_input_open(const char *target)
{
	struct tty_input *in = mem_calloc(1, sizeof(*in));
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int error;

	in->client = -1;
	in->path = mem_printf("%s" TTY_SOCKET, target);
	in->listener = socket(
	    AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	strncpy(at.sun_path, in->path, sizeof(at.sun_path) - 1);
	if (in->listener >= 0 &&
	    bind(in->listener, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    chmod(in->path, 0600) == 0 && listen(in->listener, 4) == 0)
		return in;
	error = errno;
	tty_input_close(in);
	errno = error;
	return NULL;
}

void
tty_input_close(struct tty_input *in)
{
	if (in == NULL)
		return;
	if (in->client >= 0)
		close(in->client);
	if (in->listener >= 0)
		close(in->listener);
	unlink(in->path);
	free(in->path);
	free(in);
}

void
tty_input_fds(const struct tty_input *in, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = in->listener, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = in->client, .events = POLLIN };
}

/* If the ack cannot be sent now, the page's retransmission triggers it. */
static void
send_ack(struct tty_input *in, const struct session *t)
{
	struct buf text = { 0 };

	tty_arrived_write(t->id, t->arrived, &text);
	if (in->client >= 0)
		(void)!send(in->client, text.data, text.len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_clear(&text);
}

static struct session *
find(struct tty_input *in, const char *id)
{
	struct session *oldest = &in->sessions[0];

	for (size_t i = 0; i < INPUT_PAGES; i++) {
		struct session *t = &in->sessions[i];

		if (strcmp(t->id, id) == 0)
			return t;
		if (t->heard < oldest->heard)
			oldest = t;
	}
	*oldest = (struct session){ .taken = 0 };
	if (in->last == oldest)
		in->last = NULL;
	strncpy(oldest->id, id, TTY_SESSION);
	return oldest;
}

/* Appends the new bytes to the queue. False: none are new. */
static bool
take_bytes(struct session *t, int64_t from, const struct buf *bytes,
    struct buf *queue, int64_t begin)
{
	int64_t skip = t->taken - from;

	if (from < 0 || skip < 0 || skip >= (int64_t)bytes->len)
		return false;
	buf_put(queue, bytes->data + skip, bytes->len - (size_t)skip);
	t->taken = from + (int64_t)bytes->len;
	t->end = begin + (int64_t)queue->len;
	return true;
}

/* Input of a page: its new bytes, and its size while it has the last input. */
static void
take_input(struct tty_input *in, const struct tty_message *m,
    const struct buf *bytes, struct buf *queue, int64_t begin)
{
	struct session *t = find(in, m->session);

	t->heard = ++in->requests;
	if (take_bytes(t, m->from, bytes, queue, begin))
		in->last = t;
	if (in->last == t && m->columns > 0)
		in->size = (struct size){ m->columns, m->rows };
	send_ack(in, t);
}

void
tty_input_take(struct tty_input *in, const char *text, size_t len,
    struct buf *queue, int64_t begin)
{
	struct buf bytes = { 0 };
	struct tty_message m;

	if (tty_message_read(text, len, &m, &bytes) != ERR_OK)
		return;
	if (*m.session != '\0')
		take_input(in, &m, &bytes, queue, begin);
	else
		buf_put(queue, buf_text(&bytes), bytes.len);
	json_object_put(m.json);
	if (bytes.data != NULL)
		explicit_bzero(bytes.data, bytes.cap);
	buf_clear(&bytes);
}

void
tty_input_read(struct tty_input *in, const struct pollfd fds[2],
    struct buf *queue, int64_t begin)
{
	char request[REQUEST_MAX];
	ssize_t n;
	int fd;

	if (fds[1].revents != 0 && fds[1].fd == in->client) {
		n = recv(in->client, request, sizeof(request), MSG_DONTWAIT);
		if (n > 0) {
			tty_input_take(in, request, (size_t)n, queue, begin);
			explicit_bzero(request, (size_t)n);
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			close(in->client);
			in->client = -1;
		}
	}
	if (fds[0].revents == 0)
		return;
	fd = accept4(in->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0 && (!peer_is_ours(fd) || peer_is_confined(fd))) {
		close(fd);
		return;
	}
	if (fd < 0)
		return;
	if (in->client >= 0)
		close(in->client);
	in->client = fd;
}

struct size
tty_input_size(const struct tty_input *in)
{
	return in->size;
}

void
tty_input_arrived(struct tty_input *in, int64_t count)
{
	for (size_t i = 0; i < INPUT_PAGES; i++) {
		struct session *t = &in->sessions[i];

		if (t->arrived == t->taken || t->end > count)
			continue;
		t->arrived = t->taken;
		send_ack(in, t);
	}
}

void
tty_input_reset(struct tty_input *in)
{
	for (size_t i = 0; i < INPUT_PAGES; i++)
		in->sessions[i].end = 0;
	tty_input_arrived(in, 0);
}
