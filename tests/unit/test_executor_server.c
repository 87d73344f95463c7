/*
 * A URL has no server if libcurl would connect to another one than we read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "executor/http/http_server.h"

static void
both_readings_agree_or_there_is_no_server(void **state)
{
	static const struct {
		const char *url;
		const char *host; /* NULL: none */
		int port;
	} cases[] = {
		{ "https://Example.org/x", "Example.org", 443 },
		{ "http://127.0.0.1:8080", "127.0.0.1", 8080 },
		{ "http://[::1]:81/", "::1", 81 },
		{ "http://[0:0:0:0:0:0:0:1]/", "0:0:0:0:0:0:0:1", 80 },
		{ "http://0x7f.1/", NULL, 0 },
		{ "http://2130706433/", NULL, 0 },
		{ "http://0177.0.0.1/", NULL, 0 },
		{ "http://u@h/", NULL, 0 },
	};
	char host[256];
	int port;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool ok = http_server_of(cases[i].url, host, &port);

		assert_int_equal(ok, cases[i].host != NULL);
		if (!ok)
			continue;
		assert_string_equal(host, cases[i].host);
		assert_int_equal(port, cases[i].port);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_readings_agree_or_there_is_no_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
