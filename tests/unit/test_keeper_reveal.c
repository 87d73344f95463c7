/*
 * Secret output: opened by the keeper alone, for those who may, as it was
 * recorded, and with an event for each reading.
 */
#include "keeper_runs.h"

#define SECRET "the recovery key is 7f3a"

static const char *lee;
static int64_t run;
static char exec[33];

/* The step's output, sealed as its executor seals it; its hash. */
static const char *
seal_output(const char *target, const unsigned char *public)
{
	static char hash[65];
	unsigned char box[sizeof(SECRET) - 1 + crypto_box_SEALBYTES];
	char name[100];

	assert_int_equal(crypto_box_seal(box, (const unsigned char *)SECRET,
			     sizeof(SECRET) - 1, public),
	    0);
	snprintf(name, sizeof(name), "exec/%s", exec);
	mkdir(data_path(name), 0700);
	snprintf(name, sizeof(name), "exec/%s/%s.sealed", exec, target);
	assert_int_equal(
	    io_write_file(data_path(name), 0600, box, sizeof(box)), ERR_OK);
	hash_hex(box, sizeof(box), hash);
	return hash;
}

static const unsigned char *
output_public(void)
{
	static unsigned char public[32];

	assert_int_equal(crypto_scalarmult_base(public, keeper.output_key), 0);
	return public;
}

/* A run whose step has ended, with secret output on one of two targets. */
static int
begin(void **state)
{
	char sealed[100];

	keeper_runs_begin(state);
	lee = sign_up("lee", "\"lead\"");
	write_book("```sh {#key secret role=lead}\ntrue\n```\n\n"
		   "```sh {#other}\ntrue\n```\n",
	    LOCAL_TARGETS);
	run = must_create(ana, "");
	must("run_start", ana, run, NULL, "{}");
	snprintf(exec, sizeof(exec), "%s",
	    press("step_execute", lee, run, "key", "{}"));
	waiting_read(&keeper);
	assert_int_equal(report("exec_starting", exec, ""), ERR_OK);
	snprintf(sealed, sizeof(sealed), ",\"sealed\":{\"hash\":\"%s\"}",
	    seal_output("local", output_public()));
	report_target(exec, "local", "succeeded", sealed);
	report_done(exec, "succeeded");
	return 0;
}

#define BODY "{\"attempt\":1,\"target\":\"local\"}"

/* Refused with that code: no text, and no event. */
static void
is_refused(const char *who, const char *step, const char *body, enum err err,
    const char *code)
{
	int64_t seq = last_of(run);

	assert_int_equal(call("step_reveal", who, run, step, body), err);
	assert_string_equal(called.fault.code, code);
	assert_null(json_get(called.result, "text"));
	assert_int_equal(last_of(run), seq);
}

static void
each_reading_is_on_record(void **state)
{
	int64_t seq = last_of(run);

	(void)state;
	for (int i = 1; i <= 2; i++) {
		must("step_reveal", lee, run, "key", BODY);
		assert_string_equal(
		    json_text(called.result, "text", ""), SECRET);
		assert_int_equal(last_of(run), seq + i);
		expect_last(run, "step.revealed", "step", "key");
		expect_last(run, "step.revealed", "target", "local");
	}
	assert_false(data_has("countersign.db", SECRET));
	assert_false(data_has("countersign.db-wal", SECRET));
	assert_true(data_has("countersign.db-wal", "step.revealed"));
}

static void
who_may_press_the_step_may_read_it(void **state)
{
	int64_t seq = last_of(run);

	(void)state;
	assert_int_equal(
	    call("step_reveal", ana, run, "key", BODY), ERR_FORBIDDEN);
	assert_string_equal(called.fault.code, "role_needed");
	assert_null(json_get(called.result, "text"));
	/* an attempt to get around a rule is on record, the text is not read */
	assert_int_equal(last_of(run), seq + 1);
	expect_last(run, "run.refused", "code", "role_needed");
	is_refused("", "key", BODY, ERR_UNAUTHENTICATED, "unauthenticated");
}

static void
what_was_not_sealed_is_not_opened(void **state)
{
	(void)state;
	is_refused(lee, "key", "{\"attempt\":1,\"target\":\"web1\"}",
	    ERR_NOT_FOUND, "no_sealed_output");
	is_refused(lee, "key", "{\"attempt\":2,\"target\":\"local\"}",
	    ERR_NOT_FOUND, "no_sealed_output");
	is_refused(lee, "key", "{\"attempt\":1,\"target\":\"../local\"}",
	    ERR_NOT_FOUND, "no_sealed_output");
	is_refused(ana, "other", BODY, ERR_NOT_FOUND, "no_sealed_output");
	is_refused(lee, "none", BODY, ERR_NOT_FOUND, "no_such_step");
}

/* Another box, though it can be opened, is not what the step printed. */
static void
a_replaced_box_is_not_opened(void **state)
{
	char name[100];

	(void)state;
	seal_output("local", output_public());
	is_refused(lee, "key", BODY, ERR_CONFLICT, "not_as_recorded");
	snprintf(name, sizeof(name), "exec/%s/local.sealed", exec);
	unlink(data_path(name));
	is_refused(lee, "key", BODY, ERR_NOT_FOUND, "no_sealed_output");
}

/* A data folder whose key was replaced: said, and nothing is shown. */
static void
without_its_key_the_box_stays_closed(void **state)
{
	(void)state;
	keeper.output_key[3] ^= 1;
	is_refused(lee, "key", BODY, ERR_CONFLICT, "other_key");
	keeper.output_key[3] ^= 1;
	must("step_reveal", lee, run, "key", BODY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, keeper_runs_end)
		ONE(each_reading_is_on_record),
		ONE(who_may_press_the_step_may_read_it),
		ONE(what_was_not_sealed_is_not_opened),
		ONE(a_replaced_box_is_not_opened),
		ONE(without_its_key_the_box_stays_closed),
	};

	return cmocka_run_group_tests_name("keeper/reveal", tests, NULL, NULL);
}
