/*
 * The server of a URL: what is read, and what is refused because two readers
 * could understand it differently.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lang/http/http_url.h"

static void
scheme_host_port_and_rest_are_read(void **state)
{
	static const struct {
		const char *text;
		bool https;
		const char *host;
		int port;
		const char *rest;
	} good[] = {
		{ "http://a", false, "a", 80, "" },
		{ "HTTPS://A.b-c_d:8443/x?y=@z", true, "A.b-c_d", 8443,
		    "/x?y=@z" },
		{ "https://[::1]:9/", true, "[::1]", 9, "/" },
		{ "http://127.0.0.1?q", false, "127.0.0.1", 80, "?q" },
		{ "https://h:65535#f", true, "h", 65535, "#f" },
	};
	struct http_url u;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_null(http_url_read(good[i].text, &u));
		assert_int_equal(u.https, good[i].https);
		assert_int_equal(u.host_len, strlen(good[i].host));
		assert_memory_equal(u.host, good[i].host, u.host_len);
		assert_int_equal(u.port, good[i].port);
		assert_string_equal(u.rest, good[i].rest);
	}
}

static void
what_is_ambiguous_is_refused(void **state)
{
	static const char *const bad[] = { "", "ftp://h/", "//h/", "http:/h",
		"http://", "http:///x", "http://?x", "http://u@h/",
		"http://u:p@h/", "http://h@evil:1/", "http://h\\@evil/",
		"http://h\\evil/", "http://h /", "http://h\t/", "http://h/a b",
		"http://h:0/", "http://h:65536/", "http://h:/", "http://h:8a/",
		"http://h:080808/", "http://[::1", "http://[]/",
		"http://[::1]x/", "http://[::1%25eth0]/", "http://h%2eevil/",
		"http://\xc3\xa9/", "http://h\x7f/", "http://h\n/",
		"http://h:1:2/" };
	struct http_url u = { .port = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_non_null(http_url_read(bad[i], &u));
		assert_int_equal(u.port, 7);
	}
}

static void
an_origin_is_scheme_host_and_port(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
		{ "https://h/x", "HTTPS://H:443/y", true },
		{ "http://h", "http://h:80", true },
		{ "http://h", "https://h", false },
		{ "http://h", "https://h:80", false },
		{ "http://h:1", "http://h:2", false },
		{ "http://h", "http://hh", false },
		{ "http://h.evil", "http://h", false },
		{ "http://[::1]", "http://[::2]", false },
	};
	struct http_url a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_null(http_url_read(pairs[i].a, &a));
		assert_null(http_url_read(pairs[i].b, &b));
		assert_int_equal(
		    http_url_is_same_origin(&a, &b), pairs[i].same);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scheme_host_port_and_rest_are_read),
		cmocka_unit_test(what_is_ambiguous_is_refused),
		cmocka_unit_test(an_origin_is_scheme_host_and_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
