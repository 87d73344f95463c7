/*
 * The runner checks by itself what the keeper has checked: for each state of a
 * run, what run_authorize() says of a press, and what the runner says of an
 * event of that press, which somebody may have appended without asking.
 */
#include "keeper_runs.h"
#include "runner_jobs.h"

#include "runner/run_snapshot.h"

#define APPROVE "{\"decision\":\"approve\",\"plan\":\"%s\"}"
#define REJECT "{\"decision\":\"reject\",\"comment\":\"no\",\"plan\":\"%s\"}"

static const char *ana, *bo, *cy, *boss;
static int64_t run;

/* A decision on the present plan of the run. */
static void
decide(const char *who, const char *step, const char *how)
{
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));
	char body[300];

	snprintf(body, sizeof(body),
	    strcmp(how, "approve") == 0 ? APPROVE : REJECT,
	    json_text(row, "plan", ""));
	json_object_put(row);
	must(step != NULL ? "step_approve" : "run_approve", who, run, step,
	    body);
}

static void
set_roles(const char *name, const char *roles)
{
	char body[200];

	snprintf(body, sizeof(body), "{\"name\":\"%s\",\"roles\":[%s]}", name,
	    roles);
	must("account_change", boss, 0, NULL, body);
}

static void
disable(const char *name)
{
	char body[100];

	snprintf(
	    body, sizeof(body), "{\"name\":\"%s\",\"disabled\":true}", name);
	must("account_change", boss, 0, NULL, body);
}

/* The states: each row is a run of its own. */
static void
fresh(void)
{
	run = must_create(ana, ",\"parameters\":{\"word\":\"a\"}");
}

static void
approved(void)
{
	fresh();
	decide(bo, NULL, "approve");
}

static void
going(void)
{
	approved();
	must("run_start", ana, run, NULL, "{}");
}

static void
rejected(void)
{
	fresh();
	decide(bo, NULL, "reject");
}

static void
paused(void)
{
	going();
	must("run_pause", ana, run, NULL, "{}");
}

static void
aborted(void)
{
	going();
	must("run_abort", ana, run, NULL, "{\"reason\":\"r\"}");
}

static void
approver_disabled(void)
{
	going();
	disable("bo");
}

static void
approver_without_the_role(void)
{
	going();
	set_roles("bo", "\"operator\"");
}

static void
approved_by_another_after(void)
{
	approver_without_the_role();
	decide(cy, NULL, "approve");
}

static void
changed(void)
{
	going();
	must("run_change", ana, run, NULL, "{\"parameters\":{\"word\":\"b\"}}");
}

static void
changed_and_approved(void)
{
	changed();
	decide(bo, NULL, "approve");
}

/* Ends step one, so that the gate is the next. */
static void
at_gate(void)
{
	const char *exec;

	going();
	exec = press("step_execute", ana, run, "one", "{}");
	happen(run, "runner", "step.starting", "{\"step\":\"one\",\"n\":1}");
	report_target(exec, "local", "succeeded", "");
	report_done(exec, "succeeded");
	assert_string_equal(state_of(run, "gate"), "ready");
}

static void
gate_given(void)
{
	at_gate();
	decide(bo, "gate", "approve");
	assert_string_equal(state_of(run, "two"), "ready");
}

static void
gate_rejected(void)
{
	at_gate();
	decide(bo, "gate", "reject");
}

static void
gate_withdrawn(void)
{
	gate_given();
	must("step_withdraw", bo, run, "gate", "{}");
}

static void
gate_giver_disabled(void)
{
	gate_given();
	disable("bo");
	decide(cy, NULL, "approve"); /* the run itself is approved again */
}

static void
gate_of_the_old_plan(void)
{
	gate_given();
	must("run_change", ana, run, NULL, "{\"parameters\":{\"word\":\"b\"}}");
	decide(bo, NULL, "approve");
}

static void
last_over(void)
{
	gate_given();
	must("step_skip", ana, run, "two", "{\"reason\":\"r\"}");
	must("step_skip", ana, run, "last", "{\"reason\":\"r\"}");
}

static void
left_at_work(void)
{
	last_over();
	press("step_execute", ana, run, "left", "{}");
	happen(run, "runner", "step.starting", "{\"step\":\"left\",\"n\":1}");
}

static void
gate_excluded(void)
{
	const char *exec;

	run = must_create(ana, ",\"parameters\":{\"word\":\"open\"}");
	decide(bo, NULL, "approve");
	must("run_start", ana, run, NULL, "{}");
	exec = press("step_execute", ana, run, "one", "{}");
	happen(run, "runner", "step.starting", "{\"step\":\"one\",\"n\":1}");
	report_target(exec, "local", "succeeded", "");
	report_done(exec, "succeeded");
	assert_string_equal(state_of(run, "gate"), "skipped");
}

/* The keeper's word on a press, of which nothing remains. */
static const char *
ask_keeper(const char *step)
{
	struct wire_call wire = { .id = 1,
		.verb = "step_execute",
		.credential = ana,
		.run = run,
		.step = step,
		.body = "{}" };
	struct command c = { .keeper = &keeper,
		.call = &wire,
		.channel = CHANNEL_WEB,
		.result = json_object_new_object() };
	static char code[40];

	db_begin(keeper.db);
	memset(code, 0, sizeof(code));
	if (command_run(&c) != ERR_OK)
		memcpy(code, c.fault.code, sizeof(code) - 1);
	assert_int_equal(db_end(keeper.db, ERR_CONFLICT), ERR_CONFLICT);
	json_object_put(c.body);
	json_object_put(c.result);
	return code;
}

/* The runner's word on its event. */
static const char *
ask_runner(const char *exec)
{
	static struct fault why;
	struct run_snapshot s = { 0 };

	why = (struct fault){ 0 };
	db_begin(runner.db);
	(void)run_snapshot_read(&runner, exec, "requested", &s, &why);
	assert_int_equal(db_end(runner.db, ERR_OK), ERR_OK);
	run_snapshot_clear(&s);
	return why.code;
}

static void
both_say_the_same_of_each_state(void **state)
{
	static const struct {
		void (*arrange)(void);
		const char *step, *keeper, *runner;
	} rows[] = {
#define ROW(arrange, step, keeper, runner) { arrange, step, keeper, runner }
		ROW(going, "one", "", ""),
		ROW(gate_given, "two", "", ""),
		ROW(gate_excluded, "two", "", ""),
		ROW(changed_and_approved, "one", "", ""),
		ROW(approved_by_another_after, "one", "", ""),
		ROW(fresh, "one", "run_state", "refused"),
		ROW(approved, "one", "run_state", "refused"),
		ROW(rejected, "one", "run_state", "refused"),
		ROW(aborted, "one", "run_state", "refused"),
		ROW(changed, "one", "run_state", "refused"),
		ROW(approver_disabled, "one", "approvals_missing", "refused"),
		ROW(approver_without_the_role, "one", "approvals_missing",
		    "refused"),
		ROW(at_gate, "two", "step_state", "gate"),
		ROW(gate_rejected, "two", "step_state", "gate"),
		ROW(gate_withdrawn, "two", "step_state", "gate"),
		ROW(gate_giver_disabled, "two", "gate_first", "gate"),
		ROW(gate_of_the_old_plan, "two", "gate_first", "gate"),
		/* a probe stands in the place of its step */
		ROW(at_gate, "probe-two", "step_state", "gate"),
		ROW(gate_given, "probe-two", "step_state", ""),
		/* the press came first: the pause is for the next one */
		ROW(paused, "one", "run_state", ""),
		ROW(going, "last", "step_state", "gate"),
		ROW(gate_given, "last", "step_state", "out_of_order"),
		/* those of a parallel section wait for nothing but what is
		 * before it */
		ROW(last_over, "left", "", ""),
		ROW(last_over, "right", "", ""),
		ROW(left_at_work, "right", "", ""),
		ROW(left_at_work, "behind", "step_state", "out_of_order"),
		ROW(gate_given, "right", "step_state", "out_of_order"),
		ROW(at_gate, "right", "step_state", "gate"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_roles("bo", "\"approver\"");
		must("account_change", boss, 0, NULL,
		    "{\"name\":\"bo\",\"disabled\":false}");
		bo = open_session("bo");
		rows[i].arrange();
		if (strcmp(ask_keeper(rows[i].step), rows[i].keeper) != 0)
			fail_msg("row %zu: the keeper says \"%s\"", i,
			    ask_keeper(rows[i].step));
		if (strcmp(ask_runner(
			       force_press(run, rows[i].step, 1, "\"local\"")),
			rows[i].runner) != 0)
			fail_msg("row %zu: the runner says otherwise", i);
	}
}

/* The snapshot is of the attempt: its step, number, state and run. */
static void
a_snapshot_is_of_its_attempt(void **state)
{
	struct run_snapshot s = { 0 };
	struct fault why = { 0 };
	const char *exec;

	(void)state;
	going();
	exec = press("step_execute", ana, run, "one", "{}");
	db_begin(runner.db);
	assert_int_equal(
	    run_snapshot_read(&runner, exec, "requested", &s, &why), ERR_OK);
	assert_int_equal(s.run_id, run);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.step->id, "one");
	assert_false(s.dry_run);
	run_snapshot_clear(&s);
	s = (struct run_snapshot){ 0 };
	assert_int_equal(run_snapshot_read(&runner, exec, "starting", &s, &why),
	    ERR_FORBIDDEN);
	run_snapshot_clear(&s);
	s = (struct run_snapshot){ 0 };
	assert_int_equal(
	    run_snapshot_read(&runner, "0123456789abcdef0123456789abcdef",
		"requested", &s, &why),
	    ERR_FORBIDDEN);
	run_snapshot_clear(&s);
	assert_int_equal(db_end(runner.db, ERR_OK), ERR_OK);
}

/* A dry run needs the approvals, a preflight not even those. */
static void
a_dry_run_has_rules_of_its_own(void **state)
{
	static const struct {
		void (*arrange)(void);
		const char *step, *runner;
	} rows[] = {
		{ fresh, "", "" },
		{ fresh, "one", "refused" },
		{ rejected, "one", "refused" },
		{ approved, "one", "" },
		{ approver_disabled, "one", "refused" },
		{ at_gate, "two", "" }, /* it changes nothing there */
		{ going, "none", "refused" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run_snapshot s = { 0 };
		struct fault why = { 0 };
		char data[200], exec[33];

		set_roles("bo", "\"approver\"");
		must("account_change", boss, 0, NULL,
		    "{\"name\":\"bo\",\"disabled\":false}");
		bo = open_session("bo");
		rows[i].arrange();
		text_random_hex(exec, 16);
		snprintf(data, sizeof(data),
		    "{\"step\":\"%s\",\"exec\":\"%s\",\"plan\":\"p\","
		    "\"targets\":[\"local\"]}",
		    rows[i].step, exec);
		happen(run, "ana", "look.requested", data);
		db_begin(runner.db);
		(void)run_snapshot_read_dry_run(&runner, exec, &s, &why);
		assert_int_equal(db_end(runner.db, ERR_OK), ERR_OK);
		if (strcmp(why.code, rows[i].runner) != 0)
			fail_msg("row %zu: \"%s\"", i, why.code);
		if (rows[i].runner[0] == '\0') {
			assert_true(s.dry_run);
			assert_int_equal(s.step == NULL, *rows[i].step == '\0');
			assert_int_equal(json_object_array_length(s.names), 1);
		}
		run_snapshot_clear(&s);
	}
}

/* The tables say yes and the events no: somebody wrote into the tables. */
static void
a_row_that_no_event_backs_is_forged(void **state)
{
	const char *exec;

	(void)state;
	approver_without_the_role();
	exec = force_press(run, "one", 1, "\"local\"");
	assert_string_equal(ask_runner(exec), "refused");
	db_begin(keeper.db);
	assert_int_equal(db_run(keeper.db, STMT_ACCOUNT_SET, TEXT("bo"),
			     TEXT("[\"approver\"]"), INT(0)),
	    ERR_OK);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	assert_string_equal(ask_runner(exec), "forged");
}

/* Each part of what was approved is in the hash. */
static void
a_plan_that_differs_from_its_hash_is_refused(void **state)
{
	static const char *const members[] = { "\"plan\":\"0\"",
		"\"parameters\":{\"word\":\"c\"}",
		"\"sealed\":{\"pass\":\"0\"}" };
	char data[500];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct json_object *row;
		const char *plan;

		going();
		row = db_first_json(
		    db_query(keeper.db, STMT_RUN_GET, INT(run)));
		plan = json_text(row, "plan", "");
		snprintf(data, sizeof(data),
		    "{\"state\":\"running\",\"gates\":[]%s%s%s%s%s,%s}",
		    i != 0 ? ",\"plan\":\"" : "", i != 0 ? plan : "",
		    i != 0 ? "\"" : "",
		    i != 1 ? ",\"parameters\":{\"word\":\"a\"}" : "",
		    i != 2 ? ",\"sealed\":{}" : "", members[i]);
		json_object_put(row);
		happen(run, "ana", "run.changed", data);
		assert_string_equal(
		    ask_runner(force_press(run, "one", 1, "\"local\"")),
		    "refused");
	}
}

static int
begin(void **state)
{
	runner_begin(state);
	write_book("---\n"
		   "approvals: [{role: approver}]\n"
		   "parameters: {word: {default: a}}\n"
		   "---\n"
		   "```sh {#one}\ntrue\n```\n\n"
		   "```approval {#gate role=approver when=\"word != 'open'\"}\n"
		   "```\n\n"
		   "```sh {#two}\ntrue\n```\n\n"
		   "```sh {.probe of=two #probe-two}\ntrue\n```\n\n"
		   "```sh {#last}\ntrue\n```\n\n"
		   "# Beside {.parallel}\n\n"
		   "```sh {#left}\ntrue\n```\n\n"
		   "```sh {#right}\ntrue\n```\n\n"
		   "# Behind\n\n```sh {#behind}\ntrue\n```\n",
	    LOCAL_TARGETS);
	ana = sign_up("ana", "\"operator\"");
	bo = sign_up("bo", "\"approver\"");
	cy = sign_up("cy", "\"approver\"");
	boss = sign_up("boss", "\"admin\"");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, runner_end)
		ONE(both_say_the_same_of_each_state),
		ONE(a_snapshot_is_of_its_attempt),
		ONE(a_dry_run_has_rules_of_its_own),
		ONE(a_row_that_no_event_backs_is_forged),
		ONE(a_plan_that_differs_from_its_hash_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "runner/snapshot", tests, NULL, NULL);
}
