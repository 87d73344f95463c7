/*
 * The rollback of a run: its steps and their order, when it is refused, and
 * how long it can be cancelled.
 */
#include "keeper_runs.h"

#define BOOK \
	"```sh {#one}\ntrue\n```\n\n" \
	"```sh {#two}\ntrue\n```\n\n" \
	"```sh {#three}\ntrue\n```\n\n"
#define BACK \
	"# Back {.rollback}\n\n" \
	"```sh {#back-one undo=one}\ntrue\n```\n\n" \
	"```sh {#back-two undo=two}\ntrue\n```\n\n" \
	"```sh {#back-three undo=three}\ntrue\n```\n\n"

static int64_t
started(const char *document)
{
	int64_t run;

	write_book(document, LOCAL_TARGETS);
	run = must_create(ana, "");
	must("run_start", ana, run, NULL, "{}");
	return run;
}

static void
done(int64_t run, const char *step, const char *state)
{
	carry_out(press("step_execute", ana, run, step, "{}"), "local", state);
}

/* Begins the rollback; `steps`, `not_needed`: as its event lists them. */
static void
rolls_back(int64_t run, const char *steps, const char *not_needed)
{
	struct json_object *body = NULL;
	struct rows *rows;
	struct event e;

	must("run_rollback", ana, run, NULL, "{\"reason\":\"no good\"}");
	rows = db_query(keeper.db, STMT_EVENTS_BACK, INT(run));
	do
		assert_true(db_next(rows));
	while (strstr(db_text(rows, "body"), "run.rollback_started") == NULL);
	assert_int_equal(event_parse(db_text(rows, "body"), &e, &body), ERR_OK);
	assert_string_equal(json_text(e.data, "reason", ""), "no good");
	assert_string_equal(
	    json_object_to_json_string_ext(json_get(e.data, "steps"), 0),
	    steps);
	assert_string_equal(
	    json_object_to_json_string_ext(json_get(e.data, "not_needed"), 0),
	    not_needed);
	json_object_put(body);
	db_done(rows);
}

/* Nothing happens to the run. */
static void
is_refused(const char *verb, const char *who, int64_t run, const char *code)
{
	int64_t seq = last_of(run);

	assert_int_not_equal(call(verb, who, run, NULL, "{}"), ERR_OK);
	assert_string_equal(called.fault.code, code);
	assert_int_equal(last_of(run), seq);
}

static void
what_ran_is_undone_latest_first(void **state)
{
	int64_t run = started(BOOK BACK);

	(void)state;
	done(run, "one", "succeeded");
	done(run, "two", "succeeded");
	rolls_back(run, "[\"back-two\",\"back-one\"]", "[\"back-three\"]");
	assert_string_equal(state_of(run, "back-two"), "ready");
	assert_string_equal(state_of(run, "back-one"), "pending");
	assert_string_equal(state_of(run, "back-three"), "skipped");
	done(run, "back-two", "succeeded");
	assert_string_equal(state_of(run, "back-one"), "ready");
}

/* A failed attempt did something, too; a skipped step did not. */
static void
a_failed_step_is_undone_and_a_skipped_one_is_not(void **state)
{
	int64_t run = started(BOOK BACK);

	(void)state;
	done(run, "one", "succeeded");
	must("step_skip", ana, run, "two", "{\"reason\":\"not here\"}");
	done(run, "three", "failed");
	rolls_back(run, "[\"back-three\",\"back-one\"]", "[\"back-two\"]");
}

/* Its place in the order is that of its latest attempt. */
static void
a_step_that_was_repeated_is_undone_first(void **state)
{
	int64_t run = started("```sh {#one}\ntrue\n```\n\n"
			      "```sh {#two}\ntrue\n```\n\n"
			      "# Back {.rollback}\n\n"
			      "- [ ] Before {#before}\n\n"
			      "```sh {#back-one undo=one}\ntrue\n```\n\n"
			      "- [ ] Between {#between}\n\n"
			      "```sh {#back-two undo=two}\ntrue\n```\n\n"
			      "- [ ] Behind {#behind after=two}\n\n"
			      "- [ ] Last {#last}\n");

	(void)state;
	done(run, "one", "succeeded");
	done(run, "two", "failed");
	carry_out(
	    press("step_retry", ana, run, "two", "{}"), "local", "succeeded");
	rolls_back(run,
	    "[\"before\",\"back-two\",\"behind\",\"between\",\"back-one\","
	    "\"last\"]",
	    "[]");
}

static void
hops_that_ran_are_undone_latest_first(void **state)
{
	static const char book[] =
	    "---\nparameters:\n"
	    "  from: {label: From, choices: ['1.0', '1.1']}\n"
	    "  to: {label: To, choices: ['1.2', '1.3']}\n---\n"
	    "# A {.hop from=1.0 to=1.1}\n\n```sh {#a}\ntrue\n```\n\n"
	    "## Back {.rollback}\n\n```sh {#back-a}\ntrue\n```\n\n"
	    "# B {.hop from=1.1 to=1.2}\n\n```sh {#b}\ntrue\n```\n\n"
	    "## Back {.rollback}\n\n```sh {#back-b}\ntrue\n```\n\n"
	    "# C {.hop from=1.2 to=1.3}\n\n```sh {#c}\ntrue\n```\n\n"
	    "## Back {.rollback}\n\n```sh {#back-c}\ntrue\n```\n";
	int64_t run;

	(void)state;
	write_book(book, LOCAL_TARGETS);
	run = must_create(
	    ana, ",\"parameters\":{\"from\":\"1.0\",\"to\":\"1.3\"}");
	must("run_start", ana, run, NULL, "{}");
	done(run, "a", "succeeded");
	done(run, "b", "failed");
	rolls_back(run, "[\"back-b\",\"back-a\"]", "[\"back-c\"]");
}

static void
a_rollback_without_work_is_refused(void **state)
{
	int64_t run = started(BOOK BACK);

	(void)state;
	is_refused("run_rollback", ana, run, "nothing_to_undo");
	assert_string_equal(state_of(run, "one"), "ready");
	must("step_skip", ana, run, "one", "{\"reason\":\"not here\"}");
	is_refused("run_rollback", ana, run, "nothing_to_undo");
	/* something ran, but what would undo it is left out */
	run = started(BOOK "# Back {.rollback}\n\n"
			   "```sh {#back when=\"ran(three)\"}\ntrue\n```\n");
	done(run, "one", "succeeded");
	is_refused("run_rollback", ana, run, "nothing_to_undo");
	/* the document has no way back */
	run = started(BOOK);
	done(run, "one", "succeeded");
	is_refused("run_rollback", ana, run, "no_rollback");
}

static void
only_an_operator_rolls_back_and_not_beside_a_step(void **state)
{
	const char *bo = sign_up("bo", "\"approver\",\"admin\"");
	int64_t run = started(BOOK BACK);
	const char *exec;

	(void)state;
	done(run, "one", "succeeded");
	is_refused("run_rollback", bo, run, "role_needed");
	exec = press("step_execute", ana, run, "two", "{}");
	is_refused("run_rollback", ana, run, "step_at_work");
	/* nobody knows what it did: it may have done it */
	carry_out(exec, "local", "unknown");
	rolls_back(run, "[\"back-two\",\"back-one\"]", "[\"back-three\"]");
	is_refused("run_rollback_cancel", bo, run, "role_needed");
}

static void
a_rollback_begins_once(void **state)
{
	int64_t run = started(BOOK BACK);

	(void)state;
	is_refused("run_rollback_cancel", ana, run, "not_rolled_back");
	done(run, "one", "succeeded");
	must("run_rollback", ana, run, NULL, "{}");
	is_refused("run_rollback", ana, run, "no_rollback");
	/* what lies ahead can no longer be pressed */
	assert_int_equal(
	    call("step_execute", ana, run, "two", "{}"), ERR_CONFLICT);
}

static int64_t
steps_total(int64_t run)
{
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));
	int64_t n = json_int(row, "steps_total", -1);

	json_object_put(row);
	return n;
}

/* Then the four forward steps count again, not those of the rollback. */
static void
a_rollback_is_cancelled_until_its_first_step(void **state)
{
	int64_t run = started(BOOK "- [ ] Four {#four}\n\n" BACK);
	const char *exec;

	(void)state;
	done(run, "one", "succeeded");
	must("run_rollback", ana, run, NULL, "{}");
	assert_int_equal(steps_total(run), 1);
	must("run_rollback_cancel", ana, run, NULL, "{\"reason\":\"saved\"}");
	assert_int_equal(steps_total(run), 4);
	assert_string_equal(state_of(run, "two"), "ready");
	assert_int_equal(
	    call("step_execute", ana, run, "back-one", "{}"), ERR_CONFLICT);
	done(run, "two", "succeeded");
	rolls_back(run, "[\"back-two\",\"back-one\"]", "[\"back-three\"]");
	exec = press("step_execute", ana, run, "back-two", "{}");
	is_refused("run_rollback_cancel", ana, run, "rollback_begun");
	carry_out(exec, "local", "failed");
	is_refused("run_rollback_cancel", ana, run, "rollback_begun");
}

static void
a_paused_run_stays_paused_in_its_rollback(void **state)
{
	int64_t run = started(BOOK BACK);

	(void)state;
	done(run, "one", "succeeded");
	must("run_pause", ana, run, NULL, "{}");
	must("run_rollback", ana, run, NULL, "{}");
	assert_string_equal(json_text(called.result, "state", ""), "paused");
	assert_int_equal(
	    call("step_execute", ana, run, "back-one", "{}"), ERR_CONFLICT);
	must("run_resume", ana, run, NULL, "{}");
	done(run, "back-one", "succeeded");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown( \
	    test, keeper_runs_begin, keeper_runs_end)
		ONE(what_ran_is_undone_latest_first),
		ONE(a_failed_step_is_undone_and_a_skipped_one_is_not),
		ONE(a_step_that_was_repeated_is_undone_first),
		ONE(hops_that_ran_are_undone_latest_first),
		ONE(a_rollback_without_work_is_refused),
		ONE(only_an_operator_rolls_back_and_not_beside_a_step),
		ONE(a_rollback_begins_once),
		ONE(a_rollback_is_cancelled_until_its_first_step),
		ONE(a_paused_run_stays_paused_in_its_rollback),
	};

	return cmocka_run_group_tests_name(
	    "keeper/rollback", tests, NULL, NULL);
}
