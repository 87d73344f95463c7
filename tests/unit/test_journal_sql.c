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

static void
no_statement_scans_a_table_unless_it_says_so(void **state)
{
	sqlite3 *db = open_empty();
	sqlite3_stmt *stmt;
	char explain[8192];

	(void)state;
	for (int i = 0; i < STMT__MAX; i++) {
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

			if (strncmp(how, "SCAN ", 5) == 0 &&
			    strstr(how, "CONSTANT ROW") == NULL &&
			    strstr(how, "USING COVERING INDEX") == NULL &&
			    strstr(how, "VIRTUAL TABLE") == NULL)
				fail_msg("%s: %s", db_stmt_name(i), how);
		}
		sqlite3_finalize(stmt);
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
	};

	return cmocka_run_group_tests_name("journal/sql", tests, NULL, NULL);
}
