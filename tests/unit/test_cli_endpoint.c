/*
 * The address of the console: hosts, ports and certificates that are accepted,
 * and what nginx and the operator are told of them.
 */
#include "data_folder.h"

#include <netinet/in.h>

#include "cli/endpoint.h"

static struct cli
on(const char *host, const char *port)
{
	return (struct cli){ .host = host, .port = port };
}

static void
a_host_is_an_address_and_a_port_a_number(void **state)
{
	static const struct {
		const char *host, *port;
		int family; /* 0: refused */
		const char *listen;
	} rows[] = {
		{ "127.0.0.1", "8080", AF_INET, "127.0.0.1:8080" },
		{ "localhost", "1", AF_INET, "127.0.0.1:1" },
		{ "0.0.0.0", "65535", AF_INET, "0.0.0.0:65535" },
		{ "::1", "8080", AF_INET6, "[::1]:8080" },
		{ "::", "8080", AF_INET6, "[::]:8080" },
		{ "2001:db8::7", "443", AF_INET6, "[2001:db8::7]:443" },
		{ "::ffff:192.0.2.7", "443", AF_INET6,
		    "[::ffff:192.0.2.7]:443" },
		{ "127.0.0.1", "0", 0, NULL },
		{ "127.0.0.1", "65536", 0, NULL },
		{ "127.0.0.1", "-1", 0, NULL },
		{ "127.0.0.1", "", 0, NULL },
		{ "127.0.0.1", "80 ", 0, NULL },
		{ "127.0.0.1", "+80", 0, NULL },
		{ "127.0.0.1", "0x50", 0, NULL },
		{ "", "80", 0, NULL },
		{ "127.1", "80", 0, NULL },
		{ "127.0.0.01", "80", 0, NULL },
		{ "[::1]", "80", 0, NULL },
		{ "fe80::1%eth0", "80", 0, NULL },
		{ "example.org", "80", 0, NULL },
		{ "127.0.0.1; daemon off", "80", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cli c = on(rows[i].host, rows[i].port);
		struct sockaddr_storage sa;
		struct buf listen = { 0 };
		socklen_t len = 0;

		if (endpoint_address(&c, &sa, &len) != (rows[i].family != 0) ||
		    (rows[i].family != 0 && sa.ss_family != rows[i].family) ||
		    endpoint_check(&c) !=
			(rows[i].family != 0 ? CLI_YES : CLI_USAGE))
			fail_msg("%s, port %s", rows[i].host, rows[i].port);
		if (rows[i].family == 0)
			continue;
		assert_string_equal(
		    endpoint_put_listen(&c, &listen), rows[i].listen);
		buf_clear(&listen);
	}
}

#define CERT "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
#define KEY "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"
#define LOCKED_KEY \
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n" \
	"-----END ENCRYPTED PRIVATE KEY-----\n"

static int
check_with(const char *cert, const char *key)
{
	char cert_path[300], key_path[300];
	struct cli c = on("192.0.2.7", "443");

	if (cert != NULL) {
		snprintf(cert_path, 300, "%s", data_path(cert));
		c.tls_cert = cert_path;
	}
	if (key != NULL) {
		snprintf(key_path, 300, "%s", data_path(key));
		c.tls_key = key_path;
	}
	return endpoint_check(&c);
}

static void
a_certificate_has_its_key_and_no_passphrase(void **state)
{
	static const struct {
		const char *cert, *key;
		int code;
	} rows[] = {
		{ NULL, NULL, CLI_YES },
		{ "cert", "key", CLI_YES },
		{ "cert", "rsa", CLI_YES },
		{ "cert", NULL, CLI_USAGE },
		{ NULL, "key", CLI_USAGE },
		{ "none", "key", CLI_USAGE },
		{ "cert", "none", CLI_USAGE },
		{ "key", "cert", CLI_USAGE },
		{ "cert", "locked", CLI_USAGE },
		{ "cert", "empty", CLI_USAGE },
		{ "cert", "books", CLI_USAGE }, /* a folder */
		{ "a\"b", "key", CLI_USAGE },
		{ "a$b", "key", CLI_USAGE },
	};

	(void)state;
	data_write("cert", CERT);
	data_write("a\"b", CERT);
	data_write("a$b", CERT);
	data_write("key", KEY);
	data_write("rsa",
	    "-----BEGIN RSA PRIVATE KEY-----\nAA==\n"
	    "-----END RSA PRIVATE KEY-----\n");
	data_write("locked", LOCKED_KEY);
	data_write("empty", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (check_with(rows[i].cert, rows[i].key) != rows[i].code)
			fail_msg("row %zu", i);
}

/* nginx runs in another folder: it gets whole paths. */
static void
nginx_gets_whole_paths_of_the_certificate(void **state)
{
	struct cli c = on("192.0.2.7", "443");
	struct buf out = { 0 };
	char text[400];

	(void)state;
	assert_string_equal(endpoint_put_tls(&c, &out), "");
	data_write("cert", CERT);
	data_write("key", KEY);
	assert_int_equal(chdir(data_folder), 0);
	c.tls_cert = "cert";
	c.tls_key = "./key";
	endpoint_put_tls(&c, &out);
	snprintf(text, sizeof(text),
	    "ssl_certificate \"%s\";\n\t\tssl_certificate_key \"",
	    data_path("cert"));
	assert_memory_equal(buf_text(&out), text, strlen(text));
	assert_non_null(strstr(buf_text(&out), "TLSv1.2"));
	assert_null(strstr(buf_text(&out), "./"));
	buf_reset(&out);
	assert_string_equal(endpoint_put_listen(&c, &out), "192.0.2.7:443 ssl");
	buf_clear(&out);
	assert_int_equal(chdir("/"), 0);
}

/* The text that endpoint_announce() prints; the caller frees it. */
static char *
announced(const struct cli *c, const char *key)
{
	int out = dup(STDOUT_FILENO);

	fflush(stdout);
	assert_non_null(freopen(data_path("out"), "w", stdout));
	endpoint_announce(c, key);
	fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	close(out);
	return data_read("out");
}

static void
the_address_is_announced_as_a_browser_takes_it(void **state)
{
	static const struct {
		const char *host, *cert, *key, *last;
	} rows[] = {
		{ "127.0.0.1", NULL, "", "ready: http://127.0.0.1:8080/\n" },
		{ "localhost", NULL, "", "ready: http://127.0.0.1:8080/\n" },
		{ "0.0.0.0", NULL, "", "ready: http://127.0.0.1:8080/\n" },
		{ "::", NULL, "", "ready: http://[::1]:8080/\n" },
		{ "0:0::0", NULL, "", "ready: http://[::1]:8080/\n" },
		{ "2001:db8::7", "c", "",
		    "ready: https://[2001:db8::7]:8080/\n" },
		{ "192.0.2.7", "c", "abc",
		    "first admin: https://192.0.2.7:8080/setup?key=abc\n"
		    "ready: https://192.0.2.7:8080/\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cli c = on(rows[i].host, "8080");
		char *text;
		size_t len = strlen(rows[i].last), all;

		c.tls_cert = c.tls_key = rows[i].cert;
		text = announced(&c, rows[i].key);
		all = strlen(text);
		if (all < len || strcmp(text + all - len, rows[i].last) != 0)
			fail_msg("%s: %s", rows[i].host, text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, data_begin, data_end)
		ONE(a_host_is_an_address_and_a_port_a_number),
		ONE(a_certificate_has_its_key_and_no_passphrase),
		ONE(nginx_gets_whole_paths_of_the_certificate),
		ONE(the_address_is_announced_as_a_browser_takes_it),
	};

	return cmocka_run_group_tests_name("cli/endpoint", tests, NULL, NULL);
}
