/*
 * JSON for comparisons: its canonical form, and the parts that same-as names.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/catalogue.h"
#include "executor/output/canonical.h"
#include "executor/output/parts.h"
#include "lang/json_part.h"

static const char clients[] =
    "{\"items\": [{\"id\": \"b\", \"scopes\": [\"r\", \"w\"], \"at\": 1},"
    " {\"at\": 2, \"scopes\": [\"r\"], \"id\": \"a\"}], \"n\": 2}";

static void
chosen(const char *json, const char *const *names, size_t count,
    const char *want, size_t values)
{
	const struct parts parts = { "dump", names, count };
	struct buf text = { 0 }, out = { 0 }, why = { 0 };
	size_t n = 0;

	buf_puts(&text, json);
	assert_true(parts_choose(&parts, &text, &out, &n, &why));
	assert_string_equal(buf_text(&out), want);
	assert_int_equal(n, values);
	assert_int_equal(why.len, 0);
	buf_clear(&text);
	buf_clear(&out);
}

static void
refused(const char *json, const char *part, const char *sentence)
{
	const struct parts parts = { "dump", &part, 1 };
	struct buf text = { 0 }, out = { 0 }, why = { 0 };
	size_t n;

	buf_puts(&text, json);
	assert_false(parts_choose(&parts, &text, &out, &n, &why));
	assert_non_null(strstr(catalogue_english(buf_text(&why)), sentence));
	buf_clear(&text);
	buf_clear(&out);
	buf_clear(&why);
}

static void
parts_keep_what_they_name_in_its_place(void **state)
{
	static const char *const both[] = { "/items[]/id", "/items[]/scopes" };
	static const char *const each[] = { "/items[]/scopes[]" };
	static const char *const index[] = { "/items/1/id", "/n" };
	static const char *const inside[] = { "/items", "/items[]/id" };
	static const char *const top[] = { "[]/a~1b" };
	static const char *const whole[] = { "" };

	(void)state;
	chosen(clients, both, 2,
	    "{\"items\":[{\"id\":\"b\",\"scopes\":[\"r\",\"w\"]},"
	    "{\"scopes\":[\"r\"],\"id\":\"a\"}]}",
	    4);
	chosen(clients, each, 1,
	    "{\"items\":[{\"scopes\":[\"r\",\"w\"]},{\"scopes\":[\"r\"]}]}", 3);
	chosen(clients, index, 2, "{\"items\":[{\"id\":\"a\"}],\"n\":2}", 2);
	chosen("{\"items\":[{\"id\":1,\"x\":null}]}", inside, 2,
	    "{\"items\":[{\"id\":1,\"x\":null}]}", 2);
	chosen("[{\"a/b\": 1.10, \"c\": 2}]", top, 1, "[{\"a/b\":1.10}]", 1);
	chosen(" [ 1 ]\n", whole, 1, "[1]", 1);
}

static void
a_part_that_is_missing_anywhere_is_no_part(void **state)
{
	(void)state;
	refused(clients, "/items[]/name", "nothing at “/items/0/name”");
	refused("[{\"id\":1},{}]", "[]/id", "nothing at “/1/id”");
	refused(clients, "/items/2/id", "nothing at “/items/2”");
	refused(clients, "/n/id", "nothing at “/n/id”");
	refused(clients, "/n[]", "no array or object at “/n”");
	refused("3", "[]", "no array or object at “/”");
	refused("{\"items\":[]}", "/items[]/id", "no value at all");
	refused("{\"items\":{}}", "/items[]/id", "no array or object");
	refused("not JSON", "/a", "it is not JSON");
	refused("", "/a", "it is not JSON");
	refused("{\"a\":1,\"a\":1}", "/a", "two members of one name");
	refused("{\"items\":[]} x", "/items", "it is not JSON");
}

static void
a_part_is_a_pointer_with_brackets(void **state)
{
	static const char *const right[] = { "/a", "/a[]", "/a[][]/b", "[]",
		"[]/id", "/a~0b~1c~2d~3e", "/items/0/id", "/", "/中文[]/名" };
	static const char *const wrong[] = { "", "a", "/a[0]", "/a[]b", "/[]",
		"/a~4", "/a~", "[", "/a]", "/a[" };

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_true(json_part_is(right[i]));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(json_part_is(wrong[i]));
}

static void
same(const char *a, const char *b, bool unordered, bool want)
{
	struct buf x = { 0 }, y = { 0 };

	assert_true(canonical_json(a, strlen(a), unordered, &x));
	assert_true(canonical_json(b, strlen(b), unordered, &y));
	assert_int_equal(strcmp(buf_text(&x), buf_text(&y)) == 0, want);
	buf_clear(&x);
	buf_clear(&y);
}

static void
unordered_arrays_equal_by_their_elements(void **state)
{
	(void)state;
	same("[1, 2]", "[2,1]", false, false);
	same("[1, 2]", "[2,1]", true, true);
	same("[1, 2, 2]", "[2,1,1]", true, false);
	same("[1, 2]", "[1]", true, false);
	same("[{\"a\":[1,2],\"b\":1},{\"a\":[]}]",
	    "[{\"a\":[]},{\"b\":1,\"a\":[2,1]}]", true, true);
	same("[{\"id\":\"a\",\"s\":[1]},{\"id\":\"b\",\"s\":[2]}]",
	    "[{\"id\":\"a\",\"s\":[2]},{\"id\":\"b\",\"s\":[1]}]", true, false);
	same("[[1],[2,3]]", "[[3,2],[1]]", true, true);
	same("[1,\"1\"]", "[\"1\",1]", true, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_keep_what_they_name_in_its_place),
		cmocka_unit_test(a_part_that_is_missing_anywhere_is_no_part),
		cmocka_unit_test(a_part_is_a_pointer_with_brackets),
		cmocka_unit_test(unordered_arrays_equal_by_their_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
