/* test_plan_kind.c: the table of the kinds of step. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/catalogue.h"
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
		assert_int_equal(
		    kind_is(i, KIND_EXECUTED), kind_target(i) != NULL);
	}
}

/* A new kind has its own targets alone, unless its row says more. */
static void
a_kind_acts_on_its_targets(void **state)
{
	(void)state;
	assert_true(kind_acts_on(STEP_SH, "ssh"));
	assert_true(kind_acts_on(STEP_SH, "local"));
	assert_false(kind_acts_on(STEP_SH, "http"));
	assert_true(kind_acts_on(STEP_MYSQL, "mysql"));
	assert_false(kind_acts_on(STEP_MYSQL, "local"));
	assert_false(kind_acts_on(STEP_MANUAL, "local"));
	assert_true(kind_acts_on(STEP_PREFLIGHT, "local"));
	assert_true(kind_acts_on(STEP_PREFLIGHT, "sqlite"));
}

static void
has_text(const char *key)
{
	static const char *const langs[] = { "en", "zh-CN" };

	for (size_t i = 0; i < 2; i++)
		if (strcmp(catalogue_text(langs[i], key), key) == 0)
			fail_msg("static/messages/%s.json has no “%s”",
			    langs[i], key);
}

/* Pages name a kind by kind_WORD, its success by success_WORD. */
static void
each_kind_of_a_document_has_its_texts(void **state)
{
	char key[64];

	(void)state;
	for (int i = 0; i < STEP_KIND__MAX; i++) {
		if (!kind_is(i, KIND_BLOCK | KIND_PERSON))
			continue;
		snprintf(key, sizeof(key), "kind_%s", kind_name(i));
		has_text(key);
		snprintf(key, sizeof(key), "success_%s", kind_name(i));
		if (kind_is(i, KIND_EXECUTED | KIND_PERSON) &&
		    !kind_is(i, KIND_SCRIPT | KIND_SQL))
			has_text(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_is_found_again),
		cmocka_unit_test(a_set_is_of_kinds_and_flags),
		cmocka_unit_test(the_flags_agree),
		cmocka_unit_test(a_kind_acts_on_its_targets),
		cmocka_unit_test(each_kind_of_a_document_has_its_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
