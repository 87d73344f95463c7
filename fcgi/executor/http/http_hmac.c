/*
 * http_hmac.c: signs requests as sign: in targets.yml says.
 *
 * The text is hashed piece by piece, exactly as its bytes are sent: the body
 * with its artifacts, path and query after encoding.
 */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/hmac.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "executor/http/http_hmac.h"
#include "lang/http/http_sign.h"
#include "lang/http/http_url.h"

struct signing {
	struct json_object *sign;
	const struct http_request *request;
	struct payload *body;
	char time[24]; /* seconds since 1970 */
};

static const char *
value_text(struct json_object *sign)
{
	return json_text(sign, "value", SIGN_DEFAULT_VALUE);
}

static bool
put_body(struct payload *body, struct hmac *h)
{
	static char block[65536];
	ssize_t n;

	payload_rewind(body);
	while ((n = payload_read(body, block, sizeof(block))) > 0)
		hmac_put(h, block, (size_t)n);
	payload_rewind(body);
	return n == 0;
}

/* Path and query as libcurl sends them; http_fill() has read the URL. */
static void
put_path(const char *url, struct hmac *h)
{
	struct http_url u = { 0 };

	if (http_url_read(url, &u) != NULL)
		log_bug("a URL that was not checked");
	if (*u.rest != '/')
		hmac_put(h, "/", 1);
	hmac_put(h, u.rest, strcspn(u.rest, "#"));
}

/* Hashes what the text names. */
static bool
put_text(struct signing *s, const char *text, struct hmac *h)
{
	bool ok = true;
	enum sign_word word;
	size_t len;

	while (ok && (word = sign_next(&text, &len)) != SIGN_END) {
		if (word == SIGN_TEXT)
			hmac_put(h, text - len, len);
		else if (word == SIGN_BODY)
			ok = put_body(s->body, h);
		else if (word == SIGN_TIMESTAMP)
			hmac_put(h, s->time, strlen(s->time));
		else if (word == SIGN_METHOD)
			hmac_put(
			    h, s->request->method, strlen(s->request->method));
		else if (word == SIGN_PATH)
			put_path(s->request->url, h);
		else
			log_bug("a text of sign: that was not checked");
	}
	return ok;
}

/* The value of the header. */
static void
put_value(struct signing *s, const unsigned char *mac, size_t mac_len,
    struct buf *out)
{
	const char *text = value_text(s->sign);
	enum sign_word word;
	size_t len;

	while ((word = sign_next(&text, &len)) != SIGN_END) {
		if (word == SIGN_TEXT)
			buf_put(out, text - len, len);
		else if (word == SIGN_HEX)
			encode_hex(mac, mac_len, false, out);
		else if (word == SIGN_BASE64)
			encode_base64(mac, mac_len, out);
		else if (word == SIGN_TIMESTAMP)
			buf_puts(out, s->time);
		else if (word == SIGN_SECRET)
			buf_puts(out, json_text(s->sign, "secret", ""));
		else
			log_bug("a value of sign: that was not checked");
	}
}

bool
http_hmac(struct arena *a, struct json_object *sign,
    const struct http_request *q, struct payload *body, int64_t now,
    struct http_headers *ret)
{
	struct signing s = { .sign = sign, .request = q, .body = body };
	const char *hash = json_text(sign, "hmac", NULL);
	const char *secret = json_text(sign, "secret", "");
	const char *time = json_text(sign, "timestamp", NULL);
	unsigned char mac[HMAC_BYTES_MAX];
	size_t mac_len = 0;
	struct buf value = { 0 };
	struct hmac h;
	bool ok = true;

	*ret = (struct http_headers){ arena_alloc(a, 2 * sizeof(*ret->all)),
		0 };
	snprintf(s.time, sizeof(s.time), "%lld", (long long)(now / 1000));
	if (hash != NULL) {
		hmac_begin(&h, hash, secret, strlen(secret));
		ok = put_text(
		    &s, json_text(sign, "text", SIGN_DEFAULT_TEXT), &h);
		mac_len = hmac_end(&h, mac);
	}
	put_value(&s, mac, mac_len, &value);
	ret->all[ret->count++] = (struct http_header){ json_text(
							   sign, "header", ""),
		arena_strdup(a, buf_text(&value)), 0 };
	if (time != NULL)
		ret->all[ret->count++] = (struct http_header){ time,
			arena_strdup(a, s.time), 0 };
	buf_clear(&value);
	return ok;
}

bool
http_hmac_is_unfit(struct json_object *sign)
{
	return (sign_words(value_text(sign)) & SIGN_SECRET) != 0 &&
	    !http_is_field(json_text(sign, "secret", ""));
}

void
http_hmac_show(struct json_object *sign, struct buf *out)
{
	const char *hash = json_text(sign, "hmac", NULL);

	if (hash != NULL)
		buf_printf(out, "%s: (HMAC-%s of %s)\n",
		    json_text(sign, "header", ""),
		    text_eq(hash, "sha1") ? "SHA1" : "SHA256",
		    json_text(sign, "text", SIGN_DEFAULT_TEXT));
	else
		buf_printf(
		    out, "%s: (a secret)\n", json_text(sign, "header", ""));
}
