/*
 * fuzz_recorder.c: any output of a target, in pieces of any size, as a
 * recording.  The .txt file is UTF-8, and the .times file proves it.  Each line
 * of the recording for players, of a terminal a file and else derived, is a
 * JSON event of asciicast v2, and a derived one has the text, but for carriage
 * returns.
 *
 * The first byte is the limit and says whether it is a terminal, or whether the
 * rest is a .times file; else follow pieces: their length, and their bytes.  A
 * terminal is resized by a piece that is empty.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/recorded.h"
#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "executor/output/recorder.h"
#include "wire/cast.h"

#define FILE_MOST (1 << 24)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/dev/shm/cs-fuzz-XXXXXX";
static int here, there; /* libFuzzer's working folder, and the recorder's */

static void
leave(void)
{
	rmdir(folder);
}

/* The files are durable: in memory, that costs nothing. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (mkdtemp(folder) == NULL)
		return 1;
	here = open(".", O_RDONLY | O_DIRECTORY);
	there = open(folder, O_RDONLY | O_DIRECTORY);
	return here < 0 || there < 0 || atexit(leave) != 0;
}

/* Output may hold NUL, which json_read() accepts nowhere. */
static struct json_object *
parse(const char *line, size_t len)
{
	struct json_tokener *t = json_tokener_new();
	struct json_object *o = json_tokener_parse_ex(t, line, (int)len);

	assert(json_tokener_get_error(t) == json_tokener_success);
	assert(json_tokener_get_parse_end(t) == len);
	json_tokener_free(t);
	return o;
}

/* Reads a line of the .cast file: an event, whose text is appended. */
static void
read_event(const char *line, size_t len, struct buf *ret)
{
	struct json_object *event = parse(line, len), *kind, *text;

	assert(json_object_is_type(event, json_type_array));
	assert(json_object_array_length(event) == 3);
	kind = json_object_array_get_idx(event, 1);
	text = json_object_array_get_idx(event, 2);
	assert(json_object_is_type(text, json_type_string));
	if (strcmp(json_object_get_string(kind), "o") == 0)
		buf_put(ret, json_object_get_string(text),
		    (size_t)json_object_get_string_len(text));
	else
		assert(strcmp(json_object_get_string(kind), "r") == 0);
	json_object_put(event);
}

/* Derives it from a text that is as the times say. */
static void
derive_cast(const struct times *t, const struct buf *text, struct buf *ret)
{
	const char *at = buf_text(text);

	assert(cast_derive(t, (int64_t)text->len, recorded_next, &at,
		   recorded_keep, ret) == ERR_OK);
	assert(at == buf_text(text) + text->len);
}

static void
read_cast(const struct buf *cast, struct buf *ret)
{
	struct json_object *head = NULL;
	const char *at = cast->data, *eol = memchr(at, '\n', cast->len);

	assert(eol != NULL);
	assert(json_read(at, (size_t)(eol - at), &head, NULL) == ERR_OK);
	assert(json_int(head, "version", 0) == 2);
	json_object_put(head);
	for (at = eol + 1; at < cast->data + cast->len; at = eol + 1) {
		eol = memchr(at, '\n', (size_t)(cast->data + cast->len - at));
		assert(eol != NULL);
		read_event(at, (size_t)(eol - at), ret);
	}
}

/* The files of a recording that has ended, and its events. */
static void
read_files(bool terminal, const char *proof, int64_t dropped,
    struct buf *ret_text, struct buf *ret_events)
{
	struct buf cast = { 0 }, data = { 0 };
	char hash[HASH_TEXT];
	struct times t;

	assert(io_read_file("t.times", TIMES_MOST, &data) == ERR_OK);
	hash_hex(data.data, data.len, hash);
	assert(times_read(data.data, data.len, &t) == ERR_OK);
	buf_clear(&data);
	assert(strcmp(hash, proof) == 0 && t.left.bytes == dropped);
	assert(hash_file("t.txt", hash) == ERR_OK);
	assert(strcmp(hash, t.text.hash) == 0);
	assert(io_read_file("t.txt", FILE_MOST, ret_text) == ERR_OK);
	assert(t.text.bytes == (int64_t)ret_text->len);
	if (terminal) {
		assert(hash_file("t.cast", hash) == ERR_OK);
		assert(strcmp(hash, t.cast.hash) == 0);
		assert(io_read_file("t.cast", FILE_MOST, &cast) == ERR_OK);
		unlink("t.cast");
	} else {
		derive_cast(&t, ret_text, &cast);
	}
	read_cast(&cast, ret_events);
	times_clear(&t);
	buf_clear(&cast);
	unlink("t.txt");
	unlink("t.times");
}

/* Times that anybody may have written, of a text of some length. */
static void
try_times(const uint8_t *data, size_t size)
{
	struct buf text = { 0 }, cast = { 0 }, events = { 0 };
	struct times t;

	if (times_read((const char *)data, size, &t) == ERR_OK) {
		buf_puts(&text, "some text of forty or so bytes, two\nlines");
		derive_cast(&t, &text, &cast);
		read_cast(&cast, &events);
		assert(events.len == text.len + 1);
	}
	times_clear(&t);
	buf_clear(&text);
	buf_clear(&cast);
	buf_clear(&events);
}

/* A player expects carriage returns, which the text has only as they came. */
static void
drop_returns(struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] != '\r')
			b->data[n++] = b->data[i];
	b->len = n;
}

static void
put_pieces(struct recorder *r, const uint8_t *data, size_t size, bool terminal)
{
	while (size > 0) {
		size_t len = data[0] < size ? data[0] : size - 1;

		recorder_put(r, (const char *)data + 1, len);
		if (terminal && len == 0)
			recorder_resize(r, 80, 24);
		if (data[0] == 0)
			recorder_flush(r);
		data += len + 1;
		size -= len + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool terminal;
	struct recorder *r;
	struct buf cast = { 0 }, text = { 0 };
	struct recorder_hashes hashes;
	int64_t bytes, dropped;

	if (size == 0)
		return 0;
	if (data[0] == 't') {
		try_times(data, size);
		return 0;
	}
	assert(fchdir(there) == 0);
	terminal = data[0] & 1;
	r = recorder_open("t", data[0] & 2 ? 1 << 20 : 8192, terminal, NULL);
	assert(r != NULL);
	put_pieces(r, data + 1, size - 1, terminal);
	assert(recorder_close(r, &bytes, &dropped, &hashes) == ERR_OK);
	assert(dropped >= 0 && dropped <= bytes);
	read_files(terminal, hashes.times, dropped, &text, &cast);
	assert(text_is_utf8(buf_text(&text), text.len) ||
	    memchr(text.data, '\0', text.len) != NULL);
	drop_returns(&text);
	drop_returns(&cast);
	if (!terminal)
		assert(cast.len == text.len &&
		    memcmp(buf_text(&cast), buf_text(&text), text.len) == 0);
	assert(fchdir(here) == 0);
	buf_clear(&cast);
	buf_clear(&text);
	return 0;
}
