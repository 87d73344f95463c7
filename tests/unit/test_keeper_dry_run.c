/*
 * Dry runs: which targets a preflight tries, one at a time, and what becomes
 * of its results.
 */
#include "keeper_runs.h"

#define HOST(address) \
	"{ssh: {host: " address ", user: u, agent: true," \
	" host_key: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER" \
	"/Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK\"}}\n"
#define TARGETS \
	"environments:\n  test:\n    targets:\n" \
	"      a: " HOST("192.0.2.1") "      b: " HOST( \
	    "192.0.2.2") "      c: " HOST("192.0.2.3") "      d: " HOST("192." \
									"0.2." \
									"4") "    groups: {both: [a, b]}\n"

static int
begin(void **state)
{
	keeper_runs_begin(state);
	return 0;
}

static int64_t
run_of(const char *document)
{
	write_book(document, TARGETS);
	return must_create(ana, "");
}

/* The targets that the preflight of the run tries. */
static void
tries(int64_t run, const char *names)
{
	struct json_object *last;

	must("run_preflight", ana, run, NULL, "{}");
	last = db_first_json(
	    db_query(keeper.db, STMT_LOOK_LAST, INT(run), TEXT("")));
	assert_string_equal(
	    json_object_to_json_string_ext(json_get(last, "targets"), 0),
	    names);
	json_object_put(last);
}

/* Each once; not one that only a person works on, or that when= leaves out. */
static void
a_preflight_tries_what_the_steps_act_on(void **state)
{
	(void)state;
	tries(run_of("---\nparameters:\n  all: {type: bool, default: false}\n"
		     "---\n```sh {#one on=both}\ntrue\n```\n\n"
		     "```sh {#two on=b}\ntrue\n```\n\n"
		     "```sh {#three on=c when=all}\ntrue\n```\n\n"
		     "- [ ] By hand {#hand on=d}\n\n"
		     "# Back {.rollback}\n\n```sh {#four}\ntrue\n```\n"),
	    "[\"a\",\"b\",\"local\"]");
	/* a script reads the address of another target */
	tries(run_of("```sh {#one on=a with=\"c\"}\ntrue\n```\n"),
	    "[\"a\",\"c\"]");
	/* a copy names its machines in its lines */
	tries(
	    run_of("```copy {#one on=a}\n/a -> c:/a\n```\n"), "[\"a\",\"c\"]");
}

/* The target of a task is held; there is nothing to try. */
static void
a_run_by_hand_has_nothing_to_try(void **state)
{
	int64_t run = run_of("- [ ] By hand {#hand on=d}\n"), seq, other;

	(void)state;
	seq = last_of(run);
	assert_int_equal(
	    call("run_preflight", ana, run, NULL, "{}"), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "no_targets");
	assert_int_equal(last_of(run), seq);
	other = run_of("```sh {#one on=d}\ntrue\n```\n");
	must("run_start", ana, run, NULL, "{}");
	assert_int_equal(
	    call("run_start", ana, other, NULL, "{}"), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "target_held");
}

static void
one_preflight_at_a_time(void **state)
{
	int64_t run = run_of("```sh {#one on=a}\ntrue\n```\n");
	struct json_object *last;
	char more[300], exec[33];

	(void)state;
	must("run_preflight", ana, run, NULL, "{}");
	last = db_first_json(
	    db_query(keeper.db, STMT_LOOK_LAST, INT(run), TEXT("")));
	snprintf(exec, sizeof(exec), "%s", json_text(last, "exec", ""));
	json_object_put(last);
	assert_int_equal(
	    call("run_preflight", ana, run, NULL, "{}"), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "looking");
	snprintf(more, sizeof(more),
	    ",\"results\":{\"a\":{\"state\":\"failed\","
	    "\"message\":\"m\",\"bytes\":0}}");
	assert_int_equal(
	    report("dry_run_ended", "0123456789abcdef0123456789abcdef", more),
	    ERR_NOT_FOUND);
	assert_int_equal(report("dry_run_ended", exec, more), ERR_OK);
	/* told twice, recorded once; the run has not changed */
	assert_int_equal(report("dry_run_ended", exec, more), ERR_OK);
	expect_last(run, "look.ended", "exec", exec);
	assert_string_equal(state_of(run, "one"), "pending");
	tries(run, "[\"a\"]");
}

/* The difference that an edit would make: of steps that have one. */
static void
a_step_without_a_dry_run_has_none(void **state)
{
	int64_t run = run_of(
	    "```sh {#one on=a}\ntrue\n```\n\n"
	    "```edit {#two on=b file=/f}\nreplace a -> b\n```\n");

	(void)state;
	assert_int_equal(
	    call("step_dry_run", ana, run, "one", "{}"), ERR_CONFLICT);
	must("step_dry_run", ana, run, "two", "{}");
	assert_int_equal(
	    call("step_dry_run", ana, run, "two", "{}"), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "looking");
	tries(run, "[\"a\",\"b\"]"); /* beside it */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, keeper_runs_end)
		ONE(a_preflight_tries_what_the_steps_act_on),
		ONE(a_run_by_hand_has_nothing_to_try),
		ONE(one_preflight_at_a_time),
		ONE(a_step_without_a_dry_run_has_none),
	};

	return cmocka_run_group_tests_name("keeper/dry_run", tests, NULL, NULL);
}
