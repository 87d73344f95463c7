/*
 * http_server.c: the server of a URL, as we and libcurl both read it.
 *
 * Credentials are chosen by our reading (lang/http_url.c) and sent by
 * libcurl's. Nothing is sent if the two differ, as they do for 0x7f.1.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "executor/http/http_send.h"
#include "lang/http_url.h"

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
