/*
 * Addresses and forms: what is encoded, decoded and refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "html/url.h"

static void
expect_form(const char *form, const char *json)
{
	struct json_object *o = NULL;

	assert_int_equal(url_read_form(form, strlen(form), &o), ERR_OK);
	assert_string_equal(json_write(o), json);
	json_object_put(o);
}

static void
paths_and_queries_are_encoded(void **state)
{
	struct buf b = { 0 };

	(void)state;
	url_put_query(&b, "a b/c?d#e%f&\xe4\xb8\xad\"");
	assert_string_equal(
	    buf_text(&b), "a%20b%2Fc%3Fd%23e%25f%26%E4%B8%AD%22");
	buf_reset(&b);
	url_put_path(&b, "team/a b");
	assert_string_equal(buf_text(&b), "team/a%20b");
	buf_reset(&b);
	url_put_query(&b, "a+b=c");
	assert_string_equal(buf_text(&b), "a%2Bb%3Dc");
	buf_clear(&b);
}

static void
forms_become_objects(void **state)
{
	(void)state;
	expect_form("", "{}");
	expect_form("a=1&b=x+y%21&&c",
	    "{\"a\":\"1\",\"b\":\"x y!\","
	    "\"c\":\"\"}");
	expect_form("r=a&r=b&r=c", "{\"r\":[\"a\",\"b\",\"c\"]}");
	expect_form("%E4%B8%AD=%0D%0A", "{\"\xe4\xb8\xad\":\"\\r\\n\"}");
	expect_form("a=b=c", "{\"a\":\"b=c\"}");
}

static void
broken_forms_are_refused(void **state)
{
	static const char *const wrong[] = {
		"a=%",
		"a=%4",
		"a=%zz",
		"a=%00",
		"%00=a",
		"a=%ff",
		"a=\xff",
	};
	struct json_object *o = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    url_read_form(wrong[i], strlen(wrong[i]), &o), ERR_INVALID);
	assert_null(o);
}

static void
the_number_of_fields_is_bounded(void **state)
{
	struct json_object *o = NULL;
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i <= URL_MAX_FIELDS; i++)
		buf_puts(&b, "a=1&");
	assert_int_equal(url_read_form(b.data, b.len, &o), ERR_TOO_LARGE);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_and_queries_are_encoded),
		cmocka_unit_test(forms_become_objects),
		cmocka_unit_test(broken_forms_are_refused),
		cmocka_unit_test(the_number_of_fields_is_bounded),
	};

	return cmocka_run_group_tests_name("html/url", tests, NULL, NULL);
}
