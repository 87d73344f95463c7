/*
 * A process that compiles, as it may turn out: it answers, answers something
 * else, dies, or never ends.  The keeper gets a reason for each, waits for none
 * and leaves no process behind.
 */
#include "keeper_calls.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#define TARGETS "environments:\n  test:\n    targets: {}\n"

static const struct compile_request request = { .kind = COMPILE_TARGETS,
	.targets = TARGETS,
	.targets_bytes = sizeof(TARGETS) - 1,
	.folder = "/" };

/* A job whose program is that script. */
static struct compile_job *
start(const char *script)
{
	struct compile_job *j = compile_job_new(&request);
	char *text = mem_printf("#!/bin/sh\n%s\n", script);

	data_write("program", text);
	free(text);
	assert_int_equal(chmod(data_path("program"), 0700), 0);
	assert_true(compile_job_start(j, data_path("program")));
	return j;
}

static enum compile_failure
end_of(struct compile_job *j)
{
	struct compile_answer answer;
	struct pollfd p = { .fd = j->fd, .events = POLLIN };
	enum compile_failure failure;

	assert_int_equal(poll(&p, 1, 60000), 1);
	if (compile_job_end(j, &answer))
		compile_answer_clear(&answer);
	failure = j->failure;
	assert_int_equal(j->fd, -1);
	compile_job_free(j);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return failure;
}

static void
each_end_has_its_reason(void **state)
{
	static const struct {
		const char *script;
		enum compile_failure failure;
	} rows[] = {
		{ "exit 0", COMPILE_WRONG },
		{ "echo '{}'", COMPILE_WRONG },
		{ "echo 'no JSON'", COMPILE_WRONG },
		{ "cat", COMPILE_WRONG }, /* the request itself */
		{ "echo '{\"key\":\"0\",\"environments\":[]}'", COMPILE_WRONG },
		{ "exit 1", COMPILE_DIED },
		{ "exit 126", COMPILE_DIED },
		{ "exit 127", COMPILE_NOT_STARTED },
		{ "kill -SEGV $$", COMPILE_DIED },
		{ "kill -SYS $$", COMPILE_DIED },
		{ "kill -XCPU $$", COMPILE_SLOW },
		/* an answer without end: the size of its file is limited */
		{ "exec head -c 40000000 /dev/zero", COMPILE_DIED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum compile_failure failure = end_of(start(rows[i].script));

		if (failure != rows[i].failure)
			fail_msg("%s: %d", rows[i].script, failure);
	}
}

/* An answer counts for the request that it names, and no other. */
static void
the_answer_names_its_request(void **state)
{
	char script[400];
	struct compile_job *j = compile_job_new(&request);

	(void)state;
	snprintf(script, sizeof(script),
	    "echo '{\"key\":\"%s\",\"environments\":[]}'", j->key);
	assert_int_equal(end_of(start(script)), COMPILE_ANSWERED);
	strstr(script, j->key)[0] ^= 1;
	assert_int_equal(end_of(start(script)), COMPILE_WRONG);
	compile_job_free(j);
}

static void
a_program_that_is_not_there_was_not_started(void **state)
{
	struct compile_job *j = compile_job_new(&request);

	(void)state;
	assert_true(compile_job_start(j, data_path("nothing")));
	assert_int_equal(end_of(j), COMPILE_NOT_STARTED);
}

static void
one_that_never_ends_is_killed_at_its_time(void **state)
{
	struct compile_job *j = start("sleep 600");

	(void)state;
	assert_in_range(compile_job_left(j), 1, COMPILE_SECONDS * 1000);
	compile_job_tick(j);
	assert_false(j->killed); /* it has its time */
	j->deadline = clock_monotonic() - 1;
	assert_int_equal(compile_job_left(j), 0);
	compile_job_tick(j);
	assert_true(j->killed);
	assert_int_equal(compile_job_left(j), -1);
	assert_int_equal(end_of(j), COMPILE_SLOW);
}

static void
one_that_nobody_waits_for_is_killed(void **state)
{
	struct compile_job *j = start("sleep 600");
	pid_t pid = j->pid;

	(void)state;
	compile_job_free(j);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

/* Nothing of the keeper: no environment, no descriptor, no folder. */
static void
it_inherits_its_request_alone(void **state)
{
	char *seen, script[400];

	(void)state;
	snprintf(script, sizeof(script),
	    "{ tr '\\0' '\\n' </proc/$$/environ; ls /proc/$$/fd; pwd;"
	    " grep -c . /dev/stdin; } >%s 2>&1",
	    data_path("seen"));
	assert_int_equal(setenv("SSH_AUTH_SOCK", "/nowhere", 1), 0);
	assert_int_equal(end_of(start(script)), COMPILE_WRONG);
	seen = data_read("seen");
	assert_null(strstr(seen, "SSH_AUTH_SOCK"));
	assert_null(strstr(seen, "PATH="));
	assert_null(strstr(seen, "\n3\n"));
	assert_non_null(strstr(seen, "\n/\n"));
	free(seen);
}

/* A failure is a refusal that a person can read; the next press tries again. */
static void
a_failure_is_a_fault_of_its_own(void **state)
{
	static const struct {
		enum compile_failure failure;
		const char *code;
	} rows[] = {
		{ COMPILE_NOT_STARTED, "compile_not_started" },
		{ COMPILE_SLOW, "compile_slow" },
		{ COMPILE_DIED, "compile_died" },
		{ COMPILE_WRONG, "compile_wrong" },
	};
	const struct compile_answer *a;
	struct compile_job *j;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(compile_ask(&keeper, &request, &a, &fault),
		    ERR_UNAVAILABLE);
		assert_string_equal(fault.code, "compile_busy");
		assert_non_null(j = compile_wanted(&keeper));
		j->failure = rows[i].failure;
		compile_resume(&keeper, j);
		assert_int_equal(compile_ask(&keeper, &request, &a, &fault),
		    ERR_UNAVAILABLE);
		assert_string_equal(fault.code, rows[i].code);
		assert_null(compile_wanted(&keeper));
		compile_resume(&keeper, NULL);
		compile_job_free(j);
	}
}

/* Answers are kept by their request: sixteen, of which the oldest goes. */
static void
an_answer_is_asked_for_once(void **state)
{
	const struct compile_answer *a;
	struct compile_job *j;
	char folder[20];
	struct compile_request r = request;

	(void)state;
	r.folder = folder;
	for (int i = 0; i < 17; i++) {
		snprintf(folder, sizeof(folder), "/%d", i);
		assert_int_equal(
		    compile_ask(&keeper, &r, &a, NULL), ERR_UNAVAILABLE);
		assert_non_null(j = compile_wanted(&keeper));
		compile_now(j);
		assert_int_equal(j->failure, COMPILE_ANSWERED);
		compile_job_free(j);
		assert_int_equal(compile_ask(&keeper, &r, &a, NULL), ERR_OK);
		assert_int_equal(a->environments_count, 1);
	}
	snprintf(folder, sizeof(folder), "/0");
	assert_int_equal(compile_ask(&keeper, &r, &a, NULL), ERR_UNAVAILABLE);
	snprintf(folder, sizeof(folder), "/1");
	assert_int_equal(compile_ask(&keeper, &r, &a, NULL), ERR_OK);
	compile_forget(&keeper, a);
	assert_int_equal(compile_ask(&keeper, &r, &a, NULL), ERR_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown(test, keeper_begin, keeper_end)
		ONE(each_end_has_its_reason),
		ONE(the_answer_names_its_request),
		ONE(a_program_that_is_not_there_was_not_started),
		ONE(one_that_never_ends_is_killed_at_its_time),
		ONE(one_that_nobody_waits_for_is_killed),
		ONE(it_inherits_its_request_alone),
		ONE(a_failure_is_a_fault_of_its_own),
		ONE(an_answer_is_asked_for_once),
	};

	return cmocka_run_group_tests_name("keeper/compile", tests, NULL, NULL);
}
