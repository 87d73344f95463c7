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

/* 100,000 runs of 5 runbooks and 3 people, 5 minutes apart. */
static void
fill(sqlite3 *db)
{
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
	    "INSERT INTO search SELECT 64 * id, id, 'title', title FROM run;"
	    "INSERT INTO search_index (search_index) VALUES ('rebuild')";
	char *message = NULL;

	if (sqlite3_exec(db, runs, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
}

/* With arguments that find many of them. */
static void
no_statement_of_a_page_reads_all_runs(void **state)
{
	static const int programs[] = {
#define SQL(name, who, arguments, text) who,
#include "journal/sql.def"
#undef SQL
	};
	sqlite3 *db = open_empty();
	sqlite3_stmt *stmt;
	int steps;

	(void)state;
	fill(db);
	for (int i = 0; i < STMT__MAX; i++) {
		if (!(programs[i] & DB_WEB))
			continue;
		sqlite3_prepare_v2(db, db_stmt_text(i), -1, &stmt, NULL);
		for (int a = 0; args[i][a] != '\0'; a++)
			if (args[i][a] == 'i')
				sqlite3_bind_int64(stmt, a + 1, 50);
			else
				sqlite3_bind_text(
				    stmt, a + 1, "book1", -1, NULL);
		while (sqlite3_step(stmt) == SQLITE_ROW)
			;
		steps = sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
		if (steps > 8000)
			fail_msg("%s: %d steps", db_stmt_name(i), steps);
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
}

/* The arguments of a list of runs: NULL is no filter. */
struct ask {
	enum stmt stmt;
	const char *texts[6]; /* ?1 to ?6 */
	sqlite3_int64 from, to, at, id;
};

/* The instructions that SQLite takes for a page; it has `rows` rows. */
static int
steps_of(sqlite3 *db, const struct ask *a, int *rows)
{
	const sqlite3_int64 numbers[] = { a->from, a->to, a->at, a->id, 26 };
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

static void
each_page_of_a_long_list_costs_the_same(void **state)
{
	static const struct ask asks[] = {
		{ STMT_RUNS, { NULL }, NEWEST },
		{ STMT_RUNS, { NULL }, MIDDLE },
		{ STMT_RUNS_UP, { NULL }, MIDDLE },
		{ STMT_RUNS, { NULL }, 9000000, 30000000, 29999999, FAR },
		{ STMT_RUNS_OF_STATE, { NULL, "aborted" }, NEWEST },
		{ STMT_RUNS_UP_OF_STATE, { NULL, "completed" }, MIDDLE },
		{ STMT_RUNS_OF_STATE, { NULL, "parked" }, NEWEST },
		{ STMT_RUNS_OF_RESULT, { NULL, NULL, "failed" }, MIDDLE },
		{ STMT_RUNS_UP_OF_RESULT, { NULL, NULL, "failed" }, MIDDLE },
		{ STMT_RUNS_OF_RUNBOOK, { [3] = "book1" }, MIDDLE },
		{ STMT_RUNS_UP_OF_RUNBOOK, { [3] = "book1" }, MIDDLE },
		{ STMT_RUNS_OF_RUNBOOK, { [3] = "none" }, NEWEST },
		{ STMT_RUNS_OF_ENVIRONMENT, { [4] = "test" }, MIDDLE },
		{ STMT_RUNS_UP_OF_ENVIRONMENT, { [4] = "test" }, MIDDLE },
		{ STMT_RUNS_OF_PERSON, { [5] = "p1" }, MIDDLE },
		{ STMT_RUNS_UP_OF_PERSON, { [5] = "p1" }, MIDDLE },
		{ STMT_RUNS_OF_PERSON, { [5] = "nobody" }, NEWEST },
		{ STMT_RUNS_OF_TEXT, { "\"Upgrade\"" }, NEWEST },
		{ STMT_RUNS_OF_TEXT, { "\"to 1.9\"" }, MIDDLE },
		{ STMT_RUNS_UP_OF_TEXT, { "\"Upgrade\"" }, MIDDLE },
		{ STMT_RUNS_OF_TEXT, { "\"nowhere at all\"" }, NEWEST },
		{ STMT_RUNS_OF_PAIR, { "\345\215\207\347\272\247" }, NEWEST },
	};
	sqlite3 *db = open_empty();
	int steps, rows;

	(void)state;
	fill(db);
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		steps = steps_of(db, &asks[i], &rows);
		if (steps > 8000)
			fail_msg("%s (%zu): %d steps for %d rows",
			    db_stmt_name(asks[i].stmt), i, steps, rows);
	}
	sqlite3_close(db);
}

/* The schema of a database, one object a line. */
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_statement_takes_the_arguments_that_it_names),
		cmocka_unit_test(each_column_has_a_name_of_its_own),
		cmocka_unit_test(no_statement_scans_a_table_unless_it_says_so),
		cmocka_unit_test(no_statement_of_a_page_reads_all_runs),
		cmocka_unit_test(each_page_of_a_long_list_costs_the_same),
	};

	return cmocka_run_group_tests_name("journal/sql", tests, NULL, NULL);
}
