/*
 * From a press to its end: what the runner may report, once, and what becomes
 * of a press that it never accepts; and the attempts to get around a rule, of
 * which each is on record once.
 */
#include "keeper_runs.h"

/* A started run of three steps, the first of which is on a group. */
static int64_t
started(void)
{
	int64_t run;

	write_book("```sh {#one on=all}\ntrue\n```\n\n"
		   "```sh {#two}\ntrue\n```\n\n"
		   "```sh {.probe of=one #probe}\ntrue\n```\n\n"
		   "```sh {#never on=all rerun=never}\ntrue\n```\n",
	    "environments:\n"
	    "  test:\n"
	    "    targets:\n"
	    "      a: {ssh: {host: 192.0.2.1, user: u, agent: true,"
	    " host_key: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER"
	    "/Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK\"}}\n"
	    "      b: {ssh: {host: 192.0.2.2, user: u, agent: true,"
	    " host_key: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER"
	    "/Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK\"}}\n"
	    "    groups: {all: [a, b]}\n");
	run = must_create(ana, "");
	must("run_start", ana, run, NULL, "{}");
	waiting_read(&keeper); /* as after each commit */
	return run;
}

/* The targets of the last attempt of the step. */
static const char *
targets_of(int64_t run, const char *step, int64_t n)
{
	static char names[100];
	struct rows *rows = db_query(
	    keeper.db, STMT_TARGETS_OF_ATTEMPT, INT(run), TEXT(step), INT(n));

	names[0] = '\0';
	while (db_next(rows)) {
		strcat(names, names[0] != '\0' ? " " : "");
		strcat(names, db_text(rows, "target"));
	}
	db_done(rows);
	return names;
}

static void
an_execution_is_started_once(void **state)
{
	int64_t run = started();
	const char *exec = press("step_execute", ana, run, "one", "{}");

	(void)state;
	waiting_read(&keeper);
	assert_int_equal(
	    report("exec_starting", "0123456789abcdef0123456789abcdef", ""),
	    ERR_NOT_FOUND);
	assert_int_equal(report("exec_starting", "../x", ""), ERR_INVALID);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	assert_string_equal(state_of(run, "one"), "starting");
	assert_int_equal(report("exec_starting", exec, ""), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "started_already");
}

/* The runner repeats itself after a restart: nothing is recorded twice. */
static void
a_repeated_report_changes_nothing(void **state)
{
	int64_t run = started(), seq;
	const char *exec = press("step_execute", ana, run, "one", "{}");

	(void)state;
	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	for (int i = 0; i < 2; i++)
		report_line(exec, "{\"target\":\"a\",\"state\":\"running\"}");
	report_target(exec, "a", "succeeded", "");
	report_target(exec, "a", "failed", ""); /* it has its result */
	report_line(exec, "{\"target\":\"a\",\"state\":\"running\"}");
	report_target(exec, "c", "succeeded", ""); /* nobody asked for it */
	report_target(exec, "b", "succeeded", "");
	seq = db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0);
	report_target(exec, "b", "succeeded", "");
	assert_int_equal(
	    db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0),
	    seq);
	report_done(exec, "succeeded");
	assert_string_equal(state_of(run, "one"), "succeeded");
	assert_string_equal(state_of(run, "two"), "ready");
	seq = db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0);
	report_done(exec, "failed");
	report_target(exec, "a", "failed", "");
	assert_int_equal(
	    report("exec_lost", exec, ",\"message\":\"m\""), ERR_OK);
	assert_int_equal(
	    db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0),
	    seq);
}

/* A line that no executor writes is refused whole. */
static void
a_malformed_report_is_refused(void **state)
{
	static const char *const lines[] = { "{}", "[]", "7", "{\"done\":true}",
		"{\"done\":true,\"state\":\"maybe\"}",
		"{\"done\":true,\"state\":\"not_started\"}",
		"{\"done\":true,\"state\":\"succeeded\",\"by\":\"ana\"}",
		"{\"target\":\"../a\",\"state\":\"running\"}",
		"{\"target\":\"a\",\"state\":\"confirmed\"}",
		"{\"target\":\"a\",\"note\":7}" };
	int64_t run = started(), seq;
	const char *exec = press("step_execute", ana, run, "one", "{}");
	char more[200];

	(void)state;
	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	seq = db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(more, sizeof(more), ",\"line\":%s", lines[i]);
		if (report("exec_line", exec, more) != ERR_INVALID)
			fail_msg("accepted: %s", lines[i]);
	}
	assert_int_equal(report("exec_line", exec, ""), ERR_INVALID);
	assert_int_equal(
	    report("exec_line", exec, ",\"line\":{},\"more\":1"), ERR_INVALID);
	assert_int_equal(
	    db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0),
	    seq);
	assert_string_equal(state_of(run, "one"), "starting");
}

/* One that never began has failed; of one that has begun nobody knows. */
static void
a_lost_execution_is_unknown_if_it_had_begun(void **state)
{
	int64_t run = started();
	const char *exec = press("step_execute", ana, run, "one", "{}");

	(void)state;
	waiting_read(&keeper);
	assert_int_equal(
	    report("exec_lost", exec, ",\"message\":\"m\""), ERR_OK);
	assert_string_equal(state_of(run, "one"), "failed");
	exec = press("step_retry", ana, run, "one", "{}");
	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	assert_int_equal(
	    report("exec_lost", exec, ",\"message\":\"m\""), ERR_OK);
	assert_string_equal(state_of(run, "one"), "unknown");
}

static void
a_press_waits_a_minute_for_the_runner(void **state)
{
	int64_t run = started();
	const char *exec;

	(void)state;
	assert_int_equal(waiting_next(&keeper), -1);
	exec = press("step_execute", ana, run, "one", "{}");
	waiting_read(&keeper);
	assert_in_range(waiting_next(&keeper), 1, WAITING_AGAIN_MS);
	assert_false(waiting_is_old(&keeper, exec));
	db_begin(keeper.db);
	keeper.jobs_changed = false;
	waiting_tick(&keeper); /* the runner is reminded */
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	assert_true(keeper.jobs_changed);
	assert_string_equal(state_of(run, "one"), "requested");
	keeper.waiting[0].since -= WAITING_MOST_MS + 1;
	assert_true(waiting_is_old(&keeper, exec));
	assert_int_equal(report("exec_starting", exec, ""), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "too_late");
	db_begin(keeper.db);
	waiting_tick(&keeper);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	assert_string_equal(state_of(run, "one"), "failed");
	waiting_read(&keeper);
	assert_int_equal(waiting_next(&keeper), -1);
}

/* A keeper that starts does not know how old the presses are. */
static void
a_press_of_before_the_restart_is_not_started(void **state)
{
	int64_t run = started();
	const char *exec = press("step_execute", ana, run, "one", "{}");

	(void)state;
	waiting_clear(&keeper);
	keeper.waiting_known = false;
	assert_true(waiting_is_old(&keeper, exec));
	waiting_read(&keeper);
	assert_true(waiting_is_old(&keeper, exec));
	assert_int_equal(report("exec_starting", exec, ""), ERR_CONFLICT);
	db_begin(keeper.db);
	waiting_tick(&keeper);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	assert_string_equal(state_of(run, "one"), "failed");
	/* one of now waits like any other */
	exec = press("step_retry", ana, run, "one", "{}");
	waiting_read(&keeper);
	assert_false(waiting_is_old(&keeper, exec));
}

/* Ends attempt n of step one: a has failed, b has not. */
static void
fail_on_a(const char *exec)
{
	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	report_target(exec, "a", "failed", "");
	report_target(exec, "b", "succeeded", "");
	report_done(exec, "failed");
}

static void
a_retry_is_for_the_targets_that_failed(void **state)
{
	static const struct {
		const char *body, *targets;
	} rows[] = {
		{ "{}", "a" },
		{ "{\"targets\":\"failed\"}", "a" },
		{ "{\"targets\":\"all\"}", "a b" },
	};
	int64_t run = started();

	(void)state;
	fail_on_a(press("step_execute", ana, run, "one", "{}"));
	assert_string_equal(targets_of(run, "one", 1), "a b");
	for (int i = 0; i < 3; i++) {
		const char *exec = press(
		    "step_retry", ana, run, "one", rows[i].body);

		assert_string_equal(
		    targets_of(run, "one", i + 2), rows[i].targets);
		fail_on_a(exec);
	}
	assert_int_equal(
	    call("step_retry", ana, run, "one", "{\"targets\":\"some\"}"),
	    ERR_INVALID);
	assert_int_equal(
	    call("step_retry", ana, run, "one", "{\"from\":\"failed\"}"),
	    ERR_CONFLICT);
	assert_string_equal(called.fault.code, "no_resume");
	assert_int_equal(
	    call("step_retry", ana, run, "one", "{\"from\":\"elsewhere\"}"),
	    ERR_INVALID);
}

/* The step has succeeded when each target has, in whichever attempt. */
static void
a_step_has_succeeded_when_all_its_targets_have(void **state)
{
	int64_t run = started();
	const char *exec;

	(void)state;
	fail_on_a(press("step_execute", ana, run, "one", "{}"));
	exec = press("step_retry", ana, run, "one", "{}");
	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	report_target(exec, "a", "succeeded", "");
	report_done(exec, "succeeded");
	assert_string_equal(state_of(run, "one"), "succeeded");
}

/* A page of before: its button names an attempt that exists already. */
static void
a_second_click_presses_nothing(void **state)
{
	int64_t run = started();

	(void)state;
	assert_int_equal(
	    call("step_execute", ana, run, "one", "{\"attempt\":2}"),
	    ERR_CONFLICT);
	assert_string_equal(called.fault.code, "old_page");
	press("step_execute", ana, run, "one", "{\"attempt\":1}");
	assert_int_equal(
	    call("step_execute", ana, run, "one", "{\"attempt\":1}"),
	    ERR_CONFLICT);
	assert_string_equal(json_text(called.result, "by", ""), "ana");
	assert_int_equal(
	    call("step_execute", ana, run, "none", "{}"), ERR_NOT_FOUND);
	assert_int_equal(
	    call("step_execute", ana, 7, "one", "{}"), ERR_NOT_FOUND);
}

static void
an_old_page_is_told_who_made_its_attempt(void **state)
{
	const char *bo = sign_up("bo", "\"operator\"");
	int64_t run = started();

	(void)state;
	fail_on_a(press("step_execute", ana, run, "one", "{}"));
	fail_on_a(press("step_retry", bo, run, "one", "{}"));
	assert_int_equal(call("step_retry", bo, run, "one", "{\"attempt\":1}"),
	    ERR_CONFLICT);
	assert_string_equal(json_text(called.result, "by", ""), "ana");
	assert_non_null(strstr(called.fault.message, "ana"));
	assert_int_equal(call("step_retry", ana, run, "one", "{\"attempt\":2}"),
	    ERR_CONFLICT);
	assert_string_equal(json_text(called.result, "by", ""), "bo");
}

static void
an_attempt_to_get_around_a_rule_is_on_record_once(void **state)
{
	static const char approve[] = "{\"decision\":\"approve\"}";
	const char *bo = sign_up("bo", "\"operator\",\"approver\"");
	int64_t run, seq;

	(void)state;
	write_book("---\napprovals: [{role: approver}]\n---\n"
		   "```sh {#one}\ntrue\n```\n\n"
		   "- [ ] Sign {#hand role=lead}\n",
	    LOCAL_TARGETS);
	run = must_create(bo, "");
	seq = last_of(run);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    call("run_approve", bo, run, NULL, approve), ERR_FORBIDDEN);
	assert_int_equal(last_of(run), seq + 1);
	expect_last(run, "run.refused", "code", "own_run");
	/* another verb, another person: each once */
	assert_int_equal(call("run_start", ana, run, NULL, "{}"), ERR_CONFLICT);
	assert_int_equal(last_of(run), seq + 1); /* a matter of time alone */
	assert_int_equal(
	    call("run_approve", ana, run, NULL, approve), ERR_FORBIDDEN);
	assert_int_equal(
	    call("run_approve", bo, run, NULL, approve), ERR_FORBIDDEN);
	assert_int_equal(last_of(run), seq + 2);
	expect_last(run, "run.refused", "code", "role_needed");
	must("run_comment", ana, run, NULL, "{\"text\":\"hm\"}");
	assert_int_equal(
	    call("run_approve", bo, run, NULL, approve), ERR_FORBIDDEN);
	assert_int_equal(last_of(run), seq + 4);
}

/* Nobody fills the journal by asking: fifty in a row, whoever asks. */
static void
refusals_in_a_row_are_bounded(void **state)
{
	int64_t run, seq;
	char name[20];

	(void)state;
	write_book("---\napprovals: [{role: approver}]\n---\n"
		   "```sh {#one}\ntrue\n```\n",
	    LOCAL_TARGETS);
	run = must_create(ana, "");
	seq = last_of(run);
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "guest%d", i);
		assert_int_equal(call("run_approve", sign_up(name, ""), run,
				     NULL, "{\"decision\":\"approve\"}"),
		    ERR_FORBIDDEN);
	}
	assert_int_equal(last_of(run), seq + 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown( \
	    test, keeper_runs_begin, keeper_runs_end)
		ONE(an_execution_is_started_once),
		ONE(a_repeated_report_changes_nothing),
		ONE(a_malformed_report_is_refused),
		ONE(a_lost_execution_is_unknown_if_it_had_begun),
		ONE(a_press_waits_a_minute_for_the_runner),
		ONE(a_press_of_before_the_restart_is_not_started),
		ONE(a_retry_is_for_the_targets_that_failed),
		ONE(a_step_has_succeeded_when_all_its_targets_have),
		ONE(a_second_click_presses_nothing),
		ONE(an_old_page_is_told_who_made_its_attempt),
		ONE(an_attempt_to_get_around_a_rule_is_on_record_once),
		ONE(refusals_in_a_row_are_bounded),
	};

	return cmocka_run_group_tests_name("keeper/press", tests, NULL, NULL);
}
