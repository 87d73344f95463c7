/*
 * A record that was broken, each kind of break by itself: `verify` says no, and
 * names what does not fit.  The record is one that a keeper wrote; the breaks
 * of each column of each table are in tests/e2e/test_verify.py.
 */
#include "keeper_runs.h"

#include "failing_reads.h"

#include <fcntl.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/list.h"
#include "cli/verify/verify.h"
#include "journal/event.h"
#include "base/hash.h"
#include "wire/times.h"

#define LOOK "00000000000000000000000000000000"

static char *saved; /* the database, before it was broken */
static size_t saved_len;
static char exec_id[40], exec_two[40]; /* of steps one and two */
static struct cli options;             /* of verify() */

/* Runs `verify`: its exit code and its text, which the caller frees. */
static int
verify(char **ret)
{
	int out = dup(STDOUT_FILENO), code;

	options.data = data_folder;
	fflush(stdout);
	assert_non_null(freopen(data_path("out"), "w", stdout));
	code = cli_verify(&options);
	fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	close(out);
	*ret = data_read("out");
	return code;
}

static void
save(void)
{
	struct buf text = { 0 };

	assert_int_equal(
	    io_read_file(data_path("countersign.db"), 1 << 26, &text), ERR_OK);
	saved_len = text.len;
	saved = buf_take(&text);
}

static void
restore(void)
{
	unlink(data_path("countersign.db-wal"));
	unlink(data_path("countersign.db-shm"));
	assert_int_equal(
	    io_write_file(data_path("countersign.db"), 0600, saved, saved_len),
	    ERR_OK);
}

static void
expect(const char *what, int code, const char *words)
{
	char *text;
	int found = verify(&text);

	if (found != code || strstr(text, words) == NULL)
		fail_msg("%s: %d: %s", what, found, text);
	free(text);
}

static void
a_record_that_a_keeper_wrote_is_as_recorded(void **state)
{
	(void)state;
	expect("nothing", CLI_YES, "all as recorded");
}

static void
each_kind_of_break_is_named(void **state)
{
	static const char *const rows[][2] = {
		{ "UPDATE event SET body = replace(body, 'first', 'other')"
		  " WHERE run = 1",
		    "hash" },
		{ "DELETE FROM event WHERE run = 1 AND seq = 2", "missing" },
		{ "UPDATE event SET actor = 'bo' WHERE run = 1 AND seq = 1",
		    "columns" },
		{ "UPDATE event SET body = '[' WHERE run = 1 AND seq = 2",
		    "read" },
		{ "UPDATE run SET title = 'x'", "run" },
		{ "UPDATE account SET roles = '[\"admin\"]'", "account" },
		{ "DELETE FROM worker", "worker" },
		{ "UPDATE document SET text = text || ' '", "document" },
		{ "UPDATE sealed SET box = zeroblob(60)", "key" },
		{ "DELETE FROM sealed", "key" },
		{ "INSERT INTO sealed VALUES (0, 'other', x'00')", "0 other" },
		{ "UPDATE credential SET hash = 'x' WHERE account = 'ana'",
		    "ana" },
		{ "DELETE FROM credential WHERE account = 'ana'", "ana" },
		{ "DELETE FROM ledger WHERE n = 1", "ledger" },
		{ "UPDATE ledger SET body = replace(body, 'succeeded',"
		  " 'failed')",
		    "hash" },
		{ "UPDATE ledger SET signature = zeroblob(64)", "signature" },
		{ "DELETE FROM ledger", "ledger" },
		{ "CREATE TRIGGER t AFTER INSERT ON event BEGIN SELECT 1; END",
		    "sqlite_schema" },
		{ "DROP TABLE session", "sqlite_schema" },
		{ "CREATE TRIGGER sqlitex AFTER INSERT ON event BEGIN"
		  " SELECT 1; END",
		    "sqlite_schema" },
		{ "UPDATE event SET kind = kind || char(0) WHERE run = 1 AND"
		  " seq = 2",
		    "columns" },
		{ "UPDATE ledger SET body = body || char(0)", "hash" },
		{ "UPDATE credential SET hash = hash || char(0)", "ana" },
		{ "UPDATE sealed SET name = name || char(0)", "key" },
		{ "INSERT INTO search_index (search_index) VALUES"
		  " ('delete-all')",
		    "searches" },
		{ "INSERT INTO search VALUES (5, 1, 'title', 'x')",
		    "search has" },
		{ "INSERT INTO search VALUES (-64, 1, 'title', 'x')",
		    "search has" },
		{ "INSERT INTO author VALUES (9223372036854775807, 'p', 'ana')",
		    "author has" },
		{ "INSERT INTO author VALUES (-9223372036854775808, 'p',"
		  " 'ana')",
		    "author has" },
		{ "UPDATE event SET run = run - 1000", "columns" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		data_sql(rows[i][0]);
		expect(rows[i][0], CLI_NO, rows[i][1]);
		restore();
	}
	expect("restored", CLI_YES, "all as recorded");
}

/* Appends an event with a right hash to a chain, as nobody of ours does. */
static void
forge(int64_t run, const char *kind, const char *data)
{
	unsigned char hash[HASH_BYTES];
	char *body, *sql, hex[2 * HASH_BYTES + 1];
	struct rows *rows;
	int64_t seq;
	size_t len;

	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper.db), ERR_OK);
	db_begin(keeper.db);
	rows = db_query(keeper.db, STMT_EVENT_LAST, INT(run));
	assert_true(db_next(rows));
	seq = db_int(rows, "seq") + 1;
	body = mem_printf("{\"run\":%lld,\"seq\":%lld,\"at\":"
			  "\"2026-11-29T00:00:00.000Z\",\"actor\":\"ana\","
			  "\"kind\":\"%s\",\"data\":%s}",
	    (long long)run, (long long)seq, kind, data);
	event_hash(db_blob(rows, "hash", &len), body, hash);
	db_done(rows);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	db_close(keeper.db);
	keeper.db = NULL;
	text_hex(hash, sizeof(hash), hex);
	sql = mem_printf("INSERT INTO event VALUES (%lld, %lld, 1795910400000,"
			 " 'ana', '%s', '%s', x'%s');"
			 "UPDATE run SET seq = %lld WHERE id = %lld",
	    (long long)run, (long long)seq, kind, body, hex, (long long)seq,
	    (long long)run);
	data_sql(sql);
	free(sql);
	free(body);
}

/* A migration would make an administrator of somebody by it. */
static void
an_event_stands_in_a_chain_of_its_kind(void **state)
{
	(void)state;
	forge(1, "account.changed",
	    "{\"name\":\"ana\",\"roles\":[\"admin\"],\"disabled\":false}");
	expect("account in a run", CLI_NO, "run 1");
	restore();
	forge(0, "run.commented", "{\"text\":\"x\"}");
	expect("comment in chain 0", CLI_NO, "event");
	restore();
}

/* Replaces a file by that text, or removes it; and puts it back. */
static void
break_file(const char *name, const char *text, const char *words)
{
	char *was = data_read(name);

	if (text != NULL)
		data_write(name, text);
	else
		assert_int_equal(unlink(data_path(name)), 0);
	expect(name, CLI_NO, words);
	data_write(name, was);
	free(was);
}

static const char *
exec_file(char name[80], const char *exec, const char *ending)
{
	snprintf(name, 80, "exec/%s/local.%s", exec, ending);
	return name;
}

static void
each_file_of_the_record_is_read(void **state)
{
	char name[80];

	(void)state;
	break_file("ledger.jsonl", NULL, "ledger.jsonl");
	break_file("ledger.jsonl", "{\"n\":7}\n", "ledger.jsonl");
	break_file("keys/ledger.pub", NULL, "ledger.pub");
	break_file("keys/ledger.pub",
	    "00000000000000000000000000000000"
	    "00000000000000000000000000000000",
	    "signature");
	exec_file(name, exec_id, "cast");
	break_file(name, NULL, "local");
	break_file(name, "other", "local");
	for (size_t i = 0; i < 3; i++) {
		static const char *const files[] = { "txt", "times", "cast" };

		exec_file(name, exec_two, files[i]);
		break_file(name, NULL, "step two");
		break_file(name, "other", "step two");
	}
	expect("mended", CLI_YES, "all as recorded");
}

/* Of an execution without times, and of a preflight. */
static void
texts_that_no_event_proves_are_counted(void **state)
{
	char name[80], *text;

	(void)state;
	(void)verify(&text);
	assert_null(strstr(text, "no event proves"));
	free(text);
	data_write(exec_file(name, exec_id, "txt"), "text\n");
	expect("older", CLI_YES, "no event proves: 1.");
	expect("older", CLI_YES, "all as recorded");
	assert_int_equal(mkdir(data_path("exec/" LOOK), 0700), 0);
	data_write("exec/" LOOK "/local.txt", "text\n");
	data_sql("INSERT INTO look (exec, run, step, plan, by, requested_at,"
		 " targets) VALUES ('" LOOK "', 1, '', '', 'ana', 1,"
		 " '[\"local\", \"other\"]')");
	expect("look", CLI_NO, "no event proves: 2.");
	restore();
	assert_int_equal(unlink(data_path(name)), 0);
	assert_int_equal(unlink(data_path("exec/" LOOK "/local.txt")), 0);
	assert_int_equal(rmdir(data_path("exec/" LOOK)), 0);
}

/* Its hash is that of the event, and it would prove no text. */
static void
times_under_the_name_of_a_cast_prove_nothing(void **state)
{
	char times[80], cast[80], text[80];
	char *was = data_read(exec_file(times, exec_two, "times"));
	char *old = data_read(exec_file(cast, exec_two, "cast"));

	(void)state;
	assert_int_equal(unlink(data_path(times)), 0);
	data_write(cast, was);
	data_write(exec_file(text, exec_two, "txt"), "other\n");
	expect("renamed", CLI_NO, "step two");
	data_write(times, was);
	data_write(cast, old);
	data_write(text, "text\n");
	expect("mended", CLI_YES, "all as recorded");
	free(was);
	free(old);
}

/* Nobody has written a whole line, so it is none; a pipe blocks nobody. */
static void
a_torn_line_is_no_break_and_a_pipe_is_one(void **state)
{
	char *was = data_read("ledger.jsonl"), *torn;

	(void)state;
	torn = mem_printf("%s{\"n\":9,\"bo", was);
	data_write("ledger.jsonl", torn);
	expect("torn", CLI_YES, "all as recorded");
	free(torn);
	unlink(data_path("ledger.jsonl"));
	assert_int_equal(mkfifo(data_path("ledger.jsonl"), 0600), 0);
	expect("pipe", CLI_NO, "ledger.jsonl");
	unlink(data_path("ledger.jsonl"));
	data_write("ledger.jsonl", was);
	free(was);
}

/* The whole end of a closed run, its tables too: the ledger has its head. */
static void
a_run_whose_end_was_cut_off_contradicts_the_ledger(void **state)
{
	(void)state;
	data_sql("DELETE FROM event WHERE run = 1 AND seq ="
		 " (SELECT max(seq) FROM event WHERE run = 1);"
		 "UPDATE run SET state = 'running', result = NULL, note = NULL,"
		 " ended_by = NULL, ended_at = NULL, seq = seq - 1");
	expect("cut", CLI_NO, "run 1");
	restore();
}

#define ZEROS \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000"

static void
expect_head(const char *head, const char *key, int code, const char *words)
{
	options.head = head;
	options.key = key;
	expect(head != NULL ? head : key, code, words);
	options.head = options.key = NULL;
}

/* The word behind those in the text of `verify`; the caller frees it. */
static char *
said_after(const char *word)
{
	char *text, *found;

	(void)verify(&text);
	found = strstr(text, word);
	assert_non_null(found);
	found = mem_strdup(found + strlen(word));
	found[strcspn(found, " ,\n")] = '\0';
	free(text);
	return found;
}

static void
heads_that_somebody_kept_are_in_the_ledger(void **state)
{
	char *head = said_after("head "), *key = said_after("the key ");
	char *mail;

	(void)state;
	assert_int_equal(strlen(head), 64);
	expect_head(head, NULL, CLI_YES, "all as recorded");
	expect_head(data_path("ledger.jsonl"), NULL, CLI_YES, "recorded");
	mail = mem_printf("Subject: the ledger\n\nits head is %s.\n", head);
	data_write("mail", mail);
	expect_head(data_path("mail"), NULL, CLI_YES, "all as recorded");
	expect_head(ZEROS, NULL, CLI_NO, "has no head " ZEROS);
	expect_head("nonsense", NULL, CLI_NO, "");
	data_write("mail", "Subject: none\n");
	expect_head(data_path("mail"), NULL, CLI_NO, "");
	expect_head(NULL, key, CLI_YES, "all as recorded");
	expect_head(NULL, data_path("keys/ledger.pub"), CLI_YES, "recorded");
	expect_head(NULL, ZEROS, CLI_NO, "signature");
	expect_head(NULL, "nonsense", CLI_NO, "nonsense");
	free(mail);
	free(head);
	free(key);
}

/* Database and file end before the entry: they agree, and are both cut. */
static void
a_ledger_that_was_cut_with_its_file_lacks_a_kept_head(void **state)
{
	char *head = said_after("head "), *was = data_read("ledger.jsonl");
	char *cut = mem_strdup(was);

	(void)state;
	cut[strlen(cut) - 1] = '\0';
	strrchr(cut, '\n')[1] = '\0';
	data_write("ledger.jsonl", cut);
	data_sql("DELETE FROM ledger WHERE n = (SELECT max(n) FROM ledger)");
	expect("cut", CLI_YES, "all as recorded");
	expect_head(head, NULL, CLI_NO, "cut off before it");
	restore();
	data_write("ledger.jsonl", was);
	free(head);
	free(was);
	free(cut);
}

/* Prints the accounts: the exit code of `countersign user list`. */
static int
list(void)
{
	struct cli c = { .data = data_folder };
	int out = dup(STDOUT_FILENO), code;

	fflush(stdout);
	assert_non_null(freopen(data_path("out"), "w", stdout));
	code = cli_list(&c, "user", NULL);
	fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	close(out);
	return code;
}

static void
what_cannot_be_read_is_not_as_recorded(void **state)
{
	bool failed = true;
	int code, failures = 0;
	char *text;

	(void)state;
	for (long n = 1; failed; n += 1 + n / 8) {
		failing_in(n);
		code = verify(&text);
		failed = failing_end();
		if (code != (failed ? CLI_NO : CLI_YES))
			fail_msg("%ld: %d: %s", n, code, text);
		if (failed && strstr(text, "the database ends at") != NULL)
			fail_msg("%ld: %s", n, text);
		free(text);
		failures += failed;
	}
	assert_true(failures > 20);
}

static void
a_list_that_cannot_be_read_whole_is_a_failure(void **state)
{
	bool failed = true;
	int code, failures = 0;

	(void)state;
	for (long n = 1; failed; n++) {
		failing_in(n);
		code = list();
		failed = failing_end();
		assert_int_equal(code, failed ? CLI_NO : CLI_YES);
		failures += failed;
	}
	assert_true(failures > 10);
}

static void
without_a_journal_there_is_nothing_to_verify(void **state)
{
	struct cli c = { .data = "/nonexistent" };

	(void)state;
	assert_int_equal(cli_verify(&c), CLI_NO);
	c.data = data_path("keys");
	assert_int_equal(cli_verify(&c), CLI_NO);
}

/*
 * More events than are replayed at a time, and more runs than a process has:
 * each break is found in its run, and what follows is as recorded.
 */
static void
each_of_many_runs_is_compared(void **state)
{
	static const char *const rows[][2] = {
		{ "UPDATE event SET body = replace(body, 'one', 'two')"
		  " WHERE run = 2 AND seq = 2100",
		    "run 2, event 2100" },
		{ "DELETE FROM event WHERE run = 131 AND seq = 1", "run has" },
		{ "DELETE FROM step WHERE run = 202", "step has" },
		{ "DELETE FROM run WHERE id = 203", "run has" },
		{ "UPDATE run SET title = 'x' WHERE id = 203",
		    "\"title\":\"x\"" },
		{ "INSERT INTO author VALUES (203, 'p', 'ana')", "author has" },
		{ "UPDATE run SET id = 999 WHERE id = 203", "run has" },
	};
	const char *bo;
	char *text, *line;
	int lines = 0;

	(void)state;
	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper.db), ERR_OK);
	bo = sign_up("bo", "\"operator\"");
	for (int i = 0; i < 202; i++)
		(void)must_create(bo, ",\"parameters\":{\"key\":\"k\"}");
	for (int i = 0; i < 2100; i++)
		must("run_comment", bo, 2, NULL, "{\"text\":\"one\"}");
	db_close(keeper.db);
	keeper.db = NULL;
	free(saved);
	saved = NULL;
	save();
	expect("many", CLI_YES, "all as recorded");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		data_sql(rows[i][0]);
		expect(rows[i][0], CLI_NO, rows[i][1]);
		restore();
	}
	data_sql("UPDATE run SET title = 'x' WHERE id IN (3, 150)");
	(void)verify(&text);
	for (line = text; (line = strstr(line, "table run")) != NULL; line++)
		lines++;
	assert_int_equal(lines, 2);
	free(text);
	restore();
}

/* A run with a secret value, one step with an output, closed; and its ledger.
 */
/* Puts a file into the folder of an execution. */
static void
write_exec(const char *exec, const char *name, const char *text, char *ret_hash)
{
	char file[80];

	snprintf(file, sizeof(file), "exec/%s/%s", exec, name);
	data_write(file, text);
	hash_hex(text, strlen(text), ret_hash);
}

/* Presses the step, whose executor has left these files. */
static void
execute(int64_t run, const char *step, char *ret_exec,
    void (*leave)(const char *exec, char *ret_hash))
{
	char file[80], more[100], hash[HASH_TEXT], starting[60];

	snprintf(
	    ret_exec, 40, "%s", press("step_execute", ana, run, step, "{}"));
	snprintf(file, sizeof(file), "exec/%s", ret_exec);
	assert_int_equal(mkdir(data_path(file), 0700), 0);
	leave(ret_exec, hash);
	snprintf(more, sizeof(more), ",\"hash\":\"%s\"", hash);
	snprintf(starting, sizeof(starting), "{\"step\":\"%s\",\"n\":1}", step);
	happen(run, "runner", "step.starting", starting);
	report_target(ret_exec, "local", "succeeded", more);
	report_done(ret_exec, "succeeded");
}

/* As an older version did. */
static void
leave_cast(const char *exec, char *ret_hash)
{
	write_exec(exec, "local.cast", "{\"version\":2}\n", ret_hash);
}

/* Of a terminal. */
static void
leave_times(const char *exec, char *ret_hash)
{
	struct times_file text = { .bytes = 5 }, cast = { .bytes = 14 };
	struct times_left left = { 0 };
	struct buf out = { 0 };

	write_exec(exec, "local.txt", "text\n", text.hash);
	write_exec(exec, "local.cast", "{\"version\":2}\n", cast.hash);
	times_put_start(1, &out);
	times_put_end(&left, &cast, &text, &out);
	write_exec(exec, "local.times", out.data, ret_hash);
	buf_clear(&out);
}

static void
make_record(void)
{
	int64_t run;

	run = must_create(ana, ",\"parameters\":{\"key\":\"hunter2\"}");
	must("run_comment", ana, run, NULL, "{\"text\":\"first\"}");
	must("run_start", ana, run, NULL, "{}");
	execute(run, "one", exec_id, leave_cast);
	execute(run, "two", exec_two, leave_times);
	must("run_close", ana, run, NULL, "{\"result\":\"succeeded\"}");
	db_begin(keeper.db);
	assert_int_equal(ledger_add_heads(&keeper), ERR_OK);
	ledger_committed(&keeper, db_end(keeper.db, ERR_OK) == ERR_OK);
}

static int
begin(void **state)
{
	keeper_runs_begin(state);
	ledger_open(&keeper);
	write_book("---\nparameters: {key: {type: secret}}\n---\n"
		   "```sh {#one}\ntrue\n```\n"
		   "```sh {#two}\ntrue\n```\n",
	    LOCAL_TARGETS);
	make_record();
	db_close(keeper.db);
	keeper.db = NULL;
	save();
	return 0;
}

static int
end(void **state)
{
	free(saved);
	return keeper_runs_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_that_a_keeper_wrote_is_as_recorded),
		cmocka_unit_test(each_kind_of_break_is_named),
		cmocka_unit_test(an_event_stands_in_a_chain_of_its_kind),
		cmocka_unit_test(each_file_of_the_record_is_read),
		cmocka_unit_test(texts_that_no_event_proves_are_counted),
		cmocka_unit_test(times_under_the_name_of_a_cast_prove_nothing),
		cmocka_unit_test(a_torn_line_is_no_break_and_a_pipe_is_one),
		cmocka_unit_test(
		    a_run_whose_end_was_cut_off_contradicts_the_ledger),
		cmocka_unit_test(heads_that_somebody_kept_are_in_the_ledger),
		cmocka_unit_test(
		    a_ledger_that_was_cut_with_its_file_lacks_a_kept_head),
		cmocka_unit_test(what_cannot_be_read_is_not_as_recorded),
		cmocka_unit_test(a_list_that_cannot_be_read_whole_is_a_failure),
		cmocka_unit_test(without_a_journal_there_is_nothing_to_verify),
		cmocka_unit_test(each_of_many_runs_is_compared),
	};

	/* the messages are compared as they are in English */
	setenv("LC_ALL", "C", 1);
	failing_begin();
	return cmocka_run_group_tests_name("cli/verify", tests, begin, end);
}
