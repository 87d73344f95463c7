/*
 * The template engine: cases of the Mustache specification, and what we
 * refuse or add.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "html/render.h"
#include "html/template.h"

static enum err
render(bool strict, const char *text, struct json_object *model,
    struct buf *out, struct fault *fault)
{
	struct templates *t = templates_new(strict);
	enum err err;

	err = templates_add(t, "page.html", text, strlen(text), fault);
	if (err == ERR_OK)
		err = templates_add(t, "_part.html", "<{{name}}>\n", 11, fault);
	if (err == ERR_OK)
		err = templates_add(
		    t, "_word.html", "[{{.}} {{_x}}]", 14, fault);
	if (err == ERR_OK)
		err = templates_add(t, "_tree.html",
		    "({{id}}{{#kids}}{{> _tree}}{{/kids}})", 37, fault);
	if (err == ERR_OK)
		err = templates_render(t, "page.html", model, out, fault);
	templates_free(t);
	return err;
}

static void
expect(const char *text, const char *json, const char *wanted)
{
	struct json_object *model = NULL;
	struct buf out = { 0 };
	struct fault fault = { 0 };

	assert_int_equal(json_read(json, strlen(json), &model, NULL), ERR_OK);
	assert_int_equal(render(false, text, model, &out, &fault), ERR_OK);
	assert_string_equal(buf_text(&out), wanted);
	buf_clear(&out);
	json_object_put(model);
}

static void
values_are_escaped(void **state)
{
	(void)state;
	expect(
	    "Hello, {{subject}}!", "{\"subject\":\"world\"}", "Hello, world!");
	expect("{{x}}", "{\"x\":\"& \\\" < > '\"}",
	    "&amp; &quot; &lt; &gt; &#39;");
	expect("<a title=\"{{ x }}\">", "{\"x\":\"\\\" onload=\\\"1\"}",
	    "<a title=\"&quot; onload=&quot;1\">");
	expect("{{i}} {{z}} {{m}} {{b}} {{n}}|{{missing}}",
	    "{\"i\":85,\"z\":0,\"m\":-9,\"b\":true,"
	    "\"n\":null}",
	    "85 0 -9 true |");
	expect("{{a.b.c}}|{{a.x.c}}", "{\"a\":{\"b\":{\"c\":\"in\"}}}", "in|");
}

static void
a_time_is_readable_without_scripts(void **state)
{
	(void)state;
	expect("{{at}} {{at.utc}}", "{\"at\":\"2026-11-28T22:05:09.120Z\"}",
	    "2026-11-28T22:05:09.120Z 2026-11-28 22:05:09 UTC");
	expect("{{#a}}{{b.at.utc}}{{/a}}{{#ticks}}{{.utc}}{{/ticks}}",
	    "{\"a\":{\"b\":{\"at\":\"2026-11-28T22:05:09Z\"}},"
	    "\"ticks\":[\"2026-11-28T22:06:00Z\"]}",
	    "2026-11-28 22:05:09 UTC2026-11-28 22:06:00 UTC");
	expect("{{day.utc}}|{{none.utc}}|{{x.utc}}",
	    "{\"day\":\"2026-11-28\",\"none\":null,"
	    "\"x\":\"<<<<<<<<<<T<<<<<<<<Z>\"}",
	    "2026-11-28||&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;T"
	    "&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;Z&gt;");
}

static void
times_within_a_text_are_elements(void **state)
{
	(void)state;
	expect("{{m.times}}",
	    "{\"m\":\"<bo> was first, at 2026-11-28T22:05:09.120Z.\"}",
	    "&lt;bo&gt; was first, at <time "
	    "datetime=\"2026-11-28T22:05:09.120Z\">2026-11-28 22:05:09 UTC"
	    "</time>.");
	expect("{{m.times}}|{{n.times}}",
	    "{\"m\":\"2026-11-28T22:05:09 2026-11-28T22:05:09.1\",\"n\":\"\"}",
	    "2026-11-28T22:05:09 2026-11-28T22:05:09.1|");
}

static void
a_dotted_name_does_not_fall_back(void **state)
{
	(void)state;
	expect("{{#a}}{{b.c}}{{/a}}",
	    "{\"a\":{\"b\":{}},\"b\":{\"c\":\"ERROR\"}}", "");
	expect(
	    "{{#a}}{{b}}{{/a}}", "{\"a\":{\"x\":1},\"b\":\"outer\"}", "outer");
	expect("{{#a}}{{b}}{{/a}}", "{\"a\":{\"b\":null},\"b\":\"outer\"}", "");
}

static void
sections_follow_the_specification(void **state)
{
	(void)state;
	expect("{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{\"b\":true}", "yes");
	expect("{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{\"b\":false}", "no");
	expect("{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{\"b\":null}", "no");
	expect("{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{\"b\":\"\"}", "no");
	expect("{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{\"b\":0}", "yes");
	expect("{{#l}}yes{{/l}}{{^l}}no{{/l}}", "{\"l\":[]}", "no");
	expect("{{#l}}{{n}};{{/l}}", "{\"l\":[{\"n\":1},{\"n\":2}]}", "1;2;");
	expect(
	    "{{#l}}({{.}}){{/l}}", "{\"l\":[\"a\",2,\"<\"]}", "(a)(2)(&lt;)");
	expect("{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", "{\"l\":[[1,2],[3]]}",
	    "(12)(3)");
	expect("{{#a}}{{#b}}{{x}}{{y}}{{/b}}{{/a}}",
	    "{\"a\":{\"x\":1,\"b\":{\"y\":2}}}", "12");
	expect("{{#a.b}}in{{/a.b}}", "{\"a\":{\"b\":true}}", "in");
}

static void
standalone_lines_disappear(void **state)
{
	(void)state;
	expect("a\n{{#b}}\nb\n{{/b}}\nc\n", "{\"b\":true}", "a\nb\nc\n");
	expect("a\n  {{#b}}  \n b\n\t{{/b}}\nc", "{\"b\":true}", "a\n b\nc");
	expect(
	    "a\r\n{{^b}}\r\nb\r\n{{/b}}\r\nc", "{\"b\":false}", "a\r\nb\r\nc");
	expect("  {{! a\n comment }}\nx", "{}", "x");
	expect("12{{! inline }}34", "{}", "1234");
	expect(" {{x}} \n", "{\"x\":1}", " 1 \n");
	expect("| {{#b}}y{{/b}} |\n", "{\"b\":true}", "| y |\n");
	expect("{{#b}}\nx{{/b}}", "{\"b\":true}", "x");
}

static void
what_is_left_out_leaves_no_empty_lines(void **state)
{
	(void)state;
	expect("a\n{{#b}}b{{/b}}\n{{#c}}c{{/c}}\nd\n",
	    "{\"b\":false,\"c\":false}", "a\nd\n");
	expect("a\n{{#b}}b{{/b}}\n{{#c}}c{{/c}}\nd\n",
	    "{\"b\":true,\"c\":false}", "a\nb\nd\n");
	/* a value keeps its own */
	expect(
	    "<pre>{{v}}\n</pre>", "{\"v\":\"x\\n\\n\"}", "<pre>x\n\n\n</pre>");
}

static void
partials_see_the_context(void **state)
{
	(void)state;
	expect("[\n {{> _part}}\n]", "{\"name\":\"a&b\"}", "[\n<a&amp;b>\n]");
	expect("{{> _tree}}",
	    "{\"id\":1,\"kids\":[{\"id\":2,\"kids\":[]},"
	    "{\"id\":3,\"kids\":[{\"id\":4,\"kids\":[]}]}]}",
	    "(1(2)(3(4)))");
}

static void
endless_partials_end(void **state)
{
	struct json_object *model = json_object_new_object();
	struct buf out = { 0 };
	struct fault fault;

	(void)state;
	json_set_bool(model, "kids", true);
	json_set_int(model, "id", 1);
	assert_int_equal(
	    render(true, "{{> _tree}}", model, &out, &fault), ERR_INTERNAL);
	buf_clear(&out);
	json_object_put(model);
}

static void
a_missing_name_is_an_error_in_strict_mode(void **state)
{
	struct json_object *model = json_object_new_object();
	struct buf out = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(
	    render(true, "one\n{{two}}", model, &out, &fault), ERR_INTERNAL);
	assert_string_equal(
	    fault.message, "page.html:2: {{two}} is not in the model");
	assert_int_equal(render(true, "{{#two}}{{/two}}", model, &out, &fault),
	    ERR_INTERNAL);
	json_set(model, "two", NULL);
	assert_int_equal(render(true, "{{two}}", model, &out, &fault), ERR_OK);
	buf_clear(&out);
	json_object_put(model);
}

static void
wrong_templates_do_not_compile(void **state)
{
	static const char *const wrong[] = {
		"{{{x}}}",
		"{{&x}}",
		"{{& x }}",
		"{{x",
		"{{#a}}",
		"{{/a}}",
		"{{#a}}{{#b}}{{/a}}{{/b}}",
		"{{=<% %>=}}",
		"{{}}",
		"{{a b}}",
		"{{a..b}}",
		"{{a.b.c.d.e.f.g}}",
	};
	struct json_object *model = json_object_new_object();
	struct buf out = { 0 };
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    render(false, wrong[i], model, &out, &fault), ERR_INVALID);
	assert_int_equal(render(false, "a\n\n{{#open}}\n", model, &out, &fault),
	    ERR_INVALID);
	assert_string_equal(
	    fault.message, "page.html:3: this section is not closed");
	json_object_put(model);
}

static void
only_c_makes_raw_html(void **state)
{
	struct json_object *model = json_object_new_object();
	struct buf out = { 0 };

	(void)state;
	json_set(model, "raw", html_raw("<b>x</b>", 8));
	json_set_text(model, "text", "<b>x</b>");
	assert_int_equal(
	    render(true, "{{raw}} {{text}}", model, &out, NULL), ERR_OK);
	assert_string_equal(buf_text(&out), "<b>x</b> &lt;b&gt;x&lt;/b&gt;");
	assert_string_equal(
	    json_write(model), "{\"raw\":\"<b>x</b>\",\"text\":\"<b>x</b>\"}");
	buf_clear(&out);
	json_object_put(model);
}

static void
an_object_can_inherit(void **state)
{
	struct json_object *model = json_object_new_object();
	struct json_object *base = json_object_new_object();
	struct json_object *o = json_object_new_object();
	struct buf out = { 0 };

	(void)state;
	json_set_text(base, "a", "base a");
	json_set_text(base, "b", "base b");
	json_set_text(o, "a", "own a");
	json_set_text(model, "b", "outer b");
	json_set_text(model, "c", "outer c");
	json_set(model, "o", o);
	html_inherit(o, base);
	assert_int_equal(
	    render(true, "{{#o}}{{a}}, {{b}}, {{c}}{{/o}}", model, &out, NULL),
	    ERR_OK);
	assert_string_equal(buf_text(&out), "own a, base b, outer c");
	assert_string_equal(json_write(o), "{\"a\":\"own a\"}");
	buf_clear(&out);
	json_object_put(model);
	json_object_put(base);
}

static void
a_line_that_begins_with_a_tab_continues_the_one_before(void **state)
{
	struct fault fault = { 0 };
	struct buf out = { 0 };

	(void)state;
	expect("<p>\n\t{{x}}\n\t</p>\n<b>\n\t\t\t y</b>\n",
	    "{\"x\":\"a\\n\\tb\"}", "<p>a\n\tb</p>\n<b> y</b>\n");
	expect("{{#x}}\n\t<i>\n\t{{/x}}\n", "{\"x\":true}", "<i>\n");
	assert_int_equal(
	    render(false, "a\n\tb\n\t\tc\n{{#open}}\n", NULL, &out, &fault),
	    ERR_INVALID);
	assert_non_null(strstr(fault.message, "page.html:4:"));
	assert_int_equal(
	    render(false, "a\n\tb\n\t{{#open}}\n\tc\n", NULL, &out, &fault),
	    ERR_INVALID);
	assert_non_null(strstr(fault.message, "page.html:3:"));
	buf_clear(&out);
}

static void
a_partial_gets_a_word(void **state)
{
	(void)state;
	expect("{{> _word a-b_c}}{{> _word  d }}{{#s}}{{> _word}}{{/s}}",
	    "{\"s\":\"<s>\",\"_x\":1}", "[a-b_c 1][d 1][&lt;s&gt; 1]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_line_that_begins_with_a_tab_continues_the_one_before),
		cmocka_unit_test(a_partial_gets_a_word),
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(a_time_is_readable_without_scripts),
		cmocka_unit_test(times_within_a_text_are_elements),
		cmocka_unit_test(a_dotted_name_does_not_fall_back),
		cmocka_unit_test(sections_follow_the_specification),
		cmocka_unit_test(standalone_lines_disappear),
		cmocka_unit_test(what_is_left_out_leaves_no_empty_lines),
		cmocka_unit_test(partials_see_the_context),
		cmocka_unit_test(endless_partials_end),
		cmocka_unit_test(a_missing_name_is_an_error_in_strict_mode),
		cmocka_unit_test(wrong_templates_do_not_compile),
		cmocka_unit_test(only_c_makes_raw_html),
		cmocka_unit_test(an_object_can_inherit),
	};

	return cmocka_run_group_tests_name("html/template", tests, NULL, NULL);
}
