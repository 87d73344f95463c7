/*
 * test_keeper_run.c: what a run may leave out, what counts as rehearsed, and
 * the targets of a run that waits.
 */
#include "keeper_runs.h"

#include "keeper/run.h"

#define TWO_PLACES "environments:\n  test: {}\n  production: {}\n"

/* A run of that book in that environment, started. */
static int64_t
begun(const char *environment)
{
	char body[200];
	int64_t run;

	snprintf(body, sizeof(body),
	    "{\"runbook\":\"book\",\"environment\":\"%s\"}", environment);
	must("run_create", ana, 0, NULL, body);
	run = json_int(called.result, "id", 0);
	must("run_start", ana, run, NULL, "{}");
	return run;
}

/* A number of the run's row. */
static int64_t
count_of(int64_t run, const char *column)
{
	struct rows *rows = db_query(keeper.db, STMT_RUN_GET, INT(run));
	int64_t n = -1;

	if (db_next(rows))
		n = db_int(rows, column);
	db_done(rows);
	return n;
}

static void
an_optional_step_is_skipped_without_a_reason(void **state)
{
	int64_t run;

	(void)state;
	write_book(
	    "- [ ] One {#one .optional}\n- [ ] Two {#two}\n", TWO_PLACES);
	run = begun("test");
	assert_int_equal(count_of(run, "steps_total"), 2);
	must("step_skip", ana, run, "one", "{}");
	assert_string_equal(state_of(run, "one"), "skipped");
	assert_int_equal(count_of(run, "steps_total"), 1);
	assert_int_equal(call("step_skip", ana, run, "two", "{}"), ERR_INVALID);
	assert_string_equal(called.fault.code, "missing_field");
	assert_int_equal(
	    call("step_skip", ana, run, "two", "{\"reason\":\" \"}"),
	    ERR_INVALID);
	must("step_confirm", ana, run, "two", "{}");
	assert_int_equal(count_of(run, "steps_done"), 1);
	must("run_close", ana, run, NULL, "{\"result\":\"succeeded\"}");
}

/* A failure is passed by with a reason, and counts. */
static void
an_optional_step_that_failed_is_a_deviation(void **state)
{
	int64_t run;

	(void)state;
	write_book("```sh {#one .optional}\nfalse\n```\n\n- [ ] Two {#two}\n",
	    TWO_PLACES);
	run = begun("test");
	carry_out(
	    press("step_execute", ana, run, "one", "{}"), "local", "failed");
	assert_int_equal(call("step_skip", ana, run, "one", "{}"), ERR_INVALID);
	must("step_skip", ana, run, "one", "{\"reason\":\"r\"}");
	assert_int_equal(count_of(run, "steps_total"), 2);
}

/* Nothing was done in a run whose steps were all left out. */
static void
a_run_of_skipped_steps_has_not_succeeded(void **state)
{
	int64_t run;

	(void)state;
	write_book("- [ ] One {#one .optional}\n", TWO_PLACES);
	run = begun("test");
	must("step_skip", ana, run, "one", "{}");
	assert_int_equal(
	    call("run_close", ana, run, NULL, "{\"result\":\"succeeded\"}"),
	    ERR_CONFLICT);
	assert_string_equal(called.fault.code, "nothing_done");
}

static void
a_rehearsal_may_leave_out_what_is_optional(void **state)
{
	static const struct {
		const char *skipped;
		enum err start;
	} rows[] = { { "one", ERR_OK }, { "two", ERR_CONFLICT } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		char book[200];
		int64_t run;

		/* another document each time */
		snprintf(book, sizeof(book),
		    "---\ntitle: T%d\nrehearsal: test\n---\n"
		    "- [ ] One {#one .optional}\n- [ ] Two {#two}\n"
		    "- [ ] Three {#three}\n",
		    i);
		write_book(book, TWO_PLACES);
		run = begun("test");
		for (int k = 0; k < 3; k++) {
			static const char *const ids[] = { "one", "two",
				"three" };

			must(strcmp(ids[k], rows[i].skipped) == 0
				? "step_skip"
				: "step_confirm",
			    ana, run, ids[k],
			    strcmp(ids[k], rows[i].skipped) == 0
				? "{\"reason\":\"r\"}"
				: "{}");
		}
		must("run_close", ana, run, NULL, "{\"result\":\"succeeded\"}");
		must("run_create", ana, 0, NULL,
		    "{\"runbook\":\"book\",\"environment\":\"production\"}");
		run = json_int(called.result, "id", 0);
		assert_int_equal(
		    call("run_start", ana, run, NULL, "{}"), rows[i].start);
	}
}

/* Creates a run there; called.result has its number. */
static enum err
create_in(const char *environment, const char *parameters)
{
	char body[300];

	snprintf(body, sizeof(body),
	    "{\"runbook\":\"book\",\"environment\":\"%s\","
	    "\"parameters\":{%s}}",
	    environment, parameters);
	return call("run_create", ana, 0, NULL, body);
}

static const char *
value_of(int64_t run, const char *name)
{
	static char value[60];
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));

	snprintf(value, sizeof(value), "%s",
	    json_text(json_get(row, "parameters"), name, "(none)"));
	json_object_put(row);
	return value;
}

#define PORTS \
	"environments:\n  test:\n    values: {port: 8080, hosts: [a, b]}\n" \
	"  production: {}\n"

/* Nobody chooses what targets.yml decides on, and it stays as it was. */
static void
values_of_an_environment_are_taken(void **state)
{
	static const char book[] =
	    "---\nparameters:\n  port: {pattern: '\\d+', default: 1}\n"
	    "  hosts: {type: list, required: false}\n  word: {default: x}\n"
	    "---\n- [ ] One {#one}\n";
	int64_t run;

	(void)state;
	write_book(book, PORTS);
	assert_int_equal(create_in("test", ""), ERR_OK);
	run = json_int(called.result, "id", 0);
	assert_string_equal(value_of(run, "port"), "8080");
	assert_string_equal(value_of(run, "hosts"), "a,b");
	assert_int_equal(create_in("test", "\"port\":\"8081\""), ERR_INVALID);
	assert_string_equal(called.fault.code, "fixed_value");
	assert_string_equal(called.fault.field, "port");
	assert_int_equal(
	    create_in("test", "\"port\":\"8080\",\"hosts\":\"a\\nb\""), ERR_OK);
	assert_int_equal(create_in("production", "\"port\":\"2\""), ERR_OK);
	assert_string_equal(
	    value_of(json_int(called.result, "id", 0), "port"), "2");
	/* targets.yml changes; the run keeps its values */
	write_book(book, "environments:\n  test: {values: {port: a}}\n");
	assert_int_equal(call("run_change", ana, run, NULL,
			     "{\"parameters\":{\"port\":\"1\"}}"),
	    ERR_INVALID);
	assert_string_equal(called.fault.code, "fixed_value");
	must("run_change", ana, run, NULL, "{\"parameters\":{\"word\":\"y\"}}");
	assert_string_equal(value_of(run, "port"), "8080");
	assert_string_equal(value_of(run, "word"), "y");
	assert_int_equal(create_in("test", ""), ERR_INVALID);
	assert_string_equal(called.fault.code, "bad_value");
	/* a secret stands in no file */
	write_book("---\nparameters: {port: {type: secret}}\n---\n"
		   "- [ ] One {#one}\n",
	    PORTS);
	assert_int_equal(create_in("test", ""), ERR_INVALID);
	assert_string_equal(called.fault.code, "bad_value");
}

static void
a_rehearsal_is_compared_but_for_values_of_the_environment(void **state)
{
	static const struct {
		const char *test, *production; /* values of targets.yml */
		const char *chosen;            /* in production */
		enum err start;
	} rows[] = {
		{ "port: 1", "port: 2", "", ERR_OK },
		{ "", "port: 2", "", ERR_OK },
		{ "", "", "", ERR_OK },
		{ "port: 1", "", "\"port\":\"2\"", ERR_CONFLICT },
		{ "port: 1", "", "\"port\":\"1\"", ERR_OK },
		{ "port: 1", "port: 2", "\"word\":\"y\"", ERR_CONFLICT },
		{ "", "", "\"port\":\"2\"", ERR_CONFLICT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char book[200], targets[200];
		int64_t run;

		snprintf(book, sizeof(book),
		    "---\ntitle: T%zu\nrehearsal: {in: test, within: 1d}\n"
		    "parameters: {port: {default: 5}, word: {default: x}}\n"
		    "---\n- [ ] One {#one}\n",
		    i);
		snprintf(targets, sizeof(targets),
		    "environments:\n  test: {values: {%s}}\n"
		    "  production: {values: {%s}}\n",
		    rows[i].test, rows[i].production);
		write_book(book, targets);
		run = begun("test");
		must("step_confirm", ana, run, "one", "{}");
		must("run_close", ana, run, NULL, "{\"result\":\"succeeded\"}");
		assert_int_equal(
		    create_in("production", rows[i].chosen), ERR_OK);
		run = json_int(called.result, "id", 0);
		if (call("run_start", ana, run, NULL, "{}") != rows[i].start)
			fail_msg("row %zu: %s", i, called.fault.code);
	}
}

/* The word of the run's state. */
static const char *
run_state(int64_t run)
{
	static char word[30];
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));

	snprintf(word, sizeof(word), "%s", json_text(row, "state", ""));
	json_object_put(row);
	return word;
}

#define FILES \
	"environments:\n  test:\n    targets:\n" \
	"      one: {sqlite: {file: one.db}}\n" \
	"      two: {sqlite: {file: two.db}, shared: true}\n"
#define PARK "{\"reason\":\"until Monday\"}"

static int64_t
holder(void)
{
	return db_first_int(
	    db_query(keeper.db, STMT_HOLDER, TEXT("test"), TEXT("one")), 0);
}

static void
a_parked_run_gives_its_targets_back_and_takes_them_again(void **state)
{
	int64_t first, second;

	(void)state;
	write_book("- [ ] One {#one on=one}\n- [ ] Two {#two on=two}\n", FILES);
	first = begun("test");
	must("step_confirm", ana, first, "one", "{}");
	assert_int_equal(holder(), first);
	assert_int_equal(call("run_park", ana, first, NULL, "{}"), ERR_INVALID);
	must("run_park", ana, first, NULL, PARK);
	assert_string_equal(run_state(first), "parked");
	expect_last(first, "run.parked", "reason", "until Monday");
	assert_int_equal(holder(), 0);
	/* nothing is done without the targets */
	assert_int_equal(
	    call("step_confirm", ana, first, "two", "{}"), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "run_state");
	assert_int_equal(
	    call("step_skip", ana, first, "two", PARK), ERR_CONFLICT);
	assert_int_equal(
	    call("step_reopen", ana, first, "one", PARK), ERR_CONFLICT);
	assert_int_equal(
	    call("run_pause", ana, first, NULL, "{}"), ERR_CONFLICT);
	assert_int_equal(
	    call("run_park", ana, first, NULL, PARK), ERR_CONFLICT);
	/* another run has them meanwhile */
	second = begun("test");
	assert_int_equal(holder(), second);
	assert_int_equal(
	    call("run_resume", ana, first, NULL, "{}"), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "target_held");
	assert_int_equal(json_int(called.result, "run", 0), second);
	assert_string_equal(run_state(first), "parked");
	must("run_abort", ana, second, NULL, PARK);
	must("run_resume", ana, first, NULL, "{}");
	assert_string_equal(run_state(first), "running");
	assert_int_equal(holder(), first);
	must("step_confirm", ana, first, "two", "{}");
	must("run_close", ana, first, NULL, "{\"result\":\"succeeded\"}");
	assert_int_equal(holder(), 0);
}

/* A step may still be at work on the target. */
static void
a_run_at_work_is_not_parked(void **state)
{
	const char *exec;
	int64_t run;

	(void)state;
	write_book("```sh {#one}\ntrue\n```\n\n- [ ] Two {#two}\n", FILES);
	run = begun("test");
	exec = press("step_execute", ana, run, "one", "{}");
	assert_int_equal(call("run_park", ana, run, NULL, PARK), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "step_at_work");
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	assert_int_equal(
	    report("exec_lost", exec, ",\"message\":\"m\""), ERR_OK);
	assert_string_equal(state_of(run, "one"), "unknown");
	assert_int_equal(call("run_park", ana, run, NULL, PARK), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "outcome_unknown");
	must("step_resolve", ana, run, "one",
	    "{\"outcome\":\"succeeded\",\"note\":\"n\"}");
	must("run_pause", ana, run, NULL, "{}");
	must("run_park", ana, run, NULL, PARK);
	must("run_resume", ana, run, NULL, "{}");
	assert_string_equal(state_of(run, "two"), "ready");
}

/* No way leads from “parked” to a step but to take the targets again. */
static void
a_change_of_the_plan_leaves_a_parked_run_parked(void **state)
{
	static const char approve[] =
	    "{\"decision\":\"approve\",\"plan\":\"%s\"}";
	const char *bo = sign_up("bo", "\"approver\"");
	char body[200];
	int64_t run;

	(void)state;
	write_book("---\nparameters: {word: {default: x}}\n"
		   "approvals: [{role: approver}]\n---\n"
		   "- [ ] One {#one on=one}\n\n"
		   "```approval {#gate role=approver}\n```\n\n"
		   "- [ ] Two {#two on=one}\n",
	    FILES);
	run = must_create(ana, "");
	for (int i = 0; i < 2; i++) {
		struct json_object *row = db_first_json(
		    db_query(keeper.db, STMT_RUN_GET, INT(run)));

		snprintf(
		    body, sizeof(body), approve, json_text(row, "plan", ""));
		json_object_put(row);
		must("run_approve", bo, run, NULL, body);
		if (i == 1)
			break;
		must("run_start", ana, run, NULL, "{}");
		must("step_confirm", ana, run, "one", "{}");
		must("run_park", ana, run, NULL, PARK);
		must("run_change", ana, run, NULL,
		    "{\"parameters\":{\"word\":\"y\"}}");
		assert_string_equal(run_state(run), "awaiting_approval");
	}
	assert_string_equal(run_state(run), "parked");
	assert_int_equal(holder(), 0);
	/* people decide meanwhile; the step behind waits */
	must("step_approve", bo, run, "gate", body);
	assert_string_equal(state_of(run, "gate"), "succeeded");
	assert_string_equal(state_of(run, "two"), "pending");
	must("run_resume", ana, run, NULL, "{}");
	assert_int_equal(holder(), run);
	assert_string_equal(state_of(run, "two"), "ready");
}

/* Commands forget the steps that a batch has written which was lost. */
static void
a_batch_that_is_lost_leaves_nothing_confirmed(void **state)
{
	static const char *const confirmed[] = {
		"{\"step\":\"two\",\"state\":\"confirmed\",\"note\":\"\"}",
		"{\"step\":\"three\",\"state\":\"confirmed\",\"note\":\"\"}"
	};
	int64_t run;

	(void)state;
	write_book("- [ ] One {#one}\n- [ ] Two {#two}\n- [ ] Three {#three}\n",
	    TWO_PLACES);
	run = begun("test");
	must("step_confirm", ana, run, "one", "{}");
	assert_int_equal(db_begin(keeper.db), ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		struct json_object *data = json_tokener_parse(confirmed[i]);

		assert_int_equal(event_append(keeper.db, run, EVENT_ANY_SEQ,
				     "ana", EVENT_STEP_CONFIRMED, data),
		    ERR_OK);
		assert_int_equal(run_advance(&keeper, run), ERR_OK);
	}
	assert_string_equal(state_of(run, "three"), "confirmed");
	assert_int_equal(db_end(keeper.db, ERR_UNAVAILABLE), ERR_UNAVAILABLE);
	assert_int_equal(
	    call("step_confirm", ana, run, "three", "{}"), ERR_CONFLICT);
	must("step_confirm", ana, run, "two", "{}");
	must("step_confirm", ana, run, "three", "{}");
	assert_int_equal(count_of(run, "steps_done"), 3);
}

static void
steps_that_were_rolled_back_have_to_be_read_again(void **state)
{
	struct db *db = keeper.db;
	const char *ids[DB_STEPS];
	uint64_t writes;
	size_t count;
	int64_t run;

	(void)state;
	write_book("- [ ] One {#one}\n", TWO_PLACES);
	run = begun("test");
	writes = db_step_writes(db);
	assert_int_equal(db_savepoint(db), ERR_OK);
	assert_int_equal(db_run(db, STMT_STEP_PROGRESS, INT(run), TEXT("one"),
			     TEXT("running")),
	    ERR_OK);
	assert_true(db_steps_since(db, writes, run, ids, &count));
	assert_int_equal(count, 1);
	assert_int_equal(db_release(db, ERR_CONFLICT), ERR_CONFLICT);
	assert_false(db_steps_since(db, writes, run, ids, &count));
	/* a refusal that wrote none costs nothing */
	writes = db_step_writes(db);
	assert_int_equal(db_savepoint(db), ERR_OK);
	assert_int_equal(db_release(db, ERR_CONFLICT), ERR_CONFLICT);
	assert_true(db_steps_since(db, writes, run, ids, &count));
	assert_int_equal(count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown( \
	    test, keeper_runs_begin, keeper_runs_end)
		ONE(an_optional_step_is_skipped_without_a_reason),
		ONE(an_optional_step_that_failed_is_a_deviation),
		ONE(a_run_of_skipped_steps_has_not_succeeded),
		ONE(a_rehearsal_may_leave_out_what_is_optional),
		ONE(values_of_an_environment_are_taken),
		ONE(a_rehearsal_is_compared_but_for_values_of_the_environment),
		ONE(a_parked_run_gives_its_targets_back_and_takes_them_again),
		ONE(a_run_at_work_is_not_parked),
		ONE(a_change_of_the_plan_leaves_a_parked_run_parked),
		ONE(a_batch_that_is_lost_leaves_nothing_confirmed),
		ONE(steps_that_were_rolled_back_have_to_be_read_again),
	};

	return cmocka_run_group_tests_name("keeper/run", tests, NULL, NULL);
}
