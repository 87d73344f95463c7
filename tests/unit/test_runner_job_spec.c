/*
 * The job spec of an attempt: its targets, values and secrets, and no other's;
 * and what keeps a job spec from being made.
 */
#include "keeper_runs.h"
#include "runner_jobs.h"

#include <sodium.h>

#include "base/mem.h"
#include "runner/job_spec_make.h"
#include "runner/spawn.h"
#include "wire/job_message.h"

#define HOST_KEY \
	"\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER/Py8LG+LgeQq" \
	"/0E3hy2NKJvFPqUNzsK\""
#define TARGETS \
	"environments:\n" \
	"  test:\n" \
	"    targets:\n" \
	"      gate: {ssh: {host: 192.0.2.9, user: g, agent: true," \
	" host_key: " HOST_KEY "}}\n" \
	"      a: {ssh: {host: 192.0.2.1, user: u, key: /k, passphrase: " \
	"pass-a," \
	" jump: gate, host_key: " HOST_KEY "}}\n" \
	"      b: {ssh: {host: 192.0.2.2, user: u, key: /k, passphrase: " \
	"pass-b," \
	" host_key: " HOST_KEY "}}\n" \
	"      db: {mysql: {host: 192.0.2.3, user: d, password: pass-db," \
	" database: x}}\n" \
	"    groups: {both: [b, a]}\n"
#define BOOK \
	"---\n" \
	"parameters:\n" \
	"  word: {default: hello}\n" \
	"  count: {type: number, default: 3}\n" \
	"  key: {type: secret, required: false}\n" \
	"---\n" \
	"```sh {#one on=both batch=50% capture=\"id~id=(\\S+)\"}\ntrue\n" \
	"```\n\n" \
	"```sh {#two on=both}\necho $id\n```\n\n" \
	"```mysql {#query on=db}\nSELECT 1;\n```\n\n" \
	"```sh {#hidden secret save=key.pem}\ntrue\n```\n\n" \
	"```sh {#reads uses=key.pem}\ntrue\n```\n\n" \
	"```sh {#again secret same-as=hidden}\ntrue\n```\n"

static const char *ana;
static struct fault why;

/* The job spec, as the executor would read it; the caller clears it. */
static enum err
make(const char *exec, struct job_message *ret)
{
	struct spawn spawn = { 0 };
	enum err err;

	why = (struct fault){ 0 };
	err = job_spec_make(&runner, exec, "requested", &spawn, &why);
	if (err == ERR_OK)
		assert_int_equal(job_message_read(buf_text(&spawn.spec),
				     spawn.spec.len, ret, NULL),
		    ERR_OK);
	spawn_clear(&spawn);
	return err;
}

static void
must_make(const char *exec, struct job_message *ret)
{
	if (make(exec, ret) != ERR_OK)
		fail_msg("%s: %s", why.code, why.message);
}

static int64_t
started(const char *more)
{
	int64_t run = must_create(ana, more);

	must("run_start", ana, run, NULL, "{}");
	return run;
}

/* The steps before that one are over. */
static void
skip_to(int64_t run, const char *step)
{
	static const char *const steps[] = { "one", "two", "query", "hidden",
		"reads" };
	char data[60];

	for (int i = 0; i < 5 && strcmp(steps[i], step) != 0; i++) {
		snprintf(data, sizeof(data), "{\"step\":\"%s\"}", steps[i]);
		happen(run, "ana", "step.skipped", data);
	}
}

static const char *
name_at(struct json_object *targets, size_t i)
{
	return json_text(json_object_array_get_idx(targets, i), "name", "");
}

static void
a_job_has_its_targets_with_their_secrets_opened(void **state)
{
	struct job_message m;
	struct json_object *a, *b;

	(void)state;
	must_make(press("step_execute", ana, started(""), "one", "{}"), &m);
	assert_int_equal(json_object_array_length(m.targets), 2);
	assert_string_equal(name_at(m.targets, 0), "b");
	a = json_object_array_get_idx(m.targets, 1);
	b = json_object_array_get_idx(m.targets, 0);
	assert_string_equal(json_text(a, "passphrase", ""), "of a");
	assert_string_equal(json_text(b, "passphrase", ""), "of b");
	assert_string_equal(
	    json_text(json_get(a, "jump"), "host", ""), "192.0.2.9");
	assert_null(json_get(b, "jump"));
	/* half of the group, rounded up */
	assert_int_equal(json_int(m.step, "batch", 0), 1);
	assert_string_equal(json_text(m.values, "word", ""), "hello");
	assert_string_equal(json_write(m.numbers), "[\"count\"]");
	job_message_clear(&m);
}

/* A secret goes to the target that names it, and to nobody else's job. */
static void
a_job_has_no_secret_of_another_target(void **state)
{
	static const char *const secrets[] = { "of a", "of b", "of db" };
	static const struct {
		const char *targets, *has;
	} rows[] = { { "\"a\"", "of a" }, { "\"b\"", "of b" } };
	int64_t run;

	(void)state;
	run = started("");
	for (int i = 0; i < 2; i++) {
		struct spawn spawn = { 0 };

		assert_int_equal(
		    job_spec_make(&runner,
			force_press(run, "one", i + 1, rows[i].targets),
			"requested", &spawn, &why),
		    ERR_OK);
		assert_false(spawn.clients);
		for (int k = 0; k < 3; k++)
			assert_int_equal(
			    strstr(buf_text(&spawn.spec), secrets[k]) != NULL,
			    strcmp(secrets[k], rows[i].has) == 0);
		assert_null(strstr(buf_text(&spawn.spec), "pass-"));
		spawn_clear(&spawn);
	}
}

static void
a_secret_value_is_beside_the_values(void **state)
{
	struct job_message m;
	int64_t run;

	(void)state;
	run = started(",\"parameters\":{\"key\":\"hunter2\"}");
	must_make(press("step_execute", ana, run, "one", "{}"), &m);
	assert_string_equal(json_text(m.secrets, "key", ""), "hunter2");
	assert_null(json_get(m.values, "key"));
	job_message_clear(&m);
}

/* The box of a secret is the one that was approved. */
static void
a_box_that_was_changed_is_refused(void **state)
{
	static const struct {
		const char *sql, *code;
	} rows[] = {
		{ "UPDATE sealed SET box = (SELECT box FROM sealed"
		  " WHERE name = 'pass-a') WHERE name = 'key'",
		    "refused" },
		{ "DELETE FROM sealed WHERE name = 'key'", "refused" },
		{ "UPDATE sealed SET box = (SELECT box FROM sealed"
		  " WHERE name = 'pass-b') WHERE name = 'pass-a'",
		    "other_secret" },
		{ "UPDATE sealed SET box = zeroblob(60) WHERE name = 'pass-a'",
		    "other_secret" },
		{ "DELETE FROM sealed WHERE name = 'pass-a'", "no_secret" },
	};
	const char *exec;
	struct job_message m;
	int64_t run;

	(void)state;
	run = started(",\"parameters\":{\"key\":\"hunter2\"}");
	exec = press("step_execute", ana, run, "one", "{}");
	data_sql("CREATE TABLE kept AS SELECT * FROM sealed");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		data_sql(rows[i].sql);
		assert_int_equal(make(exec, &m), ERR_FORBIDDEN);
		if (strcmp(why.code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].sql, why.code);
		data_sql("DELETE FROM sealed");
		data_sql("INSERT INTO sealed SELECT * FROM kept");
	}
	must_make(exec, &m);
	job_message_clear(&m);
}

/* Nobody can send a step to a target that is not of its plan. */
static void
other_targets_are_refused(void **state)
{
	static const struct {
		const char *step, *targets;
		bool good;
	} rows[] = {
		{ "one", "\"a\"", true },
		{ "one", "\"b\",\"a\"", true },
		{ "one", "", false },
		{ "one", "\"db\"", false },
		{ "one", "\"a\",\"db\"", false },
		{ "one", "\"both\"", false },
		{ "one", "\"local\"", false },
		{ "query", "\"db\"", true },
		{ "query", "\"a\"", false },
		{ "hidden", "\"local\"", true },
	};
	struct job_message m;
	int64_t run;

	(void)state;
	run = started("");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum err err;

		skip_to(run, rows[i].step);
		err = make(
		    force_press(run, rows[i].step, (int)i + 1, rows[i].targets),
		    &m);
		if ((err == ERR_OK) != rows[i].good)
			fail_msg("%s on %s: %s", rows[i].step, rows[i].targets,
			    why.code);
		if (err == ERR_OK)
			job_message_clear(&m);
	}
}

/* Ends step one with another value on each target, or with none on b. */
static void
capture(int64_t run, bool both)
{
	const char *exec = press("step_execute", ana, run, "one", "{}");

	happen(run, "runner", "step.starting", "{\"step\":\"one\",\"n\":1}");
	report_target(exec, "a", "succeeded", ",\"captures\":{\"id\":\"7\"}");
	report_target(
	    exec, "b", "succeeded", both ? ",\"captures\":{\"id\":\"8\"}" : "");
	report_done(exec, "succeeded");
}

static void
a_value_that_differs_is_each_targets_own(void **state)
{
	struct job_message m;
	int64_t run;

	(void)state;
	run = started("");
	capture(run, true);
	must_make(press("step_execute", ana, run, "two", "{}"), &m);
	assert_null(json_get(m.values, "id"));
	assert_string_equal(json_text(json_get(m.own, "a"), "id", ""), "7");
	assert_string_equal(json_text(json_get(m.own, "b"), "id", ""), "8");
	assert_int_equal(
	    m.lacks != NULL ? json_object_object_length(m.lacks) : 0, 0);
	job_message_clear(&m);
}

/* The output of a secret step is sealed to the keeper, or it does not run. */
static void
secret_output_is_sealed_to_the_keeper(void **state)
{
	struct job_message m;
	int64_t run;
	char *key;

	(void)state;
	run = started("");
	must_make(force_press(run, "one", 1, "\"a\""), &m);
	assert_null(m.seal_to);
	job_message_clear(&m);
	skip_to(run, "hidden");
	must_make(force_press(run, "hidden", 1, "\"local\""), &m);
	key = data_read("keys/output.pub");
	assert_memory_equal(m.seal_to, key, 64);
	assert_int_equal(strlen(m.save_to), 64);
	assert_memory_not_equal(m.save_to, key, 64);
	free(key);
	job_message_clear(&m);
	data_write("keys/output.pub", "0");
	assert_int_equal(make(force_press(run, "hidden", 2, "\"local\""), &m),
	    ERR_FORBIDDEN);
	unlink(data_path("keys/output.pub"));
	assert_int_equal(make(force_press(run, "hidden", 3, "\"local\""), &m),
	    ERR_FORBIDDEN);
}

/* Makes the box that `hidden` keeps, and its event.  Returns its file. */
static const char *
seal(int64_t run, int n, const char *target, const char *text,
    const unsigned char *key)
{
	static char file[100];
	const char *exec;
	size_t len = strlen(text) + crypto_box_SEALBYTES;
	unsigned char *box = mem_calloc(len, 1);
	char hash[65], data[600];

	snprintf(data, sizeof(data), "\"%s\"", target);
	exec = force_press(run, "hidden", n, data);
	assert_int_equal(crypto_box_seal(box, (const unsigned char *)text,
			     strlen(text), key),
	    0);
	hash_hex(box, len, hash);
	snprintf(file, sizeof(file), "exec/%s", exec);
	assert_int_equal(io_mkdirs(data_path(file), 0700), ERR_OK);
	snprintf(file, sizeof(file), "exec/%s/%s.save", exec, target);
	assert_int_equal(
	    io_write_file(data_path(file), 0600, box, len), ERR_OK);
	free(box);
	snprintf(data, sizeof(data),
	    "{\"step\":\"hidden\",\"n\":%d,\"target\":\"%s\","
	    "\"state\":\"succeeded\",\"message\":\"\",\"artifact\":{\"name\":"
	    "\"key.pem\",\"bytes\":%zu,\"hash\":\"%s\",\"sealed\":true}}",
	    n, target, strlen(text), hash);
	happen(run, "runner", "step.target_ended", data);
	return file;
}

/* {"content": "b3BlbiBzZXNhbWU="}, of "open sesame" */
static void
assert_opened(struct json_object *files)
{
	assert_string_equal(json_text(json_get(files, "local"), "content", ""),
	    "b3BlbiBzZXNhbWU=");
}

/* A box is opened for the steps that read it, and for no other. */
static void
a_sealed_artifact_is_opened_for_its_readers(void **state)
{
	struct job_message m;
	int64_t run;

	(void)state;
	run = started("");
	skip_to(run, "hidden");
	seal(run, 1, "local", "open sesame", runner.public_key);
	must_make(force_press(run, "hidden", 2, "\"local\""), &m);
	assert_int_equal(json_object_object_length(m.artifacts), 0);
	assert_null(m.compare);
	job_message_clear(&m);
	skip_to(run, "reads");
	must_make(force_press(run, "reads", 1, "\"local\""), &m);
	assert_opened(json_get(m.artifacts, "key.pem"));
	job_message_clear(&m);
	skip_to(run, "again");
	must_make(force_press(run, "again", 1, "\"local\""), &m);
	assert_opened(m.compare);
	assert_int_equal(json_object_object_length(m.artifacts), 0);
	job_message_clear(&m);
}

static void
a_box_that_is_not_as_recorded_is_not_opened(void **state)
{
	unsigned char public[32], secret[32];
	const char *file;
	struct job_message m;
	int64_t run;

	(void)state;
	run = started("");
	file = seal(run, 1, "local", "open sesame", runner.public_key);
	skip_to(run, "reads");
	data_write(file, "another");
	assert_int_equal(
	    make(force_press(run, "reads", 1, "\"local\""), &m), ERR_FORBIDDEN);
	assert_string_equal(why.code, "changed");
	unlink(data_path(file));
	assert_int_equal(
	    make(force_press(run, "reads", 2, "\"local\""), &m), ERR_FORBIDDEN);
	assert_string_equal(why.code, "changed");
	/* as recorded, but for another key */
	crypto_box_keypair(public, secret);
	seal(run, 2, "local", "open sesame", public);
	skip_to(run, "reads");
	assert_int_equal(
	    make(force_press(run, "reads", 3, "\"local\""), &m), ERR_FORBIDDEN);
	assert_string_equal(why.code, "other_key");
	/* the last one counts, whatever became of those before */
	seal(run, 3, "local", "open sesame", runner.public_key);
	skip_to(run, "reads");
	must_make(force_press(run, "reads", 4, "\"local\""), &m);
	assert_opened(json_get(m.artifacts, "key.pem"));
	job_message_clear(&m);
}

/* More than an executor is given. */
static void
many_boxes_are_too_large_together(void **state)
{
	char *text = mem_calloc(EXEC_SEALED_LIMIT + 1, 1), target[3] = "t0";
	struct job_message m;
	int64_t run;

	(void)state;
	memset(text, 'x', EXEC_SEALED_LIMIT);
	run = started("");
	for (int n = 1; n <= 5; n++) {
		if (n == 5) {
			skip_to(run, "reads");
			must_make(
			    force_press(run, "reads", 1, "\"local\""), &m);
			job_message_clear(&m);
		}
		target[1] = (char)('0' + n);
		seal(run, n, target, text, runner.public_key);
	}
	free(text);
	skip_to(run, "reads");
	assert_int_equal(
	    make(force_press(run, "reads", 2, "\"local\""), &m), ERR_FORBIDDEN);
	assert_string_equal(why.code, "too_large");
}

static void
without_a_journal_the_job_waits(void **state)
{
	struct job_message m;
	const char *exec;

	(void)state;
	exec = press("step_execute", ana, started(""), "one", "{}");
	db_close(runner.db);
	runner.db = NULL;
	assert_int_equal(make(exec, &m), ERR_UNAVAILABLE);
	assert_int_equal(db_open(data_folder, DB_RUNNER, &runner.db), ERR_OK);
	must_make(exec, &m);
	job_message_clear(&m);
}

/* A preflight has credentials of targets, and no values of the run. */
static void
a_preflight_has_no_values(void **state)
{
	struct json_object *refused = json_object_new_object();
	struct spawn spawn = { 0 };
	char data[200], exec[33];
	struct job_message m;
	int64_t run;

	(void)state;
	run = must_create(ana, ",\"parameters\":{\"key\":\"hunter2\"}");
	text_random_hex(exec, 16);
	snprintf(data, sizeof(data),
	    "{\"step\":\"\",\"exec\":\"%s\",\"plan\":\"p\","
	    "\"targets\":[\"a\",\"db\",\"none\"]}",
	    exec);
	happen(run, "ana", "look.requested", data);
	assert_int_equal(
	    job_spec_make_dry_run(&runner, exec, &spawn, refused, &why),
	    ERR_OK);
	assert_null(strstr(buf_text(&spawn.spec), "hunter2"));
	assert_null(strstr(buf_text(&spawn.spec), "of b"));
	assert_int_equal(
	    job_message_read(buf_text(&spawn.spec), spawn.spec.len, &m, NULL),
	    ERR_OK);
	assert_true(spawn.clients);
	assert_int_equal(json_object_array_length(m.targets), 2);
	assert_string_equal(json_write(json_get(m.needs, "a")), "[\"sh\"]");
	assert_null(m.values);
	/* the target that cannot be tried hides no other */
	assert_string_equal(
	    json_text(json_get(refused, "none"), "state", ""), "failed");
	job_message_clear(&m);
	spawn_clear(&spawn);
	json_object_put(refused);
}

static int
begin(void **state)
{
	runner_begin(state);
	write_book(BOOK, TARGETS);
	ana = sign_up("ana", "\"operator\"");
	must("secret_set", NULL, 0, NULL,
	    "{\"name\":\"pass-a\",\"value\":\"of a\"}");
	must("secret_set", NULL, 0, NULL,
	    "{\"name\":\"pass-b\",\"value\":\"of b\"}");
	must("secret_set", NULL, 0, NULL,
	    "{\"name\":\"pass-db\",\"value\":\"of db\"}");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, runner_end)
		ONE(a_job_has_its_targets_with_their_secrets_opened),
		ONE(a_job_has_no_secret_of_another_target),
		ONE(a_secret_value_is_beside_the_values),
		ONE(a_box_that_was_changed_is_refused),
		ONE(other_targets_are_refused),
		ONE(a_value_that_differs_is_each_targets_own),
		ONE(secret_output_is_sealed_to_the_keeper),
		ONE(a_sealed_artifact_is_opened_for_its_readers),
		ONE(a_box_that_is_not_as_recorded_is_not_opened),
		ONE(many_boxes_are_too_large_together),
		ONE(without_a_journal_the_job_waits),
		ONE(a_preflight_has_no_values),
	};

	return cmocka_run_group_tests_name(
	    "runner/job_spec_make", tests, NULL, NULL);
}
