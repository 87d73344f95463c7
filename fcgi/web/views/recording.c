/*
 * recording.c: the recording of an output, for players: derived from its text
 * and times while it is sent (wire/cast.h).
 *
 * It is derived twice, as its length stands before it, and from its beginning,
 * whatever part is asked for: no place of it is known before what is in front
 * of it.  While the output grows, so that a part of it may be dropped at any
 * moment, its recording has no length and no parts.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "pack/exec_file.h"
#include "web/http/send_file.h"
#include "web/views/recording.h"
#include "wire/cast.h"
#include "wire/exec.h"

#define TYPE "application/x-asciicast"

struct recording {
	struct times times;
	struct exec_file *text;
	int64_t size; /* of the text */
	int64_t at;   /* where to read on */
	/* the part that is asked for */
	int64_t skip; /* bytes before it */
	int64_t left; /* bytes of it */
	reply_sink sink;
	void *sink_ctx;
};

static void
close_recording(void *ctx)
{
	struct recording *r = ctx;

	times_clear(&r->times);
	exec_file_close(r->text);
	free(r);
}

static bool
read_text(void *ctx, char *data, size_t len)
{
	struct recording *r = ctx;
	ssize_t n = exec_file_read(r->text, data, len, r->at);

	r->at += n;
	return n == (ssize_t)len;
}

static enum err
derive(struct recording *r, cast_sink sink, void *ctx)
{
	r->at = 0;
	return cast_derive(&r->times, r->size, read_text, r, sink, ctx);
}

static bool
count(void *ctx, const char *data, size_t len)
{
	int64_t *length = ctx;

	(void)data;
	*length += (int64_t)len;
	return true;
}

/* Passes on the part that is asked for. */
static bool
pass(void *ctx, const char *data, size_t len)
{
	struct recording *r = ctx;
	size_t skip = (int64_t)len < r->skip ? len : (size_t)r->skip;

	r->skip -= (int64_t)skip;
	data += skip;
	len -= skip;
	if ((int64_t)len > r->left)
		len = (size_t)r->left;
	r->left -= (int64_t)len;
	return (len == 0 || r->sink(r->sink_ctx, data, len)) && r->left > 0;
}

static void
send_recording(
    void *ctx, int64_t from, int64_t len, reply_sink sink, void *sink_ctx)
{
	struct recording *r = ctx;

	r->skip = from;
	r->left = len < 0 ? INT64_MAX : len;
	r->sink = sink;
	r->sink_ctx = sink_ctx;
	if (derive(r, pass, r) == ERR_IO)
		log_warn("a recorded text cannot be read");
}

/* Reads the times. */
static enum err
read_times(const struct exec_file_name *name, struct times *ret)
{
	struct buf data = { 0 };
	enum err err = exec_file_read_all(name, TIMES_MOST, &data);

	if (err == ERR_OK)
		err = times_read(buf_text(&data), data.len, ret);
	buf_clear(&data);
	return err;
}

static bool
has_ended(const struct recording *r)
{
	return r->times.text.hash[0] != '\0';
}

static bool
is_there(const struct exec_file_name *name)
{
	struct exec_file *f = NULL;
	bool there = exec_file_open(name, &f) == ERR_OK;

	exec_file_close(f);
	return there;
}

/*
 * True if a recording can be derived: of a terminal it is a file, which the
 * times name at their end.
 */
static bool
open_recording(struct recording *r, const struct exec_file_name *times,
    const struct exec_file_name *text, const struct exec_file_name *cast)
{
	if (read_times(times, &r->times) != ERR_OK ||
	    (has_ended(r) ? r->times.cast.hash[0] != '\0' : is_there(cast)) ||
	    exec_file_open(text, &r->text) != ERR_OK)
		return false;
	r->size = exec_file_size(r->text);
	return true;
}

bool
recording_send(
    struct req *req, struct reply *reply, const char *exec, const char *target)
{
	struct recording *r = mem_calloc(1, sizeof(*r));
	struct reply_stream stream = { send_recording, close_recording, r };
	struct stream_facts facts = { 0 };
	struct exec_file_name times = { req->web->data, req->run, exec,
		arena_printf(req->arena, "%s" EXEC_TIMES, target) };
	struct exec_file_name text = { req->web->data, req->run, exec,
		arena_printf(req->arena, "%s" EXEC_TEXT, target) };
	struct exec_file_name cast = { req->web->data, req->run, exec,
		arena_printf(req->arena, "%s" EXEC_CAST, target) };

	if (!open_recording(r, &times, &text, &cast) ||
	    (has_ended(r) && derive(r, count, &facts.size) != ERR_OK)) {
		close_recording(r);
		return false;
	}
	facts.changed = exec_file_changed(r->text);
	reply->cache = "private, no-cache";
	if (has_ended(r)) {
		send_stream(req, reply, stream, facts, TYPE);
	} else {
		reply->type = TYPE;
		reply->stream = stream;
		reply->stream_len = -1;
	}
	return true;
}
