/*
 * endpoint.c: the address, port and certificate of the console.
 *
 * A host is an address and not a name: a name may have several addresses, or
 * another one tomorrow, and a console that listens somewhere else than its
 * operator thinks is worse than one that does not start.  nginx reads the
 * certificate; here it is only checked, so that a wrong file is an error of the
 * command line instead of a line in nginx's log.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/message.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/endpoint.h"
#include "cli/cli.h"

enum { URL_SIZE = 80, PEM_MOST = 1024 * 1024 };

static const char *
host_of(const struct cli *c)
{
	return strcmp(c->host, "localhost") == 0 ? "127.0.0.1" : c->host;
}

bool
endpoint_address(
    const struct cli *c, struct sockaddr_storage *ret_sa, socklen_t *ret_len)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	int64_t port;

	if (!text_int(c->port, 1, 65535, &port))
		return false;
	if (inet_pton(AF_INET, host_of(c), &in4.sin_addr) == 1) {
		in4.sin_port = htons((uint16_t)port);
		memcpy(ret_sa, &in4, sizeof(in4));
		*ret_len = sizeof(in4);
		return true;
	}
	if (inet_pton(AF_INET6, host_of(c), &in6.sin6_addr) == 1) {
		in6.sin6_port = htons((uint16_t)port);
		memcpy(ret_sa, &in6, sizeof(in6));
		*ret_len = sizeof(in6);
		return true;
	}
	return false;
}

static bool
is_loopback(const char *host)
{
	return text_starts(host, "127.") || strcmp(host, "::1") == 0;
}

/* All addresses of the machine: 0.0.0.0, and :: in any spelling. */
static bool
is_any(const char *host)
{
	struct in6_addr address;

	return strcmp(host, "0.0.0.0") == 0 ||
	    (inet_pton(AF_INET6, host, &address) == 1 &&
		IN6_IS_ADDR_UNSPECIFIED(&address));
}

/* Checks a PEM file for nginx; the reason, or NULL. */
static const char *
pem_fault(const char *path, const char *begin)
{
	struct buf text = { 0 };
	const char *fault = NULL;

	if (io_read_file(path, PEM_MOST, &text) != ERR_OK)
		fault = MESSAGE("cli_pem_unreadable");
	else if (strstr(buf_text(&text), begin) == NULL)
		fault = MESSAGE("cli_pem_format");
	else if (strstr(buf_text(&text), "ENCRYPTED") != NULL)
		fault = MESSAGE("cli_pem_passphrase");
	else if (strpbrk(path, "\"\\$\n") != NULL)
		fault = MESSAGE("cli_pem_name");
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_clear(&text);
	return fault;
}

static int
check_tls(const struct cli *c)
{
	const char *fault;

	if ((c->tls_cert == NULL) != (c->tls_key == NULL))
		return cli_message(CLI_USAGE, "cli_tls_both");
	if (c->tls_cert == NULL)
		return CLI_YES;
	if ((fault = pem_fault(c->tls_cert, "-----BEGIN CERTIFICATE")) != NULL)
		return cli_message(CLI_USAGE,
		    "cli_certificate file=%s fault=%s", c->tls_cert, fault);
	if ((fault = pem_fault(c->tls_key, "PRIVATE KEY-----")) != NULL)
		return cli_message(
		    CLI_USAGE, "cli_key file=%s fault=%s", c->tls_key, fault);
	return CLI_YES;
}

int
endpoint_check(const struct cli *c)
{
	struct sockaddr_storage address;
	socklen_t len;
	int64_t port;

	if (!text_int(c->port, 1, 65535, &port))
		return cli_message(CLI_USAGE, "cli_port");
	if (!endpoint_address(c, &address, &len))
		return cli_message(CLI_USAGE, "cli_host");
	if (check_tls(c) != CLI_YES)
		return CLI_USAGE;
	if (c->tls_cert == NULL && !is_loopback(host_of(c)))
		log_warn(
		    "passwords and outputs cross the network in the "
		    "clear: give a certificate with --tls-cert and --tls-key "
		    "(make run: TLS_CERT= and TLS_KEY=), or stay on loopback "
		    "(--host 127.0.0.1) behind a server that has one");
	return CLI_YES;
}

static const char *
put_host(const char *host, char out[INET6_ADDRSTRLEN + 2])
{
	snprintf(out, INET6_ADDRSTRLEN + 2,
	    strchr(host, ':') != NULL ? "[%s]" : "%s", host);
	return out;
}

const char *
endpoint_put_listen(const struct cli *c, struct buf *out)
{
	char host[INET6_ADDRSTRLEN + 2];

	buf_printf(out, "%s:%s%s", put_host(host_of(c), host), c->port,
	    c->tls_cert != NULL ? " ssl" : "");
	return buf_text(out);
}

const char *
endpoint_put_tls(const struct cli *c, struct buf *out)
{
	char *cert, *key;

	if (c->tls_cert == NULL)
		return "";
	cert = realpath(c->tls_cert, NULL);
	key = realpath(c->tls_key, NULL);
	buf_printf(out,
	    "ssl_certificate \"%s\";\n"
	    "\t\tssl_certificate_key \"%s\";\n"
	    "\t\tssl_protocols TLSv1.2 TLSv1.3;\n"
	    "\t\tssl_session_cache shared:tls:2m;\n"
	    "\t\tssl_session_tickets off;",
	    cert != NULL ? cert : c->tls_cert, key != NULL ? key : c->tls_key);
	free(cert);
	free(key);
	return buf_text(out);
}

/* "https://HOST:PORT" */
static void
put_url(const struct cli *c, const char *host, char out[URL_SIZE])
{
	char name[INET6_ADDRSTRLEN + 2];

	snprintf(out, URL_SIZE, "http%s://%s:%s",
	    c->tls_cert != NULL ? "s" : "", put_host(host, name), c->port);
}

/* A line for each address at which others may reach the machine. */
static void
print_addresses(const struct cli *c)
{
	bool four_only = strcmp(c->host, "0.0.0.0") == 0;
	char host[INET6_ADDRSTRLEN], url[URL_SIZE];
	struct ifaddrs *all, *a;

	if (getifaddrs(&all) != 0)
		return;
	for (a = all; a != NULL; a = a->ifa_next) {
		const void *bytes;

		if (a->ifa_addr == NULL || (a->ifa_flags & IFF_LOOPBACK) != 0)
			continue;
		if (a->ifa_addr->sa_family == AF_INET)
			bytes = &((struct sockaddr_in *)(void *)a->ifa_addr)
				     ->sin_addr;
		else if (a->ifa_addr->sa_family == AF_INET6 && !four_only)
			bytes = &((struct sockaddr_in6 *)(void *)a->ifa_addr)
				     ->sin6_addr;
		else
			continue;
		inet_ntop(a->ifa_addr->sa_family, bytes, host, sizeof(host));
		if (text_starts(host, "fe80:"))
			continue;
		put_url(c, host, url);
		printf("also at: %s/\n", url);
	}
	freeifaddrs(all);
}

void
endpoint_announce(const struct cli *c, const char *key)
{
	bool any = is_any(host_of(c));
	char url[URL_SIZE];

	put_url(c,
	    !any                               ? host_of(c)
		: strchr(c->host, ':') != NULL ? "::1"
					       : "127.0.0.1",
	    url);
	if (key[0] != '\0')
		printf("first admin: %s/setup?key=%s\n", url, key);
	if (any)
		print_addresses(c);
	printf("ready: %s/\n", url);
	fflush(stdout);
}
