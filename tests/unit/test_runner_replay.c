/*
 * The runner believes the events alone, and only an unbroken chain of them: of
 * the run, and of the accounts.
 */
#include "keeper_runs.h"
#include "runner_jobs.h"

#include "base/catalogue.h"

static const char *ana;

static const char *
replayed(int64_t run)
{
	static struct fault why;
	enum err err;

	why = (struct fault){ 0 };
	db_begin(runner.db);
	err = replay_run(&runner, run, &why);
	assert_int_equal(db_end(runner.db, ERR_OK), ERR_OK);
	if (err == ERR_OK)
		return "";
	assert_int_equal(err, ERR_FORBIDDEN);
	assert_string_equal(why.code, "chain_broken");
	return catalogue_english(why.message);
}

static int64_t
made(void)
{
	int64_t run = must_create(ana, "");

	must("run_comment", ana, run, NULL, "{\"text\":\"first\"}");
	must("run_comment", ana, run, NULL, "{\"text\":\"second\"}");
	return run;
}

/* Each way to change a chain, and whether it is of the run or of chain 0. */
static void
each_break_of_a_chain_is_found(void **state)
{
	static const char *const rows[] = {
		"UPDATE event SET body = replace(body, 'first', 'other')"
		" WHERE run = 1 AND seq = 2",
		"UPDATE event SET hash = zeroblob(32)"
		" WHERE run = 1 AND seq = 2",
		"UPDATE event SET hash = x'00' WHERE run = 1 AND seq = 1",
		"DELETE FROM event WHERE run = 1 AND seq = 2",
		"DELETE FROM event WHERE run = 1 AND seq = 1",
		"UPDATE event SET seq = 7 WHERE run = 1 AND seq = 2",
		"UPDATE event SET body = '{' WHERE run = 1 AND seq = 2",
		"UPDATE event SET body = replace(body, '\"ana\"', '\"bo\"')"
		" WHERE run = 1 AND seq = 1",
		"UPDATE event SET body = replace(body, 'operator', 'admin')"
		" WHERE run = 0 AND seq = 1",
		"DELETE FROM event WHERE run = 0 AND seq = 1",
	};

	(void)state;
	made();
	assert_string_equal(replayed(1), "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		replay_clear(&runner);
		data_sql("CREATE TABLE kept AS SELECT * FROM event");
		data_sql(rows[i]);
		if (*replayed(1) == '\0')
			fail_msg("not found: %s", rows[i]);
		assert_null(runner.replayed); /* nothing of it is believed */
		data_sql("DELETE FROM event");
		data_sql("INSERT INTO event SELECT * FROM kept");
		data_sql("DROP TABLE kept");
		assert_string_equal(replayed(1), ""); /* and it is mended */
	}
}

/* The hash of each event fits, and it is at the wrong place. */
static void
a_chain_of_another_run_is_found(void **state)
{
	(void)state;
	made();
	made();
	data_sql("PRAGMA foreign_keys = OFF;"
		 "DELETE FROM event WHERE run = 2;"
		 "INSERT INTO event SELECT 2, seq, at, actor, kind, body, hash"
		 " FROM event WHERE run = 1");
	assert_string_not_equal(replayed(2), "");
	assert_string_equal(replayed(1), "");
}

/* A chain that was read is continued, and one that became shorter is not. */
static void
a_chain_that_became_shorter_is_found(void **state)
{
	int64_t run;

	(void)state;
	run = made();
	assert_string_equal(replayed(run), "");
	must("run_comment", ana, run, NULL, "{\"text\":\"third\"}");
	assert_string_equal(replayed(run), "");
	data_sql("DELETE FROM event WHERE run = 1 AND seq = 4");
	assert_string_not_equal(replayed(run), "");
	/* a shorter chain is whole by itself: `verify` has the ledger */
	assert_string_equal(replayed(run), "");
}

/* A plan or document is taken by its hash, which the event names. */
static void
the_state_is_that_of_the_events(void **state)
{
	struct json_object *row;
	int64_t run;

	(void)state;
	run = made();
	must("run_start", ana, run, NULL, "{}");
	data_sql("UPDATE run SET state = 'paused', title = 'forged'");
	data_sql("UPDATE account SET roles = '[\"admin\"]'");
	assert_string_equal(replayed(run), "");
	row = db_first_json(db_query(runner.replayed, STMT_RUN_GET, INT(run)));
	assert_string_equal(json_text(row, "state", ""), "running");
	assert_string_not_equal(json_text(row, "title", ""), "forged");
	json_object_put(row);
}

/* Thirty-two runs are kept; one more starts anew, and all are right. */
static void
many_runs_are_replayed_one_after_the_other(void **state)
{
	(void)state;
	for (int i = 0; i < 34; i++) {
		int64_t run = must_create(ana, "");

		must("run_start", ana, run, NULL, "{}");
		assert_string_equal(replayed(run), "");
	}
	for (int64_t run = 1; run <= 34; run++) {
		struct json_object *row;

		must("run_comment", ana, run, NULL, "{\"text\":\"x\"}");
		assert_string_equal(replayed(run), "");
		row = db_first_json(
		    db_query(runner.replayed, STMT_RUN_GET, INT(run)));
		assert_int_equal(json_int(row, "seq", 0), 4);
		json_object_put(row);
	}
	assert_string_equal(replayed(99), "");
}

static int
begin(void **state)
{
	runner_begin(state);
	write_book("```sh {#one}\ntrue\n```\n", LOCAL_TARGETS);
	ana = sign_up("ana", "\"operator\"");
	(void)sign_up("bo", "\"operator\"");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, runner_end)
		ONE(each_break_of_a_chain_is_found),
		ONE(a_chain_of_another_run_is_found),
		ONE(a_chain_that_became_shorter_is_found),
		ONE(the_state_is_that_of_the_events),
		ONE(many_runs_are_replayed_one_after_the_other),
	};

	return cmocka_run_group_tests_name("runner/replay", tests, NULL, NULL);
}
