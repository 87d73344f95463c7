/*
 * tty_input.c: reads input of people for the terminal of a target.
 *
 * A page numbers the bytes that it sends, from 0 on, and sends them again until
 * they are acknowledged: the runner may be killed in between, and an ack can be
 * lost.  So each typist (a page, by an identifier that it chose) has its count
 * of accepted bytes: bytes before it are duplicates, and data that begins after
 * it waits for the missing bytes.  Bytes are acknowledged when the terminal has
 * accepted them, not when we have.
 *
 * Input without a typist, a line from a page without scripts, is accepted once
 * and not acknowledged.
 *
 * A typist may send the size of its window.  It applies until another typist
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

#include "base/encode.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/peer.h"
#include "executor/tty/tty_input.h"
#include "wire/exec.h"

#define INPUT_PAGES 32 /* the least recently active is dropped */
#define REQUEST_MAX (3 * EXEC_KEYS_MOST)

struct typist {
	char id[EXEC_TYPIST + 1];
	int64_t taken;   /* accepted bytes, in this typist's count */
	int64_t arrived; /* of these, in the terminal */
	int64_t end;     /* the terminal's byte after them */
	uint64_t heard;  /* number of the last message */
};

struct tty_input {
	char *path;
	int listener;
	int client; /* connection of the runner, or -1 */
	uint64_t requests;
	struct typist *last; /* sender of the last input, or NULL */
	struct size size;
	struct typist typist[INPUT_PAGES];
};

/* The path is short: our working folder is the socket's. */
struct tty_input *
tty_input_open(const char *target)
{
	struct tty_input *in = mem_calloc(1, sizeof(*in));
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int error;

	in->client = -1;
	in->path = mem_printf("%s" EXEC_KEYS, target);
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
send_ack(struct tty_input *in, const struct typist *t)
{
	struct json_object *o = json_object_new_object();
	const char *text;

	json_set_text(o, "typist", t->id);
	json_set_int(o, "arrived", t->arrived);
	text = json_write(o);
	if (in->client >= 0)
		(void)!send(in->client, text, strlen(text),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	json_object_put(o);
}

static struct typist *
find(struct tty_input *in, const char *id)
{
	struct typist *oldest = &in->typist[0];

	for (size_t i = 0; i < INPUT_PAGES; i++) {
		struct typist *t = &in->typist[i];

		if (strcmp(t->id, id) == 0)
			return t;
		if (t->heard < oldest->heard)
			oldest = t;
	}
	*oldest = (struct typist){ .taken = 0 };
	if (in->last == oldest)
		in->last = NULL;
	strncpy(oldest->id, id, EXEC_TYPIST);
	return oldest;
}

/* Appends the new bytes to the queue. False: none are new. */
static bool
take_bytes(struct typist *t, int64_t from, const struct buf *bytes,
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

static void
take_size(struct tty_input *in, struct json_object *o)
{
	int64_t columns = json_int(o, "columns", 0);
	int64_t rows = json_int(o, "rows", 0);

	if (columns >= EXEC_COLUMNS_LEAST && columns <= EXEC_COLUMNS_MOST &&
	    rows >= EXEC_ROWS_LEAST && rows <= EXEC_ROWS_MOST)
		in->size = (struct size){ (int)columns, (int)rows };
}

void
tty_input_take(struct tty_input *in, const char *text, size_t len,
    struct buf *queue, int64_t begin)
{
	struct json_object *o = NULL;
	struct buf bytes = { 0 };
	const char *id, *data;
	struct typist *t;

	if (json_read(text, len, &o, NULL) != ERR_OK)
		return;
	id = json_text(o, "typist", "");
	data = json_text(o, "data", "");
	if (!encode_unbase64(data, strlen(data), &bytes) ||
	    bytes.len > EXEC_KEYS_MOST || strlen(id) > EXEC_TYPIST)
		goto out;
	if (*id == '\0') {
		buf_put(queue, buf_text(&bytes), bytes.len);
		goto out;
	}
	t = find(in, id);
	t->heard = ++in->requests;
	if (take_bytes(t, json_int(o, "from", -1), &bytes, queue, begin))
		in->last = t;
	if (in->last == t)
		take_size(in, o);
	send_ack(in, t);
out:
	if (bytes.data != NULL)
		explicit_bzero(bytes.data, bytes.cap);
	buf_clear(&bytes);
	json_object_put(o);
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
		struct typist *t = &in->typist[i];

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
		in->typist[i].end = 0;
	tty_input_arrived(in, 0);
}
