/*
 * A journal of version 1, as a console of that version wrote it
 * (journal_1.sql: two runs with approvals, a signature, a rollback), is
 * brought to the newest version: the same tables as an empty one, the same
 * record, and the migration itself on record.
 */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_reads.h"
#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "journal/db.h"
#include "journal/migrate.h"

static char folder[] = "/tmp/cs-migrate-XXXXXX";
static char *path;

/* The rows of a statement, a line each, columns between bars. */
static char *
ask(const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	struct buf out = { 0 };
	char *text;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const unsigned char *cell = sqlite3_column_text(
			    stmt, i);

			buf_puts(&out, i > 0 ? "|" : "");
			buf_puts(&out, cell != NULL ? (const char *)cell : "-");
		}
		buf_putc(&out, '\n');
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	text = mem_strdup(buf_text(&out));
	buf_clear(&out);
	return text;
}

static void
expect(const char *sql, const char *text)
{
	char *found = ask(sql);

	assert_string_equal(found, text);
	free(found);
}

static void
read_old(struct buf *text)
{
	assert_int_equal(
	    io_read_file("tests/unit/journal_1.sql", 1024 * 1024, text),
	    ERR_OK);
}

static int
set_up(void **state)
{
	struct buf text = { 0 };
	sqlite3 *db = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = mem_printf("%s/countersign.db", folder);
	read_old(&text);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, buf_text(&text), NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	buf_clear(&text);
	return 0;
}

/* The data of version 1, asked for before and after the migration. */
static const char *const kept[] = {
	"SELECT run, seq, at, actor, kind, body, hex(hash) FROM event WHERE"
	" kind <> 'journal.migrated' ORDER BY run, seq",
	"SELECT n, body, hex(hash), hex(signature) FROM ledger",
	"SELECT hash, text FROM document",
	"SELECT account, hash FROM credential",
	"SELECT run, name, hex(box) FROM sealed",
	"SELECT id, title, reason, state, result, mode, seq, plan, parameters,"
	" steps_total, created_by, ended_by FROM run ORDER BY id",
	"SELECT run, id, part, state, attempts, by, at, reason, signed_by"
	" FROM step ORDER BY run, id",
	"SELECT run, step, n, exec, state, by FROM attempt",
	"SELECT run, step, n, target, state, exit, bytes, hash, captures"
	" FROM attempt_target",
	"SELECT run, seq, step, plan, by, decision, comment FROM approval",
	"SELECT run, name, value, step FROM variable",
	"SELECT environment, target, run FROM held_target",
	"SELECT name, roles, disabled, created_by FROM account",
	"SELECT account, name, hex(hash), created_by FROM token",
};
#define KEPT (sizeof(kept) / sizeof(kept[0]))

/* The number of rows of the tables that no event fills again. */
static int64_t
rows_in(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT (SELECT count(*) FROM event) +"
			     " (SELECT count(*) FROM ledger) +"
			     " (SELECT count(*) FROM document) +"
			     " (SELECT count(*) FROM credential) +"
			     " (SELECT count(*) FROM sealed) +"
			     " (SELECT count(*) FROM session)",
			     -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

/* The migration of the tables fails at one moment after the other. */
static void
a_read_that_fails_in_the_migration_loses_no_row(void **state)
{
	struct buf text = { 0 };
	sqlite3 *db = NULL;
	bool ok, failed = true;
	int64_t before;
	int failures = 0;

	(void)state;
	read_old(&text);
	failing_begin();
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	sqlite3_reset_auto_extension();
	assert_int_equal(
	    sqlite3_exec(db, buf_text(&text), NULL, NULL, NULL), SQLITE_OK);
	before = rows_in(db);
	assert_true(before > 20);
	for (long n = 1; failed; n += 1 + n / 100) {
		sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
		failing_in(n);
		ok = migrate_tables(db, 1);
		failed = failing_end();
		assert_int_equal(ok, !failed);
		if (ok)
			assert_int_equal(rows_in(db), before);
		failures += failed;
		if (!sqlite3_get_autocommit(db))
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	assert_true(failures > 100);
	sqlite3_close(db);
	buf_clear(&text);
}

static void
an_older_journal_says_the_same_after_the_migration(void **state)
{
	struct db *db = NULL;
	char *before[KEPT], *after;

	(void)state;
	for (size_t i = 0; i < KEPT; i++)
		before[i] = ask(kept[i]);
	assert_true(strlen(before[0]) > 10000);
	assert_int_equal(db_open(folder, DB_CLI, &db), ERR_UNAVAILABLE);
	assert_int_equal(db_open(folder, DB_KEEPER, &db), ERR_OK);
	db_close(db);
	for (size_t i = 0; i < KEPT; i++) {
		after = ask(kept[i]);
		assert_string_equal(before[i], after);
		free(after);
		free(before[i]);
	}
	expect("SELECT count(*) > 0, count(*) = 3 * (SELECT count(*) FROM run),"
	       " count(*) = (SELECT count(*) FROM search_index s JOIN run r"
	       " ON r.id = s.rowid / 64 AND s.text IN (r.title, r.reason,"
	       " r.runbook)) FROM search",
	    "1|1|1\n");
	expect("PRAGMA foreign_key_check", "");
	expect("PRAGMA integrity_check", "ok\n");
}

static void
its_tables_are_those_of_a_new_one(void **state)
{
	static const char sql[] = "SELECT name, sql FROM sqlite_schema"
				  " WHERE sql IS NOT NULL ORDER BY name";
	char *migrated = ask(sql), *fresh, *old = path;
	char *other = mem_printf("%s/new", folder);
	struct db *db = NULL;

	(void)state;
	path = mem_printf("%s/countersign.db", other);
	assert_int_equal(io_mkdirs(other, 0700), ERR_OK);
	assert_int_equal(db_open(other, DB_KEEPER, &db), ERR_OK);
	db_close(db);
	fresh = ask(sql);
	assert_true(strlen(fresh) > 1000);
	assert_string_equal(migrated, fresh);
	free(path);
	path = old;
	free(migrated);
	free(fresh);
	free(other);
}

static void
the_migration_is_on_record_once(void **state)
{
	struct db *db = NULL;

	(void)state;
	assert_int_equal(db_open(folder, DB_KEEPER, &db), ERR_OK);
	db_close(db);
	expect("SELECT run, actor, json_extract(body, '$.data.from') FROM event"
	       " WHERE kind = 'journal.migrated'",
	    "0|keeper|1\n");
}

/* Tokens of before had neither scopes nor an end. */
static void
its_tokens_read_and_run_and_end_after_90_days(void **state)
{
	struct db *db = NULL;

	(void)state;
	assert_int_equal(db_open(folder, DB_KEEPER, &db), ERR_OK);
	db_close(db);
	expect("SELECT count(*), min(t.scopes), max(t.scopes),"
	       " min(t.expires_at - e.at) / 86400000,"
	       " max(t.expires_at - e.at) / 86400000 FROM token t, event e"
	       " WHERE e.kind = 'journal.migrated'",
	    "3|[\"read\",\"run\"]|[\"read\",\"run\"]|90|90\n");
}

/* Holds the database for itself, as its last connection does when it closes. */
static void
hold_database(int ready)
{
	sqlite3 *db = NULL;
	bool held = sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_exec(db,
		"PRAGMA locking_mode = EXCLUSIVE;"
		"BEGIN EXCLUSIVE",
		NULL, NULL, NULL) == SQLITE_OK;

	(void)!write(ready, held ? "y" : "n", 1);
	usleep(200000);
	sqlite3_close(db);
	_exit(0);
}

static void
the_version_is_read_when_another_process_has_closed_it(void **state)
{
	int ready[2];
	char held = 'n';
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0)
		hold_database(ready[1]);
	assert_int_equal(read(ready[0], &held, 1), 1);
	assert_int_equal(held, 'y');
	assert_int_equal(db_version_in(folder), MIGRATE_VERSION);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ready[0]);
	close(ready[1]);
}

static int
tear_down(void **state)
{
	char *command = mem_printf("rm -r %s", folder);

	(void)state;
	free(path);
	if (system(command) != 0)
		fail_msg("%s remains", folder);
	free(command);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_read_that_fails_in_the_migration_loses_no_row),
		cmocka_unit_test(
		    an_older_journal_says_the_same_after_the_migration),
		cmocka_unit_test(its_tables_are_those_of_a_new_one),
		cmocka_unit_test(the_migration_is_on_record_once),
		cmocka_unit_test(its_tokens_read_and_run_and_end_after_90_days),
		cmocka_unit_test(
		    the_version_is_read_when_another_process_has_closed_it),
	};

	return cmocka_run_group_tests_name(
	    "journal/migrate", tests, set_up, tear_down);
}
