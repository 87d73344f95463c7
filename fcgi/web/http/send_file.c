/*
 * send_file.c: recorded files with ranges, conditions and validators (RFC 9110,
 * 13 and 14).
 *
 * The validators are those that nginx gives to the same file, so that a
 * download which nginx began goes on here.  A range that cannot be read is
 * ignored, and so are several ranges, which RFC 9110 allows: multipart answers
 * have no reader here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "pack/exec_file.h"
#include "web/http/send_file.h"

#define VALIDATOR 64 /* bytes of an ETag or of a date */
#define MOST_BYTES (INT64_MAX / 20)
#define FILE_BYTES (64 * 1024) /* that are read at a time */

/* The part of a file that the request asks for. */
enum range { RANGE_ALL, RANGE_PART, RANGE_NONE };

static void
put_etag(struct stream_facts facts, char ret[VALIDATOR])
{
	snprintf(ret, VALIDATOR, "\"%" PRIx64 "-%" PRIx64 "\"", facts.changed,
	    facts.size);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale is. */
static void
put_date(struct stream_facts facts, char ret[VALIDATOR])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at = (time_t)facts.changed;
	struct tm tm = { 0 };

	gmtime_r(&at, &tm);
	snprintf(ret, VALIDATOR, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* True if a list of entity tags has this one, by weak comparison. */
static bool
has_tag(const char *list, const char *etag)
{
	size_t len = strlen(etag);

	for (const char *s = list; (s = strstr(s, etag)) != NULL; s++)
		if (strchr(", \t", s[len]) != NULL)
			return true;
	return text_eq(list, "*");
}

static bool
is_unchanged(const struct req *req, const char *etag, const char *date)
{
	const char *tags = request_env(req, "HTTP_IF_NONE_MATCH");
	const char *since = request_env(req, "HTTP_IF_MODIFIED_SINCE");

	return tags != NULL ? has_tag(tags, etag) : text_eq(since, date);
}

/* Reads digits, of which those beyond any file do not count; -1: none. */
static int64_t
read_number(const char **s)
{
	int64_t n = -1;

	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = n < 0            ? **s - '0'
		    : n < MOST_BYTES ? n * 10 + (**s - '0')
				     : n;
	return n;
}

/* "bytes=0-499", "bytes=500-", "bytes=-500". */
static enum range
read_range(const char *s, int64_t size, int64_t *ret_from, int64_t *ret_len)
{
	int64_t first, last;

	if (s == NULL || strncasecmp(s, "bytes=", 6) != 0)
		return RANGE_ALL;
	s += 6;
	first = read_number(&s);
	if (*s++ != '-')
		return RANGE_ALL;
	last = read_number(&s);
	if (*s != '\0' || (first < 0 && last < 0) ||
	    (first >= 0 && last >= 0 && last < first))
		return RANGE_ALL;
	if (first < 0) {
		first = last < size ? size - last : 0;
		last = last > 0 ? size - 1 : -1;
	} else if (last < 0 || last >= size) {
		last = size - 1;
	}
	if (first >= size || last < first)
		return RANGE_NONE;
	*ret_from = first;
	*ret_len = last - first + 1;
	return RANGE_PART;
}

void
send_stream(struct req *req, struct reply *reply, struct reply_stream stream,
    struct stream_facts facts, const char *type)
{
	const char *same = request_env(req, "HTTP_IF_RANGE");
	char etag[VALIDATOR], date[VALIDATOR];
	int64_t size = facts.size, from = 0, len = size;
	enum range range;

	put_etag(facts, etag);
	put_date(facts, date);
	range = same == NULL || text_eq(same, etag) || text_eq(same, date)
	    ? read_range(request_env(req, "HTTP_RANGE"), size, &from, &len)
	    : RANGE_ALL;
	reply->type = type;
	reply->policy = "default-src 'none'; sandbox";
	reply_header(reply, "Last-Modified", date);
	reply_header(reply, "ETag", etag);
	reply_header(reply, "Accept-Ranges", "bytes");
	if (is_unchanged(req, etag, date)) {
		reply->status = 304;
	} else if (range == RANGE_NONE) {
		reply->status = 416;
		reply_header(reply, "Content-Range",
		    arena_printf(req->arena, "bytes */%" PRId64, size));
	} else if (range == RANGE_PART) {
		reply->status = 206;
		reply_header(reply, "Content-Range",
		    arena_printf(req->arena,
			"bytes %" PRId64 "-%" PRId64 "/%" PRId64, from,
			from + len - 1, size));
	}
	reply->stream = stream;
	reply->stream_from = from;
	reply->stream_len = reply->status == 304 || reply->status == 416 ? 0
									 : len;
}

static void
read_file(void *ctx, int64_t from, int64_t len, reply_sink sink, void *sink_ctx)
{
	char *block = mem_calloc(1, FILE_BYTES);
	int64_t end = from + len;
	ssize_t n = 1;

	for (; from < end && n > 0; from += n) {
		size_t want = end - from < FILE_BYTES ? (size_t)(end - from)
						      : FILE_BYTES;

		n = exec_file_read(ctx, block, want, from);
		if (n <= 0)
			log_warn("a recorded file cannot be read");
		else if (!sink(sink_ctx, block, (size_t)n))
			break;
	}
	free(block);
}

static void
close_file(void *ctx)
{
	exec_file_close(ctx);
}

void
send_file(struct req *req, struct reply *reply, struct exec_file *file,
    const char *type)
{
	struct stream_facts facts = { exec_file_size(file),
		exec_file_changed(file) };

	send_stream(req, reply,
	    (struct reply_stream){ read_file, close_file, file }, facts, type);
}
