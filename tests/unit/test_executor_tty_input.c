/*
 * test_executor_tty_input.c: what people type, numbered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "executor/tty/tty_input.h"

#define ONE "00000000000000000000000000000001"
#define TWO "00000000000000000000000000000002"
#define FROM(who, from, data) \
	"{\"typist\":\"" who "\",\"from\":" #from ",\"data\":\"" data "\"}"

static int
in_a_folder(void **state)
{
	static char folder[] = "/tmp/cs-ear.XXXXXX";

	*state = folder;
	return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
and_out(void **state)
{
	return chdir("/") == 0 && rmdir(*state) == 0 ? 0 : -1;
}

/* The bytes that the requests leave to be typed. */
static void
types(const char *const *requests, const char *expected)
{
	struct tty_input *e = tty_input_open("t");
	struct buf queue = { 0 };

	assert_non_null(e);
	for (; *requests != NULL; requests++)
		tty_input_take(e, *requests, strlen(*requests), &queue, 0);
	assert_string_equal(buf_text(&queue), expected);
	tty_input_close(e);
	buf_clear(&queue);
}

#define TYPES(expected, ...) \
	types((const char *const[]){ __VA_ARGS__, NULL }, expected)

static void
what_comes_twice_is_typed_once(void **state)
{
	(void)state;
	TYPES("abc", FROM(ONE, 0, "YQ=="), FROM(ONE, 0, "YWI="),
	    FROM(ONE, 0, "YQ=="), FROM(ONE, 1, "YmM="), FROM(ONE, 2, "Yw=="));
}

static void
nothing_is_typed_behind_a_gap(void **state)
{
	(void)state;
	TYPES("ab", FROM(ONE, 1, "Yg=="), FROM(ONE, 0, "YQ=="),
	    FROM(ONE, 1, "Yg=="), FROM(ONE, 5, "Yg=="));
}

static void
each_session_has_numbers_of_its_own(void **state)
{
	(void)state;
	TYPES("aabb", FROM(ONE, 0, "YQ=="), FROM(TWO, 0, "YQ=="),
	    FROM(ONE, 1, "Yg=="), FROM(TWO, 1, "Yg=="));
}

static void
without_a_session_everything_is_typed(void **state)
{
	(void)state;
	TYPES("aa", "{\"data\":\"YQ==\"}", "{\"data\":\"YQ==\"}");
}

static void
what_is_no_request_types_nothing(void **state)
{
	(void)state;
	TYPES("", "", "x", "[]", "{\"data\":1}", "{\"data\":\"?\"}",
	    "{\"typist\":\"" ONE "\",\"data\":\"YQ==\"}", FROM(ONE, -1, "YQ=="),
	    FROM(ONE ONE, 0, "YQ=="), FROM(ONE, 9223372036854775807, "YQ=="));
}

#define SIZE(who, from, data, columns, rows) \
	"{\"typist\":\"" who "\"," \
	"\"from\":" #from ",\"data\":\"" data "\",\"columns\":" #columns \
	",\"rows\":" #rows "}"

static void
the_size_is_that_of_the_one_who_typed_last(void **state)
{
	static const struct {
		const char *text;
		int columns, rows;
	} takes[] = {
		{ SIZE(ONE, 0, "", 90, 30), 0, 0 },
		{ SIZE(ONE, 0, "YQ==", 91, 30), 91, 30 },
		{ SIZE(ONE, 1, "", 92, 30), 92, 30 },
		{ SIZE(TWO, 0, "", 70, 20), 92, 30 },
		{ SIZE(TWO, 3, "YQ==", 70, 20), 92, 30 },
		{ SIZE(TWO, 0, "YQ==", 71, 20), 71, 20 },
		{ SIZE(ONE, 0, "YQ==", 93, 30), 71, 20 },
		{ SIZE(TWO, 1, "YQ==", 19, 20), 71, 20 },
		{ SIZE(TWO, 2, "YQ==", 99, 201), 71, 20 },
		{ SIZE(TWO, 3, "YQ==", 500, 5), 500, 5 },
		{ "{\"data\":\"YQ==\",\"columns\":60,\"rows\":20}", 500, 5 },
	};
	struct tty_input *e = tty_input_open("t");
	struct buf queue = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		tty_input_take(
		    e, takes[i].text, strlen(takes[i].text), &queue, 0);
		assert_int_equal(tty_input_size(e).columns, takes[i].columns);
		assert_int_equal(tty_input_size(e).rows, takes[i].rows);
	}
	tty_input_close(e);
	buf_clear(&queue);
}

/* The one who was silent for longest begins anew. */
static void
so_many_sessions_are_known(void **state)
{
	struct tty_input *e = tty_input_open("t");
	struct buf queue = { 0 };
	char text[128];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 33; i++) {
			snprintf(text, sizeof(text),
			    "{\"typist\":\"%032d\","
			    "\"from\":0,\"data\":\"YQ==\"}",
			    i < 32 ? 0 : i);
			tty_input_take(e, text, strlen(text), &queue, 0);
		}
	assert_int_equal(queue.len, 2);
	for (int i = 100; i < 132; i++) {
		snprintf(text, sizeof(text),
		    "{\"typist\":\"%032d\","
		    "\"from\":0,\"data\":\"YQ==\"}",
		    i);
		tty_input_take(e, text, strlen(text), &queue, 0);
	}
	tty_input_take(e, text, strlen(text), &queue, 0);
	assert_int_equal(queue.len, 34);
	tty_input_close(e);
	buf_clear(&queue);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_twice_is_typed_once),
		cmocka_unit_test(nothing_is_typed_behind_a_gap),
		cmocka_unit_test(each_session_has_numbers_of_its_own),
		cmocka_unit_test(without_a_session_everything_is_typed),
		cmocka_unit_test(what_is_no_request_types_nothing),
		cmocka_unit_test(the_size_is_that_of_the_one_who_typed_last),
		cmocka_unit_test(so_many_sessions_are_known),
	};

	return cmocka_run_group_tests(tests, in_a_folder, and_out);
}
