/*
 * An exported report, away from its console: whole, changed in one place, or no
 * report at all.  Each value of a report is changed in
 * tests/e2e/test_report.py.
 */
#include "keeper_runs.h"

#include <fcntl.h>

#include "cli/cli.h"
#include "cli/verify/report.h"
#include "journal/plan.h"
#include "journal/report/run_report.h"

static struct json_object *report_made;

/* Verifies the text; its exit code must be that, with these words. */
static void
expect(const char *text, int code, const char *words)
{
	int out = dup(STDOUT_FILENO), found;
	char *printed;

	fflush(stdout);
	assert_non_null(freopen(data_path("out"), "w", stdout));
	found = report_verify_text("report.json", text, strlen(text));
	fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	close(out);
	printed = data_read("out");
	if (found != code || strstr(printed, words) == NULL)
		fail_msg(
		    "%d, not %d with \"%s\": %s", found, code, words, printed);
	free(printed);
}

/* A copy of the report, which the caller puts. */
static struct json_object *
copy(void)
{
	struct json_object *o = NULL;

	assert_int_equal(json_object_deep_copy(report_made, &o, NULL), 0);
	return o;
}

static void
a_report_is_as_recorded(void **state)
{
	(void)state;
	expect(json_write(report_made), CLI_YES, "events");
}

static void
what_is_no_report_is_a_no(void **state)
{
	static const char *const texts[] = { "", "x", "{", "null", "[]", "7",
		"\"x\"", "{}", "{\"events\":7}", "{\"events\":[]}",
		"{\"events\":[null]}", "{\"events\":[\"\"]}",
		"{\"id\":1,\"events\":[\"{}\"],\"head\":\"\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect(texts[i], CLI_NO, "");
}

static void
each_member_that_was_changed_is_named(void **state)
{
	(void)state;
	json_object_object_foreach (report_made, key, value) {
		struct json_object *o = copy();

		(void)value;
		json_object_object_del(o, key);
		expect(json_write(o), CLI_NO,
		    strcmp(key, "id") == 0 || strcmp(key, "events") == 0 ||
			    strstr(key, "_text") != NULL
			? ""
			: key);
		json_object_put(o);
	}
}

static void
more_than_the_events_tell_is_named(void **state)
{
	struct json_object *o = copy();

	(void)state;
	json_set_bool(o, "proven", true);
	expect(json_write(o), CLI_NO, "proven");
	json_object_put(o);
}

/* Events in another order, one less, and one of another run. */
static void
its_events_are_a_chain(void **state)
{
	struct json_object *o = copy(), *list = json_get(o, "events");
	size_t n = json_object_array_length(list);
	struct json_object *last = json_object_get(
	    json_object_array_get_idx(list, n - 1));

	(void)state;
	assert_true(n > 3);
	json_object_array_del_idx(list, n - 1, 1);
	expect(json_write(o), CLI_NO, "");
	json_object_array_add(list, json_object_get(last));
	expect(json_write(o), CLI_YES, "");
	json_object_array_add(list, last);
	expect(json_write(o), CLI_NO, "");
	json_object_put(o);
	o = copy();
	json_set_int(o, "id", 2);
	expect(json_write(o), CLI_NO, "");
	json_object_put(o);
}

static void
a_file_that_is_not_there_is_a_no(void **state)
{
	(void)state;
	assert_int_equal(report_verify(data_path("none.json")), CLI_NO);
	assert_int_equal(report_verify(data_path("keys")), CLI_NO);
}

static int
begin(void **state)
{
	struct json_object *row;
	struct plan *plan = NULL;
	int64_t run;

	keeper_runs_begin(state);
	write_book("# T\n\n- [ ] By hand {#one}\n", LOCAL_TARGETS);
	run = must_create(ana, "");
	must("run_start", ana, run, NULL, "{}");
	must("step_confirm", ana, run, "one", "{\"note\":\"done\"}");
	must("run_comment", ana, run, NULL, "{\"text\":\"said\"}");
	must("run_close", ana, run, NULL, "{\"result\":\"succeeded\"}");
	db_close(keeper.db);
	assert_int_equal(db_open(data_folder, DB_CLI, &keeper.db), ERR_OK);
	db_begin(keeper.db);
	row = db_first_json(db_query(keeper.db, STMT_RUN_GET, INT(run)));
	assert_int_equal(plan_load(keeper.db, row, &plan, NULL), ERR_OK);
	report_made = run_report_make(keeper.db, run, plan);
	assert_non_null(report_made);
	plan_free(plan);
	json_object_put(row);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	return 0;
}

static int
end(void **state)
{
	json_object_put(report_made);
	return keeper_runs_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_as_recorded),
		cmocka_unit_test(what_is_no_report_is_a_no),
		cmocka_unit_test(each_member_that_was_changed_is_named),
		cmocka_unit_test(more_than_the_events_tell_is_named),
		cmocka_unit_test(its_events_are_a_chain),
		cmocka_unit_test(a_file_that_is_not_there_is_a_no),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests_name("cli/report", tests, begin, end);
}
