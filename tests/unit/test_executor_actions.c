/* test_executor_actions.c: the function of each step. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "executor/actions/act.h"

/* Each kind that is executed has its function, on all that it acts on. */
static void
each_kind_is_executed_on_its_targets(void **state)
{
	(void)state;
	for (int k = 0; k < STEP_KIND__MAX; k++) {
		if (!kind_is(k, KIND_EXECUTED)) {
			assert_null(act_find(k, "local"));
			continue;
		}
		if (act_find(k, kind_target(k)) == NULL)
			fail_msg("actions.def has no %s on %s", kind_name(k),
			    kind_target(k));
		if (kind_is(k, KIND_LOCAL) && act_find(k, "local") == NULL)
			fail_msg("actions.def has no local %s", kind_name(k));
		assert_true(act_find(k, "none") == NULL ||
		    strcmp(kind_target(k), "*") == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_executed_on_its_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
