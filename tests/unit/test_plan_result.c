/*
 * The result of a target: a status line and an event are read as they were
 * written, and an event has the text that older versions wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "plan/result.h"

/* All fields, as the runner passes them on. */
static const char line_text[] =
    "{\"state\":\"failed\",\"exit\":3,\"message\":\"It ended with 3.\","
    "\"bytes\":120,\"dropped\":7,\"hash\":\"aa\",\"tries\":2,"
    "\"contradicted\":true,\"sealed\":{\"hash\":\"bb\"},"
    "\"artifact\":{\"name\":\"list\",\"bytes\":9,\"hash\":\"cc\","
    "\"sealed\":true},"
    "\"changed\":{\"file\":\"/f\",\"backup\":\"/b\",\"sum\":\"dd\"},"
    "\"resume\":{\"statement\":4,\"of\":6},\"captures\":{\"v\":\"1\"},"
    "\"seen\":\"ee\",\"checks\":[{\"check\":\"disk\",\"state\":\"ok\","
    "\"text\":\"There is room.\"}]}";

static struct json_object *
parsed(const char *text)
{
	struct json_object *o = NULL;

	assert_int_equal(json_read(text, strlen(text), &o, NULL), ERR_OK);
	return o;
}

static void
a_status_line_is_read_as_it_was_written(void **state)
{
	struct json_object *line = parsed(line_text);
	struct json_object *again = json_object_new_object();
	struct result r;

	(void)state;
	result_read(line, &r);
	result_put_line(&r, again);
	assert_string_equal(json_write(again), line_text);
	json_object_put(again);
	json_object_put(line);
}

static void
an_event_has_the_text_of_older_versions(void **state)
{
	struct json_object *line = parsed(line_text), *event;
	struct result r;

	(void)state;
	result_read(line, &r);
	event = json_object_new_object();
	result_put_event(&r, event);
	assert_string_equal(json_write(event),
	    "{\"state\":\"failed\",\"exit\":3,\"message\":\"It ended with 3.\","
	    "\"bytes\":120,\"dropped\":7,\"hash\":\"aa\",\"contradicted\":true,"
	    "\"artifact\":{\"name\":\"list\",\"bytes\":9,\"hash\":\"cc\","
	    "\"sealed\":true},"
	    "\"changed\":{\"file\":\"/f\",\"backup\":\"/b\",\"sum\":\"dd\"},"
	    "\"resume\":{\"statement\":4,\"of\":6},\"captures\":{\"v\":\"1\"},"
	    "\"sealed\":\"bb\"}");
	result_read(event, &r);
	assert_string_equal(r.sealed, "bb");
	assert_string_equal(r.artifact.hash, "cc");
	assert_int_equal(r.resume.of, 6);
	json_object_put(event);
	json_object_put(line);
}

static void
an_event_has_no_file_without_its_hash(void **state)
{
	struct json_object *event = json_object_new_object();
	struct result r = { .state = "succeeded",
		.exit = -1,
		.sealed = "",
		.artifact = { .name = "list", .bytes = 9 } };

	(void)state;
	result_put_event(&r, event);
	assert_string_equal(json_write(event),
	    "{\"state\":\"succeeded\",\"exit\":null,\"message\":\"\","
	    "\"bytes\":0,\"dropped\":0}");
	json_object_put(event);
}

static void
a_dry_run_has_what_it_found(void **state)
{
	struct json_object *line = parsed(line_text);
	struct json_object *found = json_object_new_object();
	struct result r;

	(void)state;
	result_read(line, &r);
	result_put_dry_run(&r, found);
	assert_string_equal(json_write(found),
	    "{\"state\":\"failed\",\"message\":\"It ended with 3.\","
	    "\"bytes\":120,\"seen\":\"ee\",\"checks\":[{\"check\":\"disk\","
	    "\"state\":\"ok\",\"text\":\"There is room.\"}]}");
	json_object_put(found);
	json_object_put(line);
}

static void
a_field_of_another_type_counts_as_absent(void **state)
{
	struct json_object *event = parsed(
	    "{\"state\":1,\"exit\":\"x\",\"message\":{},\"bytes\":[],"
	    "\"contradicted\":1,\"sealed\":3,\"artifact\":\"a\","
	    "\"changed\":[],\"resume\":7,\"captures\":\"c\",\"checks\":{}}");
	struct result r;

	(void)state;
	result_read(event, &r);
	assert_null(r.state);
	assert_null(r.message);
	assert_int_equal(r.exit, -1);
	assert_int_equal(r.bytes, 0);
	assert_false(r.contradicted);
	assert_null(r.artifact.name);
	assert_null(r.changed);
	assert_null(r.captures);
	assert_null(r.checks);
	assert_int_equal(r.resume.statement, 0);
	json_object_put(event);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_line_is_read_as_it_was_written),
		cmocka_unit_test(an_event_has_the_text_of_older_versions),
		cmocka_unit_test(an_event_has_no_file_without_its_hash),
		cmocka_unit_test(a_dry_run_has_what_it_found),
		cmocka_unit_test(a_field_of_another_type_counts_as_absent),
	};

	return cmocka_run_group_tests_name("plan/result", tests, NULL, NULL);
}
