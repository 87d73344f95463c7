/*
 * The status file of an execution and what becomes of a step by what its
 * targets say: the worst counts, and silence is never success.
 */
#include "data_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/catalogue.h"
#include "base/json.h"
#include "executor/aggregate.h"
#include "executor/job_target.h"
#include "executor/status.h"
#include "wire/status_line.h"

#define MOST 4

static struct job_target targets[MOST] = {
	{ .name = "a", .kind = "ssh", .host = "192.0.2.1" },
	{ .name = "b", .kind = "ssh", .host = "192.0.2.2" },
	{ .name = "c", .kind = "local", .host = "" },
	{ .name = "d", .kind = "local", .host = "" },
};

static int
begin(void **state)
{
	data_begin(state);
	assert_int_equal(chdir(data_folder), 0);
	assert_int_equal(status_open(), ERR_OK);
	return 0;
}

static int
end(void **state)
{
	assert_int_equal(chdir("/"), 0);
	return data_end(state);
}

static void
ended(const char *target, enum state state, const char *message)
{
	struct result r = { .state = state_word(state), .message = message };

	assert_int_equal(status_target(target, &r), ERR_OK);
}

/* The last line of the status file; the caller puts its json. */
static struct status_line
last_line(void)
{
	struct status_line line;
	char *text = data_read("status"), *at;
	size_t len = strlen(text);

	assert_true(len > 0 && text[len - 1] == '\n');
	text[--len] = '\0';
	at = strrchr(text, '\n');
	at = at != NULL ? at + 1 : text;
	assert_int_equal(status_line_parse(at, strlen(at), &line), ERR_OK);
	free(text);
	return line;
}

/* The step's state by its last line, and its message in English. */
static void
step_is(enum state state, const char *message)
{
	struct status_line line = last_line();
	struct catalogue *c = catalogue_new();
	struct buf shown = { 0 };

	assert_int_equal(line.kind, STATUS_DONE);
	assert_string_equal(line.result.state, state_word(state));
	catalogue_render(c, "en", line.result.message, &shown);
	assert_string_equal(buf_text(&shown), message);
	buf_clear(&shown);
	catalogue_free(c);
	json_object_put(line.json);
}

static void
the_worst_of_the_targets_is_the_steps(void **state)
{
	static const struct {
		enum state a, b, c, step;
	} rows[] = {
		{ STATE_SUCCEEDED, STATE_SUCCEEDED, STATE_SUCCEEDED,
		    STATE_SUCCEEDED },
		{ STATE_SUCCEEDED, STATE_FAILED, STATE_SUCCEEDED,
		    STATE_FAILED },
		{ STATE_FAILED, STATE_UNKNOWN, STATE_SUCCEEDED, STATE_UNKNOWN },
		{ STATE_UNKNOWN, STATE_NOT_STARTED, STATE_FAILED,
		    STATE_UNKNOWN },
		/* a target that was left out is no success */
		{ STATE_SUCCEEDED, STATE_SUCCEEDED, STATE_NOT_STARTED,
		    STATE_FAILED },
		{ STATE_NOT_STARTED, STATE_NOT_STARTED, STATE_NOT_STARTED,
		    STATE_FAILED },
	};
	static const enum outcome outcomes[3] = { OUTCOME_WRITTEN };
	struct job_spec o = {
		.exec = "e", .targets = targets, .targets_count = 3
	};
	struct status_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(truncate("status", 0), 0);
		ended("a", rows[i].a, "");
		ended("b", rows[i].b, "");
		ended("c", rows[i].c, "");
		assert_int_equal(
		    aggregate(&o, outcomes, HALT_CANCELLED), ERR_OK);
		line = last_line();
		assert_string_equal(
		    line.result.state, state_word(rows[i].step));
		json_object_put(line.json);
	}
}

/* A process that ended or hung without a word: nobody knows what it did. */
static void
a_target_without_its_line_is_unknown(void **state)
{
	static const enum outcome died[] = { OUTCOME_DIED },
				  hung[] = { OUTCOME_HUNG };
	struct job_spec o = {
		.exec = "e7", .targets = targets, .targets_count = 1
	};
	struct status_line line;

	(void)state;
	status_running("a");
	assert_int_equal(aggregate(&o, died, HALT_NONE), ERR_OK);
	line = last_line();
	assert_string_equal(line.result.state, "unknown");
	json_object_put(line.json);
	assert_int_equal(truncate("status", 0), 0);
	o.interpreter = "sh"; /* then the host may know: its name is said */
	assert_int_equal(aggregate(&o, hung, HALT_NONE), ERR_OK);
	line = last_line();
	assert_string_equal(line.result.state, "unknown");
	assert_non_null(strstr(line.result.message, "192.0.2.1"));
	json_object_put(line.json);
}

/* The line that says it has written one does not count; the file does. */
static void
a_line_that_is_not_in_the_file_does_not_count(void **state)
{
	static const enum outcome outcomes[2] = { OUTCOME_WRITTEN };
	struct job_spec o = {
		.exec = "e", .targets = targets, .targets_count = 2
	};
	static const char *const lines[] = { "", "nonsense\n",
		"{\"at\":1,\"target\":\"b\",\"state\":\"succeeded\"", /* torn */
		"{\"at\":1,\"target\":\"b\",\"state\":\"running\"}\n",
		"{\"at\":1,\"target\":\"b\",\"state\":\"confirmed\"}\n" };
	struct status_line line;
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(truncate("status", 0), 0);
		ended("a", STATE_SUCCEEDED, "");
		fd = open("status", O_WRONLY | O_APPEND);
		assert_int_equal(
		    io_write_all(fd, lines[i], strlen(lines[i])), 0);
		/* as after a torn line, of a process that was killed */
		assert_int_equal(io_write_all(fd, "\n", 1), 0);
		close(fd);
		assert_int_equal(aggregate(&o, outcomes, HALT_NONE), ERR_OK);
		line = last_line();
		assert_string_equal(line.result.state, "unknown");
		json_object_put(line.json);
	}
}

static void
the_message_counts_and_gives_the_first_reason(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_WRITTEN,
		OUTCOME_WRITTEN, OUTCOME_WRITTEN, OUTCOME_NOT_STARTED };
	struct job_spec o = { .exec = "e",
		.targets = targets,
		.targets_count = 4,
		.step = { .max_fail = 1 } };
	struct json_object *ends;

	(void)state;
	ended("a", STATE_SUCCEEDED, "");
	ended("b", STATE_FAILED, "The exit status is 3.");
	ended("c", STATE_FAILED, "The exit status is 4.");
	assert_int_equal(aggregate(&o, outcomes, HALT_MAX_FAIL), ERR_OK);
	step_is(STATE_FAILED,
	    "2 of 4 targets failed. 1 of 4 targets: not started as "
	    "max-fail=1 was passed. The exit status is 3.");
	ends = status_read();
	assert_int_equal(json_object_object_length(ends), 4);
	assert_string_equal(
	    json_text(json_get(ends, "d"), "state", ""), "not_started");
	json_object_put(ends);
}

/* Several processes write one file: each line is whole. */
static void
lines_of_several_processes_do_not_mix(void **state)
{
	char note[3000], *text, *line, *rest;
	struct status_line parsed;
	int count = 0, status;

	(void)state;
	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	for (int i = 0; i < MOST; i++)
		if (fork() == 0) {
			for (int n = 0; n < 100; n++)
				status_note(targets[i].name, "try", note);
			_exit(0);
		}
	for (int i = 0; i < MOST; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	rest = text = data_read("status");
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		assert_int_equal(
		    status_line_parse(line, strlen(line), &parsed), ERR_OK);
		assert_string_equal(parsed.message, note);
		json_object_put(parsed.json);
		count++;
	}
	assert_int_equal(count, 100 * MOST);
	free(text);
}

/* A disk without room: the caller hears that its result is not durable. */
static void
a_line_that_could_not_be_written_is_an_error(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_WRITTEN };
	struct job_spec o = {
		.exec = "e", .targets = targets, .targets_count = 1
	};
	struct result r = { .state = "succeeded", .message = "" };
	struct rlimit before, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(status_target("a", &r), ERR_IO);
	assert_int_equal(aggregate(&o, outcomes, HALT_NONE), ERR_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	/* what was not written did not succeed */
	assert_int_equal(aggregate(&o, outcomes, HALT_NONE), ERR_OK);
	step_is(STATE_UNKNOWN, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, end)
		ONE(the_worst_of_the_targets_is_the_steps),
		ONE(a_target_without_its_line_is_unknown),
		ONE(a_line_that_is_not_in_the_file_does_not_count),
		ONE(the_message_counts_and_gives_the_first_reason),
		ONE(lines_of_several_processes_do_not_mix),
		ONE(a_line_that_could_not_be_written_is_an_error),
	};

	return cmocka_run_group_tests_name(
	    "executor/aggregate", tests, NULL, NULL);
}
