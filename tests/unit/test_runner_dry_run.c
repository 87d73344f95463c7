/*
 * The results that the runner keeps of a dry run's status lines, and its
 * message about a target that cannot be tried.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "runner/dry_run.h"
#include "runner/target_selection.h"

#define ENDED(target, more) \
	"{\"at\":1,\"target\":\"" target "\",\"state\":\"succeeded\"," \
	"\"exit\":0,\"message\":\"ok\",\"bytes\":3,\"dropped\":0,\"tries\":" \
	"1" more "}\n"
#define DONE "{\"at\":2,\"done\":true,\"state\":\"failed\",\"message\":\"m\"}\n"

/* Collects the text; the caller puts the results. */
static struct json_object *
collect(const char *text, bool done, const char *why)
{
	struct json_object *results = json_object_new_object();
	struct buf reason = { 0 };
	const char *rest = strchr(text, '\n');
	size_t first = rest != NULL && rest[1] != '\0'
	    ? (size_t)(rest + 1 - text)
	    : 0;
	bool asked = false;

	/* in two pieces, if there are two lines */
	assert_false(dry_run_collect(text, first, results, &asked, &reason));
	assert_int_equal(dry_run_collect(text + first, strlen(text) - first,
			     results, &asked, &reason),
	    done);
	assert_string_equal(buf_text(&reason), why);
	buf_clear(&reason);
	return results;
}

static void
results_are_the_last_lines_of_targets(void **state)
{
	struct json_object *results = collect(
	    "{\"at\":1,\"target\":\"a\",\"state\":\"running\"}\n" ENDED(
		"a", ",\"seen\":\"aa\"") ENDED("b", "") DONE,
	    true, "");

	(void)state;
	assert_string_equal(json_write(results),
	    "{\"a\":{\"state\":\"succeeded\",\"message\":\"ok\",\"bytes\":3,"
	    "\"seen\":\"aa\"},\"b\":{\"state\":\"succeeded\",\"message\":"
	    "\"ok\",\"bytes\":3}}");
	json_object_put(results);
}

static void
without_results_there_is_a_reason(void **state)
{
	(void)state;
	json_object_put(collect(DONE, true, "m"));
}

static void
an_incomplete_file_is_not_done(void **state)
{
	(void)state;
	json_object_put(collect("", false, ""));
	json_object_put(collect(ENDED("a", ""), false, ""));
	json_object_put(collect("{\"done\":true,\"state\":\"failed\"}", false,
	    "")); /* no line break yet */
}

static void
a_malformed_line_hides_no_other(void **state)
{
	struct json_object *results = collect(
	    "{\"target\":\"../a\",\"state\":\"failed\"}\nnonsense\n" ENDED(
		"a", "") DONE,
	    true, "");

	(void)state;
	assert_int_equal(json_object_object_length(results), 1);
	json_object_put(results);
}

static void
a_target_that_cannot_be_tried_has_failed(void **state)
{
	struct json_object *results = json_object_new_object();

	(void)state;
	dry_run_refuse(results, "a", "No secret.");
	assert_string_equal(json_write(results),
	    "{\"a\":{\"state\":\"failed\",\"message\":\"No secret.\"}}");
	json_object_put(results);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_the_last_lines_of_targets),
		cmocka_unit_test(without_results_there_is_a_reason),
		cmocka_unit_test(an_incomplete_file_is_not_done),
		cmocka_unit_test(a_malformed_line_hides_no_other),
		cmocka_unit_test(a_target_that_cannot_be_tried_has_failed),
	};

	return cmocka_run_group_tests_name("runner/dry_run", tests, NULL, NULL);
}
