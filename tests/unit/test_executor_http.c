/*
 * The text of an http step, and its values: each place encodes what it can
 * carry and refuses the rest; nothing moves the border of its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "executor/http/http_server.h"
#include "executor/http/http_show.h"
#include "executor/job_spec.h"
#include "lang/http/http_fill.h"

#define PARTS "POST /a\nContent-Type: multipart/form-data; boundary=X\n\n"

static struct arena *arena;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *
value_of(void *spec, const char *name)
{
	return job_spec_value(spec, name);
}

/* The request with the value of {{v}}; NULL where it is refused. */
static struct http_request *
filled(const char *text, const char *base, const char *v)
{
	struct job_spec_value value = { "v", v };
	struct job_spec o = { .values = &value, .values_count = 1 };
	struct http_filling from = {
		.arena = arena, .value = value_of, .ctx = &o, .base = base
	};
	struct http_request *ret = arena_alloc(arena, sizeof(*ret));
	struct http_text all;

	fault.message[0] = '\0';
	if (http_parse(arena, text, 10, &all, &fault) != ERR_OK ||
	    http_fill(&from, &all.all[0], ret, &fault) != ERR_OK)
		return NULL;
	return ret;
}

static const char *
item_of(void *ctx, const char *pointer, struct http_item *ret)
{
	static const struct {
		const char *pointer;
		struct http_item item;
	} parts[] = {
		{ "", { NULL, "{\"id\": 1.10, \"n\":\"a/\\\"b\"}" } },
		{ "/id", { "1.10", "1.10" } },
		{ "/n", { "a/\"b", "\"a/\\\"b\"" } },
	};

	(void)ctx;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(parts[i].pointer, pointer) == 0) {
			*ret = parts[i].item;
			return NULL;
		}
	return "gone";
}

/* The request for an item of a list; NULL where it is refused. */
static struct http_request *
for_item(const char *text)
{
	struct job_spec_value value = { "v", "value" };
	struct job_spec o = { .values = &value, .values_count = 1 };
	struct http_filling from = { .arena = arena,
		.value = value_of,
		.ctx = &o,
		.item = item_of,
		.base = "http://h" };
	struct http_request *ret = arena_alloc(arena, sizeof(*ret));
	struct http_text all;

	fault.message[0] = '\0';
	assert_int_equal(http_parse(arena, text, 10, &all, &fault), ERR_OK);
	return http_fill(&from, &all.all[0], ret, &fault) == ERR_OK ? ret
								    : NULL;
}

static void
says(const char *word)
{
	if (strstr(catalogue_english(fault.message), word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"",
		    catalogue_english(fault.message), word);
}

static void
an_item_is_encoded_for_its_place(void **state)
{
	struct http_request *q;

	(void)state;
	q = for_item(
	    "DELETE /x/{{item/n}}?id={{item/id}}\nX-V: {{v}}{{item/id}}");
	assert_string_equal(q->url, "http://h/x/a%2F%22b?id=1.10");
	assert_string_equal(q->headers.all[0].value, "value1.10");
	q = for_item("POST /x\n\n{{item}}");
	assert_string_equal(q->body.text, "{\"id\": 1.10, \"n\":\"a/\\\"b\"}");
	q = for_item("POST /x\n\n[{{item/n}}, {{item/id}}, \"{{item/n}}\"]");
	assert_string_equal(q->body.text, "[\"a/\\\"b\", 1.10, \"a/\\\"b\"]");
	q = for_item("POST /x\n\n{\"text\": \"{{item}}\"}");
	assert_string_equal(q->body.text,
	    "{\"text\": \"{\\\"id\\\": 1.10, "
	    "\\\"n\\\":\\\"a/\\\\\\\"b\\\"}\"}");
	assert_null(for_item("DELETE /x/{{item}}"));
	says("an object or a list");
	assert_null(for_item("GET /x\nX-V: {{item}}"));
	assert_null(for_item("GET /x/{{item/none}}"));
	says("gone");
	/* without a list, item is a name like any other */
	assert_null(filled("GET /x/{{item/id}}", "http://h", "1"));
	says("is not known");
}

static void
requests_are_separated_by_three_hashes(void **state)
{
	struct http_request *list;
	struct http_text all;

	(void)state;
	assert_int_equal(
	    http_parse(arena,
		"### first\n# a comment\n"
		"GET /a\nX-One: 1\n# between\nX-Two:  two words \n\n###\n\n"
		"POST /b HTTP/1.1\r\nContent-Type: text/plain\r\n\r\nline "
		"1\r\n\n"
		"line 3\n\n\n### last\nDELETE /c\n###\n",
		5, &all, &fault),
	    ERR_OK);
	list = all.all;
	assert_int_equal(all.count, 3);
	assert_string_equal(list[0].method, "GET");
	assert_string_equal(list[0].url, "/a");
	assert_int_equal(list[0].line, 7);
	assert_int_equal(list[0].headers.count, 2);
	assert_string_equal(list[0].headers.all[1].value, "two words");
	assert_int_equal(list[0].headers.all[1].line, 10);
	assert_false(http_has_body(&list[0]));
	assert_string_equal(list[1].url, "/b");
	assert_string_equal(list[1].body.text, "line 1\n\nline 3");
	assert_int_equal(list[1].line, 14);
	assert_int_equal(list[1].body.line, 17);
	assert_string_equal(
	    http_header(&list[1].headers, "content-TYPE"), "text/plain");
	assert_string_equal(list[2].method, "DELETE");
}

static void
what_is_no_request_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *word;
		int line;
	} wrong[] = {
		{ "", "no request", 9 },
		{ "### a\n\n", "no request", 11 },
		{ "/v1/clients", "method", 10 },
		{ "get /v1", "method", 10 },
		{ "# x\nGET", "address is missing", 11 },
		{ "GET /a b", "%20", 10 },
		{ "GET /a#b", "%23", 10 },
		{ "GET /a\tb", "control", 10 },
		{ "GET /a\nno header", "Name: value", 11 },
		{ "GET /a\nX Y: 1", "Name: value", 11 },
		{ "GET /a\n{{v}}: 1", "Name: value", 11 },
		{ "GET /a\nA: b\x01", "control", 11 },
		{ "GET /a\nHost: b", "follows from", 11 },
		{ "POST /a\ntransfer-encoding: chunked", "follows from", 11 },
		{ "@x = 1\nGET /a", "@variables", 10 },
		{ "{{v}} /a", "method", 10 },
		{ "HEAD /a\n\nx", "no body", 12 },
		{ "POST /a\n\n< ../file.json", "save=name", 12 },
		{ "POST /a\n\n< ./a/../file.json", "without “..”", 12 },
		{ "POST /a\n\n< ./a//b", "save=name", 12 },
		{ "POST /a\n\n< /etc/passwd", "save=name", 12 },
		{ "POST /a\n\n< ./{{v}}", "save=name", 12 },
		{ "POST /a\n\n<@ file.json", "save=name", 12 },
		{ "POST /a\n\n< a\nmore", "nothing", 13 },
		{ "POST /a\nContent-Type: multipart/mixed; boundary=X\n\n"
		  "--X\n--X--",
		    "multipart/form-data", 12 },
		{ "POST /a\nContent-Type: multipart/form-data\n\nx",
		    "boundary=X", 12 },
		{ PARTS "--X\nA: b\n\nx", "--X--", 16 },
		{ PARTS "--X\n\nx\n--X--\ny", "behind the last", 17 },
		{ PARTS "--X\nA: b\n--X--", "Name: value", 15 },
		{ PARTS "x", "begins with", 13 },
	};
	struct http_text all;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(
		    http_parse(arena, wrong[i].text, 10, &all, &fault),
		    ERR_INVALID);
		says(wrong[i].word);
		if (all.wrong_line != wrong[i].line)
			fail_msg("%s: line %d", wrong[i].text, all.wrong_line);
	}
}

static void
a_path_is_under_the_url_of_the_target(void **state)
{
	(void)state;
	assert_string_equal(filled("GET /x?a=1", "https://h:8/b/", "")->url,
	    "https://h:8/b/x?a=1");
	assert_string_equal(
	    filled("GET https://H:8/x", "https://h:8/b", "")->url,
	    "https://H:8/x");
	assert_string_equal(
	    filled("GET http://any/x", NULL, "")->url, "http://any/x");
	assert_string_equal(
	    filled("GET /\xc3\xa4?\xc3\xb6", "http://h", "")->url,
	    "http://h/%C3%A4?%C3%B6");
	assert_null(filled("GET /x", NULL, ""));
	says("on=");
	assert_null(filled("GET x", "http://h", ""));
	assert_null(filled("GET file:///etc/passwd", NULL, ""));
	assert_null(filled("GET http://h:80@evil/", "http://h:80", ""));
	assert_null(filled("GET http://h.evil/", "http://h", ""));
	says("another server");
	assert_null(filled("GET http://h/", "https://h", ""));
	assert_null(filled("GET http://h:81/", "http://h", ""));
}

static void
a_value_stays_within_its_part_of_the_url(void **state)
{
	(void)state;
	assert_string_equal(filled("GET /c/{{v}}/d?q={{v}}&r", "http://h",
				"a/b?c#d&e=f %\n\xc3\xa4")
				->url,
	    "http://h/c/"
	    "a%2Fb%3Fc%23d%26e%3Df%20%25%0A%C3%A4/d?q="
	    "a%2Fb%3Fc%23d%26e%3Df%20%25%0A%C3%A4&r");
	assert_null(filled("DELETE /c/{{v}}", "http://h", ""));
	says("empty");
	assert_null(filled("DELETE /c/{{v}}/x", "http://h", ".."));
	assert_null(filled("DELETE /c/{{v}}{{v}}", "http://h", "."));
	assert_non_null(filled("GET /c/v{{v}}", "http://h", ".."));
	assert_non_null(filled("GET /c?x={{v}}", "http://h", ".."));
	assert_string_equal(
	    filled("GET http://{{v}}/x", NULL, "h-1.x")->url, "http://h-1.x/x");
	assert_null(filled("GET http://{{v}}/x", NULL, "h/x"));
	assert_null(filled("GET http://{{v}}/x", NULL, "u@h"));
	assert_null(filled("GET http://a{{v}}/x", "http://ab", "c"));
	assert_null(filled("GET /{{other}}", "http://h", "c"));
	says("not known");
}

static void
a_header_takes_one_line(void **state)
{
	struct http_request *q;

	(void)state;
	q = filled("GET /\nX: a {{v}}; b", "http://h", "\"q\" \xc3\xa4\t1");
	assert_string_equal(q->headers.all[0].value, "a \"q\" \xc3\xa4\t1; b");
	assert_null(filled("GET /\nX: {{v}}", "http://h", "a\r\nEvil: 1"));
	says("line 11");
	says("line break");
	assert_null(filled("GET /\nX: {{v}}", "http://h", "a\n"));
	assert_null(filled("GET /\nX: {{v}}", "http://h", "a\r"));
	assert_null(filled("GET /\nX: {{v}}", "http://h", "a\x7f"));
	assert_null(filled("GET /\nX: {{v}}", "http://h", " a"));
	assert_null(filled("GET /\nX: {{v}}", "http://h", "a\t"));
}

static void
a_value_in_json_is_a_string_or_a_bare_number(void **state)
{
	static const char text[] = "POST /\n\n{\"a\\\"\": \"{{v}}\",\n\"n\": "
				   "\"x{{v}}y\"}";

	(void)state;
	assert_string_equal(
	    filled(text, "http://h", "\"\\\n\x01\xc3\xa4")->body.text,
	    "{\"a\\\"\": \"\\\"\\\\\\n\\u0001\xc3\xa4\",\n\"n\": "
	    "\"x\\\"\\\\\\n\\u0001\xc3\xa4y\"}");
	assert_string_equal(
	    filled("POST /\n\n{\"a\": {{v}}}", "http://h", "-1.5e3")->body.text,
	    "{\"a\": -1.5e3}");
	assert_string_equal(
	    filled("POST /\n\n[{{v}}]", "http://h", "true")->body.text,
	    "[true]");
	assert_null(
	    filled("POST /\n\n{\n\"a\": {{v}}}", "http://h", "1, \"b\": 2"));
	says("line 13");
	assert_null(filled("POST /\n\n[{{v}}]", "http://h", "{}"));
	assert_null(filled("POST /\n\n[{{v}}]", "http://h", "\"a\""));
	assert_null(filled("POST /\n\n[{{v}}]", "http://h", ""));
	assert_null(filled("POST /\n\n[{{v}}]", "http://h", "01"));
}

static void
other_bodies_have_rules_of_their_own(void **state)
{
	(void)state;
	assert_string_equal(filled("POST /\nContent-Type: application/"
				   "x-www-form-urlencoded\n\na={{v}}&b=1",
				"http://h", "x&y=z +%")
				->body.text,
	    "a=x%26y%3Dz%20%2B%25&b=1");
	assert_string_equal(filled("POST /\nContent-Type: text/xml; "
				   "charset=utf-8\n\n<a b='{{v}}'/>",
				"http://h", "<'&>")
				->body.text,
	    "<a b='&#60;&#39;&#38;&#62;'/>");
	assert_string_equal(filled("POST /\nContent-Type: text/xml\n\n<a>"
				   "<![CDATA[x]]>{{v}}<![CDATA[ {{v}} ]]></a>",
				"http://h", "a<b&c>d")
				->body.text,
	    "<a><![CDATA[x]]>a&#60;b&#38;c&#62;d"
	    "<![CDATA[ a<b&c>d ]]></a>");
	assert_string_equal(filled("POST /\nContent-Type: text/xml\n\n"
				   "<!-- <![CDATA[ {{v}} -->",
				"http://h", "-->")
				->body.text,
	    "<!-- <![CDATA[ --&#62; -->");
	assert_null(filled("POST /\nContent-Type: text/xml\n\n"
			   "<![CDATA[{{v}}]]>",
	    "http://h", "a]]><b/>"));
	says("CDATA");
	assert_null(filled("POST /\nContent-Type: text/xml\n\n"
			   "<![CDATA[{{v}}>]]>",
	    "http://h", "a]]"));
	assert_string_equal(
	    filled("POST /\n\na {{v}}", "http://h", "\"\n{\x01")->body.text,
	    "a \"\n{\x01");
	assert_null(
	    filled("POST /\nContent-Type: text/csv\n\n{{v}}", "http://h", "1"));
	says("Content-Type");
	assert_null(filled("POST /\nContent-Type: multipart/form-data; "
			   "boundary=x\n\n{{v}}",
	    "http://h", "1"));
	assert_non_null(
	    filled("POST /\nContent-Type: text/csv\n\n1,2", "http://h", "1"));
}

static void
status_is_a_list_of_codes_and_classes(void **state)
{
	(void)state;
	assert_true(http_status_fits(NULL, 204));
	assert_false(http_status_fits(NULL, 302));
	assert_true(http_status_fits("200,201", 201));
	assert_false(http_status_fits("200,201", 202));
	assert_true(http_status_fits("404,2xx", 404));
	assert_true(http_status_fits("404, 2xx", 299));
	assert_false(http_status_fits("404,2xx", 500));
	assert_false(http_status_fits("2xx", 0));
}

static bool
may(const char *text)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return http_may_connect((struct sockaddr *)&four);
	assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
	return http_may_connect((struct sockaddr *)&six);
}

static void
a_value_behind_a_lone_backslash_is_refused(void **state)
{
	static const char head[] =
	    "POST /a\nContent-Type: application/json\n\n";
	char text[200];

	(void)state;
	snprintf(text, sizeof(text), "%s{\"p\": \"C:\\{{v}}\"}", head);
	assert_null(filled(text, "http://h", "\",\"x\":\"1"));
	assert_non_null(strstr(catalogue_english(fault.message), "backslash"));
	snprintf(text, sizeof(text), "%s{\"p\": \"C:\\\\{{v}}\"}", head);
	assert_non_null(filled(text, "http://h", "\",\"x\":\"1"));
}

static void
addresses_of_no_server_are_refused_in_each_notation(void **state)
{
	(void)state;
	assert_true(may("127.0.0.1"));
	assert_true(may("10.1.2.3"));
	assert_true(may("::1"));
	assert_true(may("2001:db8::1"));
	assert_true(may("::ffff:10.0.0.1"));
	assert_false(may("0.0.0.0"));
	assert_false(may("169.254.169.254"));
	assert_false(may("224.0.0.1"));
	assert_false(may("255.255.255.255"));
	assert_false(may("::"));
	assert_false(may("::ffff:0.0.0.0"));
	assert_false(may("::ffff:169.254.169.254"));
	assert_false(may("::127.0.0.1"));
	assert_false(may("64:ff9b::169.254.169.254"));
	assert_true(may("64:ff9b::10.0.0.1"));
	assert_false(may("64:ff9b:1:a9fe:a9:fe00::"));
	assert_false(may("2002:a9fe:a9fe::1"));
	assert_true(may("2002:c000:201::1"));
	assert_false(may("2001:0:1:2:3:4:5601:5601"));
	assert_false(may("::ffff:0:169.254.169.254"));
	assert_false(may("2001:db8::5efe:169.254.169.254"));
	assert_false(may("2001:db8::200:5efe:0.0.0.0"));
	assert_false(may("fd00:ec2::254"));
	assert_false(may("100.100.100.200"));
	assert_false(may("168.63.129.16"));
	assert_false(may("fe80::1"));
	assert_false(may("ff02::1"));
}

static void
shown(const char *body, size_t len, const char *text)
{
	struct buf out = { 0 };

	http_show_body(body, len, &out);
	assert_string_equal(buf_text(&out), text);
	buf_clear(&out);
}

static void
json_is_indented_and_its_tokens_stay(void **state)
{
	static const char json[] = "{\"b\":10276657743932975437,\"a\" : "
				   "[ ],\"c\":[1.10,{\"x\":\"a,{\\\"\"}]}";
	struct buf big = { 0 }, out = { 0 };

	(void)state;
	shown(json, strlen(json),
	    "{\n  \"b\": 10276657743932975437,\n"
	    "  \"a\": [],\n  \"c\": [\n    1.10,\n    {\n      \"x\": "
	    "\"a,{\\\"\"\n    }\n  ]\n}\n");
	shown("{\"a\":1,\"a\":2}", 13, "{\n  \"a\": 1,\n  \"a\": 2\n}\n");
	shown("{\"a\":1,}", 8, "{\"a\":1,}\n");
	shown("plain\n", 6, "plain\n");
	shown("\xff\0\1", 3, "(3 bytes that are not text)\n");
	for (int i = 0; i < 200000; i++)
		buf_puts(&big, "\xe6\x96\x87");
	http_show_body(big.data, big.len, &out);
	assert_true(out.len < 300000);
	assert_non_null(strstr(out.data, "more bytes are not shown"));
	buf_clear(&big);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		T(requests_are_separated_by_three_hashes),
		T(an_item_is_encoded_for_its_place),
		T(what_is_no_request_is_refused_with_its_line),
		T(a_path_is_under_the_url_of_the_target),
		T(a_value_stays_within_its_part_of_the_url),
		T(a_header_takes_one_line),
		T(a_value_in_json_is_a_string_or_a_bare_number),
		T(other_bodies_have_rules_of_their_own),
		T(status_is_a_list_of_codes_and_classes),
		T(a_value_behind_a_lone_backslash_is_refused),
		T(addresses_of_no_server_are_refused_in_each_notation),
		T(json_is_indented_and_its_tokens_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
