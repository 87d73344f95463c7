/*
 * The expressions of `when`: what they mean, and what is refused where.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/expr.h"

static const char *
value(void *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "mysql") == 0)
		return "8.0.11";
	if (strcmp(name, "environment") == 0)
		return "test";
	if (strcmp(name, "dry") == 0)
		return "true";
	if (strcmp(name, "empty") == 0)
		return "";
	if (strcmp(name, "ran(dump)") == 0 ||
	    strcmp(name, "skipped(stop)") == 0)
		return "true";
	if (strcmp(name, "succeeded(dump)") == 0)
		return "false";
	return NULL;
}

static bool
holds(const char *text)
{
	bool result = false;
	size_t at;

	assert_null(expr_check(text, &at));
	assert_true(expr_eval(text, value, NULL, &result));
	return result;
}

static void
compares_names_with_text(void **state)
{
	(void)state;
	assert_true(holds("mysql == '8.0.11'"));
	assert_true(holds("mysql == 8.0.11"));
	assert_true(holds("environment == \"test\""));
	assert_true(holds("environment != Test"));
	assert_false(holds("environment == 'tes'"));
	assert_true(holds("'all-in-one' == all-in-one"));
	assert_true(holds("empty == ''"));
	assert_true(holds("mysql==8.0.11"));
}

static const char *
of_alpha(void *ctx, const char *step)
{
	(void)ctx;
	return strcmp(step, "dump") == 0 ? "dump.alpha" : NULL;
}

static void
asks_what_became_of_a_step(void **state)
{
	struct buf out = { 0 };
	char step[EXPR_STEP_MAX];
	size_t at;

	(void)state;
	assert_true(holds("ran(dump)"));
	assert_true(holds("ran ( 'dump' ) and not succeeded(dump)"));
	assert_true(holds("skipped(stop)"));
	assert_non_null(expr_check("ran(dump", &at));
	assert_int_equal(at, 8);
	assert_non_null(expr_check("ran()", &at));
	assert_non_null(expr_check("ran(a, b)", &at));
	assert_non_null(expr_check("walked(dump)", &at));
	assert_string_equal(expr_fact("ran(dump)", step), "ran");
	assert_string_equal(step, "dump");
	assert_null(expr_fact("ran", step));
	assert_null(expr_fact("walked(dump)", step));
	expr_rename_steps("a == b and (ran(dump) or skipped( 'dump' )) or "
			  "succeeded(x)",
	    of_alpha, NULL, &out);
	assert_string_equal(buf_text(&out),
	    "a == b and (ran(dump.alpha) or "
	    "skipped( dump.alpha )) or succeeded(x)");
	buf_clear(&out);
}

static void
joins_with_and_or_not_in_the_usual_order(void **state)
{
	(void)state;
	assert_true(holds("true or false and false"));
	assert_false(holds("(true or false) and false"));
	assert_true(holds("not false and true"));
	assert_false(holds("not (false or true)"));
	assert_true(holds("not not dry"));
	assert_true(holds("dry and environment == 'test' or false"));
	assert_false(holds("not mysql == 8.0.11"));
}

static void
looks_in_lists(void **state)
{
	(void)state;
	assert_true(holds("mysql in ('5.7', '8.0.11')"));
	assert_true(holds("mysql in [5.7, 8.0.11]"));
	assert_false(holds("mysql in ('5.7')"));
	assert_true(holds("mysql not in ('5.7')"));
	assert_true(holds("not mysql in ('5.7')"));
}

static void
compares_versions_part_by_part(void **state)
{
	(void)state;
	assert_true(holds("'1.9' < '1.10'"));
	assert_true(holds("1.4 >= 1.4.0 and 1.4 <= 1.4.0"));
	assert_true(holds("'2.0-rc1' < '2.0'"));
	assert_true(holds("'2.0-rc2' < '2.0-rc10'"));
	assert_true(holds("'2.0-alpha' < '2.0-beta'"));
	assert_true(holds("mysql >= 8 and mysql < 8.1"));
	assert_true(holds("'v1.2' == 'v1.2' and 'v1.2' <= '1.2'"));
	assert_true(
	    holds("'20200901120000000000001' > '20200901120000000000000'"));
	assert_true(holds("'007' <= '7' and '007' >= '7'"));
	assert_true(holds("'1.0_2+b' > '1.0_1'"));
	assert_false(holds("'1.0' > '1.0'"));
}

static void
a_missing_value_counts_only_where_it_matters(void **state)
{
	bool result = true;

	(void)state;
	assert_false(expr_eval("unknown == 'x'", value, NULL, &result));
	assert_false(expr_eval("dry and unknown == 'x'", value, NULL, &result));
	assert_false(expr_eval("dry in (unknown)", value, NULL, &result));
	assert_true(result);
	assert_true(expr_eval(
	    "environment == 'x' and unknown == 'x'", value, NULL, &result));
	assert_false(result);
	assert_true(expr_eval("dry or unknown == 'x'", value, NULL, &result));
	assert_true(result);
}

static void
long_values_are_compared_to_their_end(void **state)
{
	bool result = true;
	char text[400];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "mysql == '", 10);
	memcpy(text + 10 + 250, "'", 2);
	assert_true(expr_eval(text, value, NULL, &result));
	assert_false(result);
	memset(text + 10, 'a', 380);
	memcpy(text + 10 + 380, "'", 2);
	assert_false(expr_eval(text, value, NULL, &result));
}

static void
says_where_it_is_wrong(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} bad[] = {
		{ "", 0 },
		{ "a =", 2 },
		{ "a == ", 5 },
		{ "a == 'x", 5 },
		{ "(a == 'x'", 9 },
		{ "a == 'x' b", 9 },
		{ "a in b", 5 },
		{ "a in ('x'", 9 },
		{ "a in ('x']", 9 },
		{ "and", 0 },
		{ "a == 'x' &&", 9 },
		{ "a ! b", 2 },
		{ "not", 3 },
		{ "a == b == c", 7 },
		{ "a not b", 6 },
		{ "()", 1 },
		{ "a == $x", 5 },
		{ "a == 'x' or", 11 },
	};
	bool result;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t at = 999;

		if (expr_check(bad[i].text, &at) == NULL || at != bad[i].at)
			fail_msg("%s: at %zu", bad[i].text, at);
		assert_false(expr_eval(bad[i].text, value, NULL, &result));
	}
}

static void
nesting_is_bounded(void **state)
{
	static const char *const parts[] = { "(", "not ", "not (" };
	struct buf b = { 0 };
	size_t at;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		buf_reset(&b);
		for (int i = 0; i < 100000; i++)
			buf_puts(&b, parts[k]);
		assert_non_null(expr_check(buf_text(&b), &at));
	}
	buf_clear(&b);
}

static void
collect(void *ctx, const char *name)
{
	buf_printf(ctx, "%s ", name);
}

static void
tells_the_names_it_reads(void **state)
{
	struct buf b = { 0 };

	(void)state;
	expr_names("a == 'b' or not (c in (d, 1.2, 'e')) and true != f_1",
	    collect, &b);
	assert_string_equal(buf_text(&b), "a c d f_1 ");
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_names_with_text),
		cmocka_unit_test(asks_what_became_of_a_step),
		cmocka_unit_test(joins_with_and_or_not_in_the_usual_order),
		cmocka_unit_test(looks_in_lists),
		cmocka_unit_test(compares_versions_part_by_part),
		cmocka_unit_test(a_missing_value_counts_only_where_it_matters),
		cmocka_unit_test(long_values_are_compared_to_their_end),
		cmocka_unit_test(says_where_it_is_wrong),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(tells_the_names_it_reads),
	};

	return cmocka_run_group_tests_name("book/expr", tests, NULL, NULL);
}
