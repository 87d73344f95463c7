/*
 * Every statement: it can be prepared, takes the arguments that sql.def
 * says, and scans no table unless it says so.
 */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "journal/db.h"
#include "journal/migrate.h"
#include "journal/search/search_text.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyz_"

static const char *const args[] = {
#define SQL(name, programs, args, text) args,
#include "journal/sql.def"
#undef SQL
};

static sqlite3 *
open_empty(void)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, migrate_schema(), NULL, NULL, NULL), SQLITE_OK);
	assert_true(search_text_add(db));
	return db;
}

static void
each_statement_takes_the_arguments_that_it_names(void **state)
{
	sqlite3 *db = open_empty();
	sqlite3_stmt *stmt;

	(void)state;
	for (int i = 0; i < STMT__MAX; i++) {
		if (sqlite3_prepare_v2(db, db_stmt_text(i), -1, &stmt, NULL) !=
		    SQLITE_OK)
			fail_msg("%s: %s", db_stmt_name(i), sqlite3_errmsg(db));
		if (sqlite3_bind_parameter_count(stmt) != (int)strlen(args[i]))
			fail_msg("%s takes %d arguments, sql.def says \"%s\"",
			    db_stmt_name(i), sqlite3_bind_parameter_count(stmt),
			    args[i]);
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
}

/* db_steps_since() knows a statement by the begin of its text. */
static void
what_writes_steps_begins_with_that(void **state)
{
	static const char *const begins[] = { "UPDATE step ",
		"INSERT INTO step ", "DELETE FROM step " };

	(void)state;
	for (int i = 0; i < STMT__MAX; i++)
		for (int k = 0; k < 3; k++) {
			const char *at = strstr(db_stmt_text(i), begins[k]);

			if (at != NULL && at != db_stmt_text(i))
				fail_msg("%s", db_stmt_name(i));
		}
}

/* Notes that the statement writes an execution. */
static int
note_write(void *ctx, int action, const char *table, const char *b,
    const char *c, const char *d)
{
	bool *writes = ctx;

	(void)b;
	(void)c;
	(void)d;
	if ((action == SQLITE_INSERT || action == SQLITE_UPDATE ||
		action == SQLITE_DELETE) &&
	    (strcmp(table, "attempt") == 0 || strcmp(table, "look") == 0))
		*writes = true;
	return SQLITE_OK;
}

/* db_execution_writes() knows a statement by the name of the table. */
static void
what_writes_executions_names_them(void **state)
{
	sqlite3 *db = open_empty();
	sqlite3_stmt *stmt;
	int found = 0;
	bool writes;

	(void)state;
	sqlite3_set_authorizer(db, note_write, &writes);
	for (int i = 0; i < STMT__MAX; i++) {
		writes = false;
		assert_int_equal(
		    sqlite3_prepare_v2(db, db_stmt_text(i), -1, &stmt, NULL),
		    SQLITE_OK);
		sqlite3_finalize(stmt);
		found += writes;
		if (writes && strstr(db_stmt_text(i), " attempt ") == NULL &&
		    strstr(db_stmt_text(i), " look ") == NULL)
			fail_msg("%s", db_stmt_name(i));
	}
	assert_true(found > 4);
	sqlite3_close(db);
}

/* A row is read by names: those of one statement differ and are plain. */
static void
each_column_has_a_name_of_its_own(void **state)
{
	sqlite3 *db = open_empty();
	sqlite3_stmt *stmt;

	(void)state;
	for (int i = 0; i < STMT__MAX; i++) {
		assert_int_equal(
		    sqlite3_prepare_v2(db, db_stmt_text(i), -1, &stmt, NULL),
		    SQLITE_OK);
		for (int a = 0; a < sqlite3_column_count(stmt); a++) {
			const char *name = sqlite3_column_name(stmt, a);

			if (sqlite3_column_count(stmt) > 1 &&
			    strspn(name, PLAIN) != strlen(name))
				fail_msg("%s: “%s” needs a name (AS)",
				    db_stmt_name(i), name);
			for (int b = 0; b < a; b++)
				if (strcmp(name,
					sqlite3_column_name(stmt, b)) == 0)
					fail_msg("%s: two columns %s",
					    db_stmt_name(i), name);
		}
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
}

/* A part of a plan reads a table from end to end. */
static bool
is_scan(const char *how)
{
	return strncmp(how, "SCAN ", 5) == 0 &&
	    strncmp(how, "SCAN (", 6) != 0 && /* its parts are listed, too */
	    strstr(how, "CONSTANT ROW") == NULL &&
	    strstr(how, "-ROW VALUES CLAUSE") == NULL && /* SQLite 3.46 */
	    strstr(how, "VIRTUAL TABLE") == NULL;
}

static void
no_statement_scans_a_table_unless_it_says_so(void **state)
{
	sqlite3 *db = open_empty();
	sqlite3_stmt *stmt;
	char explain[16384];

	(void)state;
	for (int i = 0; i < STMT__MAX; i++) {
		if (strstr(db_stmt_text(i), "OFFSET") != NULL)
			fail_msg("%s counts rows: a page begins behind the last"
				 " one of the page before",
			    db_stmt_name(i));
		if (strncmp(db_stmt_text(i), "/* scan", 7) == 0)
			continue;
		snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s",
		    db_stmt_text(i));
		assert_int_equal(
		    sqlite3_prepare_v2(db, explain, -1, &stmt, NULL),
		    SQLITE_OK);
		while (sqlite3_step(stmt) == SQLITE_ROW) {
			const char *how = (const char *)sqlite3_column_text(
			    stmt, 3);

			if (is_scan(how))
				fail_msg("%s: %s", db_stmt_name(i), how);
		}
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
}

/* Each argument of a statement that is one of these has rows. */
#define NUMBER 50
#define WORD "book1"
#define LIST_ARGS "ttttttiiiii" /* RUNS_ARGS of sql.def */
#define PAIR "\345\215\207\347\272\247"

/*
 * 100,000 runs of 5 runbooks and 3 people, 5 minutes apart, the newest 50 of
 * them open; around the run NUMBER, 2000 rows of each other table.
 */
static void
fill(sqlite3 *db)
{
	static const char rest[] =
	    "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
	    " 2000) INSERT INTO attempt SELECT iif(i <= 100, 50, 100000 -"
	    " i), 'book1', i, iif(i = 50, 'book1', 'e' || i), 'p',"
	    " 'succeeded', 'p1', i, i, i + 9, NULL, NULL FROM n;"
	    "INSERT INTO attempt_target (run, step, n, target, state, bytes,"
	    " dropped, changed, captures, skipped) SELECT run, step, n,"
	    " 'book1', 'succeeded', 1, 0, '{}', '{}', '[]' FROM attempt;"
	    "UPDATE attempt_target SET state = 'failed' WHERE run = 50 AND n = "
	    "50;"
	    "INSERT INTO typist SELECT run, step, n, 'book1', 'p1', 1 FROM"
	    " attempt;"
	    "INSERT INTO artifact SELECT run, n, 'book1', step, n, 'book1', 1,"
	    " 'h', 0 FROM attempt;"
	    "INSERT INTO variable SELECT id, 'v', 'w', 'book1' FROM run"
	    " WHERE id <= 2000;"
	    "INSERT INTO author SELECT id, 'v', 'book1' FROM run WHERE id <="
	    " 2000;"
	    "INSERT INTO worker SELECT id, 'book1', 'book1' FROM run WHERE id"
	    " <= 2000;"
	    "INSERT INTO approval SELECT id, 1, '', 'p', 'book1', 'approve',"
	    " '', 1, NULL, NULL, NULL FROM run WHERE id <= 2000;"
	    "INSERT INTO held_target SELECT 'book1', iif(id = 50, 'book1', id),"
	    " id FROM run WHERE id <= 2000;"
	    "INSERT INTO look SELECT id, id, 'book1', 'p', 'p1', 1, '[]', NULL,"
	    " NULL, NULL FROM run WHERE id <= 2000;"
	    "INSERT INTO document SELECT iif(id = 50, 'book1', id), '' FROM run"
	    " WHERE id <= 2000;"
	    "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
	    " 2000) INSERT INTO event SELECT iif(i <= 200, 50, i), i, i, 'p1',"
	    " CASE i % 4 WHEN 0 THEN 'run.commented' WHEN 2 THEN 'run.changed'"
	    " ELSE 'book1' END, '{}', x'00' FROM n;"
	    "INSERT INTO account (name, roles, disabled, created_at,"
	    " created_by, reset_by, set_by, reset_at, own_at) VALUES ('book1',"
	    " '[\"book1\"]', 0, 1, 'p', NULL, NULL, NULL, NULL),"
	    " ('p1', '[]', 0, 1, 'p', 'p', 'p', 1, 2);"
	    "INSERT INTO token VALUES ('book1', 't', CAST('book1' AS BLOB), 1,"
	    " 'p', '[]', NULL);"
	    "INSERT INTO session VALUES (CAST('book1' AS BLOB), 'book1', '', "
	    "'',"
	    " 1, NULL, 99);"
	    "INSERT INTO secret VALUES ('s', 1, 'p', NULL);";
	static const char runs[] =
	    "PRAGMA foreign_keys = OFF;"
	    "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 100000) INSERT INTO run (id, title, reason, runbook,"
	    " document, environment, production, state, result, mode, seq,"
	    " plan, plan_at, parameters, sealed, targets, approvals,"
	    " steps_total, steps_done, created_by, created_at, started_by,"
	    " ended_at) SELECT i, 'Upgrade to 1.' || i, 'Change ' || i, 'book'"
	    " || (i % 5), 'd', iif(i % 3, 'test', 'production'), 0, iif(i %"
	    " 1000, 'completed', 'aborted'), iif(i % 10, 'succeeded',"
	    " 'failed'), 'main', 9, 'p', i, '{}', '{}', '{}', '[]', 1, 1,"
	    " 'p' || (i % 3), i * 300000, 'p' || (i % 3), i * 300000 FROM n;"
	    "UPDATE run SET state = 'running', result = NULL, ended_at = NULL"
	    " WHERE id > 99950;"
	    "UPDATE run SET environment = 'book1' WHERE id < 2000;"
	    "UPDATE run SET targets = '{\"book1\":{}}' WHERE id = 7;"
	    "INSERT INTO step SELECT id, 'book1', 'main', 1, 0, iif(ended_at IS"
	    " NULL, 'failed', 'skipped'), 0, NULL, 1, NULL, NULL FROM run;"
	    "INSERT INTO search SELECT 64 * id, id, 'title', title FROM run;"
	    "INSERT INTO search_pair SELECT '" PAIR "', id FROM search;"
	    "INSERT INTO search_index (search_index) VALUES ('rebuild')";
	char *message = NULL;

	if (sqlite3_exec(db, runs, NULL, NULL, &message) != SQLITE_OK ||
	    sqlite3_exec(db, rest, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
}

static const int programs[] = {
#define SQL(name, who, args, text) who,
#include "journal/sql.def"
#undef SQL
};

/* A list of runs: each_page_of_a_long_list_costs_the_same() has its rows. */
static bool
is_run_list(int stmt)
{
	return (programs[stmt] & DB_WEB) && strcmp(args[stmt], LIST_ARGS) == 0;
}

static void
bind_rows(sqlite3_stmt *stmt, int id)
{
	for (int a = 0; args[id][a] != '\0'; a++)
		if (args[id][a] == 'i')
			sqlite3_bind_int64(stmt, a + 1, NUMBER);
		else if (args[id][a] == 't')
			sqlite3_bind_text(stmt, a + 1, WORD, -1, NULL);
		else
			sqlite3_bind_blob(
			    stmt, a + 1, WORD, sizeof(WORD) - 1, NULL);
	if (id == STMT_WEB_HOSTS) { /* of any state, from the first rank on */
		sqlite3_bind_null(stmt, 4);
		sqlite3_bind_int64(stmt, 7, -1);
	}
	if (id == STMT_WEB_HELD) /* what the run 50 holds is a target of it */
		sqlite3_bind_text(stmt, 1, "[7]", -1, NULL);
	if (id == STMT_WEB_RUNS_OPEN) /* below any */
		sqlite3_bind_int64(stmt, 1, INT64_MAX);
	if (id == STMT_WEB_ACCOUNTS || id == STMT_WEB_SECRETS)
		sqlite3_bind_null(stmt, 2); /* of any name */
	if (id == STMT_WEB_TOKENS) {        /* the first, of any name */
		sqlite3_bind_text(stmt, 2, "", -1, NULL);
		sqlite3_bind_null(stmt, 3);
	}
	if (id == STMT_WEB_SESSIONS) { /* the newest, at any time */
		sqlite3_bind_int64(stmt, 2, 0);
		sqlite3_bind_text(stmt, 3, "", -1, NULL);
	}
}

static void
no_statement_of_a_page_reads_all_runs(void **state)
{
	sqlite3 *db = *state;
	sqlite3_stmt *stmt;
	int steps, rows;

	for (int i = 0; i < STMT__MAX; i++) {
		if (!(programs[i] & DB_WEB) || is_run_list(i))
			continue;
		sqlite3_prepare_v2(db, db_stmt_text(i), -1, &stmt, NULL);
		bind_rows(stmt, i);
		for (rows = 0; sqlite3_step(stmt) == SQLITE_ROW;)
			rows++;
		steps = sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
		if (steps > 8000 || rows == 0)
			fail_msg("%s: %d steps, %d rows", db_stmt_name(i),
			    steps, rows);
		sqlite3_finalize(stmt);
	}
}

#define PAGE 26 /* the rows of a page, and one that leads to the next */

/* The arguments of a list of runs: NULL is no filter. */
struct ask {
	enum stmt stmt;
	int rows;             /* that are found */
	const char *texts[6]; /* ?1 to ?6 */
	sqlite3_int64 from, to, at, id;
};

/* The instructions that SQLite takes for a page; it has `rows` rows. */
static int
steps_of(sqlite3 *db, const struct ask *a, int *rows)
{
	const sqlite3_int64 numbers[] = { a->from, a->to, a->at, a->id, PAGE };
	sqlite3_stmt *stmt;
	int steps;

	assert_int_equal(
	    sqlite3_prepare_v2(db, db_stmt_text(a->stmt), -1, &stmt, NULL),
	    SQLITE_OK);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_text(stmt, i + 1, a->texts[i], -1, NULL);
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(stmt, i + 7, numbers[i]);
	for (*rows = 0; sqlite3_step(stmt) == SQLITE_ROW;)
		++*rows;
	steps = sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
	sqlite3_finalize(stmt);
	return steps;
}

#define FAR (1LL << 56)
#define NEWEST 0, FAR, FAR, FAR
#define MIDDLE 0, FAR, 50000 * 300000LL, 50000

static const struct ask asks[] = {
	{ STMT_RUNS, PAGE, { NULL }, NEWEST },
	{ STMT_RUNS, PAGE, { NULL }, MIDDLE },
	{ STMT_RUNS_UP, PAGE, { NULL }, MIDDLE },
	{ STMT_RUNS, PAGE, { NULL }, 9000000, 30000000, 29999999, FAR },
	{ STMT_RUNS, 10, { NULL }, 9000000, 30000000, 11999999, FAR },
	{ STMT_RUNS_OF_STATE, PAGE, { NULL, "aborted" }, NEWEST },
	{ STMT_RUNS_OF_STATE, PAGE, { NULL, "running" }, NEWEST },
	{ STMT_RUNS_UP_OF_STATE, PAGE, { NULL, "completed" }, MIDDLE },
	{ STMT_RUNS_OF_STATE, 0, { NULL, "parked" }, NEWEST },
	{ STMT_RUNS_OF_RESULT, PAGE, { NULL, NULL, "failed" }, MIDDLE },
	{ STMT_RUNS_UP_OF_RESULT, PAGE, { NULL, NULL, "failed" }, MIDDLE },
	{ STMT_RUNS_OF_RUNBOOK, PAGE, { [3] = "book1" }, MIDDLE },
	{ STMT_RUNS_UP_OF_RUNBOOK, PAGE, { [3] = "book1" }, MIDDLE },
	{ STMT_RUNS_OF_RUNBOOK, 0, { [3] = "none" }, NEWEST },
	{ STMT_RUNS_OF_ENVIRONMENT, PAGE, { [4] = "test" }, MIDDLE },
	{ STMT_RUNS_UP_OF_ENVIRONMENT, PAGE, { [4] = "test" }, MIDDLE },
	{ STMT_RUNS_OF_PERSON, PAGE, { [5] = "p1" }, MIDDLE },
	{ STMT_RUNS_UP_OF_PERSON, PAGE, { [5] = "p1" }, MIDDLE },
	{ STMT_RUNS_OF_PERSON, 0, { [5] = "nobody" }, NEWEST },
	{ STMT_RUNS_OF_TEXT, PAGE, { "\"Upgrade\"" }, NEWEST },
	{ STMT_RUNS_OF_TEXT, PAGE, { "\"to 1.9\"" }, MIDDLE },
	{ STMT_RUNS_UP_OF_TEXT, PAGE, { "\"Upgrade\"" }, MIDDLE },
	{ STMT_RUNS_OF_TEXT, 0, { "\"nowhere at all\"" }, NEWEST },
	{ STMT_RUNS_OF_PAIR, PAGE, { PAIR }, NEWEST },
	{ STMT_RUNS_OF_PAIR, PAGE, { PAIR }, MIDDLE },
	{ STMT_RUNS_UP_OF_PAIR, PAGE, { PAIR }, MIDDLE },
	{ STMT_RUNS_OF_PAIR, 0, { "none" }, NEWEST },
};
#define ASKS (sizeof(asks) / sizeof(asks[0]))

static void
each_page_of_a_long_list_costs_the_same(void **state)
{
	sqlite3 *db = *state;
	bool asked[STMT__MAX] = { false };
	int steps, rows;

	for (size_t i = 0; i < ASKS; i++) {
		asked[asks[i].stmt] = true;
		steps = steps_of(db, &asks[i], &rows);
		if (steps > 8000 || rows != asks[i].rows)
			fail_msg("%s (%zu): %d steps for %d rows",
			    db_stmt_name(asks[i].stmt), i, steps, rows);
	}
	for (int i = 0; i < STMT__MAX; i++)
		if (asked[i] != is_run_list(i))
			fail_msg("%s: each list of runs, and no other, is asked"
				 " here",
			    db_stmt_name(i));
}

static int
set_up(void **state)
{
	sqlite3 *db = open_empty();

	fill(db);
	*state = db;
	return 0;
}

static int
tear_down(void **state)
{
	return sqlite3_close(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_statement_takes_the_arguments_that_it_names),
		cmocka_unit_test(what_writes_steps_begins_with_that),
		cmocka_unit_test(what_writes_executions_names_them),
		cmocka_unit_test(each_column_has_a_name_of_its_own),
		cmocka_unit_test(no_statement_scans_a_table_unless_it_says_so),
		cmocka_unit_test(no_statement_of_a_page_reads_all_runs),
		cmocka_unit_test(each_page_of_a_long_list_costs_the_same),
	};

	return cmocka_run_group_tests_name(
	    "journal/sql", tests, set_up, tear_down);
}
