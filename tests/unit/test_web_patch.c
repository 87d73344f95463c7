/*
 * test_web_patch.c: what the live stream says of a page that has changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/live/patch.h"

#define LARGE ((size_t)200 * 1000)

static struct patch_base base;
static struct buf said;

/* The page of event `seq` with two parts. */
static const char *
say(int64_t seq, unsigned char frame, const char *bar, const char *step)
{
	struct run_part all[] = { { "bar", bar, strlen(bar) },
		{ "step-a", step, strlen(step) } };
	struct run_parts now = { .all = all,
		.count = 2,
		.frame = { frame },
		.seq = seq,
		.view = "ana en v1" };

	buf_reset(&said);
	patch_put(&base, 7, &now, &said);
	return buf_text(&said);
}

static int
clear(void **state)
{
	(void)state;
	patch_base_clear(&base);
	buf_clear(&said);
	return 0;
}

static void
the_first_says_where_the_next_begins(void **state)
{
	(void)state;
	assert_string_equal(say(40, 1, "<p>", "<p>"),
	    "{\"run\":7,\"seq\":40,\"view\":\"ana en v1\",\"from\":40,"
	    "\"parts\":[]}");
}

static void
what_changed_is_said_and_nothing_else(void **state)
{
	(void)state;
	say(40, 1, "<p>", "<p>");
	assert_string_equal(say(44, 1, "<p>", "<p class=\"x\">\n</p>"),
	    "{\"run\":7,\"seq\":44,\"view\":\"ana en v1\",\"from\":40,"
	    "\"parts\":[[\"step-a\",\"<p class=\\\"x\\\">\\n</p>\"]]}");
	assert_string_equal(say(45, 1, "<i>", "<p class=\"x\">\n</p>"),
	    "{\"run\":7,\"seq\":45,\"view\":\"ana en v1\",\"from\":44,"
	    "\"parts\":[[\"bar\",\"<i>\"]]}");
	assert_string_equal(say(46, 1, "<i>", "<p class=\"x\">\n</p>"),
	    "{\"run\":7,\"seq\":46,\"view\":\"ana en v1\",\"from\":45,"
	    "\"parts\":[]}");
}

static void
another_frame_is_a_page_to_fetch(void **state)
{
	(void)state;
	say(40, 1, "<p>", "<p>");
	assert_string_equal(say(41, 2, "<p>", "<i>"),
	    "{\"run\":7,\"seq\":41,\"view\":\"ana en v1\"}");
	assert_string_equal(say(42, 2, "<b>", "<i>"),
	    "{\"run\":7,\"seq\":42,\"view\":\"ana en v1\",\"from\":41,"
	    "\"parts\":[[\"bar\",\"<b>\"]]}");
}

static void
too_much_is_a_page_to_fetch(void **state)
{
	char *large = mem_calloc(1, LARGE + 1);

	(void)state;
	memset(large, 'x', LARGE);
	say(40, 1, "<p>", "<p>");
	assert_string_equal(say(41, 1, large, "<i>"),
	    "{\"run\":7,\"seq\":41,\"view\":\"ana en v1\"}");
	free(large);
}

#define ONE(test) cmocka_unit_test_teardown(test, clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(the_first_says_where_the_next_begins),
		ONE(what_changed_is_said_and_nothing_else),
		ONE(another_frame_is_a_page_to_fetch),
		ONE(too_much_is_a_page_to_fetch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
