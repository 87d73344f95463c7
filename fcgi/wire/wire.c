/*
 * wire.c: encoding of the messages between the programs.
 *
 * Texts are sent with their NUL, so that they can be used in place.  A
 * malformed frame gets no reply: the connection is closed, since our own
 * programs send none.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "wire/wire.h"

struct reader {
	const char *at;
	const char *end;
	bool bad;
};

static void
put_u32(char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(n >> (24 - 8 * i));
}

static uint32_t
get_u32(const char *p)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n = n << 8 | (unsigned char)p[i];
	return n;
}

static void
put_int(struct buf *out, int64_t n)
{
	char bytes[9] = { 'i' };

	for (int i = 0; i < 8; i++)
		bytes[1 + i] = (char)((uint64_t)n >> (56 - 8 * i));
	buf_put(out, bytes, sizeof(bytes));
}

static void
put_text(struct buf *out, const char *s)
{
	char head[5] = { 't' };
	size_t len;

	s = s != NULL ? s : "";
	len = strlen(s);
	put_u32(head + 1, (uint32_t)len);
	buf_put(out, head, sizeof(head));
	buf_put(out, s, len + 1);
}

static int64_t
get_int(struct reader *r)
{
	uint64_t n = 0;

	if (r->bad || r->end - r->at < 9 || *r->at != 'i') {
		r->bad = true;
		return 0;
	}
	for (int i = 0; i < 8; i++)
		n = n << 8 | (unsigned char)r->at[1 + i];
	r->at += 9;
	return (int64_t)n;
}

static const char *
get_text(struct reader *r)
{
	const char *s;
	size_t len;

	if (r->bad || r->end - r->at < 6 || *r->at != 't')
		goto bad;
	s = r->at + 5;
	len = get_u32(r->at + 1);
	if (len > (size_t)(r->end - s) - 1 ||
	    memchr(s, '\0', len + 1) != s + len)
		goto bad;
	r->at = s + len + 1;
	return s;
bad:
	r->bad = true;
	return "";
}

/* A frame begins with space for its length, which is filled in at the end. */
static size_t
frame_begin(struct buf *out)
{
	buf_put(out, "\0\0\0\0", 4);
	return out->len;
}

static void
frame_end(struct buf *out, size_t start)
{
	put_u32(out->data + start - 4, (uint32_t)(out->len - start));
}

static struct reader
frame_reader(const char *data, size_t size)
{
	return (struct reader){ data + 4, data + size, size < 4 };
}

void
wire_put_call(struct buf *out, const struct wire_call *call)
{
	size_t start = frame_begin(out);

	put_int(out, call->id);
	put_text(out, call->verb);
	put_text(out, call->credential);
	put_text(out, call->address);
	put_int(out, call->run);
	put_text(out, call->step);
	put_text(out, call->body);
	put_int(out, call->by);
	frame_end(out, start);
}

bool
wire_get_call(const char *data, size_t size, struct wire_call *ret)
{
	struct reader r = frame_reader(data, size);

	ret->id = get_int(&r);
	ret->verb = get_text(&r);
	ret->credential = get_text(&r);
	ret->address = get_text(&r);
	ret->run = get_int(&r);
	ret->step = get_text(&r);
	ret->body = get_text(&r);
	ret->by = get_int(&r);
	return !r.bad && r.at == r.end;
}

void
wire_put_reply(struct buf *out, const struct wire_reply *reply)
{
	size_t start = frame_begin(out);

	put_int(out, reply->id);
	put_int(out, reply->err);
	put_text(out, reply->body);
	frame_end(out, start);
}

bool
wire_get_reply(const char *data, size_t size, struct wire_reply *ret)
{
	struct reader r = frame_reader(data, size);
	int64_t err;

	ret->id = get_int(&r);
	err = get_int(&r);
	ret->body = get_text(&r);
	if (r.bad || r.at != r.end || err < 0 || err >= ERR__MAX)
		return false;
	ret->err = (enum err)err;
	return true;
}

int
wire_frame(const char *data, size_t len, size_t *ret_size)
{
	size_t size;

	if (len < 4)
		return 0;
	size = get_u32(data);
	if (size > WIRE_MAX)
		return -1;
	if (len - 4 < size)
		return 0;
	*ret_size = size + 4;
	return 1;
}

/* Reads until one complete frame is in `in`. */
static bool
read_frame(int fd, int64_t until, struct buf *in, size_t *ret_size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int found;

	while ((found = wire_frame(buf_text(in), in->len, ret_size)) == 0) {
		int64_t left = until - clock_monotonic();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return false;
		n = read(fd, buf_reserve(in, 16384), 16384);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		in->len += (size_t)n;
	}
	return found > 0;
}

enum err
wire_ask(int fd, const struct wire_call *call, int timeout_ms, struct buf *in,
    struct wire_reply *ret)
{
	struct wire_call timed = *call;
	struct buf out = { 0 };
	size_t size;
	int sent;

	timed.by = clock_monotonic() + timeout_ms;
	wire_put_call(&out, &timed);
	sent = io_write_all(fd, out.data, out.len);
	buf_clear(&out);
	buf_reset(in);
	if (sent != 0 || !read_frame(fd, timed.by, in, &size) ||
	    !wire_get_reply(in->data, size, ret) || ret->id != call->id)
		return ERR_UNAVAILABLE;
	return ERR_OK;
}
