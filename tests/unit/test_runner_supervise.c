/*
 * Executors that die, lie or hang: real processes beside a real keeper, whose
 * record has the outcome.  The runner is that of the program, called step by
 * step.
 */
#include "keeper_runs.h"
#include "runner_jobs.h"

#include <errno.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include "runner/alive.h"
#include "runner/keeper_client.h"
#include "runner/status_lines.h"
#include "runner/supervise.h"

static const char *ana;
static int64_t run;
static char step_program[300];
static pid_t keeper_process;
static int web = -1;

/* The keeper as a process of its own, after what was prepared here. */
static void
serve(void)
{
	const char *path = program_path("countersign-keeper");

	db_close(keeper.db);
	keeper.db = NULL;
	keeper_process = fork();
	if (keeper_process == 0) {
		execl(path, path, "--data", data_folder, "--runbooks",
		    keeper.runbooks_dir, (char *)NULL);
		_exit(127);
	}
	while ((web = io_connect(data_path("run/keeper.sock"))) < 0) {
		assert_int_equal(waitpid(keeper_process, NULL, WNOHANG), 0);
		usleep(10000);
	}
	while (!keeper_connect(&runner))
		usleep(10000);
}

static void
stop(void)
{
	int status = 0;

	close(web);
	kill(keeper_process, SIGTERM);
	assert_int_equal(waitpid(keeper_process, &status, 0), keeper_process);
	assert_int_equal(status, 0);
	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper.db), ERR_OK);
}

/* Asks the keeper; a run in its answer is the one that follows. */
static enum err
ask(const char *verb, const char *step, const char *body)
{
	struct json_object *result = NULL;
	struct wire_call c = { .id = 1,
		.verb = verb,
		.credential = ana,
		.address = "192.0.2.7",
		.run = run,
		.step = step,
		.body = body };
	struct wire_reply reply;
	struct buf in = { 0 };
	enum err err;

	assert_int_equal(wire_ask(web, &c, 60000, &in, &reply), ERR_OK);
	err = reply.err;
	assert_int_equal(
	    json_read(reply.body, strlen(reply.body), &result, NULL), ERR_OK);
	run = json_int(result, "id", run);
	json_object_put(result);
	buf_clear(&in);
	return err;
}

static void
new_run(void)
{
	run = 0;
	assert_int_equal(ask("run_create", "",
			     "{\"runbook\":\"book\","
			     "\"environment\":\"test\"}"),
	    ERR_OK);
	assert_int_equal(ask("run_start", "", "{}"), ERR_OK);
}

/* The state of the step's last attempt, as the runner reads it. */
static const char *
attempt_state(void)
{
	static char state[30];
	struct rows *rows;

	db_begin(runner.db);
	rows = db_query(runner.db, STMT_STEP_GET, INT(run), TEXT("one"));
	assert_true(db_next(rows));
	snprintf(state, sizeof(state), "%s", db_text(rows, "state"));
	db_done(rows);
	assert_int_equal(db_end(runner.db, ERR_OK), ERR_OK);
	return state;
}

/* The state of the target of its first attempt. */
static const char *
target_state(void)
{
	static char state[30];
	struct rows *rows;

	db_begin(runner.db);
	rows = db_query(
	    runner.db, STMT_TARGETS_OF_ATTEMPT, INT(run), TEXT("one"), INT(1));
	assert_true(db_next(rows));
	snprintf(state, sizeof(state), "%s", db_text(rows, "state"));
	db_done(rows);
	assert_int_equal(db_end(runner.db, ERR_OK), ERR_OK);
	return state;
}

static bool
is_over(void)
{
	return state_in(
	    state_find(attempt_state()), STATES_OF_OUTCOME | IN(READY));
}

/* The words of an executor, for the scripts that play one. */
static const char words[] =
    "#!/bin/sh\n"
    "say() { printf '%s\\n' \"$1\" >>status; }\n"
    "begun() { say '{\"at\":1,\"target\":\"local\",\"state\":\"running\"}'; }\n"
    "ended() { say "
    "'{\"at\":1,\"target\":\"local\",\"state\":\"'$1'\",\"exit\":0,"
    "\"message\":\"\",\"bytes\":0,\"dropped\":0,\"tries\":1}'; }\n"
    "over() { say "
    "'{\"at\":2,\"done\":true,\"state\":\"'$1'\",\"message\":\"\"}'; }\n"
    "hold() { exec 9>lock; flock 9; }\n"
    "waits() { touch ../../started; while :; do sleep 0.02; done; }\n";

static void
program(const char *script)
{
	char *text = mem_printf("%s%s\n", words, script);

	data_write("executor", text);
	free(text);
	snprintf(
	    step_program, sizeof(step_program), "%s", data_path("executor"));
	assert_int_equal(chmod(step_program, 0700), 0);
}

/* Presses the step; its executor is that script. */
static void
press_with(const char *script)
{
	program(script);
	assert_int_equal(ask("step_execute", "one", "{}"), ERR_OK);
	runner.step_program = step_program;
	supervise_jobs(&runner);
	assert_non_null(runner.execs);
}

/* Lets the runner work until the attempt is over and nothing is left of it. */
static void
settle(void)
{
	while (!is_over() || runner.execs != NULL) {
		supervise_tick(&runner);
		usleep(2000);
	}
}

static void
the_outcome_is_known_only_if_it_was_reported(void **state)
{
	static const struct {
		const char *script, *outcome;
	} rows[] = {
		{ "begun; ended succeeded; over succeeded", "succeeded" },
		{ "ended failed; over failed", "failed" },
		{ "begun; ended unknown; over unknown", "unknown" },
		/* it dies before it has begun */
		{ "exit 0", "failed" },
		{ "exit 1", "failed" },
		{ "kill -KILL $$", "failed" },
		{ "rm status; exit 1", "unknown" },
		/* before it has said anything, or half of it */
		{ "echo $$ >pid; exit 0", "unknown" },
		{ "echo $$ >pid; kill -KILL $$", "unknown" },
		{ "begun; ended succeeded", "unknown" },
		{ "ended succeeded; printf '{\"at\":2,\"done\":true,"
		  "\"state\":\"succeeded\",\"message\":\"\"}' >>status",
		    "unknown" }, /* a line without its end */
		{ "ended succeeded; rm status", "unknown" },
		/* it says that all is well, and of its target something else */
		{ "over succeeded", "unknown" },
		{ "begun; over succeeded", "unknown" },
		{ "ended failed; over succeeded", "unknown" },
		{ "ended not_started; over succeeded", "unknown" },
		{ "say '{\"target\":\"local\",\"state\":\"failed\"}';"
		  " over succeeded",
		    "unknown" },
		/* what it says after its last line is not heard */
		{ "ended failed; over failed; ended succeeded;"
		  " over succeeded",
		    "failed" },
		/* a line that is none hides no other */
		{ "say nonsense; say '{\"target\":\"../x\",\"state\":"
		  "\"running\"}'; head -c 70000 /dev/zero >>status; say;"
		  " ended succeeded; over succeeded",
		    "succeeded" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		new_run();
		press_with(rows[i].script);
		settle();
		if (strcmp(attempt_state(), rows[i].outcome) != 0)
			fail_msg("%s: %s", rows[i].script, attempt_state());
	}
}

/* The executor that the script plays, once it waits. */
static struct exec *
executor(void)
{
	while (access(data_path("started"), F_OK) != 0)
		usleep(2000);
	unlink(data_path("started"));
	return runner.execs;
}

static bool
has_file(const char *exec, const char *file)
{
	char *path = exec_path(&runner, exec, file);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void
output_and_status_are_left_of_one_that_has_ended(void **state)
{
	static const char *const names[] = { EXEC_PID, EXEC_ALIVE, EXEC_LOCK,
		EXEC_STATUS };
	char exec[33];

	(void)state;
	new_run();
	press_with("hold; touch pid alive local.txt; begun; waits");
	snprintf(exec, sizeof(exec), "%s", executor()->id);
	for (size_t i = 0; i < 4; i++)
		assert_true(has_file(exec, names[i]));
	kill(runner.execs->child, SIGKILL);
	settle(); /* its last line is missing: all stays */
	for (size_t i = 0; i < 4; i++)
		assert_true(has_file(exec, names[i]));
	new_run();
	press_with("hold; touch pid alive local.txt; begun; sleep 0.1;"
		   " ended succeeded; over succeeded");
	snprintf(exec, sizeof(exec), "%s", runner.execs->id);
	settle();
	for (size_t i = 0; i < 3; i++)
		assert_false(has_file(exec, names[i]));
	assert_true(has_file(exec, EXEC_STATUS));
	assert_true(has_file(exec, "local.txt"));
}

/* Nor is what it says after that line: the process files stay. */
static void
a_final_line_that_the_keeper_refuses_does_not_count(void **state)
{
	struct exec e = { .id = "00000000000000000000000000000000" };
	char *folder = exec_path(&runner, e.id, "");
	char *status = exec_path(&runner, e.id, EXEC_STATUS);
	static const char lines[] =
	    "{\"at\":2,\"done\":true,\"state\":\"failed\",\"message\":\"\"}\n"
	    "{\"at\":2,\"done\":true,\"state\":\"succeeded\"}\n";

	(void)state;
	assert_int_equal(io_mkdirs(folder, 0700), ERR_OK);
	assert_int_equal(
	    io_write_file(status, 0600, lines, strlen(lines)), ERR_OK);
	assert_false(lines_pass(&runner, &e));
	assert_true(e.refused);
	assert_false(lines_pass(&runner, &e));
	free(status);
	free(folder);
}

/* It ends its script on SIGTERM, and its own result counts. */
static void
a_cancelled_executor_says_itself_what_became_of_it(void **state)
{
	(void)state;
	new_run();
	press_with("trap 'ended failed; over failed; exit 0' TERM; hold;"
		   " waits");
	(void)executor();
	assert_int_equal(ask("step_cancel", "one", "{}"), ERR_OK);
	supervise_jobs(&runner);
	settle();
	assert_string_equal(attempt_state(), "failed");
}

/* A note of the attempt, as it is in the journal. */
static bool
has_note(const char *word)
{
	char text[100];
	struct rows *rows;
	bool has = false;

	snprintf(text, sizeof(text), "\"note\":\"%s\"", word);
	db_begin(runner.db);
	rows = db_query(runner.db, STMT_CHAIN_AFTER, INT(run), INT(0));
	while (db_next(rows))
		has |= strstr(db_text(rows, "body"), text) != NULL;
	db_done(rows);
	assert_int_equal(db_end(runner.db, ERR_OK), ERR_OK);
	return has;
}

/* As if that much time had passed since the last sign of life. */
static void
age(struct exec *e, int64_t ms)
{
	e->check_at = 0;
	e->beat -= ms;
	if (e->cancel_at > 0)
		e->cancel_at -= ms;
	if (e->deadline > 0)
		e->deadline -= ms;
}

/* One that is silent is told of, and goes on: it may be the machine. */
static void
a_silent_executor_goes_on(void **state)
{
	struct exec *e;
	char file[60];

	(void)state;
	new_run();
	press_with("hold; trap 'ended succeeded; over succeeded; exit 0' USR1;"
		   " waits");
	e = executor();
	supervise_tick(&runner);
	assert_false(e->silent);
	age(e, 14000);
	alive_check(&runner, e);
	assert_false(e->silent);
	age(e, 2000);
	alive_check(&runner, e);
	assert_true(e->silent);
	assert_true(has_note("silent"));
	assert_false(has_note("answers"));
	age(e, 3600000); /* for as long as it likes: it has no deadline */
	alive_check(&runner, e);
	assert_false(e->woken || e->killed);
	snprintf(file, sizeof(file), "exec/%s/alive", e->id);
	data_write(file, "0\n");
	e->check_at = 0;
	alive_check(&runner, e);
	assert_false(e->silent);
	assert_true(has_note("answers"));
	assert_int_equal(kill(e->child, SIGUSR1), 0);
	settle();
	assert_string_equal(attempt_state(), "succeeded");
}

/* One that was stopped is continued first: it can still say how it ended. */
static void
a_stopped_executor_that_is_cancelled_is_continued(void **state)
{
	struct exec *e;

	(void)state;
	new_run();
	press_with("trap 'ended failed; over failed; exit 0' TERM; hold;"
		   " waits");
	e = executor();
	assert_int_equal(kill(e->child, SIGSTOP), 0);
	assert_int_equal(ask("step_cancel", "one", "{}"), ERR_OK);
	supervise_jobs(&runner);
	settle();
	assert_string_equal(attempt_state(), "failed");
}

/* And one that does not answer at all is ended; nobody knows what it did. */
static void
one_that_does_not_answer_is_ended_after_its_time(void **state)
{
	struct exec *e;

	(void)state;
	new_run();
	press_with("trap '' TERM; echo $$ >pid; hold; waits");
	e = executor();
	assert_int_equal(ask("step_cancel", "one", "{}"), ERR_OK);
	supervise_jobs(&runner);
	supervise_tick(&runner);
	assert_true(e->cancelled);
	e->check_at = 0;
	alive_check(&runner, e); /* it learns when it was cancelled */
	age(e, 29000);
	alive_check(&runner, e);
	assert_false(e->killed);
	age(e, 2000);
	alive_check(&runner, e);
	assert_true(e->killed);
	settle();
	assert_string_equal(attempt_state(), "unknown");
}

/* The runner of after a restart finds it by its folder, and does not start it
 * again. */
static void
a_runner_that_starts_anew_adopts_it(void **state)
{
	struct exec *e;
	pid_t child;

	(void)state;
	new_run();
	press_with("echo $$ >pid; hold; trap 'ended succeeded;"
		   " over succeeded; exit 0' USR1; echo x >>../../starts;"
		   " waits");
	e = executor();
	child = e->child;
	runner.execs = NULL;
	free(e);
	memset(runner.asked, 0, sizeof(runner.asked));
	supervise_jobs(&runner);
	assert_non_null(e = runner.execs);
	assert_int_equal(e->child, 0);
	supervise_tick(&runner);
	assert_string_equal(attempt_state(), "starting");
	assert_int_equal(kill(child, SIGUSR1), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	settle();
	assert_string_equal(attempt_state(), "succeeded");
}

/* Adopted, its process gone, and no last word: the outcome is unknown. */
static void
one_that_is_gone_after_a_restart_is_unknown(void **state)
{
	struct exec *e;

	(void)state;
	new_run();
	press_with("hold; waits");
	e = executor();
	assert_int_equal(kill(e->child, SIGKILL), 0);
	assert_int_equal(waitpid(e->child, NULL, 0), e->child);
	runner.execs = NULL;
	free(e);
	memset(runner.asked, 0, sizeof(runner.asked));
	supervise_jobs(&runner);
	assert_non_null(e = runner.execs);
	supervise_tick(&runner);
	assert_string_equal(attempt_state(), "starting"); /* some grace */
	e->seen -= 3001;
	settle();
	assert_string_equal(attempt_state(), "unknown");
}

/* One that cannot be started is on record as such. */
static void
what_cannot_be_started_is_on_record(void **state)
{
	(void)state;
	new_run();
	snprintf(
	    step_program, sizeof(step_program), "%s", data_path("nothing"));
	runner.step_program = step_program;
	assert_int_equal(ask("step_execute", "one", "{}"), ERR_OK);
	supervise_jobs(&runner);
	settle();
	assert_string_equal(attempt_state(), "failed");
	assert_string_equal(target_state(), "not_started");
	/* the loader says so of one that lacks a library */
	new_run();
	press_with("exit 127");
	settle();
	assert_string_equal(attempt_state(), "failed");
	assert_string_equal(target_state(), "not_started");
	new_run(); /* one that has begun ends with any code */
	press_with("echo $$ >pid; exit 127");
	settle();
	assert_string_equal(attempt_state(), "unknown");
	new_run();
	assert_int_equal(rename(data_path("exec"), data_path("gone")), 0);
	data_write("exec", "");
	assert_int_equal(ask("step_execute", "one", "{}"), ERR_OK);
	supervise_jobs(&runner);
	assert_null(runner.execs);
	assert_string_equal(attempt_state(), "failed");
	assert_int_equal(unlink(data_path("exec")), 0);
	assert_int_equal(rename(data_path("gone"), data_path("exec")), 0);
}

/* The job spec is its input, and nothing of the runner is in its environment.
 */
static void
an_executor_gets_its_job_and_nothing_else(void **state)
{
	char *seen;

	(void)state;
	assert_int_equal(setenv("COUNTERSIGN_SECRET", "hunter2", 1), 0);
	new_run();
	press_with("{ cat; tr '\\0' '\\n' </proc/$$/environ; ls /proc/$$/fd;"
		   " tr '\\0' ' ' </proc/$$/cmdline; } >../../seen;"
		   " ended succeeded; over succeeded");
	settle();
	seen = data_read("seen");
	assert_memory_equal(seen, "{\"exec\":\"", 9);
	assert_null(strstr(seen, "hunter2"));
	assert_non_null(strstr(seen, "\nLANG=C.UTF-8\n"));
	assert_null(strstr(seen, "\n4\n"));
	assert_null(strstr(strstr(seen, "\nLANG="), "\"text\""));
	free(seen);
}

static int
begin(void **state)
{
	runner_begin(state);
	write_book("```sh {#one}\ntrue\n```\n", LOCAL_TARGETS);
	ana = sign_up("ana", "\"operator\"");
	runner.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	serve();
	return 0;
}

static int
end(void **state)
{
	close(runner.keeper);
	close(runner.inotify);
	buf_clear(&runner.in);
	stop();
	return runner_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test(test)
		ONE(the_outcome_is_known_only_if_it_was_reported),
		ONE(output_and_status_are_left_of_one_that_has_ended),
		ONE(a_final_line_that_the_keeper_refuses_does_not_count),
		ONE(a_cancelled_executor_says_itself_what_became_of_it),
		ONE(a_silent_executor_goes_on),
		ONE(a_stopped_executor_that_is_cancelled_is_continued),
		ONE(one_that_does_not_answer_is_ended_after_its_time),
		ONE(a_runner_that_starts_anew_adopts_it),
		ONE(one_that_is_gone_after_a_restart_is_unknown),
		ONE(what_cannot_be_started_is_on_record),
		ONE(an_executor_gets_its_job_and_nothing_else),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name(
	    "runner/supervise", tests, begin, end);
}
