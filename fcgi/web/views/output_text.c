/*
 * output_text.c: recorded output as safe text.
 *
 * Output of a target is hostile: only text of it may reach a page.  Escape
 * sequences are recognised by their grammar (ECMA-48: CSI, and the strings OSC,
 * DCS, SOS, PM, APC up to their end) and dropped whole, so that their
 * parameters do not litter the text; an unterminated one is shown from its ESC
 * on.  Only the end of a file is read, by offset, so a large output costs no
 * more than a small one.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "pack/exec_file.h"
#include "web/views/model.h"
#include "web/views/output_text.h"

#define ESC 0x1b
#define OUTPUT_TEXT_BYTES (8 * 1024)
#define SEARCH_CHUNK (256 * 1024)
#define LAST_LINES 6   /* among which one is not blank */
#define LAST_BYTES 200 /* of it */
#define MAX_LINE 2000  /* bytes of a found line */
#define WITH_TEXT 500  /* found lines; of further ones only the number */

/* The length of the escape sequence at s, or 0 if it has no end. */
static size_t
sequence(const char *s, size_t len)
{
	size_t i = 2;

	if (len < 2)
		return 0;
	if (s[1] == '[') {
		while (i < len && (unsigned char)s[i] >= 0x20 &&
		    (unsigned char)s[i] <= 0x3f)
			i++;
		return i < len && (unsigned char)s[i] >= 0x40 &&
			(unsigned char)s[i] <= 0x7e
		    ? i + 1
		    : 0;
	}
	if (strchr("]PX^_", s[1]) != NULL && s[1] != '\0') {
		for (; i < len && s[i] != '\n'; i++) {
			if (s[i] == 0x07)
				return i + 1;
			if (s[i] == ESC && i + 1 < len && s[i + 1] == '\\')
				return i + 2;
		}
		return 0;
	}
	if (strchr("()*+#%", s[1]) != NULL && s[1] != '\0')
		return len >= 3 ? 3 : 0;
	return (unsigned char)s[1] >= 0x30 && (unsigned char)s[1] <= 0x7e ? 2
									  : 0;
}

static void
put_symbol(struct buf *out, uint32_t symbol)
{
	char utf8[3] = { (char)(0xe0 | symbol >> 12),
		(char)(0x80 | (symbol >> 6 & 0x3f)),
		(char)(0x80 | (symbol & 0x3f)) };

	buf_put(out, utf8, 3);
}

/* Takes the last character of the line back. */
static void
step_back(struct buf *out, size_t line)
{
	while (out->len > line &&
	    ((unsigned char)out->data[--out->len] & 0xc0) == 0x80)
		;
	if (out->data != NULL)
		out->data[out->len] = '\0';
}

/* Puts a character that is not printable ASCII; returns its bytes. */
static size_t
put_special(const char *s, size_t len, size_t line, struct buf *out)
{
	unsigned char c = (unsigned char)*s;
	uint32_t cp;
	size_t n;

	if (c == ESC) {
		if ((n = sequence(s, len)) > 0)
			return n;
		put_symbol(out, 0x2400 + ESC);
		return 1;
	}
	if (c == '\b') {
		step_back(out, line);
		return 1;
	}
	if (c < ' ' || c == 0x7f) {
		if (c != 0x07)
			put_symbol(out, c == 0x7f ? 0x2421 : 0x2400u + c);
		return 1;
	}
	n = text_utf8_next(s, len, &cp);
	if (n == 0 || (cp >= 0x80 && cp < 0xa0) || text_is_deceptive(cp))
		put_symbol(out, 0xfffd);
	else
		buf_put(out, s, n);
	return n > 0 ? n : 1;
}

void
output_text_clean(const char *s, size_t len, struct buf *out)
{
	size_t line = out->len, i = 0;

	while (i < len) {
		unsigned char c = (unsigned char)s[i];

		if ((c >= ' ' && c < 0x7f) || c == '\t') {
			buf_putc(out, s[i++]);
		} else if (c == '\n') {
			buf_putc(out, '\n');
			line = out->len;
			i++;
		} else if (c == '\r') {
			i++;
			if (i < len && s[i] != '\n' && s[i] != '\r') {
				out->len = line;
				if (out->data != NULL)
					out->data[line] = '\0';
			}
		} else {
			i += put_special(s + i, len - i, line, out);
		}
	}
}

/* The text of a target's output; NULL: there is none yet. */
static enum err
open_output(struct req *req, const char *exec, const char *target,
    struct exec_file **ret)
{
	struct exec_file_name name = { req->web->data, req->run, exec,
		arena_printf(req->arena, "%s.txt", target) };
	enum err err = exec_file_open(&name, ret);

	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/*
 * The text begins inside a line. That line is dropped if another one follows;
 * otherwise it begins with an ellipsis, at a character.
 */
static void
begin_inside(struct buf *raw)
{
	char *newline = memchr(raw->data, '\n', raw->len);
	size_t skip = 0;

	if (raw->len < 3)
		return;
	if (newline != NULL && newline + 1 < raw->data + raw->len) {
		buf_consume(raw, (size_t)(newline + 1 - raw->data));
		return;
	}
	while (
	    skip < 3 || (skip < raw->len && (raw->data[skip] & 0xc0) == 0x80))
		skip++;
	buf_consume(raw, skip - 3);
	memcpy(raw->data, "\xe2\x80\xa6", 3);
}

/* Reads up to `max` bytes of the end into raw. */
static bool
read_end(struct exec_file *f, size_t max, struct buf *raw)
{
	int64_t size = exec_file_size(f);
	int64_t from = size > (int64_t)max ? size - (int64_t)max : 0;
	ssize_t n = exec_file_read(f, buf_reserve(raw, max + 1), max, from);

	if (n < 0)
		return false;
	raw->len = (size_t)n;
	raw->data[n] = '\0';
	if (from > 0)
		begin_inside(raw);
	return true;
}

enum err
output_text_read(struct req *req, const char *exec, const char *target,
    size_t max, struct buf *out)
{
	struct exec_file *f = NULL;
	struct buf raw = { 0 };
	enum err err = open_output(req, exec, target, &f);

	if (f != NULL && !read_end(f, max, &raw))
		err = ERR_IO;
	else if (f != NULL)
		output_text_clean(raw.data, raw.len, out);
	exec_file_close(f);
	buf_clear(&raw);
	return err;
}

const char *
output_text_lines(
    struct req *req, const char *exec, const char *target, int lines)
{
	struct buf text = { 0 };
	const char *start, *copy;

	(void)output_text_read(req, exec, target, OUTPUT_TEXT_BYTES, &text);
	start = buf_text(&text) + text.len;
	while (start > buf_text(&text) &&
	    (start[-1] != '\n' || *start == '\0' || --lines > 0))
		start--;
	copy = arena_strdup(req->arena, start);
	buf_clear(&text);
	return copy;
}

const char *
output_text_last(struct req *req, const char *exec, const char *target)
{
	const char *text = output_text_lines(req, exec, target, LAST_LINES);
	const char *end = text + strlen(text), *line;
	size_t len;

	while (end > text && strchr(" \t\n", end[-1]) != NULL)
		end--;
	for (line = end; line > text && line[-1] != '\n'; line--)
		;
	line += strspn(line, " \t");
	if ((len = (size_t)(end - line)) == 0)
		return NULL;
	if (len <= LAST_BYTES)
		return arena_strndup(req->arena, line, len);
	for (len = LAST_BYTES; (line[len] & 0xc0) == 0x80; len--)
		;
	return arena_printf(req->arena, "%.*s…", (int)len, line);
}

/* Searches the whole lines of a chunk; returns the bytes consumed. */
static size_t
search_lines(const struct buf *raw, const char *text, int64_t *number,
    size_t limit, struct json_object *found)
{
	const char *at = raw->data, *end = raw->data + raw->len, *newline;
	struct buf clean = { 0 };

	while (at < end &&
	    (newline = memchr(at, '\n', (size_t)(end - at))) != NULL &&
	    json_count(found) < limit) {
		size_t len = (size_t)(newline - at);

		buf_reset(&clean);
		output_text_clean(at, len < MAX_LINE ? len : MAX_LINE, &clean);
		if (strcasestr(buf_text(&clean), text) != NULL) {
			struct json_object *o = json_object_new_object();

			model_int(o, "line", *number);
			if (json_count(found) < WITH_TEXT)
				model_text(o, "text", buf_text(&clean));
			json_object_array_add(found, o);
		}
		++*number;
		at = newline + 1;
	}
	buf_clear(&clean);
	return (size_t)(at - raw->data);
}

/* The line is longer than anybody wants to have in memory: goes on behind. */
static void
skip_line(struct buf *raw, bool *skips)
{
	const char *newline = memchr(raw->data, '\n', raw->len);

	if (newline == NULL) {
		buf_reset(raw);
		return;
	}
	buf_consume(raw, (size_t)(newline + 1 - raw->data));
	*skips = false;
}

enum err
output_text_search_piece(struct exec_file *f, const char *text, size_t limit,
    int64_t bytes, struct output_place *place, struct json_object *found)
{
	struct buf raw = { 0 };
	int64_t at = place->at, until = at + bytes;
	ssize_t n = 1;
	bool skips = false;

	while (n > 0 && json_count(found) < limit &&
	    (place->at < until || skips)) {
		n = exec_file_read(
		    f, buf_reserve(&raw, SEARCH_CHUNK), SEARCH_CHUNK, at);
		if (n < 0)
			break;
		raw.len += (size_t)n;
		at += n;
		if (skips)
			skip_line(&raw, &skips);
		else if (n > 0 && raw.len > 16 * SEARCH_CHUNK)
			skips = memchr(raw.data, '\n', raw.len) == NULL;
		if (raw.len > 0 && (skips || n == 0))
			buf_putc(&raw, '\n');
		if (raw.len > 0)
			buf_consume(&raw,
			    search_lines(
				&raw, text, &place->line, limit, found));
		place->at = at - (int64_t)raw.len;
	}
	buf_clear(&raw);
	place->is_end = n == 0;
	return n < 0 ? ERR_IO : ERR_OK;
}

struct json_object *
output_text_search(struct req *req, const char *exec, const char *target,
    const char *text, size_t limit)
{
	struct json_object *found = json_object_new_array();
	struct output_place place = { .line = 1 };
	struct exec_file *f = NULL;
	enum err err = open_output(req, exec, target, &f);

	if (f != NULL)
		err = output_text_search_piece(
		    f, text, limit, INT64_MAX, &place, found);
	if (err != ERR_OK) {
		json_object_put(found);
		found = NULL;
	}
	exec_file_close(f);
	return found;
}

enum err
output_text_unreadable(struct req *req)
{
	return fault_set(&req->fault, ERR_IO, "output_unreadable", "", "%s",
	    request_text(req, "output_unreadable"));
}

const char *
output_text_url(const struct req *req, int64_t run, const char *step, int64_t n,
    const char *target)
{
	return arena_printf(req->arena, "%s/attempts/%" PRId64 "/%s",
	    request_step_url(req, run, step), n, target);
}
