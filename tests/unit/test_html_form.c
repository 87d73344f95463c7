/*
 * A form of a rendered page is filled in with what somebody entered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "html/form.h"
#include "html/url.h"

static const char page[] =
    "<form method=\"post\" action=\"/x\"><input name=\"other\"></form>"
    "<form method=\"get\" action=\"/x\"><input name=\"a\"></form>"
    "<form method=\"post\" action=\"/x\" class=\"form\">\n"
    "<input type=\"hidden\" name=\"_csrf\" value=\"new\">"
    "<label title=\"a > b\">A <input name=\"a\" value=\"old\" required></label>"
    "<input name=\"a\" value=\"old\">"
    "<input type=\"hidden\" name=\"c\" value=\"false\">"
    "<input type=\"checkbox\" name=\"c\" value=\"true\">"
    "<input type=\"checkbox\" name=\"d\" value=\"on\" checked>"
    "<select name=\"s\"><option value=\"1\" selected>1</option>"
    "<option value=\"2\">2</option></select>"
    "<textarea name=\"t\" rows=\"2\">old &amp; text</textarea>"
    "<input type=\"password\" name=\"p\" value=\"\">"
    "<button name=\"b\" value=\"yes\">Go</button>\n</form><p>end";

/* The form with the fields of that query, or "". */
static const char *
filled(const char *query, struct buf *out, struct json_object **rest)
{
	struct json_object *fields;

	assert_int_equal(url_read_form(query, strlen(query), &fields), 0);
	buf_reset(out);
	*rest = NULL;
	form_fill(page, strlen(page), "/x", fields, out, rest);
	json_object_put(fields);
	return buf_text(out);
}

static void
each_kind_of_field_gets_its_value(void **state)
{
	struct json_object *rest;
	struct buf out = { 0 };

	(void)state;
	assert_string_equal(
	    filled("_csrf=stale&a=%3Cb%3E%22&a=two&c=false&"
		   "c=true&s=2&t=%0Aline%26&p=secret&b=yes&gone=1",
		&out, &rest),
	    "<form method=\"post\" action=\"/x\" class=\"form\">\n"
	    "<input type=\"hidden\" name=\"_csrf\" value=\"new\">"
	    "<label title=\"a > b\">A <input name=\"a\" required"
	    " value=\"&lt;b&gt;&quot;\"></label>"
	    "<input name=\"a\" value=\"two\">"
	    "<input type=\"hidden\" name=\"c\" value=\"false\">"
	    "<input type=\"checkbox\" name=\"c\" value=\"true\" checked>"
	    "<input type=\"checkbox\" name=\"d\" value=\"on\">"
	    "<select name=\"s\"><option value=\"1\">1</option>"
	    "<option value=\"2\" selected>2</option></select>"
	    "<textarea name=\"t\" rows=\"2\">\n\nline&amp;</textarea>"
	    "<input type=\"password\" name=\"p\" value=\"\">"
	    "<button name=\"b\" value=\"yes\">Go</button>\n</form>");
	assert_string_equal(json_text(rest, "gone", ""), "1");
	assert_null(json_get(rest, "a"));
	assert_null(json_get(rest, "p"));
	assert_null(json_get(rest, "_csrf"));
	json_object_put(rest);
	buf_clear(&out);
}

static void
the_form_with_most_of_the_fields_is_taken(void **state)
{
	struct json_object *rest;
	struct buf out = { 0 };

	(void)state;
	assert_string_equal(filled("other=1", &out, &rest),
	    "<form method=\"post\" action=\"/x\">"
	    "<input name=\"other\" value=\"1\"></form>");
	json_object_put(rest);
	buf_clear(&out);
}

/* As form_fill_page() makes it of that page. */
static void
becomes(const char *html, const char *query, const char *wanted)
{
	struct json_object *fields;
	struct buf out = { 0 };

	assert_int_equal(url_read_form(query, strlen(query), &fields), 0);
	assert_int_equal(form_fill_page(html, strlen(html), "/x", fields, &out),
	    wanted != NULL);
	assert_string_equal(buf_text(&out), wanted != NULL ? wanted : "");
	json_object_put(fields);
	buf_clear(&out);
}

static void
a_refused_form_comes_back_on_its_page(void **state)
{
	(void)state;
	/* the folds around the form are open, and no other */
	becomes("<details><p></details><details class=\"a\"><details open>"
		"<form method=\"post\" action=\"/x\"><input name=\"a\">"
		"</form></details><details></details></details>end",
	    "a=%3C1%3E",
	    "<details><p></details><details class=\"a\" open><details open>"
	    "<form method=\"post\" action=\"/x\"><input name=\"a\""
	    " value=\"&lt;1&gt;\"></form></details><details></details>"
	    "</details>end");
	/* hidden fields are the page's, and tell which form it was */
	becomes("<form method=\"post\" action=\"/x\"><input type=\"hidden\""
		" name=\"of\" value=\"some\"><textarea name=\"t\"></textarea>"
		"</form><form method=\"post\" action=\"/x\"><input"
		" type=\"hidden\" name=\"of\" value=\"all\"><input"
		" type=\"hidden\" name=\"n\" value=\"3\"><textarea"
		" name=\"t\"></textarea></form>",
	    "of=all&n=2&t=why",
	    "<form method=\"post\" action=\"/x\"><input type=\"hidden\""
	    " name=\"of\" value=\"some\"><textarea name=\"t\"></textarea>"
	    "</form><form method=\"post\" action=\"/x\"><input"
	    " type=\"hidden\" name=\"of\" value=\"all\"><input"
	    " type=\"hidden\" name=\"n\" value=\"3\"><textarea"
	    " name=\"t\">\nwhy</textarea></form>");
	becomes("<form method=\"post\" action=\"/y\"></form>", "a=1", NULL);
}

static void
a_broken_page_has_no_form(void **state)
{
	static const char cut[] = "<form method=\"post\" action=\"/x\"><input "
				  "name=\"a";
	struct json_object *fields = json_object_new_object(), *rest;
	struct buf out = { 0 };

	(void)state;
	for (size_t len = 0; len < 400; len++)
		if (form_fill(page, len, "/y", fields, &out, &rest))
			fail_msg("a form in the first %zu bytes", len);
	assert_false(form_fill(cut, strlen(cut), "/x", fields, &out, &rest));
	assert_int_equal(out.len, 0);
	json_object_put(fields);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_field_gets_its_value),
		cmocka_unit_test(the_form_with_most_of_the_fields_is_taken),
		cmocka_unit_test(a_refused_form_comes_back_on_its_page),
		cmocka_unit_test(a_broken_page_has_no_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
