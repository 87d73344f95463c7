/*
 * recorder.c: the output of one target, as text with its times.
 *
 * Input is converted to UTF-8 into a buffer of text; a flush appends that to
 * the text file.  The first bytes after a silence are flushed at once, for live
 * views; after that at most every 50 ms, or when the buffer is full, so that
 * live views do not slow down a script that prints a gigabyte.
 *
 * All bytes are written once and hashed while they are.  A small file of its
 * own has the times at which they came, and in its last line the hash of the
 * text; a recording for players is derived from both (wire/cast.h).
 *
 * Of a terminal the bytes are another thing than the text that it showed, so
 * they are recorded beside it, as asciicast v2.  Its size is repeated now and
 * then, for readers of the end alone, and as the middle may be dropped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "executor/output/head_tail.h"
#include "executor/output/utf8.h"
#include "executor/output/recorder.h"
#include "executor/output/sealed.h"
#include "wire/cast.h"
#include "wire/exec.h"
#include "wire/times.h"

#define FLUSH_MS 50
#define FLUSH_BYTES (256 * 1024)
#define SIZE_EVERY (1024 * 1024) /* bytes of the cast */
#define LEFT_OUT \
	"[%d.%03d, \"o\", \"\\r\\n[... %lld bytes of this " \
	"recording were left out here ...]\\r\\n\"]\n"
#define SEALED_LINE \
	"The output of this step is kept sealed. The step's " \
	"page shows it to those who may press the step.\n"

/* The bytes of a terminal. */
struct terminal {
	struct head_tail *file; /* NULL: it is none */
	struct cast cast;
	struct buf pending; /* UTF-8 that is not on file */
	struct utf8 utf8;
	int columns; /* 0: as in the header */
	int rows;
	size_t since_size; /* bytes of events since the last size */
};

struct recorder {
	struct head_tail *text;
	struct buf pending; /* UTF-8 that is not on file */
	struct utf8 utf8;
	size_t most; /* pending bytes that force a flush */
	struct terminal terminal;
	struct sealed *sealed;   /* NULL: it is not */
	int times;               /* descriptor; -1: it could not be made */
	struct hash *hash;       /* of that file */
	struct times_piece last; /* ms -1: there is none */
	struct buf line;         /* that is written next */
	int64_t started;         /* monotonic */
	int64_t flushed;         /* when, monotonic */
	int failed;              /* errno of the first failure */
	char notice[256];
};

static void
store_failure(struct recorder *r, enum err err)
{
	if (err != ERR_OK && r->failed == 0)
		r->failed = errno != 0 ? errno : EIO;
}

/* Appends what stands in r->line to the times. */
static void
write_times(struct recorder *r)
{
	store_failure(r,
	    io_write_all(r->times, r->line.data, r->line.len) == 0 ? ERR_OK
								   : ERR_IO);
	hash_put(r->hash, r->line.data, r->line.len);
	buf_reset(&r->line);
}

/* Appends the text to its file, and its time, unless one was just written. */
static void
write_text(struct recorder *r, int64_t ms)
{
	struct times_piece piece = { ms, head_tail_size(r->text) };
	static const struct times_piece none;

	store_failure(
	    r, head_tail_put(r->text, r->pending.data, r->pending.len));
	if (!times_is_due(r->last.ms, ms))
		return;
	times_put_piece(r->last.ms < 0 ? none : r->last, piece, &r->line);
	write_times(r);
	r->last = piece;
}

/* Appends the events to the cast. */
static void
write_events(struct recorder *r)
{
	struct terminal *t = &r->terminal;

	store_failure(r, head_tail_put(t->file, r->line.data, r->line.len));
	t->since_size += r->line.len;
	buf_reset(&r->line);
}

static void
write_size(struct recorder *r, int64_t ms)
{
	struct terminal *t = &r->terminal;

	cast_put_size(ms, t->columns, t->rows, &r->line);
	write_events(r);
	t->since_size = 0;
}

static void
write_terminal(struct recorder *r, int64_t ms)
{
	struct terminal *t = &r->terminal;

	if (t->columns > 0 && t->since_size >= SIZE_EVERY)
		write_size(r, ms);
	cast_put_text(&t->cast, ms, t->pending.data, t->pending.len, &r->line);
	write_events(r);
}

void
recorder_flush(struct recorder *r)
{
	struct terminal *t = &r->terminal;
	int64_t ms;

	r->flushed = clock_monotonic();
	ms = r->flushed - r->started;
	if (r->sealed != NULL) {
		sealed_put(r->sealed, buf_text(&r->pending), r->pending.len);
	} else {
		if (r->pending.len > 0)
			write_text(r, ms);
		if (t->pending.len > 0)
			write_terminal(r, ms);
	}
	buf_reset(&r->pending);
	buf_reset(&t->pending);
}

void
recorder_sync(struct recorder *r)
{
	recorder_flush(r);
	store_failure(r, head_tail_sync(r->text));
}

void
recorder_resize(struct recorder *r, int columns, int rows)
{
	struct terminal *t = &r->terminal;

	if (t->columns == columns && t->rows == rows)
		return;
	recorder_flush(r);
	t->columns = columns;
	t->rows = rows;
	if (r->sealed == NULL)
		write_size(r, clock_monotonic() - r->started);
}

/* From here on only this line is recorded, and all else is sealed. */
static void
seal(struct recorder *r, const char *target, const unsigned char *key)
{
	buf_puts(&r->pending, SEALED_LINE);
	if (r->terminal.file != NULL)
		buf_puts(&r->terminal.pending, SEALED_LINE);
	recorder_flush(r);
	r->sealed = sealed_new(target, key);
}

/* Creates the files.  False with errno: one of them could not be made. */
static bool
open_files(struct recorder *r, const char *target, int64_t limit, bool terminal)
{
	char *text = mem_printf("%s" EXEC_TEXT, target);
	char *cast = mem_printf("%s" EXEC_CAST, target);
	char *times = mem_printf("%s" EXEC_TIMES, target);
	int saved;

	r->times = -1;
	if ((r->text = head_tail_open(text, limit)) != NULL &&
	    (!terminal ||
		(r->terminal.file = head_tail_open(cast, limit)) != NULL))
		r->times = open(
		    times, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	saved = errno;
	free(text);
	free(cast);
	free(times);
	errno = saved;
	return r->times >= 0;
}

static void
release(struct recorder *r)
{
	if (r->times >= 0)
		close(r->times);
	hash_end(r->hash, NULL);
	buf_clear(&r->pending);
	buf_clear(&r->terminal.pending);
	buf_clear(&r->line);
	free(r);
}

struct recorder *
recorder_open(const char *target, int64_t limit, bool terminal,
    const unsigned char *seal_to)
{
	struct recorder *r = mem_calloc(1, sizeof(*r));
	int64_t now = clock_now() / 1000;
	struct head_tail_end end;

	r->most = limit / 8 < FLUSH_BYTES ? (size_t)limit / 8 : FLUSH_BYTES;
	r->last.ms = -1;
	r->started = clock_monotonic();
	if (!open_files(r, target, limit, terminal)) {
		int saved = errno;

		if (r->text != NULL)
			(void)head_tail_close(r->text, NULL, NULL, &end);
		if (r->terminal.file != NULL)
			(void)head_tail_close(
			    r->terminal.file, NULL, NULL, &end);
		release(r);
		errno = saved;
		return NULL;
	}
	r->hash = hash_new();
	times_put_start(now, &r->line);
	write_times(r);
	if (terminal) {
		r->terminal.cast.terminal = true;
		cast_put_head(true, now, &r->line);
		write_events(r);
	}
	if (seal_to != NULL)
		seal(r, target, seal_to);
	return r;
}

/* Adds text to one of the two; flushes when there is much of it. */
static void
put(struct recorder *r, struct utf8 *utf8, struct buf *pending,
    const char *data, size_t len)
{
	while (len > 0) {
		size_t n = len < r->most ? len : r->most;

		utf8_put(utf8, data, n, pending);
		if (pending->len >= r->most)
			recorder_flush(r);
		data += n;
		len -= n;
	}
}

void
recorder_put(struct recorder *r, const char *data, size_t len)
{
	struct terminal *t = &r->terminal;
	struct buf *pending = t->file != NULL ? &t->pending : &r->pending;

	put(r, t->file != NULL ? &t->utf8 : &r->utf8, pending, data, len);
	if (pending->len > 0 && clock_monotonic() - r->flushed >= FLUSH_MS)
		recorder_flush(r);
}

void
recorder_text(struct recorder *r, const char *data, size_t len)
{
	put(r, &r->utf8, &r->pending, data, len);
}

int64_t
recorder_due(const struct recorder *r)
{
	return r->pending.len + r->terminal.pending.len > 0
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

/* Ends one of the files. */
static struct times_file
close_file(struct recorder *r, struct head_tail *file, head_tail_notice notice,
    struct times_left *ret_left)
{
	struct times_file proof = { .hash = "" };
	struct head_tail_end end;

	store_failure(r, head_tail_close(file, notice, r, &end));
	proof.bytes = end.bytes;
	memcpy(proof.hash, end.hash, HASH_TEXT);
	*ret_left = (struct times_left){ end.from, end.dropped, end.notice };
	return proof;
}

/* Ends the files, of which the times are the last: they prove the others. */
static void
close_files(struct recorder *r, int64_t *ret_dropped, char *ret_hash)
{
	struct times_file cast = { .hash = "" }, text;
	struct times_left left, ignored;

	text = close_file(r, r->text, text_notice, &left);
	if (r->terminal.file != NULL)
		cast = close_file(r, r->terminal.file, cast_notice, &ignored);
	*ret_dropped = left.bytes;
	if (r->failed == 0) {
		times_put_end(&left, &cast, &text, &r->line);
		write_times(r);
	}
	if (fdatasync(r->times) != 0)
		store_failure(r, ERR_IO);
	hash_end(r->hash, r->failed == 0 ? ret_hash : NULL);
	r->hash = NULL;
}

enum err
recorder_close(struct recorder *r, int64_t *ret_bytes, int64_t *ret_dropped,
    struct recorder_hashes *ret_hashes)
{
	struct recorder_hashes hashes = { .times = "" };
	int failed;

	utf8_finish(&r->utf8, &r->pending);
	utf8_finish(&r->terminal.utf8, &r->terminal.pending);
	recorder_flush(r);
	*ret_bytes = head_tail_size(r->text);
	close_files(r, ret_dropped, hashes.times);
	if (r->sealed != NULL)
		store_failure(r,
		    sealed_close(
			r->sealed, ret_bytes, ret_dropped, hashes.sealed));
	if (ret_hashes != NULL)
		*ret_hashes = hashes;
	failed = r->failed;
	release(r);
	errno = failed;
	return failed == 0 ? ERR_OK : ERR_IO;
}
