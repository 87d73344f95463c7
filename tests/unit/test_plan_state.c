/* test_plan_state.c: the states of runs, steps and targets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "plan/state.h"

static void
each_word_is_found_again_and_no_other(void **state)
{
	(void)state;
	for (int i = 1; i < STATE__MAX; i++)
		assert_int_equal(state_find(state_word((enum state)i)), i);
	for (int i = 1; i < PART__MAX; i++)
		assert_int_equal(part_find(part_word((enum part)i)), i);
	assert_int_equal(state_find(""), STATE_NONE);
	assert_int_equal(state_find(NULL), STATE_NONE);
	assert_int_equal(state_find("runnin"), STATE_NONE);
	assert_int_equal(part_find("mains"), PART_NONE);
}

/* A forged event without a state allows nothing. */
static void
no_state_is_in_no_set(void **state)
{
	(void)state;
	assert_false(state_in(STATE_NONE, ~0u));
	assert_true(state_in(STATE_READY, STATES_OF_RUN));
	assert_true(state_in(STATE_READY, STATES_OF_STEP));
	assert_false(state_in(STATE_PAUSED, STATES_OF_STEP));
	assert_false(state_in(STATE_NOT_STARTED, STATES_OF_STEP));
	for (int i = 1; i < STATE__MAX; i++)
		assert_true(state_in((enum state)i,
		    STATES_OF_RUN | STATES_OF_STEP | IN(NOT_STARTED)));
}

static void
an_unknown_outcome_outweighs_all_others(void **state)
{
	(void)state;
	assert_true(STATE_SUCCEEDED < STATE_NOT_STARTED);
	assert_true(STATE_NOT_STARTED < STATE_FAILED);
	assert_true(STATE_FAILED < STATE_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_is_found_again_and_no_other),
		cmocka_unit_test(no_state_is_in_no_set),
		cmocka_unit_test(an_unknown_outcome_outweighs_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
