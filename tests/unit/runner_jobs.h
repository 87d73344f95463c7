/*
 * runner_jobs.h: a runner beside the keeper of keeper_calls.h, which reads the
 * journal that the keeper writes.
 */
#ifndef TESTS_UNIT_RUNNER_JOBS_H
#define TESTS_UNIT_RUNNER_JOBS_H

#include "keeper_calls.h"

#include "runner/replay.h"
#include "runner/runner.h"

static struct runner runner;

/* A fixture of cmocka, as is runner_end(). */
static inline int
runner_begin(void **state)
{
	keeper_begin(state);
	runner = (struct runner){
		.data_dir = data_folder, .keeper = -1, .output_limit = 1 << 20
	};
	memcpy(runner.public_key, runner_public, sizeof(runner_public));
	memcpy(runner.secret_key, runner_secret, sizeof(runner_secret));
	assert_int_equal(db_open(data_folder, DB_RUNNER, &runner.db), ERR_OK);
	return 0;
}

static inline int
runner_end(void **state)
{
	replay_clear(&runner);
	db_close(runner.db);
	return keeper_end(state);
}

/* A press that the keeper's rules were not asked about: its event alone. */
static inline const char *
force_press(int64_t run, const char *step, int n, const char *targets)
{
	static char execs[4][33];
	static unsigned next;
	char *exec = execs[next++ % 4], data[600];
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_RUN_GET, INT(run)));

	text_random_hex(exec, 16);
	snprintf(data, sizeof(data),
	    "{\"step\":\"%s\",\"n\":%d,\"exec\":\"%s\",\"plan\":\"%s\","
	    "\"targets\":[%s]}",
	    step, n, exec, json_text(row, "plan", ""), targets);
	json_object_put(row);
	happen(run, "ana", "step.requested", data);
	return exec;
}

#endif
