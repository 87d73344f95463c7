/* test_plan_kind.c: the table of the kinds of step. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "plan/kind.h"

static void
each_word_is_found_again(void **state)
{
	(void)state;
	for (int i = 0; i < STEP_KIND__MAX; i++)
		assert_int_equal(kind_find(kind_name(i)), i);
	assert_int_equal(kind_find("shell"), -1);
	assert_int_equal(kind_find(""), -1);
	assert_false(kind_is(-1, ~0u));
	assert_false(kind_is(STEP_KIND__MAX, ~0u));
}

/* A set of kinds and flags holds the kinds it names and no other. */
static void
a_set_is_of_kinds_and_flags(void **state)
{
	(void)state;
	for (int i = 0; i < STEP_KIND__MAX; i++) {
		assert_true(kind_is(i, 1u << i));
		assert_int_equal(kind_is(i, KIND_ONE(COPY)), i == STEP_COPY);
	}
	assert_true(kind_is(STEP_MYSQL, KIND_SQL | KIND_ONE(COPY)));
	assert_true(kind_is(STEP_COPY, KIND_SQL | KIND_ONE(COPY)));
	assert_false(kind_is(STEP_EDIT, KIND_SQL | KIND_ONE(COPY)));
}

/* Flags that exclude or imply each other. */
static void
the_flags_agree(void **state)
{
	(void)state;
	for (int i = 0; i < STEP_KIND__MAX; i++) {
		bool script = kind_is(i, KIND_SCRIPT);

		assert_int_equal(script, kind_interpreter(i) != NULL);
		assert_false(script && kind_is(i, KIND_VALUES));
		assert_false(kind_is(i, KIND_SHELL) && !script);
		assert_false(
		    kind_is(i, KIND_EXECUTED) && kind_is(i, KIND_PERSON));
		if (kind_is(i, KIND_OUTPUT | KIND_DRY_RUN | KIND_TTY))
			assert_true(kind_is(i, KIND_EXECUTED));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_is_found_again),
		cmocka_unit_test(a_set_is_of_kinds_and_flags),
		cmocka_unit_test(the_flags_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
