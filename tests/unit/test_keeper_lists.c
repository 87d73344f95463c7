/*
 * Lists that a step captures: their event, the steps that the run gets, and
 * what is refused.
 */
#include "keeper_runs.h"

#include "journal/captured.h"
#include "journal/plan.h"

static const char book[] =
    "---\nparameters:\n  skip: {label: Skip, default: none}\n---\n"
    "```sh {#before}\ntrue\n```\n\n"
    "```sh {#find capture=\"hosts\" capture=\"names=/n\"}\nls\n```\n\n"
    "# Machine {each=\"host in hosts\"}\n\n"
    "```sh {#stop when=\"host != skip\"}\ntrue\n```\n\n"
    "```sh {#start .optional}\ntrue\n```\n\n"
    "# Then\n\n"
    "```sh {#then}\ntrue\n```\n\n"
    "# Name {each=\"name in names\"}\n\n"
    "- [ ] Tell {{name}} {#tell}\n\n"
    "# Back {.rollback each=\"host in hosts\"}\n\n"
    "```sh {#back undo=stop}\ntrue\n```\n";

static int64_t
started(const char *more)
{
	int64_t run;

	write_book(book, LOCAL_TARGETS);
	run = must_create(ana, more);
	must("run_start", ana, run, NULL, "{}");
	return run;
}

static void
done(int64_t run, const char *step, const char *state)
{
	carry_out(press("step_execute", ana, run, step, "{}"), "local", state);
}

/* The step ends with these captured values. */
static void
finds(int64_t run, const char *verb, const char *captures)
{
	const char *exec = press(verb, ana, run, "find", "{}");
	char more[600];

	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	snprintf(more, sizeof(more), ",\"captures\":%s", captures);
	report_target(exec, "local", "succeeded", more);
	report_done(exec, "succeeded");
}

/* "id part", in the order of the main part, then of the others. */
static const char *
steps_of(int64_t run, const char *part)
{
	static char out[2000];
	size_t len = 0;
	struct rows *rows = db_query(keeper.db, STMT_STEPS, INT(run));

	out[0] = '\0';
	while (db_next(rows))
		if (strcmp(db_text(rows, "part"), part) == 0)
			len += (size_t)snprintf(out + len, sizeof(out) - len,
			    "%s%s", len > 0 ? " " : "", db_text(rows, "id"));
	db_done(rows);
	return out;
}

/* The data of the last event of a kind; NULL: there is none. */
static struct json_object *
last_event(int64_t run, enum event_kind kind)
{
	struct rows *rows = db_query(keeper.db, STMT_EVENTS_BACK, INT(run));
	struct json_object *data = NULL, *body = NULL;
	struct event e;

	while (data == NULL && db_next(rows)) {
		assert_int_equal(
		    event_parse(db_text(rows, "body"), &e, &body), ERR_OK);
		if (e.kind == kind)
			data = json_object_get(e.data);
		json_object_put(body);
	}
	db_done(rows);
	return data;
}

static int64_t
total(int64_t run)
{
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));
	int64_t n = json_int(row, "steps_total", 0);

	json_object_put(row);
	return n;
}

static void
a_list_gives_the_run_the_steps_of_its_items(void **state)
{
	int64_t run = started(",\"parameters\":{\"skip\":\"b\"}");
	struct json_object *data;

	(void)state;
	assert_string_equal(steps_of(run, "main"), "before find then");
	assert_string_equal(steps_of(run, "rollback"), "");
	assert_int_equal(total(run), 3);
	done(run, "before", "succeeded");
	finds(run, "step_execute",
	    "{\"hosts\":\"a\\tMachine A\\nb\\n\",\"names\":\"[\\\"eve\\\"]\"}");
	assert_string_equal(steps_of(run, "main"),
	    "before find stop.a start.a stop.b start.b then tell.eve");
	assert_string_equal(steps_of(run, "rollback"), "back.a back.b");
	assert_string_equal(state_of(run, "stop.a"), "ready");
	assert_string_equal(state_of(run, "stop.b"), "skipped");
	assert_int_equal(total(run), 7);
	data = last_event(run, EVENT_RUN_EXPANDED);
	assert_string_equal(json_text(data, "name", ""), "names");
	assert_string_equal(
	    json_write(json_get(data, "items")), "[{\"id\":\"eve\"}]");
	json_object_put(data);
	done(run, "stop.a", "succeeded");
	done(run, "start.a", "succeeded");
	assert_string_equal(state_of(run, "start.b"), "ready");
	must("run_rollback", ana, run, NULL, "{\"reason\":\"no\"}");
	assert_string_equal(state_of(run, "back.a"), "ready");
	assert_string_equal(state_of(run, "back.b"), "skipped");
}

static void
an_approved_plan_stays_approved(void **state)
{
	int64_t run = started("");
	struct json_object *before = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));
	struct json_object *after;
	struct plan *plan;
	char hash[65];

	(void)state;
	done(run, "before", "succeeded");
	finds(run, "step_execute", "{\"hosts\":\"a\",\"names\":\"[]\"}");
	after = db_first_json(db_query(keeper.db, STMT_RUN_GET, INT(run)));
	assert_string_equal(
	    json_text(after, "plan", ""), json_text(before, "plan", ""));
	plan_of_row(after, hash);
	assert_string_equal(json_text(after, "plan", ""), hash);
	assert_int_equal(plan_load(keeper.db, after, &plan, NULL), ERR_OK);
	assert_true(plan_find_step(plan, "stop.a") >= 0);
	assert_true(plan_find_step(plan, "tell") < 0);
	plan_free(plan);
	json_object_put(before);
	json_object_put(after);
}

/* The step fails with this code, and the run has no more steps than before. */
static void
fails(const char *captures, const char *code)
{
	int64_t run = started("");
	struct json_object *data;

	done(run, "before", "succeeded");
	finds(run, "step_execute", captures);
	assert_string_equal(state_of(run, "find"), "failed");
	assert_string_equal(steps_of(run, "main"), "before find then");
	assert_null(last_event(run, EVENT_RUN_EXPANDED));
	data = last_event(run, EVENT_STEP_ENDED);
	if (strstr(json_write(data), code) == NULL)
		fail_msg("%s: %s", captures, json_write(data));
	assert_null(json_get(data, "captures"));
	json_object_put(data);
	/* another attempt may find a good one */
	finds(run, "step_retry", "{\"hosts\":\"a\",\"names\":\"[]\"}");
	assert_string_equal(
	    steps_of(run, "main"), "before find stop.a start.a then");
}

static void
a_wrong_list_fails_its_step_and_expands_nothing(void **state)
{
	(void)state;
	fails("{\"hosts\":\"a\\n-rf\",\"names\":\"[]\"}", "list_item_dash");
	fails("{\"hosts\":\"a\\na\",\"names\":\"[]\"}", "list_item_twice");
	/* the first list is good, the second is not */
	fails("{\"hosts\":\"a\",\"names\":\"eve\"}", "list_no_array");
	fails("{\"hosts\":\"a\",\"names\":\"[{}]\"}", "list_no_member");
	fails("{\"names\":\"[]\"}", "list_differs");
}

static void
an_empty_list_leaves_the_steps_out(void **state)
{
	int64_t run = started("");
	struct json_object *data;

	(void)state;
	done(run, "before", "succeeded");
	finds(run, "step_execute", "{\"hosts\":\"\",\"names\":\"[]\"}");
	assert_string_equal(state_of(run, "find"), "succeeded");
	assert_string_equal(steps_of(run, "main"), "before find then");
	assert_string_equal(state_of(run, "then"), "ready");
	data = last_event(run, EVENT_RUN_EXPANDED);
	assert_int_equal(json_object_array_length(json_get(data, "items")), 0);
	json_object_put(data);
}

/* A skipped step has found out nothing; its sections are left out. */
static void
a_skipped_step_gives_no_list(void **state)
{
	int64_t run = started("");

	(void)state;
	done(run, "before", "succeeded");
	must("step_skip", ana, run, "find", "{\"reason\":\"no machines\"}");
	assert_string_equal(state_of(run, "then"), "ready");
	assert_null(last_event(run, EVENT_RUN_EXPANDED));
	assert_int_not_equal(
	    call("step_execute", ana, run, "stop", "{}"), ERR_OK);
	assert_string_equal(called.fault.code, "no_such_step");
}

static void
nobody_says_that_an_unknown_step_found_a_list(void **state)
{
	int64_t run = started("");

	(void)state;
	done(run, "before", "succeeded");
	done(run, "find", "unknown");
	assert_int_equal(call("step_resolve", ana, run, "find",
			     "{\"outcome\":\"succeeded\",\"note\":\"I saw\"}"),
	    ERR_CONFLICT);
	assert_string_equal(called.fault.code, "list_unknown");
	must("step_resolve", ana, run, "find",
	    "{\"outcome\":\"failed\",\"note\":\"nobody knows\"}");
	finds(run, "step_retry", "{\"hosts\":\"a\",\"names\":\"[]\"}");
	assert_string_equal(state_of(run, "stop.a"), "ready");
}

/* Two runs of one plan have their own items. */
static void
runs_of_the_same_plan_have_their_own_items(void **state)
{
	int64_t one = started(""), two;

	(void)state;
	done(one, "before", "succeeded");
	finds(one, "step_execute", "{\"hosts\":\"a\",\"names\":\"[]\"}");
	must("run_abort", ana, one, NULL, "{\"reason\":\"enough\"}");
	two = started("");
	done(two, "before", "succeeded");
	finds(two, "step_execute", "{\"hosts\":\"b\",\"names\":\"[]\"}");
	assert_string_equal(
	    steps_of(two, "main"), "before find stop.b start.b then");
	done(two, "stop.b", "succeeded");
	assert_int_not_equal(
	    call("step_execute", ana, two, "stop.a", "{}"), ERR_OK);
}

static void
a_forged_list_is_not_what_its_step_captured(void **state)
{
	int64_t run = started("");
	struct json_object *row, *captured, *items;
	struct plan *plan;

	(void)state;
	done(run, "before", "succeeded");
	finds(run, "step_execute", "{\"hosts\":\"a\",\"names\":\"[]\"}");
	row = db_first_json(db_query(keeper.db, STMT_RUN_GET, INT(run)));
	captured = captured_values(keeper.db, run);
	assert_int_equal(plan_load(keeper.db, row, &plan, NULL), ERR_OK);
	assert_true(plan_lists_are_captured(plan, row, captured));
	plan_free(plan);
	items = json_get(
	    json_object_array_get_idx(json_get(row, "expanded"), 0), "items");
	json_set_text(json_object_array_get_idx(items, 0), "id", "b");
	assert_int_equal(plan_load(keeper.db, row, &plan, NULL), ERR_OK);
	assert_false(plan_lists_are_captured(plan, row, captured));
	plan_free(plan);
	json_set_text(json_object_array_get_idx(items, 0), "id", "-b");
	assert_int_equal(plan_load(keeper.db, row, &plan, NULL), ERR_FORBIDDEN);
	json_object_put(captured);
	json_object_put(row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown( \
	    test, keeper_runs_begin, keeper_runs_end)
		ONE(a_list_gives_the_run_the_steps_of_its_items),
		ONE(an_approved_plan_stays_approved),
		ONE(a_wrong_list_fails_its_step_and_expands_nothing),
		ONE(an_empty_list_leaves_the_steps_out),
		ONE(a_skipped_step_gives_no_list),
		ONE(nobody_says_that_an_unknown_step_found_a_list),
		ONE(runs_of_the_same_plan_have_their_own_items),
		ONE(a_forged_list_is_not_what_its_step_captured),
	};

	return cmocka_run_group_tests_name("keeper/lists", tests, NULL, NULL);
}
