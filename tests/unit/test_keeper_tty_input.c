/*
 * Input of people for the terminal of a step: who may type, what of it goes to
 * the runner, and that nothing of it stays here.
 */
#include "keeper_runs.h"

#include "wire/runner_message.h"
#include "wire/tty_message.h"

#define PAGE "00000000000000000000000000000001"
#define OTHER "00000000000000000000000000000002"
#define HOST(address) \
	"{ssh: {host: " address ", user: u, agent: true," \
	" host_key: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER" \
	"/Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK\"}}\n"

static const char *lee, *max;
static int64_t run;
static char exec[33];

/* The execution of the step, of which these targets are running. */
static void
begin_step(const char *step, const char *who, const char *const *targets)
{
	char line[100];

	snprintf(exec, sizeof(exec), "%s",
	    press("step_execute", who, run, step, "{}"));
	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	for (; *targets != NULL; targets++) {
		snprintf(line, sizeof(line),
		    "{\"target\":\"%s\",\"state\":\"running\"}", *targets);
		report_line(exec, line);
	}
	keeper.runner_here = true;
}

static void
end_step(const char *const *targets)
{
	for (; *targets != NULL; targets++)
		report_target(exec, *targets, "succeeded", "");
	report_done(exec, "succeeded");
}

static const char *const here[] = { "local", NULL };
static const char *const both[] = { "a", "b", NULL };

static int
begin(void **state)
{
	keeper_runs_begin(state);
	lee = sign_up("lee", "\"lead\"");
	max = sign_up("max", "\"lead\"");
	write_book("```sh {#one pty interactive role=lead}\ntrue\n```\n\n"
		   "```sh {#two}\ntrue\n```\n\n"
		   "```sh {#three pty interactive on=all}\ntrue\n```\n",
	    "environments:\n  test:\n    targets:\n"
	    "      a: " HOST("192.0.2.1") "      b: " HOST(
		"192.0.2.2") "    groups: {all: [a, b]}\n");
	run = must_create(ana, "");
	must("run_start", ana, run, NULL, "{}");
	begin_step("one", lee, here);
	return 0;
}

/* The next input that the runner gets is these bytes; NULL: there is none. */
static void
passes_on(const char *target, const char *text)
{
	struct wire_call call;
	struct tty_message m;
	struct buf bytes = { 0 };
	size_t size = 0;

	if (text == NULL) {
		assert_int_equal(keeper.typed.len, 0);
		return;
	}
	assert_int_equal(
	    wire_frame(keeper.typed.data, keeper.typed.len, &size), 1);
	assert_true(wire_get_call(keeper.typed.data, size, &call));
	assert_string_equal(call.verb, RUNNER_PUSH_INPUT);
	assert_int_equal(
	    tty_message_read(call.body, strlen(call.body), &m, &bytes), ERR_OK);
	assert_string_equal(m.exec, exec);
	assert_string_equal(m.target, target);
	assert_string_equal(buf_text(&bytes), text);
	json_object_put(m.json);
	buf_clear(&bytes);
	buf_consume(&keeper.typed, size);
}

/* Refused with that code and field: nothing is passed on or recorded. */
static void
is_refused(const char *who, const char *step, const char *body,
    const char *code, const char *field)
{
	int64_t seq = last_of(run);

	assert_int_not_equal(call("step_type", who, run, step, body), ERR_OK);
	assert_string_equal(called.fault.code, code);
	assert_string_equal(called.fault.field, field);
	assert_int_equal(last_of(run), seq);
	passes_on(NULL, NULL);
}

/* It may be a password. */
static void
input_is_passed_on_and_stored_nowhere(void **state)
{
	(void)state;
	must("step_type", lee, run, "one",
	    "{\"attempt\":1,\"line\":\"hunter2\"}");
	must("step_type", lee, run, "one",
	    "{\"attempt\":1,\"data\":\"aHVudGVyMg==\"}");
	passes_on("local", "hunter2\r");
	passes_on("local", "hunter2");
	passes_on(NULL, NULL);
	assert_true(data_has("countersign.db-wal", "step.typed"));
	assert_false(data_has("countersign.db-wal", "hunter2"));
	assert_false(data_has("countersign.db-wal", "aHVudGVyMg"));
}

static void
who_types_is_on_record_once(void **state)
{
	static const char line[] = "{\"attempt\":1,\"line\":\"y\"}";
	int64_t seq = last_of(run);

	(void)state;
	must("step_type", lee, run, "one", line);
	must("step_type", lee, run, "one", line);
	assert_int_equal(last_of(run), seq + 1);
	expect_last(run, "step.typed", "target", "local");
	must("step_type", max, run, "one", line);
	must("step_type", lee, run, "one", line);
	assert_int_equal(last_of(run), seq + 2);
}

/* A person who typed into a step may not sign it. */
static void
only_who_may_press_the_step_may_type(void **state)
{
	int64_t seq = last_of(run);

	(void)state;
	assert_int_equal(call("step_type", ana, run, "one",
			     "{\"attempt\":1,\"line\":\"y\"}"),
	    ERR_FORBIDDEN);
	assert_int_equal(last_of(run), seq + 1);
	expect_last(run, "run.refused", "code", "role_needed");
	passes_on(NULL, NULL);
	is_refused(
	    "", "one", "{\"attempt\":1,\"line\":\"y\"}", "unauthenticated", "");
}

static void
a_terminal_takes_input_while_its_program_runs(void **state)
{
	static const char line[] = "{\"attempt\":1,\"line\":\"y\"}";

	(void)state;
	is_refused(lee, "one", "{\"attempt\":2,\"line\":\"y\"}", "old_page",
	    "attempt");
	is_refused(lee, "one",
	    "{\"attempt\":1,\"line\":\"y\",\"target\":\"web1\"}", "bad_value",
	    "target");
	keeper.runner_here = false;
	is_refused(lee, "one", line, "no_runner", "");
	keeper.runner_here = true;
	report_target(exec, "local", "succeeded", "");
	is_refused(lee, "one", line, "step_state", "");
	report_done(exec, "succeeded");
	is_refused(lee, "one", line, "step_state", "");
	begin_step("two", ana, here);
	is_refused(ana, "two", line, "not_interactive", "");
}

static void
among_several_terminals_one_is_named(void **state)
{
	(void)state;
	end_step(here);
	begin_step("two", ana, here);
	end_step(here);
	begin_step("three", ana, both);
	is_refused(ana, "three", "{\"attempt\":1,\"line\":\"y\"}", "bad_value",
	    "target");
	must("step_type", ana, run, "three",
	    "{\"attempt\":1,\"line\":\"y\",\"target\":\"b\"}");
	passes_on("b", "y\r");
}

static void
malformed_input_is_refused(void **state)
{
	static const struct {
		const char *more, *field;
	} rows[] = {
		{ "", "data" },
		{ ",\"line\":\"a\",\"data\":\"YQ==\"", "line" },
		{ ",\"data\":\"\"", "data" },
		{ ",\"data\":\"?\"", "data" },
		{ ",\"data\":\"YQ==\",\"typist\":\"me\",\"from\":0", "typist" },
		{ ",\"data\":\"YQ==\",\"typist\":\"" PAGE "\"", "typist" },
		{ ",\"data\":\"YQ==\",\"typist\":\"" PAGE "\",\"from\":-1",
		    "typist" },
		/* a size: whole, possible, and of a page that has a number */
		{ ",\"data\":\"YQ==\",\"columns\":80,\"rows\":24", "columns" },
		{ ",\"data\":\"YQ==\",\"typist\":\"" PAGE
		  "\",\"from\":0,\"columns\":80",
		    "columns" },
		{ ",\"data\":\"YQ==\",\"typist\":\"" PAGE
		  "\",\"from\":0,\"columns\":19,\"rows\":24",
		    "columns" },
	};
	char body[300], *text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(body, sizeof(body), "{\"attempt\":1%s}", rows[i].more);
		is_refused(lee, "one", body, "bad_value", rows[i].field);
	}
	/* with Enter, one byte more than a message may have */
	text = mem_printf(
	    "{\"attempt\":1,\"line\":\"%0*d\"}", TTY_INPUT_MOST, 0);
	is_refused(lee, "one", text, "bad_value", "line");
	free(text);
	text = mem_printf(
	    "{\"attempt\":1,\"line\":\"%0*d\"}", TTY_INPUT_MOST - 1, 0);
	must("step_type", lee, run, "one", text);
	free(text);
}

/* A page of that session gets this answer. */
static void
arrived_is(const char *session, int64_t count)
{
	char body[200];

	snprintf(body, sizeof(body),
	    "{\"attempt\":1,\"typist\":\"%s\",\"from\":0,\"data\":\"\"}",
	    session);
	must("step_type", lee, run, "one", body);
	assert_int_equal(json_int(called.result, "arrived", -1), count);
	passes_on(NULL, NULL);
}

static void
report_arrived(const char *session, int count)
{
	char more[200];

	snprintf(more, sizeof(more),
	    ",\"target\":\"local\",\"typist\":\"%s\",\"arrived\":%d", session,
	    count);
	assert_int_equal(report("exec_input", exec, more), ERR_OK);
}

/* To ask is not to type: it is neither passed on nor recorded. */
static void
a_page_hears_how_much_has_arrived(void **state)
{
	int64_t seq = last_of(run);
	char session[33];

	(void)state;
	arrived_is(PAGE, 0);
	report_arrived(PAGE, 7);
	report_arrived(OTHER, 3);
	report_arrived(PAGE, 9);
	arrived_is(PAGE, 9);
	arrived_is(OTHER, 3);
	assert_int_equal(last_of(run), seq);
	/* so many are remembered: then the oldest goes */
	for (int i = 0; i < KEEPER_ARRIVED - 1; i++) {
		snprintf(session, sizeof(session), "%032d", 100 + i);
		report_arrived(session, 1);
	}
	arrived_is(PAGE, 0);
	arrived_is(OTHER, 3);
}

/* A window that changed its size: passed on, but nobody has typed. */
static void
a_size_alone_is_not_input(void **state)
{
	int64_t seq = last_of(run);

	(void)state;
	must("step_type", lee, run, "one",
	    "{\"attempt\":1,\"typist\":\"" PAGE "\",\"from\":0,\"data\":\"\","
	    "\"columns\":100,\"rows\":30}");
	assert_non_null(memmem(keeper.typed.data, keeper.typed.len,
	    "\"columns\":100,", strlen("\"columns\":100,")));
	passes_on("local", "");
	assert_int_equal(last_of(run), seq);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, keeper_runs_end)
		ONE(input_is_passed_on_and_stored_nowhere),
		ONE(who_types_is_on_record_once),
		ONE(only_who_may_press_the_step_may_type),
		ONE(a_terminal_takes_input_while_its_program_runs),
		ONE(among_several_terminals_one_is_named),
		ONE(malformed_input_is_refused),
		ONE(a_page_hears_how_much_has_arrived),
		ONE(a_size_alone_is_not_input),
	};

	return cmocka_run_group_tests_name(
	    "keeper/tty_input", tests, NULL, NULL);
}
