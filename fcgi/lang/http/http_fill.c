/*
 * http_fill.c: inserts the values of an http step, each encoded for its place.
 *
 * The place decides: a part of the path, the query, a header, a JSON string, a
 * form field, XML, plain text.  A value never moves the border of its place: in
 * a path it adds neither a slash nor "..", in a header no line, in JSON it does
 * not end the string.  A value that has no encoding for its place is refused
 * before anything is sent; nothing is dropped or replaced.
 */
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/http/http_fill.h"
#include "lang/http/http_fill_xml.h"
#include "lang/http/http_url.h"

struct filling {
	struct arena *arena;
	struct http_filling *from;
	struct fault *fault;
	int line;           /* of the document */
	char name[65];      /* of the value */
	const char *before; /* the text before it */
	size_t before_len;
	bool quoted;      /* JSON: inside a string */
	bool escaped;     /* after a single backslash */
	bool used;        /* a value was inserted */
	const char *json; /* of an item: its JSON, else NULL */
};

/* Appends the value for its place, or returns the reason of a refusal. */
typedef const char *(*place_fn)(
    struct filling *f, const char *value, struct buf *out);

static enum err
refuse(const struct filling *f, const char *why)
{
	return fault_set(f->fault, ERR_INVALID, "http_value", NULL,
	    "http_value name=%s line=%d reason=%s", f->name, f->line, why);
}

static enum err
wrong(const struct filling *f, const char *what)
{
	return fault_set(f->fault, ERR_INVALID, "http", NULL,
	    "http_line line=%d reason=%s", f->line, what);
}

static const char *
place_path(struct filling *f, const char *value, struct buf *out)
{
	(void)f;
	if (*value == '\0')
		return MESSAGE("http_value_empty");
	encode_url(value, strlen(value), out);
	return NULL;
}

static const char *
place_query(struct filling *f, const char *value, struct buf *out)
{
	(void)f;
	encode_url(value, strlen(value), out);
	return NULL;
}

static const char *
place_host(struct filling *f, const char *value, struct buf *out)
{
	(void)f;
	if (*value == '\0' ||
	    value[strspn(value,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")] != '\0')
		return MESSAGE("http_value_host");
	buf_puts(out, value);
	return NULL;
}

static const char *
place_header(struct filling *f, const char *value, struct buf *out)
{
	size_t len = strlen(value);

	(void)f;
	if (!http_is_field(value))
		return MESSAGE("http_value_control");
	if (len > 0 &&
	    (strchr(" \t", value[0]) != NULL ||
		strchr(" \t", value[len - 1]) != NULL))
		return MESSAGE("http_value_blank");
	buf_puts(out, value);
	return NULL;
}

static const char *
place_json(struct filling *f, const char *value, struct buf *out)
{
	struct json_object *v = NULL;
	bool plain;

	if (f->escaped)
		return MESSAGE("http_value_backslash");
	if (f->quoted) {
		encode_json(value, strlen(value), out);
		return NULL;
	}
	if (f->json != NULL) {
		buf_puts(out, f->json);
		return NULL;
	}
	plain = *value != '"' &&
	    json_read(value, strlen(value), &v, NULL) == ERR_OK &&
	    !json_object_is_type(v, json_type_object) &&
	    !json_object_is_type(v, json_type_array);
	json_object_put(v);
	if (!plain)
		return MESSAGE("http_value_json");
	buf_puts(out, value);
	return NULL;
}

static const char *
place_xml(struct filling *f, const char *value, struct buf *out)
{
	return http_fill_xml(f->before, f->before_len, value, out);
}

/* A header of a part: names and file names are quoted there. */
static const char *
place_part(struct filling *f, const char *value, struct buf *out)
{
	if (strpbrk(value, "\"\\") != NULL)
		return MESSAGE("http_value_part");
	return place_header(f, value, out);
}

static const char *
place_text(struct filling *f, const char *value, struct buf *out)
{
	(void)f;
	buf_puts(out, value);
	return NULL;
}

static const char *
place_unknown(struct filling *f, const char *value, struct buf *out)
{
	(void)f;
	(void)value;
	(void)out;
	return MESSAGE("http_value_type");
}

/* Scans JSON text to find out whether its end is inside a string. */
static bool
is_quoted(bool quoted, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == '\\' && quoted)
			i++;
	}
	return quoted;
}

/*
 * True if the text ends with an odd number of backslashes: the last one escapes
 * the next character.
 */
static bool
ends_escaped(const char *s, size_t len)
{
	bool odd = false;

	for (; len > 0 && s[len - 1] == '\\'; len--)
		odd = !odd;
	return odd;
}

/*
 * A value, or a part of the item.  An object or a list has a place in JSON and
 * in a text alone.
 */
static const char *
find_value(struct filling *f, place_fn place, const char **ret_why)
{
	struct http_filling *from = f->from;
	struct http_item item;

	f->json = NULL;
	*ret_why = MESSAGE("http_value_unknown");
	if (from->item == NULL || !values_is_item(f->name))
		return from->value(from->ctx, f->name);
	*ret_why = from->item(from->item_ctx, f->name + strlen("item"), &item);
	if (*ret_why != NULL)
		return NULL;
	f->json = item.json;
	*ret_why = MESSAGE("http_value_object");
	return item.text != NULL                         ? item.text
	    : place == place_json || place == place_text ? item.json
							 : NULL;
}

/* Appends text with its values inserted; counts lines if there are several. */
static enum err
fill(struct filling *f, const char *s, size_t len, place_fn place,
    struct buf *out)
{
	size_t from = 0, at = 0, size;
	const char *value, *why;

	f->quoted = false;
	while (values_next(s, len, &at, &size, f->name)) {
		for (size_t i = from; i < at; i++)
			f->line += s[i] == '\n';
		f->used = true;
		f->quoted = is_quoted(f->quoted, s + from, at - from);
		f->escaped = ends_escaped(s + from, at - from);
		f->before = s;
		f->before_len = at;
		buf_put(out, s + from, at - from);
		if ((value = find_value(f, place, &why)) == NULL)
			return refuse(f, why);
		if ((why = place(f, value, out)) != NULL)
			return refuse(f, why);
		at += size;
		from = at;
	}
	buf_put(out, s + from, len - from);
	return ERR_OK;
}

/* Percent-encodes bytes that a URL cannot contain. */
static void
tidy_url(struct buf *url)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < url->len; i++)
		if ((unsigned char)url->data[i] >= 0x80)
			encode_url(url->data + i, 1, &out);
		else
			buf_putc(&out, url->data[i]);
	buf_clear(url);
	*url = out;
}

/* A segment "." or "..", which servers and proxies resolve. */
static bool
climbs(const char *path)
{
	const char *end = path + strcspn(path, "?");

	while (path < end) {
		size_t n = strcspn(path, "/?");

		if ((n == 1 && path[0] == '.') ||
		    (n == 2 && memcmp(path, "..", 2) == 0))
			return true;
		path += n + (path + n < end);
	}
	return false;
}

/* The length of "https://host:port" of an address, or 0. */
static size_t
origin_len(const char *url)
{
	size_t n = text_starts(url, "https://") ? 8
	    : text_starts(url, "http://")       ? 7
						: 0;

	return n > 0 && strcspn(url + n, "/?") > 0 ? n + strcspn(url + n, "/?")
						   : 0;
}

static enum err
read_url(struct filling *f, const char *url, struct http_url *ret)
{
	const char *why = http_url_read(url, ret);

	return why == NULL
	    ? ERR_OK
	    : fault_set(f->fault, ERR_INVALID, "http", NULL,
		  "http_address line=%d reason=%s", f->line, why);
}

static enum err
fill_origin(struct filling *f, const char *base, const char *url, size_t n,
    struct buf *out)
{
	struct http_url to, own;
	size_t scheme;
	enum err err;

	if (n == 0 && url[0] != '/')
		return wrong(f, MESSAGE("http_address_form"));
	if (n == 0 && base == NULL)
		return wrong(f, MESSAGE("http_no_server"));
	if (n == 0) {
		size_t len = strlen(base);

		while (len > 0 && base[len - 1] == '/')
			len--;
		buf_put(out, base, len);
		return ERR_OK;
	}
	scheme = url[4] == 's' ? 8 : 7;
	buf_put(out, url, scheme);
	err = fill(f, url + scheme, n - scheme, place_host, out);
	if (err != ERR_OK)
		return err;
	if (strchr(buf_text(out), '@') != NULL)
		return wrong(f, MESSAGE("http_address_login"));
	if ((err = read_url(f, buf_text(out), &to)) != ERR_OK)
		return err;
	if (base != NULL &&
	    (http_url_read(base, &own) != NULL ||
		!http_url_is_same_origin(&to, &own)))
		return wrong(f, MESSAGE("http_other_server"));
	return ERR_OK;
}

static enum err
fill_url(struct filling *f, const char *base, const char *url, const char **ret)
{
	struct buf out = { 0 };
	struct http_url whole;
	size_t n = origin_len(url), path, query;
	enum err err = fill_origin(f, base, url, n, &out);

	if (err != ERR_OK)
		goto out;
	path = out.len;
	query = strcspn(url + n, "?");
	f->used = false;
	if ((err = fill(f, url + n, query, place_path, &out)) != ERR_OK)
		goto out;
	if (f->used && climbs(buf_text(&out) + path)) {
		err = refuse(f, MESSAGE("http_value_dots"));
		goto out;
	}
	err = fill(
	    f, url + n + query, strlen(url + n + query), place_query, &out);
	tidy_url(&out);
	if (err == ERR_OK && path > 0) /* whole; without a base it is a path */
		err = read_url(f, buf_text(&out), &whole);
	if (err == ERR_OK)
		*ret = arena_strdup(f->arena, buf_text(&out));
out:
	buf_clear(&out);
	return err;
}

/* The kind of a text by its Content-Type, else by its first byte. */
static place_fn
place_of(const char *type, const char *text)
{
	size_t n;

	if (type == NULL)
		return text[0] == '{' || text[0] == '[' ? place_json
							: place_text;
	n = strcspn(type, "; \t");
	if ((n == 16 && strncasecmp(type, "application/json", n) == 0) ||
	    (n > 5 && strncasecmp(type + n - 5, "+json", 5) == 0))
		return place_json;
	if (n == 33 &&
	    strncasecmp(type, "application/x-www-form-urlencoded", n) == 0)
		return place_query;
	if ((n == 15 && strncasecmp(type, "application/xml", n) == 0) ||
	    (n == 8 && strncasecmp(type, "text/xml", n) == 0) ||
	    (n > 4 && strncasecmp(type + n - 4, "+xml", 4) == 0))
		return place_xml;
	return n == 10 && strncasecmp(type, "text/plain", n) == 0
	    ? place_text
	    : place_unknown;
}

static enum err
fill_body(struct filling *f, struct http_body *b, place_fn place)
{
	struct buf out = { 0 };
	enum err err;

	if (b->text == NULL)
		return ERR_OK;
	f->line = b->line;
	err = fill(f, b->text, b->len, place, &out);
	if (err == ERR_OK) {
		b->text = arena_strndup(f->arena, buf_text(&out), out.len);
		b->len = out.len;
	}
	buf_clear(&out);
	return err;
}

static enum err
fill_headers(struct filling *f, struct http_headers *h, place_fn place)
{
	struct http_header *all = arena_alloc(
	    f->arena, (h->count + 1) * sizeof(*all));
	struct buf value = { 0 };
	enum err err = ERR_OK;

	for (size_t i = 0; i < h->count && err == ERR_OK; i++) {
		f->line = h->all[i].line;
		buf_reset(&value);
		err = fill(
		    f, h->all[i].value, strlen(h->all[i].value), place, &value);
		all[i] = (struct http_header){ h->all[i].name,
			arena_strdup(f->arena, buf_text(&value)),
			h->all[i].line };
	}
	h->all = all;
	buf_clear(&value);
	return err;
}

static enum err
fill_parts(struct filling *f, struct http_request *q)
{
	struct http_part *all = arena_alloc(
	    f->arena, (q->parts_count + 1) * sizeof(*all));
	enum err err = ERR_OK;

	for (size_t i = 0; i < q->parts_count && err == ERR_OK; i++) {
		struct http_part *part = &all[i];

		*part = q->parts[i];
		err = fill_headers(f, &part->headers, place_part);
		if (err == ERR_OK && part->body.text != NULL)
			err = fill_body(f, &part->body,
			    place_of(
				http_header(&part->headers, "Content-Type"),
				part->body.text));
	}
	q->parts = all;
	return err;
}

enum err
http_fill(struct http_filling *from, const struct http_request *r,
    struct http_request *ret, struct fault *fault)
{
	struct filling f = { .arena = from->arena,
		.from = from,
		.fault = fault,
		.line = r->line };
	struct http_request q = *r;
	enum err err = fill_url(&f, from->base, r->url, &q.url);

	if (err == ERR_OK)
		err = fill_headers(&f, &q.headers, place_header);
	if (err == ERR_OK && q.body.text != NULL)
		err = fill_body(&f, &q.body,
		    place_of(
			http_header(&q.headers, "Content-Type"), q.body.text));
	if (err == ERR_OK)
		err = fill_parts(&f, &q);
	if (err == ERR_OK)
		*ret = q;
	else
		from->line = f.line;
	return err;
}
