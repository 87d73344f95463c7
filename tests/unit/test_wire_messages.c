/*
 * The messages between the programs: what is written is read, and what no
 * program of ours writes is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "wire/job_message.h"
#include "wire/runner_message.h"
#include "wire/status_line.h"
#include "wire/tty_message.h"
#include "wire/wire.h"

#define EXEC "0123456789abcdef0123456789abcdef"

static enum err
read_line(const char *text)
{
	struct status_line line;
	enum err err = status_line_parse(text, strlen(text), &line);

	if (err == ERR_OK)
		json_object_put(line.json);
	return err;
}

/* The text that a line is written as, without its line break. */
static void
check_written(const struct status_line *line, const char *text)
{
	struct status_line again;
	struct buf out = { 0 }, twice = { 0 };

	status_line_put(line, &out);
	assert_int_equal(out.data[out.len - 1], '\n');
	assert_int_equal(out.len - 1, strlen(text));
	assert_memory_equal(out.data, text, out.len - 1);
	assert_int_equal(
	    status_line_parse(out.data, out.len - 1, &again), ERR_OK);
	assert_int_equal(again.kind, line->kind);
	status_line_put(&again, &twice);
	assert_string_equal(buf_text(&twice), buf_text(&out));
	json_object_put(again.json);
	buf_clear(&out);
	buf_clear(&twice);
}

static void
a_status_line_is_read_as_it_was_written(void **state)
{
	(void)state;
	check_written(
	    &(struct status_line){
		.kind = STATUS_RUNNING, .at = 17, .target = "web-1" },
	    "{\"at\":17,\"target\":\"web-1\",\"state\":\"running\"}");
	check_written(&(struct status_line){ .kind = STATUS_NOTE,
			  .note = "silent",
			  .message = "It “hangs”." },
	    "{\"note\":\"silent\",\"message\":\"It “hangs”.\"}");
	check_written(&(struct status_line){ .kind = STATUS_ENDED,
			  .at = 18,
			  .target = "web-1",
			  .result = { .state = "not_started",
			      .exit = -1,
			      .message = "No." } },
	    "{\"at\":18,\"target\":\"web-1\",\"state\":\"not_started\","
	    "\"exit\":null,\"message\":\"No.\",\"bytes\":0,\"dropped\":0,"
	    "\"tries\":0}");
	check_written(&(struct status_line){ .kind = STATUS_DONE,
			  .at = 19,
			  .result = { .state = "unknown", .message = "" } },
	    "{\"at\":19,\"done\":true,\"state\":\"unknown\",\"message\":\"\"}");
}

static void
a_status_line_that_no_executor_writes_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"[]",
		"{}",
		"{\"state\":\"running\"}",
		"{\"target\":\"../x\",\"state\":\"running\"}",
		"{\"target\":\"a\",\"state\":\"running\",\"exit\":0}",
		"{\"target\":\"a\",\"state\":\"well\"}",
		"{\"target\":\"a\",\"state\":\"failed\",\"bytes\":\"1\"}",
		"{\"target\":\"a\",\"state\":\"failed\",\"more\":1}",
		"{\"target\":\"a\",\"state\":\"failed\",\"sealed\":\"x\"}",
		"{\"target\":\"a\",\"note\":1}",
		"{\"done\":true,\"state\":\"not_started\"}",
		"{\"done\":true,\"state\":\"failed\",\"target\":\"a\"}",
		"{\"done\":true,\"state\":\"failed\"}{}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (read_line(wrong[i]) != ERR_INVALID)
			fail_msg("accepted: %s", wrong[i]);
}

/* An executor of an earlier version may run while the programs are replaced. */
static void
lines_of_older_executors_are_read(void **state)
{
	static const char *const lines[] = {
		"{\"at\":1,\"target\":\"a\",\"state\":\"failed\",\"exit\":1,"
		"\"message\":\"m\",\"bytes\":2,\"dropped\":0,\"tries\":1,"
		"\"captures\":{}}",
		"{\"at\":1,\"target\":\"a\",\"state\":\"succeeded\",\"exit\":0,"
		"\"message\":\"m\",\"bytes\":2,\"dropped\":0,\"tries\":1,"
		"\"captures\":{\"v\":\"1\"},\"sealed\":{},\"artifact\":"
		"{\"name\":\"n\",\"bytes\":3}}",
		"{\"at\":1,\"target\":\"a\",\"note\":\"quiet\",\"message\":"
		"null}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (read_line(lines[i]) != ERR_OK)
			fail_msg("refused: %s", lines[i]);
}

static void
a_message_of_the_runner_is_read_as_it_was_written(void **state)
{
	struct json_object *line = json_object_new_object(), *body;
	struct runner_message m = { .exec = EXEC,
		.line = line,
		.results = line,
		.message = "It died.",
		.target = "web-1",
		.session = "abc",
		.arrived = 7 };
	struct arena *arena = arena_new();

	(void)state;
	for (int kind = RUNNER_STARTING; kind <= RUNNER_INPUT_ARRIVED;
	     kind *= 2) {
		struct runner_message again;
		struct fault fault = { 0 };

		body = runner_message_write(kind, &m);
		assert_int_equal(
		    runner_message_read(kind, body, arena, &again, &fault),
		    ERR_OK);
		assert_string_equal(again.exec, EXEC);
		assert_int_equal(again.line != NULL, kind == RUNNER_LINE);
		assert_int_equal(
		    again.results != NULL, kind == RUNNER_DRY_RUN_ENDED);
		assert_int_equal(
		    again.arrived, kind == RUNNER_INPUT_ARRIVED ? 7 : 0);
		json_set_int(body, "more", 1);
		assert_int_equal(
		    runner_message_read(kind, body, arena, &again, &fault),
		    ERR_INVALID);
		json_object_put(body);
		body = json_object_new_object();
		assert_int_equal(
		    runner_message_read(kind, body, arena, &again, &fault),
		    ERR_INVALID);
		json_object_put(body);
	}
	json_object_put(line);
	arena_free(arena);
}

static void
what_is_open_is_read_as_it_was_written(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"attempts\":[{\"exec\":\"" EXEC
		"\",\"state\":\"running\",\"cancelled\":true},{\"exec\":"
		"\"a\",\"state\":\"requested\"}],\"dry_runs\":[\"b\","
		"\"c\"]}",
		NULL,
		"[]",
		"{\"attempts\":[{\"exec\":\"../a\",\"state\":\"running\"}]}",
		"{\"attempts\":[{\"exec\":\"a\",\"state\":\"ended\"}]}",
		"{\"attempts\":[{\"exec\":\"a\",\"state\":\"failed\"}]}",
		"{\"attempts\":[{\"state\":\"running\"}]}",
		"{\"dry_runs\":[\"a/b\"]}",
		"{\"looks\":[]}",
	};
	struct arena *arena = arena_new();
	bool good = true;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct json_object *o = NULL, *again;
		struct runner_hello h;
		enum err err;

		if (texts[i] == NULL) {
			good = false;
			continue;
		}
		assert_int_equal(
		    json_read(texts[i], strlen(texts[i]), &o, NULL), ERR_OK);
		err = runner_hello_read(o, arena, &h, NULL);
		if (err != (good ? ERR_OK : ERR_INVALID))
			fail_msg("%d: %s", err, texts[i]);
		if (good) {
			again = runner_hello_write(&h);
			assert_string_equal(json_write(again), texts[i]);
			json_object_put(again);
		}
		json_object_put(o);
	}
	arena_free(arena);
}

static void
a_job_spec_is_read_as_it_was_written(void **state)
{
	static const char text[] =
	    "{\"exec\":\"" EXEC "\",\"run\":\"7\",\"environment\":\"prod\","
	    "\"step\":{\"id\":\"a\"},\"dry_run\":true,"
	    "\"compare\":{\"t\":\"f\"},\"values\":{\"v\":\"1\"},"
	    "\"secrets\":{\"s\":\"2\"},\"mask\":[\"3\"],"
	    "\"own\":{\"t\":{\"v\":\"4\"}},\"lacks\":{\"t\":\"5\"},"
	    "\"numbers\":[\"v\"],\"from_statement\":{\"t\":3},"
	    "\"skipped\":{\"t\":[2]},\"local\":{\"kind\":\"local\"},"
	    "\"targets\":[{\"name\":\"t\"}],\"hosts\":{\"h\":{}},"
	    "\"artifacts\":{\"n\":{\"t\":\"f\"}},\"seen\":{\"t\":\"6\"},"
	    "\"undo\":{\"t\":{}},\"needs\":{\"t\":[\"sh\"]},"
	    "\"users\":[\"u\"],\"files\":{\"./f\":{}},"
	    "\"seal_to\":\"7\",\"save_to\":\"8\",\"output_limit\":8,"
	    "\"parallel\":9}";
	struct job_message m;
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(
	    job_message_read(text, strlen(text), &m, NULL), ERR_OK);
	job_message_write(&m, &out);
	assert_string_equal(buf_text(&out), text);
	job_message_clear(&m);
	buf_clear(&out);
}

static void
a_job_spec_that_no_runner_writes_is_refused(void **state)
{
	static const char *const wrong[] = {
		"[]",
		"{}",
		"{\"exec\":\"a\",\"step\":{}}",
		"{\"exec\":\"a\",\"targets\":[]}",
		"{\"exec\":\"a\",\"step\":{},\"targets\":{}}",
		"{\"exec\":\"a\",\"step\":{},\"targets\":[],\"more\":1}",
		"{\"exec\":\"a\",\"step\":{},\"targets\":[],\"parallel\":0}",
		"{\"exec\":\"a\",\"step\":{},\"targets\":[],\"mask\":{}}",
	};
	struct job_message m;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (job_message_read(wrong[i], strlen(wrong[i]), &m, NULL) !=
		    ERR_INVALID)
			fail_msg("accepted: %s", wrong[i]);
}

static void
terminal_input_is_read_as_it_was_written(void **state)
{
	struct tty_message m = { .exec = EXEC,
		.target = "web-1",
		.session = EXEC,
		.from = 12,
		.columns = 80,
		.rows = 24 };
	struct tty_message again;
	struct buf bytes = { 0 }, text = { 0 }, read = { 0 };
	char session[TTY_SESSION + 1];
	int64_t arrived;

	(void)state;
	buf_put(&bytes, "ls\r\0\xff", 5);
	tty_message_write(&m, &bytes, &text);
	assert_int_equal(
	    tty_message_read(buf_text(&text), text.len, &again, &read), ERR_OK);
	assert_string_equal(again.exec, m.exec);
	assert_string_equal(again.target, m.target);
	assert_string_equal(again.session, m.session);
	assert_int_equal(again.from, 12);
	assert_int_equal(again.columns, 80);
	assert_int_equal(again.rows, 24);
	assert_int_equal(read.len, 5);
	assert_memory_equal(read.data, bytes.data, 5);
	json_object_put(again.json);
	buf_reset(&text);
	tty_arrived_write(EXEC, 17, &text);
	assert_int_equal(
	    tty_arrived_read(buf_text(&text), text.len, session, &arrived),
	    ERR_OK);
	assert_string_equal(session, EXEC);
	assert_int_equal(arrived, 17);
	buf_clear(&bytes);
	buf_clear(&text);
	buf_clear(&read);
}

static void
terminal_input_that_is_malformed_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"{}",
		"{\"data\":\"?\"}",
		"{\"data\":\"bHM=\",\"typist\":1}",
		"{\"data\":\"bHM=\",\"more\":1}",
		"{\"data\":\"bHM=\",\"typist\":\"" EXEC "0\"}",
	};
	struct tty_message m;
	struct buf bytes = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (tty_message_read(wrong[i], strlen(wrong[i]), &m, &bytes) !=
		    ERR_INVALID)
			fail_msg("accepted: %s", wrong[i]);
	assert_int_equal(bytes.len, 0);
	buf_clear(&bytes);
}

static void
a_frame_is_read_as_it_was_written(void **state)
{
	struct wire_call call = { .id = INT64_MIN,
		.verb = "step_execute",
		.credential = "session:x",
		.address = "::1",
		.run = 7,
		.step = "stop",
		.body = "{\"a\":\"ü\"}",
		.by = INT64_MAX };
	struct wire_reply reply = {
		.id = 9, .err = ERR_CONFLICT, .body = "{}"
	};
	struct wire_call call2;
	struct wire_reply reply2;
	struct buf out = { 0 };
	size_t size;

	(void)state;
	wire_put_call(&out, &call);
	for (size_t i = 0; i < out.len; i++)
		assert_int_equal(wire_frame(out.data, i, &size), 0);
	assert_int_equal(wire_frame(out.data, out.len, &size), 1);
	assert_int_equal(size, out.len);
	assert_true(wire_get_call(out.data, size, &call2));
	assert_int_equal(call2.id, call.id);
	assert_string_equal(call2.body, call.body);
	assert_string_equal(call2.step, "stop");
	assert_int_equal(call2.by, INT64_MAX);
	assert_false(wire_get_reply(out.data, size, &reply2));
	for (size_t i = 4; i < size; i++)
		assert_false(wire_get_call(out.data, i, &call2));
	buf_reset(&out);
	wire_put_reply(&out, &reply);
	assert_int_equal(wire_frame(out.data, out.len, &size), 1);
	assert_true(wire_get_reply(out.data, size, &reply2));
	assert_int_equal(reply2.err, ERR_CONFLICT);
	assert_int_equal(reply2.id, 9);
	buf_clear(&out);
	assert_int_equal(wire_frame("\xff\xff\xff\xff", 4, &size), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_line_is_read_as_it_was_written),
		cmocka_unit_test(
		    a_status_line_that_no_executor_writes_is_refused),
		cmocka_unit_test(lines_of_older_executors_are_read),
		cmocka_unit_test(
		    a_message_of_the_runner_is_read_as_it_was_written),
		cmocka_unit_test(what_is_open_is_read_as_it_was_written),
		cmocka_unit_test(a_job_spec_is_read_as_it_was_written),
		cmocka_unit_test(a_job_spec_that_no_runner_writes_is_refused),
		cmocka_unit_test(terminal_input_is_read_as_it_was_written),
		cmocka_unit_test(terminal_input_that_is_malformed_is_refused),
		cmocka_unit_test(a_frame_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests_name("wire/messages", tests, NULL, NULL);
}
