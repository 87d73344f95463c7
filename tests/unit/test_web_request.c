/*
 * Requests and replies without FastCGI: what is read, what is refused, what
 * every answer carries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "web/http/reply.h"

static struct web web;

static enum err
read_request(struct arena *arena, struct req *req, const char *uri,
    const char *more, const char *type, const char *body)
{
	static char *env[8];
	static char buffer[3][400];

	snprintf(buffer[0], sizeof(buffer[0]), "REQUEST_URI=%s", uri);
	snprintf(buffer[1], sizeof(buffer[1]), "%s", more);
	snprintf(buffer[2], sizeof(buffer[2]), "CONTENT_TYPE=%s", type);
	env[0] = "REQUEST_METHOD=POST";
	env[1] = buffer[0];
	env[2] = buffer[1];
	env[3] = buffer[2];
	env[4] = NULL;
	return request_init(req, &web, arena, env, body, strlen(body));
}

static void
a_form_and_json_give_the_same_fields(void **state)
{
	struct arena *arena = arena_new();
	struct req req;

	(void)state;
	assert_int_equal(read_request(arena, &req, "/a?q=%3C", "X=y",
			     "application/x-www-form-urlencoded; charset=utf-8",
			     "note=a+b&x=1&x=2"),
	    ERR_OK);
	assert_string_equal(req.path, "/a");
	assert_string_equal(request_query(&req, "q"), "<");
	assert_string_equal(request_field(&req, "note"), "a b");
	assert_string_equal(request_field(&req, "x"), "2");
	assert_true(req.is_form);
	assert_int_equal(read_request(arena, &req, "/a", "X=y",
			     "application/json", "{\"note\":\"a b\"}"),
	    ERR_OK);
	assert_string_equal(request_field(&req, "note"), "a b");
	assert_false(req.is_form);
	assert_int_equal(req.wants, WANTS_JSON);
	arena_free(arena);
}

static void
what_is_malformed_is_a_400(void **state)
{
	static const struct {
		const char *uri, *type, *body;
	} wrong[] = {
		{ "a", "", "" },
		{ "/?a=%zz", "", "" },
		{ "/", "application/json", "{" },
		{ "/", "application/json", "[]" },
		{ "/", "application/json", "{\"a\":1,\"a\":2}" },
		{ "/", "text/plain", "a=b" },
		{ "/", "multipart/form-data; boundary=x", "--x" },
		{ "/", "application/x-www-form-urlencoded", "a=%00" },
	};
	struct arena *arena = arena_new();
	struct req req;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_request(arena, &req, wrong[i].uri, "",
				     wrong[i].type, wrong[i].body),
		    ERR_INVALID);
		assert_int_equal(
		    reply_status(ERR_INVALID, req.fault.code), 400);
	}
	arena_free(arena);
}

static void
a_body_over_the_limit_is_a_413(void **state)
{
	struct arena *arena = arena_new();
	struct req req;
	char *env[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/", NULL };

	(void)state;
	assert_int_equal(
	    request_init(&req, &web, arena, env, "", REQUEST_MAX_READ + 1),
	    ERR_TOO_LARGE);
	assert_int_equal(reply_status(ERR_TOO_LARGE, req.fault.code), 413);
	arena_free(arena);
}

static void
cookies_are_found_by_whole_name(void **state)
{
	struct arena *arena = arena_new();
	struct req req;

	(void)state;
	assert_int_equal(read_request(arena, &req, "/",
			     "HTTP_COOKIE=xlang=a; lang=zh-CN;langx=b", "", ""),
	    ERR_OK);
	assert_string_equal(request_cookie(&req, "lang"), "zh-CN");
	assert_string_equal(request_cookie(&req, "xlang"), "a");
	assert_null(request_cookie(&req, "lan"));
	assert_string_equal(req.lang, "zh-CN");
	arena_free(arena);
}

static void
languages_follow_the_header(void **state)
{
	(void)state;
	assert_string_equal(catalogue_accept(NULL), "en");
	assert_string_equal(
	    catalogue_accept("zh-CN,zh;q=0.9,en;q=0.8"), "zh-CN");
	assert_string_equal(catalogue_accept("en-GB,en;q=0.9,zh;q=0.1"), "en");
	assert_string_equal(catalogue_language("../../etc"), "en");
}

static void
texts_are_filled_in_once(void **state)
{
	const char *const pairs[] = { "title", "{role}", "role", "x", NULL };
	struct buf out = { 0 };

	(void)state;
	catalogue_fill("{title} for {role}, {other} {", pairs, &out);
	assert_string_equal(buf_text(&out), "{role} for x, {other} {");
	buf_reset(&out);
	catalogue_fill("{n} {n|step|steps}, {m|a|b}, {n|a}, {n|a|b|c}, {n|a|b",
	    (const char *const[]){ "n", "1", NULL }, &out);
	assert_string_equal(
	    buf_text(&out), "1 step, {m|a|b}, {n|a}, {n|a|b|c}, {n|a|b");
	buf_clear(&out);
}

static void
nobody_is_sent_to_another_site(void **state)
{
	static const char *const wrong[] = { "", "//evil.example",
		"https://evil.example", "/\\evil.example",
		"/a\r\nSet-Cookie: b", "javascript:alert(1)", "runs", "/a b" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_string_equal(reply_local_path(wrong[i], "/"), "/");
	assert_string_equal(reply_local_path("/runs/1?x=%20#step-a", "/"),
	    "/runs/1?x=%20#step-a");
}

static void
every_answer_protects_the_browser(void **state)
{
	static const char *const wanted[] = {
		"Content-Security-Policy: default-src 'none';",
		"frame-ancestors 'none'",
		"X-Content-Type-Options: nosniff",
		"Referrer-Policy: same-origin",
		"Cache-Control: no-store",
	};
	struct reply reply;
	struct buf out = { 0 };

	(void)state;
	reply_init(&reply);
	buf_puts(&reply.body, "hello");
	reply_finish(&reply, METHOD_GET, &out);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_non_null(strstr(buf_text(&out), wanted[i]));
	assert_non_null(strstr(buf_text(&out), "Content-Length: 5\r\n"));
	assert_non_null(strstr(buf_text(&out), "\r\n\r\nhello"));
	buf_reset(&out);
	reply_finish(&reply, METHOD_HEAD, &out);
	assert_null(strstr(buf_text(&out), "hello"));
	buf_clear(&out);
	reply_clear(&reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_and_json_give_the_same_fields),
		cmocka_unit_test(what_is_malformed_is_a_400),
		cmocka_unit_test(a_body_over_the_limit_is_a_413),
		cmocka_unit_test(cookies_are_found_by_whole_name),
		cmocka_unit_test(languages_follow_the_header),
		cmocka_unit_test(texts_are_filled_in_once),
		cmocka_unit_test(nobody_is_sent_to_another_site),
		cmocka_unit_test(every_answer_protects_the_browser),
	};

	return cmocka_run_group_tests_name("web/request", tests, NULL, NULL);
}
