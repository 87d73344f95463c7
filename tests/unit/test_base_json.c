/*
 * The strict JSON reader: what it refuses that json-c would take.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"

static enum err
read_text(const char *text, struct json_object **ret)
{
	return json_read(text, strlen(text), ret, NULL);
}

static void
accepts_what_the_rfc_allows(void **state)
{
	static const char *const good[] = {
		"{}",
		"[]",
		"null",
		" \"a\" ",
		"-0.5e+3",
		"[1,2,[3]]",
		"{\"a\":{\"b\":[true,false,null]}}",
		"\"\\u00e9\\n\"",
		"{\"a:b\":\"c:d\\\":\"}",
	};
	struct json_object *v = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(read_text(good[i], &v), ERR_OK);
		json_object_put(v);
	}
}

static void
refuses_what_json_c_takes(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[1,]",
		"{'a':1}",
		"{\"a\":1,\"a\":2}",
		"NaN",
		"Infinity",
		"\"a\\u0000b\"",
		"{\"a\\u0000b\":1}",
		"1 2",
		"{\"a\":1}x",
		"01",
		"1.",
		"\"\xff\"",
		"\"a\nb\"",
		"/**/1",
		"12345678901234567890",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	};
	struct json_object *v = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_text(bad[i], &v), ERR_INVALID);
	assert_null(v);
}

static void
check_names_the_unknown_key(void **state)
{
	static const struct json_key keys[] = {
		{ "a", json_type_string, true },
		{ "n", json_type_int, false },
		{ NULL, 0, false },
	};
	struct json_object *v;
	struct fault fault;

	(void)state;
	read_text("{\"a\":\"x\",\"b\":1}", &v);
	assert_int_equal(json_check(v, keys, &fault), ERR_INVALID);
	assert_string_equal(fault.field, "b");
	json_object_put(v);
	read_text("{\"a\":\"x\",\"n\":\"1\"}", &v);
	assert_int_equal(json_check(v, keys, &fault), ERR_INVALID);
	assert_string_equal(fault.code, "wrong_type");
	json_object_put(v);
	read_text("{\"n\":1}", &v);
	assert_int_equal(json_check(v, keys, &fault), ERR_INVALID);
	assert_string_equal(fault.code, "missing_field");
	json_object_put(v);
}

static void
what_is_no_array_has_no_members(void **state)
{
	struct json_object *v;

	(void)state;
	read_text("{\"list\":[1,2],\"text\":\"x\",\"none\":null}", &v);
	assert_int_equal(json_count(json_get(v, "list")), 2);
	assert_int_equal(
	    json_object_get_int(json_at(json_get(v, "list"), 1)), 2);
	assert_null(json_at(json_get(v, "list"), 2));
	for (const char *const *name =
		 (const char *const[]){ "text", "none", "absent", NULL };
	     *name != NULL; name++) {
		assert_int_equal(json_count(json_get(v, *name)), 0);
		assert_null(json_at(json_get(v, *name), 0));
	}
	assert_int_equal(json_count(v), 0);
	json_object_put(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_the_rfc_allows),
		cmocka_unit_test(refuses_what_json_c_takes),
		cmocka_unit_test(check_names_the_unknown_key),
		cmocka_unit_test(what_is_no_array_has_no_members),
	};

	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
