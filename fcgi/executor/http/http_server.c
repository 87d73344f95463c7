/*
 * http_server.c: the server of a URL, as we and libcurl both read it, and the
 * addresses that steps may connect to.
 *
 * Credentials are chosen by our reading (lang/http/http_url.c) and sent by
 * libcurl's. Nothing is sent if the two differ, as they do for 0x7f.1.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "executor/http/http_server.h"
#include "lang/http/http_url.h"

/* Hosts without brackets. */
static bool
is_same_host(const char *a, const char *b)
{
	struct in6_addr x, y;

	return strcasecmp(a, b) == 0 ||
	    (inet_pton(AF_INET6, a, &x) == 1 &&
		inet_pton(AF_INET6, b, &y) == 1 &&
		memcmp(&x, &y, sizeof(x)) == 0);
}

static void
copy_host(const char *host, size_t len, char out[256])
{
	bool brackets = len > 2 && host[0] == '[';

	snprintf(out, 256, "%.*s", (int)len - (brackets ? 2 : 0),
	    host + (brackets ? 1 : 0));
}

bool
http_server_of(const char *url, char ret_host[256], int *ret_port)
{
	char *host = NULL, *port = NULL, theirs[256];
	CURLU *u = curl_url();
	struct http_url ours;
	int64_t number;
	bool ok;

	ok = u != NULL && http_url_read(url, &ours) == NULL &&
	    ours.host_len < 255 &&
	    curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK;
	if (ok) {
		copy_host(ours.host, ours.host_len, ret_host);
		copy_host(host, strlen(host), theirs);
		*ret_port = ours.port;
		ok = is_same_host(ret_host, theirs) &&
		    text_int(port, ours.port, ours.port, &number);
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return ok;
}

/*
 * Checks the address inside an IPv6 one as well: ::ffff:0.0.0.0 is 0.0.0.0.
 * Clouds give out credentials at link-local addresses; some use others, which
 * are refused as well.
 */
static bool
may_connect4(const unsigned char b[4])
{
	static const unsigned char metadata[][4] = {
		{ 100, 100, 100, 200 },
		{ 168, 63, 129, 16 },
	};

	for (size_t i = 0; i < sizeof(metadata) / 4; i++)
		if (memcmp(b, metadata[i], 4) == 0)
			return false;
	return b[0] != 0 && b[0] < 224 && !(b[0] == 169 && b[1] == 254);
}

/*
 * The IPv4 address that a router or tunnel extracts from an IPv6 one (NAT64,
 * 6to4, Teredo, SIIT, ISATAP).  False: there is none.
 */
static bool
embedded(const unsigned char b[16], unsigned char ret[4])
{
	static const struct {
		unsigned char bytes[12];
		size_t from, len; /* of the prefix to compare */
		size_t at;        /* of the IPv4 address */
	} forms[] = {
		{ { 0, 0x64, 0xff, 0x9b }, 0, 12, 12 },
		{ { 0x20, 0x02 }, 0, 2, 2 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 0, 12, 12 },
		{ { 0, 0, 0x5e, 0xfe }, 8, 4, 12 },
		{ { 2, 0, 0x5e, 0xfe }, 8, 4, 12 },
	};
	static const unsigned char local[6] = { 0, 0x64, 0xff, 0x9b, 0, 1 };
	static const unsigned char teredo[4] = { 0x20, 1 };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (memcmp(b + forms[i].from, forms[i].bytes, forms[i].len) ==
		    0) {
			memcpy(ret, b + forms[i].at, 4);
			return true;
		}
	if (memcmp(b, local, 6) == 0) { /* RFC 6052, a /48 */
		memcpy(ret, b + 6, 2);
		memcpy(ret + 2, b + 9, 2);
		return true;
	}
	for (size_t i = 0; i < 4; i++)
		ret[i] = b[12 + i] ^ 0xff;
	return memcmp(b, teredo, 4) == 0;
}

bool
http_may_connect(const struct sockaddr *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const unsigned char zero[12];
	static const unsigned char metadata[16] = { 0xfd, 0, 0x0e,
		0xc2, [14] = 0x02, [15] = 0x54 };
	unsigned char inside[4];
	const unsigned char *b;

	if (address->sa_family == AF_INET)
		return may_connect4((const unsigned char *)&(
		    (const struct sockaddr_in *)(const void *)address)
					->sin_addr);
	if (address->sa_family != AF_INET6)
		return false;
	b = ((const struct sockaddr_in6 *)(const void *)address)
		->sin6_addr.s6_addr;
	if (memcmp(b, mapped, 12) == 0)
		return may_connect4(b + 12);
	if (memcmp(b, zero, 12) == 0) /* :: and IPv4-compatible */
		return memcmp(b + 12, "\0\0\0\1", 4) == 0;
	if (embedded(b, inside) && !may_connect4(inside))
		return false;
	if (memcmp(b, metadata, 16) == 0)
		return false;
	return b[0] != 0xff && !(b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}
