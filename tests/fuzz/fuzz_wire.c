/*
 * fuzz_wire.c: the messages between the programs, whose writers have read what
 * others sent: frames, status lines, messages of the runner, terminal input,
 * job specs, requests to the compiler and its answers. An accepted one is
 * written again and read again, and is the same. The first byte says which.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "wire/compile_message.h"
#include "wire/job_message.h"
#include "wire/runner_message.h"
#include "wire/status_line.h"
#include "wire/tty_message.h"
#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Frames as they arrive over a socket. */
static void
try_frame(const char *text, size_t len)
{
	struct wire_reply reply;
	struct wire_call call;
	struct buf out = { 0 };
	size_t size;

	if (wire_frame(text, len, &size) != 1)
		return;
	assert(size <= len);
	if (wire_get_call(text, size, &call)) {
		wire_put_call(&out, &call);
		assert(out.len == size && memcmp(out.data, text, size) == 0);
	}
	buf_reset(&out);
	if (wire_get_reply(text, size, &reply)) {
		wire_put_reply(&out, &reply);
		assert(out.len == size && memcmp(out.data, text, size) == 0);
	}
	buf_clear(&out);
}

static void
try_line(const char *text, size_t len)
{
	struct status_line line, again;
	struct buf first = { 0 }, second = { 0 };
	struct json_object *event = json_object_new_object();

	if (status_line_parse(text, len, &line) != ERR_OK)
		goto out;
	status_line_put(&line, &first);
	assert(memchr(first.data, '\n', first.len - 1) == NULL);
	assert(status_line_parse(first.data, first.len - 1, &again) == ERR_OK);
	status_line_put(&again, &second);
	assert(strcmp(buf_text(&first), buf_text(&second)) == 0);
	result_put_event(&line.result, event);
	result_put_dry_run(&line.result, event);
	json_object_put(line.json);
	json_object_put(again.json);
out:
	json_object_put(event);
	buf_clear(&first);
	buf_clear(&second);
}

static void
try_runner(const char *text, size_t len)
{
	struct json_object *body = NULL, *again;
	struct runner_message m;
	struct runner_hello h;
	struct arena *arena = arena_new();
	struct fault fault;

	if (json_read(text, len, &body, NULL) != ERR_OK)
		goto out;
	for (int kind = RUNNER_STARTING; kind <= RUNNER_INPUT_ARRIVED;
	     kind *= 2)
		if (runner_message_read(kind, body, arena, &m, &fault) ==
		    ERR_OK) {
			again = runner_message_write(kind, &m);
			assert(runner_message_read(
				   kind, again, arena, &m, &fault) == ERR_OK);
			json_object_put(again);
		}
	if (runner_hello_read(body, arena, &h, &fault) == ERR_OK) {
		again = runner_hello_write(&h);
		assert(runner_hello_read(again, arena, &h, &fault) == ERR_OK);
		json_object_put(again);
	}
out:
	json_object_put(body);
	arena_free(arena);
}

static void
try_tty(const char *text, size_t len)
{
	struct tty_message m, again;
	struct buf bytes = { 0 }, out = { 0 }, same = { 0 };
	char session[TTY_SESSION + 1];
	int64_t arrived;

	if (tty_arrived_read(text, len, session, &arrived) == ERR_OK)
		assert(strlen(session) <= TTY_SESSION);
	if (tty_message_read(text, len, &m, &bytes) != ERR_OK) {
		assert(bytes.len == 0);
		goto out;
	}
	assert(bytes.len <= TTY_INPUT_MOST && m.rows <= TTY_ROWS_MOST);
	tty_message_write(&m, &bytes, &out);
	assert(
	    tty_message_read(buf_text(&out), out.len, &again, &same) == ERR_OK);
	assert(same.len == bytes.len && again.columns == m.columns &&
	    strcmp(again.session, m.session) == 0);
	json_object_put(m.json);
	json_object_put(again.json);
out:
	buf_clear(&bytes);
	buf_clear(&out);
	buf_clear(&same);
}

static void
try_job(const char *text, size_t len)
{
	struct job_message m, again;
	struct buf first = { 0 }, second = { 0 };
	struct fault fault;

	if (job_message_read(text, len, &m, &fault) != ERR_OK)
		return;
	job_message_write(&m, &first);
	assert(
	    job_message_read(first.data, first.len, &again, &fault) == ERR_OK);
	job_message_write(&again, &second);
	assert(strcmp(buf_text(&first), buf_text(&second)) == 0);
	job_message_clear(&m);
	job_message_clear(&again);
	buf_clear(&first);
	buf_clear(&second);
}

static void
try_compile_request(const char *text, size_t len)
{
	struct compile_request r, again;
	struct buf out = { 0 };
	char key[COMPILE_KEY + 1];

	if (compile_request_read(text, len, &r, NULL) != ERR_OK)
		return;
	compile_request_write(&r, &out, key);
	assert(compile_request_read(out.data, out.len, &again, NULL) == ERR_OK);
	assert(strcmp(again.key, key) == 0 && again.kind == r.kind);
	assert(again.document_bytes == r.document_bytes &&
	    again.targets_bytes == r.targets_bytes);
	assert(memcmp(again.document, r.document,
		   (size_t)(r.document_bytes + r.targets_bytes)) == 0);
	compile_request_clear(&again);
	compile_request_clear(&r);
	buf_clear(&out);
}

static void
try_compile_answer(const char *text, size_t len)
{
	static const enum compile_kind kinds[] = { COMPILE_TARGETS,
		COMPILE_DOCUMENT, COMPILE_RUN };
	static const char key[] = "0123456789abcdef0123456789abcdef"
				  "0123456789abcdef0123456789abcdef";
	struct compile_answer a, again;
	struct buf out = { 0 };

	for (size_t i = 0; i < 3; i++) {
		if (compile_answer_read(text, len, kinds[i], key, &a, NULL) !=
		    ERR_OK)
			continue;
		buf_reset(&out);
		compile_answer_write(&a, &out);
		assert(compile_answer_read(out.data, out.len, kinds[i], key,
			   &again, NULL) == ERR_OK);
		compile_answer_clear(&again);
		compile_answer_clear(&a);
	}
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const char *, size_t) = {
		try_frame,
		try_line,
		try_runner,
		try_tty,
		try_job,
		try_compile_request,
		try_compile_answer,
	};
	const char *text = (const char *)data + 1;

	if (size > 0 && data[0] >= '0' &&
	    data[0] < '0' + sizeof(tries) / sizeof(tries[0]))
		tries[data[0] - '0'](text, size - 1);
	return 0;
}
