/*
 * Steps of a parallel section: which may be taken, by whom and in which order,
 * while others of it are at work.
 */
#include "keeper_runs.h"

static const char *bo;

#define BOOK \
	"---\nparameters: {word: {default: a}}\n---\n" \
	"- [ ] Before {#before}\n\n" \
	"# Together {.parallel}\n\n" \
	"```sh {#one}\ntrue\n```\n\n" \
	"```sh {#two rerun=probe}\ntrue\n```\n\n" \
	"```sh {#probe-two .probe of=two}\ntrue\n```\n\n" \
	"## Inside\n\n" \
	"- [ ] By hand {#hand}\n" \
	"- [ ] By the word {#word when=\"word == 'b'\"}\n\n" \
	"# Behind\n\n" \
	"```sh {#behind}\ntrue\n```\n\n" \
	"# Back {.rollback}\n\n" \
	"```sh {#back-one undo=one}\ntrue\n```\n\n" \
	"```sh {#back-two undo=two}\ntrue\n```\n"

static int64_t
started(const char *document)
{
	int64_t run;

	write_book(document, LOCAL_TARGETS);
	run = must_create(ana, "");
	must("run_start", ana, run, NULL, "{}");
	return run;
}

/* A run of BOOK at its parallel section. */
static int64_t
at_section(void)
{
	int64_t run = started(BOOK);

	assert_string_equal(state_of(run, "one"), "pending");
	must("step_confirm", ana, run, "before", "{}");
	return run;
}

/* The words of the steps in order: "before=ready one=pending". */
static void
expect_states(int64_t run, const char *want)
{
	char ids[200], *save = NULL;
	struct buf got = { 0 };

	snprintf(ids, sizeof(ids), "%s", want);
	for (char *id = strtok_r(ids, " ", &save); id != NULL;
	     id = strtok_r(NULL, " ", &save)) {
		*strchr(id, '=') = '\0';
		buf_printf(&got, "%s%s=%s", got.len > 0 ? " " : "", id,
		    state_of(run, id));
	}
	assert_string_equal(buf_text(&got), want);
	buf_clear(&got);
}

static void
expect_current(int64_t run, const char *want)
{
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));

	assert_string_equal(json_text(row, "current", "(none)"), want);
	json_object_put(row);
}

static void
is_refused(const char *verb, const char *who, int64_t run, const char *step,
    const char *code)
{
	bool reason = strcmp(verb, "step_reopen") == 0 ||
	    strcmp(verb, "run_park") == 0;
	const char *body = reason               ? "{\"reason\":\"r\"}"
	    : strcmp(verb, "step_approve") == 0 ? "{\"decision\":\"approve\"}"
						: "{}";

	assert_int_not_equal(call(verb, who, run, step, body), ERR_OK);
	assert_string_equal(called.fault.code, code);
}

/* Begins the execution, which stays at work. */
static const char *
begin_step(const char *who, int64_t run, const char *step)
{
	const char *exec = press("step_execute", who, run, step, "{}");

	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	return exec;
}

static void
end_step(const char *exec, const char *state)
{
	report_target(exec, "local", state, "");
	report_done(exec, state);
}

static void
all_of_the_section_may_be_taken_and_nothing_behind_it(void **state)
{
	int64_t run = at_section();

	(void)state;
	expect_states(
	    run, "one=ready two=ready hand=ready word=skipped behind=pending");
	expect_current(run, "one");
	is_refused("step_execute", ana, run, "behind", "step_state");
	/* the last first; what is not over is current */
	must("step_confirm", bo, run, "hand", "{}");
	expect_current(run, "one");
	carry_out(
	    press("step_execute", ana, run, "two", "{}"), "local", "succeeded");
	expect_states(run, "one=ready hand=confirmed behind=pending");
	expect_current(run, "one");
	carry_out(
	    press("step_execute", bo, run, "one", "{}"), "local", "failed");
	expect_states(run, "one=failed behind=pending");
	is_refused("step_execute", ana, run, "behind", "step_state");
	must("step_skip", ana, run, "one", "{\"reason\":\"r\"}");
	expect_states(run, "one=skipped behind=ready");
	expect_current(run, "behind");
}

static void
two_people_have_a_step_at_work_each(void **state)
{
	static const char *const verbs[] = { "run_rollback", "run_abort",
		"run_park", "run_close", "run_change" };
	int64_t run = at_section();
	const char *one = begin_step(ana, run, "one");
	const char *two = begin_step(bo, run, "two");

	(void)state;
	expect_states(run, "one=starting two=starting hand=ready");
	expect_current(run, "one");
	/* the same step again: the first wins */
	is_refused("step_execute", bo, run, "one", "step_state");
	assert_string_equal(json_text(called.result, "by", ""), "ana");
	/* what concerns the whole run waits for both */
	for (int i = 0; i < 2; i++) {
		for (int k = 0; k < 5; k++) {
			assert_int_equal(
			    call(verbs[k], ana, run, NULL,
				k < 3       ? "{\"reason\":\"r\"}"
				    : k < 4 ? "{\"result\":\"failed\"}"
					    : "{\"parameters\":{}}"),
			    ERR_CONFLICT);
			assert_string_equal(called.fault.code, "step_at_work");
		}
		if (i == 0)
			end_step(one, "succeeded");
	}
	expect_current(run, "two");
	must("step_cancel", bo, run, "two", "{}");
	end_step(two, "failed");
	expect_states(run, "one=succeeded two=failed hand=ready");
	must("run_rollback", ana, run, NULL, "{\"reason\":\"r\"}");
	expect_states(run, "back-two=ready back-one=pending");
}

/* The later press is undone first, whichever ended first. */
static void
what_overlapped_is_undone_latest_press_first(void **state)
{
	int64_t run = at_section();
	const char *two = begin_step(ana, run, "two"), *one;

	(void)state;
	usleep(2000); /* times are in ms */
	one = begin_step(bo, run, "one");
	end_step(one, "succeeded");
	end_step(two, "succeeded");
	must("run_rollback", ana, run, NULL, "{\"reason\":\"r\"}");
	expect_states(run, "back-one=ready back-two=pending");
}

/* A step goes with those beside it, and not with its own probe. */
static void
a_step_waits_for_its_own_probe_alone(void **state)
{
	int64_t run = at_section();
	const char *two = begin_step(ana, run, "two"), *probe;

	(void)state;
	assert_int_equal(
	    report("exec_lost", two, ",\"message\":\"m\""), ERR_OK);
	expect_states(run, "one=ready two=unknown hand=ready");
	probe = begin_step(bo, run, "probe-two");
	must("step_resolve", ana, run, "two",
	    "{\"outcome\":\"failed\",\"note\":\"n\"}");
	is_refused("step_retry", ana, run, "two", "probe_first");
	carry_out(
	    press("step_execute", ana, run, "one", "{}"), "local", "succeeded");
	report_target(probe, "local", "failed", "");
	is_refused("step_retry", ana, run, "two", "probe_first");
	report_done(probe, "succeeded");
	/* it answered with exit code 0: yes */
	expect_states(run, "two=failed behind=pending");
}

static void
a_retry_waits_for_the_probe_of_its_step(void **state)
{
	int64_t run = started("# Together {.parallel}\n\n"
			      "```sh {#one}\nfalse\n```\n\n"
			      "```sh {#is-one .probe of=one}\ntrue\n```\n\n"
			      "```sh {#two}\ntrue\n```\n");
	const char *probe;

	(void)state;
	carry_out(
	    press("step_execute", ana, run, "one", "{}"), "local", "failed");
	probe = begin_step(bo, run, "is-one");
	is_refused("step_retry", ana, run, "one", "step_at_work");
	carry_out(
	    press("step_execute", ana, run, "two", "{}"), "local", "succeeded");
	is_refused("step_retry", ana, run, "one", "step_at_work");
	end_step(probe, "unknown");
	press("step_retry", ana, run, "one", "{}");
}

static void
a_pause_holds_the_next_press_and_not_what_is_at_work(void **state)
{
	int64_t run = at_section();
	const char *one = begin_step(ana, run, "one");
	const char *two = begin_step(bo, run, "two");

	(void)state;
	must("run_pause", ana, run, NULL, "{}");
	is_refused("step_confirm", bo, run, "hand", "run_state");
	end_step(two, "succeeded");
	expect_current(run, "one");
	end_step(one, "succeeded");
	expect_states(run, "one=succeeded two=succeeded hand=ready");
	expect_current(run, "hand");
	must("run_resume", ana, run, NULL, "{}");
	must("step_confirm", bo, run, "hand", "{}");
	expect_states(run, "behind=ready");
}

/* Of the section any order; a step behind it relies on all of them. */
static void
a_confirmation_is_taken_back_until_a_step_behind_the_section(void **state)
{
	int64_t run = at_section();
	const char *two;

	(void)state;
	must("step_confirm", ana, run, "hand", "{}");
	two = begin_step(bo, run, "two");
	is_refused("step_reopen", ana, run, "before", "later_ran");
	/* while another one is at work */
	must("step_reopen", ana, run, "hand", "{\"reason\":\"wrong\"}");
	expect_states(run, "one=ready two=starting hand=ready");
	expect_current(run, "one");
	must("step_confirm", ana, run, "hand", "{}");
	end_step(two, "succeeded");
	carry_out(
	    press("step_execute", ana, run, "one", "{}"), "local", "succeeded");
	expect_states(run, "behind=ready");
	must("step_reopen", ana, run, "hand", "{\"reason\":\"wrong\"}");
	expect_states(run, "hand=ready behind=pending");
	expect_current(run, "hand");
	must("step_confirm", ana, run, "hand", "{}");
	carry_out(press("step_execute", ana, run, "behind", "{}"), "local",
	    "succeeded");
	is_refused("step_reopen", ana, run, "hand", "later_ran");
}

/* A step that nobody has pressed is decided on anew, also before others. */
static void
a_change_of_values_decides_on_what_was_not_pressed(void **state)
{
	int64_t run = at_section();

	(void)state;
	carry_out(
	    press("step_execute", ana, run, "two", "{}"), "local", "succeeded");
	must("step_confirm", ana, run, "hand", "{}");
	must("run_change", ana, run, NULL, "{\"parameters\":{\"word\":\"b\"}}");
	expect_states(run, "one=ready word=ready hand=confirmed");
	expect_current(run, "one");
	must("run_change", ana, run, NULL, "{\"parameters\":{\"word\":\"a\"}}");
	expect_states(run, "one=ready word=skipped behind=pending");
	carry_out(
	    press("step_execute", ana, run, "one", "{}"), "local", "succeeded");
	carry_out(
	    press("step_execute", ana, run, "behind", "{}"), "local", "failed");
	must("run_change", ana, run, NULL, "{\"parameters\":{\"word\":\"b\"}}");
	expect_states(run, "word=skipped behind=failed");
}

/* All copies of a heading are one section; each its own in another one. */
static void
copies_of_a_parallel_heading_go_together(void **state)
{
	int64_t run = started(
	    "# Site {{site}} {each=\"site in a, b\"}\n\n"
	    "## Host {{host}} {.parallel each=\"host in p, q\"}\n\n"
	    "- [ ] One {#one}\n- [ ] Two {#two}\n\n"
	    "# Alone\n\n- [ ] Last {#last}\n");

	(void)state;
	expect_states(run,
	    "one.a.p=ready two.a.p=ready one.a.q=ready two.a.q=ready "
	    "one.b.p=pending");
	must("step_confirm", ana, run, "two.a.q", "{}");
	must("step_confirm", ana, run, "one.a.q", "{}");
	must("step_confirm", ana, run, "one.a.p", "{}");
	expect_states(run, "two.a.p=ready one.b.p=pending");
	must("step_confirm", ana, run, "two.a.p", "{}");
	expect_states(run, "one.b.p=ready two.b.q=ready last=pending");
}

/* The section is not over while a signature is missing; a section may be left
 * out as a whole. */
static void
a_signature_is_awaited_before_the_section_is_over(void **state)
{
	int64_t run = started(
	    "# Together {.parallel}\n\n"
	    "- [ ] One {#one sign=approver}\n- [ ] Two {#two}\n\n"
	    "# Left out {.parallel when=\"skipped(one)\"}\n\n"
	    "- [ ] Three {#three}\n- [ ] Four {#four}\n\n"
	    "# Behind\n\n```approval {#gate role=approver}\n```\n\n"
	    "- [ ] Five {#five}\n");

	(void)state;
	must("step_confirm", ana, run, "one", "{}");
	expect_states(run, "one=awaiting_signature two=ready");
	must("step_confirm", ana, run, "two", "{}");
	expect_states(run, "three=pending gate=pending");
	is_refused("step_approve", bo, run, "gate", "step_state");
	must("step_sign", bo, run, "one", "{}");
	expect_states(run, "three=skipped four=skipped gate=ready");
	expect_current(run, "gate");
}

/* Each attempt has its own end where the runner lost both. */
static void
both_are_in_doubt_and_settled_one_by_one(void **state)
{
	int64_t run = at_section();
	const char *one = begin_step(ana, run, "one");
	const char *two = begin_step(bo, run, "two");

	(void)state;
	assert_int_equal(
	    report("exec_lost", one, ",\"message\":\"m\""), ERR_OK);
	assert_int_equal(
	    report("exec_lost", two, ",\"message\":\"m\""), ERR_OK);
	expect_states(run, "one=unknown two=unknown hand=ready");
	is_refused("run_park", ana, run, NULL, "outcome_unknown");
	must("step_resolve", ana, run, "two",
	    "{\"outcome\":\"succeeded\",\"note\":\"n\"}");
	expect_current(run, "one");
	must("step_resolve", ana, run, "one",
	    "{\"outcome\":\"succeeded\",\"note\":\"n\"}");
	expect_current(run, "hand");
}

/* A gate that was given and lost its approver holds what is behind it. */
static void
a_gate_before_the_section_is_closed_again(void **state)
{
	static const char approve[] =
	    "{\"decision\":\"approve\",\"plan\":\"%s\"}";
	char body[200];
	int64_t run = started("```approval {#gate role=approver}\n```\n\n"
			      "# Together {.parallel}\n\n"
			      "- [ ] One {#one}\n- [ ] Two {#two}\n");
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));

	(void)state;
	snprintf(body, sizeof(body), approve, json_text(row, "plan", ""));
	json_object_put(row);
	must("step_approve", bo, run, "gate", body);
	expect_states(run, "one=ready two=ready");
	must("step_confirm", ana, run, "two", "{}");
	must("account_change", NULL, 0, NULL,
	    "{\"name\":\"bo\",\"roles\":[\"operator\"]}");
	is_refused("step_confirm", ana, run, "one", "gate_first");
	must("account_change", NULL, 0, NULL,
	    "{\"name\":\"bo\",\"roles\":[\"approver\"]}");
	must("step_confirm", ana, run, "one", "{}");
	expect_states(run, "one=confirmed two=confirmed");
}

static int
begin(void **state)
{
	keeper_runs_begin(state);
	bo = sign_up("bo", "\"operator\",\"approver\"");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, keeper_runs_end)
		ONE(all_of_the_section_may_be_taken_and_nothing_behind_it),
		ONE(two_people_have_a_step_at_work_each),
		ONE(what_overlapped_is_undone_latest_press_first),
		ONE(a_step_waits_for_its_own_probe_alone),
		ONE(a_retry_waits_for_the_probe_of_its_step),
		ONE(a_pause_holds_the_next_press_and_not_what_is_at_work),
		ONE(a_confirmation_is_taken_back_until_a_step_behind_the_section),
		ONE(a_change_of_values_decides_on_what_was_not_pressed),
		ONE(copies_of_a_parallel_heading_go_together),
		ONE(a_signature_is_awaited_before_the_section_is_over),
		ONE(both_are_in_doubt_and_settled_one_by_one),
		ONE(a_gate_before_the_section_is_closed_again),
	};

	return cmocka_run_group_tests_name(
	    "keeper/parallel", tests, NULL, NULL);
}
