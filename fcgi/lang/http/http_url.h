/* http_url.h: the address of a server in an http or https URL. */
#ifndef LANG_HTTP_HTTP_URL_H
#define LANG_HTTP_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

struct http_url {
	bool https;
	const char *host; /* not terminated; of IPv6, with its brackets */
	size_t host_len;
	int port;         /* as written, or that of the scheme */
	const char *rest; /* path and query; may be empty */
};

/*
 * Reads a URL as RFC 3986 writes it, and no other form that some client would
 * accept: the scheme is http or https, the host is a name, an IPv4 address or
 * an IPv6 address in brackets, the port 1 to 65535; there is no user, and in
 * the whole URL no blank, control character or backslash.  All points into
 * `text`.  Returns NULL, or the reason of the refusal: the end of a sentence
 * about the URL.
 */
const char *http_url_read(const char *text, struct http_url *ret);

/* True if both have the same scheme, host and port. */
bool http_url_is_same_origin(
    const struct http_url *a, const struct http_url *b);

#endif
