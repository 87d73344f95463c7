/*
 * http_url.c: the address of a server in an http or https URL (RFC 3986,
 * section 3).
 *
 * Credentials go to the server that this finds, so it is the only reader of
 * addresses: check, the preview, targets.yml, redirects and signatures use it.
 * It refuses what two readers could understand differently; the executor
 * compares it with libcurl's reading before it sends (http_send.c).
 */
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "lang/http/http_url.h"

#define DIGITS "0123456789"
#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "-._"
#define IPV6 "abcdefABCDEF" DIGITS ":."

/* The length of the host at s, or 0. */
static size_t
host_len(const char *s)
{
	size_t n;

	if (*s != '[')
		return strspn(s, NAME);
	n = strspn(s + 1, IPV6);
	return n > 1 && s[1 + n] == ']' ? n + 2 : 0;
}

/* Reads ":port" at s, if it is there; false: it is none. */
static bool
read_port(const char **s, int *ret)
{
	size_t n;

	if (**s != ':')
		return true;
	n = strspn(++*s, DIGITS);
	if (n == 0 || n > 5)
		return false;
	*ret = 0;
	for (size_t i = 0; i < n; i++)
		*ret = *ret * 10 + (*s)[i] - '0';
	*s += n;
	return *ret > 0 && *ret <= 65535;
}

static bool
has_wrong_byte(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '\\')
			return true;
	return false;
}

const char *
http_url_read(const char *text, struct http_url *ret)
{
	struct http_url u = { .https = strncasecmp(text, "https://", 8) == 0 };
	const char *s = text + (u.https ? 8 : 7);

	if (!u.https && strncasecmp(text, "http://", 7) != 0)
		return MESSAGE("http_redirect_scheme");
	if (has_wrong_byte(text))
		return MESSAGE("url_blank");
	if (memchr(s, '@', strcspn(s, "/?#")) != NULL)
		return MESSAGE("http_redirect_login");
	u.host = s;
	u.host_len = host_len(s);
	u.port = u.https ? 443 : 80;
	s += u.host_len;
	if (u.host_len == 0 || !read_port(&s, &u.port) ||
	    (*s != '\0' && strchr("/?#", *s) == NULL))
		return MESSAGE("url_no_host");
	u.rest = s;
	*ret = u;
	return NULL;
}

bool
http_url_is_same_origin(const struct http_url *a, const struct http_url *b)
{
	return a->https == b->https && a->port == b->port &&
	    a->host_len == b->host_len &&
	    strncasecmp(a->host, b->host, a->host_len) == 0;
}
