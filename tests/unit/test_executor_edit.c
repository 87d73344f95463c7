/* edit: what the lines of a step make of a file's text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/catalogue.h"
#include "executor/actions/edit.h"

static struct job_spec_value values[] = { { "arrow", "x -> y" } };

/* The new text, or the refusal; diff may be NULL. */
static void
becomes(const char *step, const char *old, const char *wanted, const char *diff)
{
	struct job_spec o = { .step.text = step,
		.step.text_line = 3,
		.values = values,
		.values_count = 1 };
	struct edit_result r = { 0 };
	struct buf why = { 0 };
	bool ok = edit_apply(&o, "/f", old, strlen(old), &r, &why);

	if (ok)
		assert_string_equal(buf_text(&r.text), wanted);
	else
		assert_non_null(
		    strstr(catalogue_english(buf_text(&why)), wanted));
	if (diff != NULL)
		assert_string_equal(buf_text(&r.diff), diff);
	edit_clear(&r);
	buf_clear(&why);
}

static void
every_place_is_replaced_and_a_missing_one_refused(void **state)
{
	(void)state;
	becomes("replace a -> b\n", "aa\nca\n", "bb\ncb\n", NULL);
	becomes("\nreplace q -> r\n", "aa\n", "Line 4 of the document", "");
	becomes("replace 2 -> 12\n", "12 2\n", "12 12\n", NULL);
	becomes("replace 2 -> 12\n", "12 12\n", "12 12\n", "");
	becomes("replace b -> c\n", "c\n", "c\n", "");
}

static void
lines_read_as_check_reads_them(void **state)
{
	(void)state;
	becomes("# replace x -> y\n\n  replace a -> b\r\n", "a\n", "b\n", NULL);
	becomes("replace ab ->", "abc\n", "c\n", NULL);
	becomes("set k =", "k=1\n", "k=\n", NULL);
	becomes("set k=2", "k = 1\n", "k = 2\n", NULL);
	becomes("append x", "", "begins with replace", "");
}

static void
json_stays_json(void **state)
{
	static const char old[] = "{\n  \"port\": 80,\n  \"name\": \"a\"\n}\n";

	(void)state;
	becomes("set \"port\" = 8080", old,
	    "{\n  \"port\": 8080,\n  \"name\": \"a\"\n}\n", NULL);
	becomes("set \"name\" = \"b\"", old,
	    "{\n  \"port\": 80,\n  \"name\": \"b\"\n}\n", NULL);
	becomes("set port = 8080", old, "is JSON and would not be", NULL);
	becomes("set \"new\" = 1", old, "is JSON and would not be", NULL);
	becomes("set \"name\" = b", old, "is JSON and would not be", NULL);
	becomes("replace 80, -> 80", old, "is JSON and would not be", NULL);
	becomes(
	    "ensure // note", "[\n1\n]\n", "is JSON and would not be", NULL);
	becomes("ensure x", "8080\n", "8080\nx\n", NULL);
	becomes("set port = 1", "{ \"port\": 80, }\n",
	    "{ \"port\": 80, }\nport=1\n", NULL);
}

static void
set_keeps_the_style_of_the_file(void **state)
{
	(void)state;
	becomes("set k = 2", "export k=1\n", "export k=2\n", NULL);
	becomes("set k = 2", "  k : 1\n", "  k : 2\n", NULL);
	becomes("set k = 2", "k:\n", "k: 2\n", NULL);
	becomes("set k = 2", "kk=1\n#k=1\n", "kk=1\n#k=1\nk=2\n", NULL);
	becomes("set n = 2", "k = 1\n", "k = 1\nn = 2\n", NULL);
	becomes("set k = 2", "k=1\nk=1\n", "2 lines", "");
	becomes("set n = 2", "[a]\nk=1\n", "sections", "");
}

static void
set_keeps_what_stands_behind_the_value(void **state)
{
	(void)state;
	becomes("set port = 81", "port: 80   # keep\n", "port: 81   # keep\n",
	    NULL);
	becomes("set url = http://y/#b", "url=http://x/#a\n",
	    "url=http://y/#b\n", NULL);
	becomes("set k = 'z'", "k='a # b' # c\n", "k='z' # c\n", NULL);
	becomes("set \"v\" = \"2\"", "  \"v\": \"1, \\\"#\",\n",
	    "  \"v\": \"2\",\n", NULL);
	becomes(
	    "set \"v\" = \"2\"", "  \"v\": \"1\"\n", "  \"v\": \"2\"\n", NULL);
}

static void
set_refuses_what_it_would_break(void **state)
{
	(void)state;
	becomes("set Timeout = 60", "#\n\tTimeout\t30\n", "on line 2", "");
	becomes("set o = 2", "o=\"-Xmx1g \\\n  -Xms1g\"\n", "goes on", "");
	becomes("set o = 2", "o=a\\\nb\n", "goes on", "");
	becomes("set \"a\" = 2", "\"a\": {\n}\n", "goes on", "");
	becomes("set a = 2", "a:\n  b: 1\n", "goes on", "");
	becomes("set a = 2", "a:\n- 1\n", "goes on", "");
	becomes("set a = 2", "a: |\n  text\n", "goes on", "");
	becomes("set a = 2", "a:\nb: 1\n", "a: 2\nb: 1\n", NULL);
}

static void
a_byte_order_mark_is_no_part_of_the_first_line(void **state)
{
	(void)state;
	becomes("set v = 2", "\xef\xbb\xbfv=1\nx=1\n", "\xef\xbb\xbfv=2\nx=1\n",
	    NULL);
	becomes("ensure v=1", "\xef\xbb\xbfv=1\n", "\xef\xbb\xbfv=1\n", "");
	becomes("remove v=1", "\xef\xbb\xbfv=1\nx\n", "\xef\xbb\xbfx\n", NULL);
}

static void
a_value_is_never_taken_apart(void **state)
{
	(void)state;
	becomes("replace {{arrow}} -> z", "x -> y\n", "z\n", NULL);
	becomes("ensure {{arrow}}", "", "x -> y\n", NULL);
	becomes("ensure {{none}}", "", "has no value", "");
}

static void
the_difference_has_no_lines_around_it(void **state)
{
	(void)state;
	becomes("replace e -> E\nremove z",
	    "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"
	    "k\nl\nm\nz\n",
	    "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\nk\nl\nm\n",
	    "--- /f\n+++ /f\n@@ -5,1 +5,1 @@\n-e\n+E\n"
	    "@@ -14,1 +13,0 @@\n-z\n");
	becomes("replace x -> y", "token: T\nx 1\nx 2\n",
	    "token: T\ny 1\ny 2\n",
	    "--- /f\n+++ /f\n@@ -2,2 +2,2 @@\n-x 1\n+y 1\n-x 2\n+y 2\n");
	becomes("ensure x", "", "x\n", "--- /f\n+++ /f\n@@ -0,0 +1,1 @@\n+x\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_place_is_replaced_and_a_missing_one_refused),
		cmocka_unit_test(lines_read_as_check_reads_them),
		cmocka_unit_test(json_stays_json),
		cmocka_unit_test(set_keeps_the_style_of_the_file),
		cmocka_unit_test(set_keeps_what_stands_behind_the_value),
		cmocka_unit_test(set_refuses_what_it_would_break),
		cmocka_unit_test(
		    a_byte_order_mark_is_no_part_of_the_first_line),
		cmocka_unit_test(a_value_is_never_taken_apart),
		cmocka_unit_test(the_difference_has_no_lines_around_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
