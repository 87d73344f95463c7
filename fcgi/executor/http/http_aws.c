/*
 * http_aws.c: signs requests for AWS and S3 servers (AWS Signature Version 4).
 *
 * libcurl 7.88 can sign, but neither sorts nor encodes a query as the server
 * does, and does not sign the hash of a body that it streams; such requests are
 * refused.  These hundred lines were checked against the examples of the
 * service's documentation and a server that verifies.
 *
 * The signature covers method, path, query, Host, all X-Amz-* headers and the
 * hash of the body.  Path and query are decoded and encoded again, as the
 * server does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/log.h"
#include "executor/http/http_aws.h"
#include "lang/http/http_url.h"

#define HASH 32

struct signing {
	struct arena *arena;
	struct json_object *aws;
	const struct http_request *request;
	char date[20];                /* 20130524T000000Z */
	char hash[2 * HASH + 1];      /* of the body */
	struct http_headers *headers; /* headers to add */
	struct buf canonical;
	struct buf names; /* of the signed headers */
};

static void
hmac(const void *key, size_t len, const char *text, unsigned char out[HASH])
{
	sha256_hmac(key, len, text, strlen(text), out);
}

static bool
hash_body(struct payload *body, char hex[2 * HASH + 1])
{
	static char block[65536];
	unsigned char hash[HASH];
	struct sha256 h;
	ssize_t n;

	sha256_begin(&h);
	payload_rewind(body);
	while ((n = payload_read(body, block, sizeof(block))) > 0)
		sha256_put(&h, block, (size_t)n);
	payload_rewind(body);
	sha256_end(&h, hash);
	text_hex(hash, HASH, hex);
	return n == 0;
}

static void
add_header(struct signing *s, const char *name, const char *value)
{
	struct http_headers *h = s->headers;

	h->all[h->count++] = (struct http_header){ name, value, 0 };
}

static int
nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

/* Decodes %XX and encodes all but unreserved characters again. */
static void
put_encoded(const char *s, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%' && i + 2 < len && nibble(s[i + 1]) >= 0 &&
		    nibble(s[i + 2]) >= 0) {
			c = (char)(nibble(s[i + 1]) << 4 | nibble(s[i + 2]));
			i += 2;
		}
		encode_url(&c, 1, out);
	}
}

/* The path of an object's name, in which every slash separates, also %2F. */
static void
put_name(const char *path, size_t len, struct buf *out)
{
	struct buf all = { 0 };

	put_encoded(path, len, &all);
	for (size_t i = 0; i < all.len; i++) {
		bool slash = all.len - i >= 3 &&
		    memcmp(all.data + i, "%2F", 3) == 0;

		buf_putc(out, slash ? '/' : all.data[i]);
		i += slash ? 2 : 0;
	}
	buf_clear(&all);
}

/* S3 signs the path encoded once; other services, encoded twice. */
static void
put_path(struct signing *s, const char *path, size_t len)
{
	struct buf part = { 0 };

	if (len == 0) {
		buf_putc(&s->canonical, '/');
	} else if (text_eq(json_text(s->aws, "service", ""), "s3")) {
		put_name(path, len, &s->canonical);
		return;
	}
	while (len > 0) {
		const char *slash = memchr(path, '/', len);
		size_t n = slash != NULL ? (size_t)(slash - path) : len;

		buf_reset(&part);
		put_encoded(path, n, &part);
		encode_url(buf_text(&part), part.len, &s->canonical);
		if (slash != NULL)
			buf_putc(&s->canonical, '/');
		n += slash != NULL;
		path += n;
		len -= n;
	}
	buf_clear(&part);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Each name=value encoded, in sorted order.  "!" stands for "=" during the
 * sort, as it sorts before all characters of names and values.
 */
static void
put_query(struct signing *s, const char *query)
{
	size_t most = 1, count = 0;
	struct buf one = { 0 };
	char **all;

	for (const char *p = query; *p != '\0'; p++)
		most += *p == '&';
	all = arena_alloc(s->arena, most * sizeof(*all));
	while (*query != '\0') {
		size_t n = strcspn(query, "&"), name = strcspn(query, "=");

		name = name < n ? name : n;
		buf_reset(&one);
		put_encoded(query, name, &one);
		buf_putc(&one, '!');
		if (name < n)
			put_encoded(query + name + 1, n - name - 1, &one);
		if (n > 0)
			all[count++] = arena_strdup(s->arena, buf_text(&one));
		query += n + (query[n] == '&');
	}
	if (count > 0)
		qsort(all, count, sizeof(*all), by_text);
	for (size_t i = 0; i < count; i++) {
		*strchr(all[i], '!') = '=';
		buf_printf(&s->canonical, "%s%s", i > 0 ? "&" : "", all[i]);
	}
	buf_clear(&one);
}

static int
by_name(const void *a, const void *b)
{
	const struct http_header *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

/* Trims, and replaces runs of blanks by one. */
static void
put_value(const char *v, struct buf *out)
{
	bool blank = false, begun = false;

	for (; *v != '\0'; v++) {
		if (*v == ' ' || *v == '\t') {
			blank = begun;
			continue;
		}
		if (blank)
			buf_putc(out, ' ');
		buf_putc(out, *v);
		blank = false;
		begun = true;
	}
}

static void
put_headers(struct signing *s, const char *host)
{
	const struct http_headers *own = &s->request->headers;
	struct http_header *all = arena_alloc(
	    s->arena, (own->count + s->headers->count + 1) * sizeof(*all));
	size_t n = 0;

	all[n++] = (struct http_header){ "host", host, 0 };
	for (size_t i = 0; i < own->count; i++)
		if (strncasecmp(own->all[i].name, "x-amz-", 6) == 0)
			all[n++] = own->all[i];
	for (size_t i = 0; i < s->headers->count; i++)
		all[n++] = s->headers->all[i];
	qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&s->names, i > 0 ? ";" : "");
		for (const char *c = all[i].name; *c != '\0'; c++)
			buf_putc(&s->names,
			    *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a')
						   : *c);
	}
	for (size_t i = 0; i < n; i++) {
		for (const char *c = all[i].name; *c != '\0'; c++)
			buf_putc(&s->canonical,
			    *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a')
						   : *c);
		buf_putc(&s->canonical, ':');
		put_value(all[i].value, &s->canonical);
		buf_putc(&s->canonical, '\n');
	}
}

/* The Host header as libcurl sends it: without the scheme's default port. */
static const char *
host_of(struct signing *s, const struct http_url *u)
{
	int len = (int)u->host_len;

	return u->port == (u->https ? 443 : 80)
	    ? arena_printf(s->arena, "%.*s", len, u->host)
	    : arena_printf(s->arena, "%.*s:%d", len, u->host, u->port);
}

/* http_fill() and http_follow() have read the URL. */
static void
put_request(struct signing *s)
{
	struct http_url u = { 0 };
	size_t len;

	if (http_url_read(s->request->url, &u) != NULL)
		log_bug("a URL that was not checked");
	len = strcspn(u.rest, "?");
	buf_printf(&s->canonical, "%s\n", s->request->method);
	put_path(s, u.rest, len);
	buf_putc(&s->canonical, '\n');
	put_query(s, u.rest + len + (u.rest[len] == '?'));
	buf_putc(&s->canonical, '\n');
	put_headers(s, host_of(s, &u));
	buf_printf(&s->canonical, "\n%s\n%s", buf_text(&s->names), s->hash);
}

/* Derives the key of the day, region and service from the secret key. */
static void
derive(struct signing *s, const char *day, unsigned char key[HASH])
{
	const char *first = arena_printf(
	    s->arena, "AWS4%s", json_text(s->aws, "secret_key", ""));

	hmac(first, strlen(first), day, key);
	hmac(key, HASH, json_text(s->aws, "region", ""), key);
	hmac(key, HASH, json_text(s->aws, "service", ""), key);
	hmac(key, HASH, "aws4_request", key);
}

static void
put_authorization(struct signing *s)
{
	unsigned char key[HASH], hash[HASH];
	char hex[2 * HASH + 1], day[9];
	const char *scope, *text;

	memcpy(day, s->date, 8);
	day[8] = '\0';
	scope = arena_printf(s->arena, "%s/%s/%s/aws4_request", day,
	    json_text(s->aws, "region", ""), json_text(s->aws, "service", ""));
	sha256(buf_text(&s->canonical), s->canonical.len, hash);
	text_hex(hash, HASH, hex);
	text = arena_printf(
	    s->arena, "AWS4-HMAC-SHA256\n%s\n%s\n%s", s->date, scope, hex);
	derive(s, day, key);
	hmac(key, HASH, text, hash);
	text_hex(hash, HASH, hex);
	add_header(s, "Authorization",
	    arena_printf(s->arena,
		"AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, "
		"Signature=%s",
		json_text(s->aws, "access_key", ""), scope, buf_text(&s->names),
		hex));
}

bool
http_sign(struct arena *a, struct json_object *aws,
    const struct http_request *q, struct payload *body, int64_t now,
    struct http_headers *ret)
{
	struct signing s = {
		.arena = a, .aws = aws, .request = q, .headers = ret
	};
	time_t seconds = (time_t)(now / 1000);
	struct tm tm;

	*ret = (struct http_headers){ arena_alloc(a, 3 * sizeof(*ret->all)),
		0 };
	gmtime_r(&seconds, &tm);
	strftime(s.date, sizeof(s.date), "%Y%m%dT%H%M%SZ", &tm);
	if (!hash_body(body, s.hash))
		return false;
	add_header(&s, "X-Amz-Date", arena_strdup(a, s.date));
	if (text_eq(json_text(aws, "service", ""), "s3"))
		add_header(&s, "X-Amz-Content-Sha256", arena_strdup(a, s.hash));
	put_request(&s);
	put_authorization(&s);
	buf_clear(&s.canonical);
	buf_clear(&s.names);
	return true;
}
