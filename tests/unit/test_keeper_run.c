/* test_keeper_run.c: what a run may leave out, and what counts as rehearsed. */
#include "keeper_runs.h"

#define TWO_PLACES "environments:\n  test: {}\n  production: {}\n"

static const char *ana;

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

static int
begin(void **state)
{
	keeper_begin(state);
	waiting_read(&keeper);
	ana = sign_up("ana", "\"operator\"");
	return 0;
}

static int
end(void **state)
{
	waiting_clear(&keeper);
	return keeper_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, end)
		ONE(an_optional_step_is_skipped_without_a_reason),
		ONE(an_optional_step_that_failed_is_a_deviation),
		ONE(a_run_of_skipped_steps_has_not_succeeded),
		ONE(a_rehearsal_may_leave_out_what_is_optional),
	};

	return cmocka_run_group_tests_name("keeper/run", tests, NULL, NULL);
}
