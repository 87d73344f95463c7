/*
 * Numbers as literals, and where a retry of statements may start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "executor/sql/sql_resume.h"
#include "lang/sql/sql_literal.h"
#include "lang/sql/sql_literal.h"

static void
a_number_cannot_become_anything_else(void **state)
{
	static const char *const good[][2] = {
		{ "0", " 0 " },
		{ "12", " 12 " },
		{ "-12", " (-12) " },
		{ "1.50", " 1.50 " },
		{ "2e3", " 2e3 " },
		{ "-2.5E-10", " (-2.5E-10) " },
	};
	static const char *const bad[] = { "", "-", "--1", "+1", "1.", ".5",
		"1e", "1e+", "0x10", "1 ", " 1", "1;", "1,2", "NaN", "1'", "1)",
		"\xd9\xa1" };
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buf_reset(&out);
		assert_true(sql_put_number(good[i][0], &out));
		assert_string_equal(buf_text(&out), good[i][1]);
	}
	buf_reset(&out);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(sql_put_number(bad[i], &out));
	assert_int_equal(out.len, 0);
	buf_clear(&out);
}

static bool
resumable(const char *text, size_t first)
{
	struct statements all;
	bool good;

	assert_true(statements_split(text, STEP_MYSQL, true, &all));
	good = sql_resumable(&all, text, first, STEP_MYSQL);
	statements_clear(&all);
	return good;
}

static void
what_ended_with_the_connection_keeps_a_retry_from_going_on(void **state)
{
	(void)state;
	assert_true(
	    resumable("ALTER TABLE a ADD b INT; ALTER TABLE c DROP d", 1));
	assert_true(resumable("USE app; SET NAMES utf8mb4; DROP TABLE x", 2));
	assert_true(resumable("SET @@session.sql_mode = ''; DROP TABLE x", 1));
	assert_false(resumable("SET @n = 1; DROP TABLE x", 1));
	assert_false(resumable("SELECT id INTO @n FROM a; DROP TABLE x", 1));
	assert_false(
	    resumable("create temporary table t (a int); SELECT 1", 1));
	assert_false(resumable("LOCK TABLES a WRITE; DROP TABLE a", 1));
	assert_false(resumable("PREPARE s FROM 'SELECT 1'; EXECUTE s", 1));
	assert_false(resumable("INSERT INTO a VALUES (1);"
			       " INSERT INTO b VALUES (last_insert_id())",
	    1));
	/* what stands behind does no harm */
	assert_true(resumable("DROP TABLE x; SET @n = 1", 1));
}

static void
what_set_up_the_connection_is_run_again(void **state)
{
	static const char text[] =
	    "USE app; SET NAMES utf8; "
	    "SET GLOBAL x = 1; ALTER TABLE users ADD a INT; PRAGMA x";
	static const enum sql_part parts[] = { SQL_REPEAT, SQL_REPEAT, SQL_DONE,
		SQL_DONE, SQL_REPEAT };
	struct statements all;

	(void)state;
	assert_true(statements_split(text, STEP_MYSQL, true, &all));
	assert_int_equal(all.count, 5);
	for (size_t i = 0; i < all.count; i++)
		assert_int_equal(
		    sql_part_of(&all, text, i, STEP_MYSQL), parts[i]);
	statements_clear(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_cannot_become_anything_else),
		cmocka_unit_test(
		    what_ended_with_the_connection_keeps_a_retry_from_going_on),
		cmocka_unit_test(what_set_up_the_connection_is_run_again),
	};

	return cmocka_run_group_tests_name("step/sql", tests, NULL, NULL);
}
