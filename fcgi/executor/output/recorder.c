/*
 * recorder.c: the output of one target, as asciicast v2 and as text.
 *
 * Input is converted to UTF-8 into a buffer of text; a flush appends that to
 * the text file and, as one or more events of the present moment, to the cast.
 * The first bytes after a silence are flushed at once, for live views; after
 * that at most every 50 ms, or when the buffer is full, so that live views do
 * not slow down a script that prints a gigabyte.
 *
 * A flood (more than a buffer in that time) that has passed the beginning kept
 * by the cast is not written there while it lasts: nearly all of it would be
 * dropped again.  Only the times of the text's bytes are stored, and the last
 * bytes are copied from the text file at the next pause.
 *
 * Scripts write to a pipe, where no terminal turns a line feed into carriage
 * return and line feed; players expect both, so the cast gets both.  Bytes of a
 * terminal go into the cast unchanged.  Its size is repeated now and then, for
 * readers of the end alone, and as the middle may be dropped.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "executor/output/head_tail.h"
#include "executor/output/utf8.h"
#include "executor/output/recorder.h"
#include "executor/output/sealed.h"

#define FLUSH_MS 50
#define EVENT_BYTES (32 * 1024)
#define SIZE_EVERY (1024 * 1024) /* bytes of the cast */
#define LEFT_OUT \
	"[%d.%03d, \"o\", \"\\r\\n[... %lld bytes of this " \
	"recording were left out here ...]\\r\\n\"]\n"
#define SEALED_LINE \
	"The output of this step is kept sealed. The step's " \
	"page shows it to those who may press the step.\n"

/* A piece of the text that is not in the cast yet. */
struct late {
	int64_t ms; /* when it arrived */
	int64_t at; /* its offset in the text */
	size_t len;
};

struct recorder {
	struct head_tail *cast;
	struct head_tail *text;
	struct sealed *sealed; /* NULL: it is not */
	struct utf8 utf8;
	struct utf8 clean_text;
	struct buf pending;      /* UTF-8 text that is not on file */
	struct buf pending_text; /* of a terminal */
	bool terminal;
	int columns; /* 0: as in the header */
	int rows;
	size_t since_size; /* bytes of events since the last size */
	struct buf events;
	struct buf late;  /* struct late, in order */
	int64_t left_out; /* bytes that came before those */
	int64_t half;     /* of the limit */
	size_t most;      /* pending bytes that force a flush */
	int64_t started;
	int64_t flushed; /* when, monotonic */
	bool after_cr;
	int failed; /* errno of the first failure */
	char notice[256];
};

static void
store_failure(struct recorder *r, enum err err)
{
	if (err != ERR_OK && r->failed == 0)
		r->failed = errno != 0 ? errno : EIO;
}

/* The number of bytes that a JSON string may contain unchanged. */
static size_t
plain_run(const char *p, size_t len)
{
	static const unsigned char special[256] = {
		[0] = 1,
		[1] = 1,
		[2] = 1,
		[3] = 1,
		[4] = 1,
		[5] = 1,
		[6] = 1,
		[7] = 1,
		[8] = 1,
		[9] = 1,
		[10] = 1,
		[11] = 1,
		[12] = 1,
		[13] = 1,
		[14] = 1,
		[15] = 1,
		[16] = 1,
		[17] = 1,
		[18] = 1,
		[19] = 1,
		[20] = 1,
		[21] = 1,
		[22] = 1,
		[23] = 1,
		[24] = 1,
		[25] = 1,
		[26] = 1,
		[27] = 1,
		[28] = 1,
		[29] = 1,
		[30] = 1,
		[31] = 1,
		['"'] = 1,
		['\\'] = 1,
		[127] = 1,
	};
	size_t n = 0;

	while (n < len && !special[(unsigned char)p[n]])
		n++;
	return n;
}

/* Writes the text as the inside of a JSON string to `to`; returns its end. */
static char *
put_escaped(struct recorder *r, char *to, const char *p, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	while (len > 0) {
		size_t n = plain_run(p, len);

		memcpy(to, p, n);
		to += n;
		p += n;
		if (n > 0)
			r->after_cr = false;
		if ((len -= n) == 0)
			break;
		if (*p == '\n') {
			to = r->after_cr || r->terminal
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
		r->after_cr = *p == '\r';
		p++;
		len--;
	}
	return to;
}

/* Writes one event; each byte takes at most six in it. */
static void
put_event(struct recorder *r, int64_t ms, const char *p, size_t len)
{
	char *to;

	buf_printf(&r->events, "[%lld.%03lld, \"o\", \"",
	    (long long)(ms / 1000), (long long)(ms % 1000));
	to = put_escaped(r, buf_reserve(&r->events, 6 * len + 8), p, len);
	memcpy(to, "\"]\n", 3);
	r->events.len = (size_t)(to + 3 - r->events.data);
}

/* Appends the events to the cast. */
static void
write_events(struct recorder *r)
{
	store_failure(r, head_tail_put(r->cast, r->events.data, r->events.len));
	r->since_size += r->events.len;
	buf_reset(&r->events);
}

static void
put_size(struct recorder *r, int64_t ms)
{
	buf_printf(&r->events, "[%lld.%03lld, \"r\", \"%dx%d\"]\n",
	    (long long)(ms / 1000), (long long)(ms % 1000), r->columns,
	    r->rows);
	write_events(r);
	r->since_size = 0;
}

/* Splits the text into events, at character boundaries. */
static void
put_events(struct recorder *r, int64_t ms, const char *p, size_t left)
{
	size_t n;

	if (r->columns > 0 && r->since_size >= SIZE_EVERY)
		put_size(r, ms);
	while (left > 0) {
		n = left < EVENT_BYTES ? left : EVENT_BYTES;
		while (n < left && n > 0 && (p[n] & 0xc0) == 0x80)
			n--;
		put_event(r, ms, p, n);
		write_events(r);
		p += n;
		left -= n;
	}
}

/*
 * In a flood: stores the position of a piece of the text, and forgets those
 * that the text file may soon have dropped.
 */
static void
put_late(struct recorder *r, int64_t ms, size_t len)
{
	int64_t end = head_tail_size(r->text);
	struct late l = { ms, end - (int64_t)len, len };

	buf_put(&r->late, &l, sizeof(l));
	for (;;) {
		memcpy(&l, r->late.data, sizeof(l));
		if (end - l.at <= r->half)
			break;
		r->left_out += (int64_t)l.len;
		buf_consume(&r->late, sizeof(l));
	}
}

/* The flood pauses: copies the late pieces into the cast. */
static void
settle(struct recorder *r)
{
	struct buf text = { 0 };
	struct late l;

	for (size_t i = 0; i < r->late.len; i += sizeof(l)) {
		memcpy(&l, r->late.data + i, sizeof(l));
		if (r->left_out > 0) {
			buf_printf(&r->events, LEFT_OUT, (int)(l.ms / 1000),
			    (int)(l.ms % 1000), (long long)r->left_out);
			write_events(r);
			r->left_out = 0;
		}
		store_failure(r,
		    head_tail_get(
			r->text, l.at, buf_reserve(&text, l.len), l.len));
		put_events(r, l.ms, text.data, l.len);
	}
	buf_reset(&r->late);
	buf_clear(&text);
}

void
recorder_flush(struct recorder *r)
{
	struct buf *text = r->terminal ? &r->pending_text : &r->pending;
	int64_t ms;

	r->flushed = clock_monotonic();
	ms = r->flushed - r->started;
	if (r->sealed != NULL) {
		sealed_put(r->sealed, buf_text(text), text->len);
	} else {
		if (text->len > 0)
			store_failure(
			    r, head_tail_put(r->text, text->data, text->len));
		if (!r->terminal && text->len >= r->most &&
		    head_tail_size(r->cast) > r->half) {
			put_late(r, ms, text->len);
		} else {
			settle(r);
			put_events(
			    r, ms, buf_text(&r->pending), r->pending.len);
		}
	}
	buf_reset(&r->pending);
	buf_reset(&r->pending_text);
}

void
recorder_resize(struct recorder *r, int columns, int rows)
{
	if (r->columns == columns && r->rows == rows)
		return;
	recorder_flush(r);
	r->columns = columns;
	r->rows = rows;
	if (r->sealed == NULL)
		put_size(r, clock_monotonic() - r->started);
}

/* From here on only this line is recorded, and all else is sealed. */
static void
seal(struct recorder *r, const char *target, const unsigned char *key)
{
	buf_puts(&r->pending, SEALED_LINE);
	buf_puts(&r->pending_text, SEALED_LINE);
	recorder_flush(r);
	r->sealed = sealed_new(target, key);
}

struct recorder *
recorder_open(const char *target, int64_t limit, bool terminal,
    const unsigned char *seal_to)
{
	char *cast = mem_printf("%s.cast", target);
	char *text = mem_printf("%s.txt", target);
	struct recorder *r = mem_calloc(1, sizeof(*r));
	char header[160];
	int64_t dropped;

	r->most = limit / 8 < 256 * 1024 ? (size_t)limit / 8 : 256 * 1024;
	r->half = limit / 2;
	r->terminal = terminal;
	r->started = clock_monotonic();
	if ((r->text = head_tail_open(text, limit, false)) == NULL ||
	    (r->cast = head_tail_open(cast, limit, true)) == NULL) {
		int saved = errno;

		if (r->text != NULL)
			(void)head_tail_close(
			    r->text, NULL, NULL, &dropped, NULL);
		free(r);
		r = NULL;
		errno = saved;
		goto out;
	}
	snprintf(header, sizeof(header),
	    "{\"version\": 2, \"width\": 80, "
	    "\"height\": 24, \"timestamp\": %lld, "
	    "\"env\": {\"TERM\": \"%s\"}}\n",
	    (long long)(clock_now() / 1000), terminal ? "xterm" : "dumb");
	store_failure(r, head_tail_put(r->cast, header, strlen(header)));
	if (seal_to != NULL)
		seal(r, target, seal_to);
out:
	free(cast);
	free(text);
	return r;
}

void
recorder_put(struct recorder *r, const char *data, size_t len)
{
	while (len > 0) {
		size_t n = len < r->most ? len : r->most;

		utf8_put(&r->utf8, data, n, &r->pending);
		if (r->pending.len >= r->most)
			recorder_flush(r);
		data += n;
		len -= n;
	}
	if (r->pending.len > 0 && clock_monotonic() - r->flushed >= FLUSH_MS)
		recorder_flush(r);
}

void
recorder_text(struct recorder *r, const char *data, size_t len)
{
	utf8_put(&r->clean_text, data, len, &r->pending_text);
	if (r->pending_text.len >= r->most)
		recorder_flush(r);
}

int64_t
recorder_due(const struct recorder *r)
{
	return r->pending.len + r->pending_text.len + r->late.len > 0
	    ? r->flushed + FLUSH_MS
	    : 0;
}

static const char *
text_notice(void *ctx, int64_t dropped, const char *next)
{
	struct recorder *r = ctx;

	(void)next;
	snprintf(r->notice, sizeof(r->notice),
	    "\n[... %lld bytes of output "
	    "were left out here ...]\n",
	    (long long)dropped);
	return r->notice;
}

/* Times must not decrease: it takes that of the event after it. */
static const char *
cast_notice(void *ctx, int64_t dropped, const char *next)
{
	struct recorder *r = ctx;
	int s = 0, ms = 0;

	(void)sscanf(next, "[%9d.%3d", &s, &ms);
	snprintf(
	    r->notice, sizeof(r->notice), LEFT_OUT, s, ms, (long long)dropped);
	return r->notice;
}

enum err
recorder_close(struct recorder *r, int64_t *ret_bytes, int64_t *ret_dropped,
    struct recorder_hashes *ret_hashes)
{
	struct recorder_hashes hashes = { .cast = "" };
	int64_t ignored;
	int failed;

	utf8_finish(&r->utf8, &r->pending);
	utf8_finish(&r->clean_text, &r->pending_text);
	recorder_flush(r);
	*ret_bytes = head_tail_size(r->text);
	store_failure(
	    r, head_tail_close(r->text, text_notice, r, ret_dropped, NULL));
	store_failure(
	    r, head_tail_close(r->cast, cast_notice, r, &ignored, hashes.cast));
	if (r->sealed != NULL)
		store_failure(r,
		    sealed_close(
			r->sealed, ret_bytes, ret_dropped, hashes.sealed));
	if (ret_hashes != NULL)
		*ret_hashes = hashes;
	failed = r->failed;
	buf_clear(&r->pending);
	buf_clear(&r->pending_text);
	buf_clear(&r->events);
	buf_clear(&r->late);
	free(r);
	errno = failed;
	return failed == 0 ? ERR_OK : ERR_IO;
}
