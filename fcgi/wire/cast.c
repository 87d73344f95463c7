/*
 * cast.c: writes asciicast v2, of a terminal or from a text and its times.
 *
 * Scripts write to a pipe, where no terminal turns a line feed into carriage
 * return and line feed; players expect both, so the recording gets both.  Bytes
 * of a terminal stay as they are.
 *
 * A recording that is derived was written beside the text before: the same
 * bytes twice, and a third time to be hashed, for a file that few ever open.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "wire/cast.h"

#define CHARACTER 4 /* bytes of one, at most */

/* The number of bytes that a JSON string may contain unchanged. */
static size_t
plain_run(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && (unsigned char)p[n] >= ' ' && p[n] != '"' &&
	    p[n] != '\\' && p[n] != 0x7f)
		n++;
	return n;
}

/* Writes the text as the inside of a JSON string to `to`; returns its end. */
static char *
put_escaped(struct cast *c, char *to, const char *p, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	while (len > 0) {
		size_t n = plain_run(p, len);

		memcpy(to, p, n);
		to += n;
		p += n;
		if (n > 0)
			c->after_cr = false;
		if ((len -= n) == 0)
			break;
		if (*p == '\n') {
			to = c->after_cr || c->terminal
			    ? mempcpy(to, "\\n", 2)
			    : mempcpy(to, "\\r\\n", 4);
		} else if (*p == '\r') {
			*to++ = '\\';
			*to++ = 'r';
		} else if (*p == '"' || *p == '\\') {
			*to++ = '\\';
			*to++ = *p;
		} else {
			memcpy(to, "\\u00", 4);
			to[4] = hex[(unsigned char)*p >> 4];
			to[5] = hex[*p & 15];
			to += 6;
		}
		c->after_cr = *p == '\r';
		p++;
		len--;
	}
	return to;
}

/* Writes one event; each byte takes at most six in it. */
static void
put_event(
    struct cast *c, int64_t ms, const char *p, size_t len, struct buf *out)
{
	char *to;

	buf_printf(
	    out, "[%" PRId64 ".%03" PRId64 ", \"o\", \"", ms / 1000, ms % 1000);
	to = put_escaped(c, buf_reserve(out, 6 * len + 8), p, len);
	to = mempcpy(to, "\"]\n", 3);
	*to = '\0';
	out->len = (size_t)(to - out->data);
}

void
cast_put_head(bool terminal, int64_t started, struct buf *out)
{
	buf_printf(out,
	    "{\"version\": 2, \"width\": 80, \"height\": 24, "
	    "\"timestamp\": %" PRId64 ", \"env\": {\"TERM\": \"%s\"}}\n",
	    started, terminal ? "xterm" : "dumb");
}

/* The bytes of the first event: complete characters, where there are any. */
static size_t
event_bytes(const char *text, size_t len)
{
	size_t n = CAST_EVENT_BYTES;

	if (len <= n)
		return len;
	while (n > CAST_EVENT_BYTES - CHARACTER && (text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void
cast_put_text(
    struct cast *c, int64_t ms, const char *text, size_t len, struct buf *out)
{
	while (len > 0) {
		size_t n = event_bytes(text, len);

		put_event(c, ms, text, n, out);
		text += n;
		len -= n;
	}
}

void
cast_put_size(int64_t ms, int columns, int rows, struct buf *out)
{
	buf_printf(out, "[%" PRId64 ".%03" PRId64 ", \"r\", \"%dx%d\"]\n",
	    ms / 1000, ms % 1000, columns, rows);
}

/* A recording that is being derived. */
struct derived {
	struct cast cast;
	bool grows; /* the recording has not ended */
	cast_source source;
	void *source_ctx;
	cast_sink sink;
	void *sink_ctx;
	struct buf text;
	struct buf out;
};

/* Passes on what was written. */
static enum err
pass(struct derived *d)
{
	bool goes_on = d->sink(d->sink_ctx, buf_text(&d->out), d->out.len);

	buf_reset(&d->out);
	return goes_on ? ERR_OK : ERR_LIMIT;
}

/* A hole in the text of a recording that has not ended. */
static bool
is_hole(const struct derived *d, size_t len)
{
	const char *p = d->text.data;

	return d->grows && len == CAST_EVENT_BYTES && *p == '\0' &&
	    memcmp(p, p + 1, len - 1) == 0;
}

/* A piece of the text: events of that time. */
static enum err
derive_piece(struct derived *d, int64_t ms, int64_t left)
{
	enum err err = ERR_OK;

	while ((left > 0 || d->text.len > 0) && err == ERR_OK) {
		size_t room = CAST_EVENT_BYTES + 1 - d->text.len;
		size_t n = left < (int64_t)room ? (size_t)left : room;
		char *to = buf_reserve(&d->text, n);

		if (n > 0 && !d->source(d->source_ctx, to, n))
			return ERR_IO;
		d->text.len += n;
		left -= (int64_t)n;
		n = event_bytes(d->text.data, d->text.len);
		if (!is_hole(d, n))
			put_event(&d->cast, ms, d->text.data, n, &d->out);
		buf_consume(&d->text, n);
		err = pass(d);
	}
	return err;
}

enum err
cast_derive(const struct times *times, int64_t size, cast_source source,
    void *source_ctx, cast_sink sink, void *sink_ctx)
{
	struct derived d = { .grows = times->text.hash[0] == '\0',
		.source = source,
		.source_ctx = source_ctx,
		.sink = sink,
		.sink_ctx = sink_ctx };
	int64_t from = 0, ms = 0, upto;
	enum err err;

	cast_put_head(false, times->started, &d.out);
	err = pass(&d);
	for (size_t i = 0; i <= times->count && err == ERR_OK; i++) {
		upto = i < times->count
		    ? times_place(times, times->pieces[i].at)
		    : size;
		if (upto > size)
			upto = size;
		err = derive_piece(&d, ms, upto - from);
		from = upto;
		ms = i < times->count ? times->pieces[i].ms : ms;
	}
	buf_clear(&d.text);
	buf_clear(&d.out);
	return err;
}
