/*
 * The shapes of what is walked in an event: of a fabricated one a list may be
 * anything, and json-c ends a program that walks it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "journal/project/shape.h"

static bool
fits(const char *kind, const char *data)
{
	struct event e = {
		.run = 1, .seq = 1, .kind = event_find(kind), .actor = "ana"
	};
	bool ok;

	e.data = json_tokener_parse(data);
	assert_non_null(e.data);
	ok = shape_fits(&e);
	json_object_put(e.data);
	return ok;
}

/* The statements that a retry skips: a list of numbers for each target. */
static void
skipped_statements_are_lists_of_numbers(void **state)
{
	static const char *const good[] = { "{}", "{\"skipped\":{}}",
		"{\"skipped\":{\"db\":[]}}", "{\"skipped\":{\"db\":null}}",
		"{\"skipped\":{\"db\":[1,2],\"b\":[3]}}" };
	static const char *const bad[] = { "{\"skipped\":5}",
		"{\"skipped\":[1]}", "{\"skipped\":\"db\"}",
		"{\"from_statement\":{\"db\":2},\"skipped\":{\"db\":5}}",
		"{\"skipped\":{\"db\":\"x\"}}", "{\"skipped\":{\"db\":{}}}",
		"{\"skipped\":{\"db\":[null]}}",
		"{\"skipped\":{\"a\":[1],\"db\":[\"2\"]}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!fits("step.requested", good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (fits("step.requested", bad[i]))
			fail_msg("accepted: %s", bad[i]);
}

/* The checks of a preflight are shown as rows. */
static void
checks_of_a_dry_run_are_rows(void **state)
{
	static const char *const good[] = { "{}", "{\"results\":{}}",
		"{\"results\":{\"a\":null,\"b\":{}}}",
		"{\"results\":{\"a\":{\"checks\":[{\"state\":\"ok\"}]}}}" };
	static const char *const bad[] = { "{\"results\":[]}",
		"{\"results\":{\"a\":5}}",
		"{\"results\":{\"a\":{\"checks\":5}}}",
		"{\"results\":{\"a\":{\"checks\":{}}}}",
		"{\"results\":{\"b\":{},\"a\":{\"checks\":[5]}}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!fits("look.ended", good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (fits("look.ended", bad[i]))
			fail_msg("accepted: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skipped_statements_are_lists_of_numbers),
		cmocka_unit_test(checks_of_a_dry_run_are_rows),
	};

	return cmocka_run_group_tests_name(
	    "journal/project/shape", tests, NULL, NULL);
}
