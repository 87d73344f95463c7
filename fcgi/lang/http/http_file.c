/*
 * http_file.c: the text of an http step, as .http files are written.
 *
 *	### a line of three hashes begins the next request
 *	# a comment
 *	POST /v1/clients
 *	Content-Type: application/json
 *
 *	{"name": "{{name}}"}
 *
 * Values are not looked at here: what is method, URL, header and body is
 * decided by the document alone, before any value is filled in.  Additions of
 * other tools to the format (@variables, < ./files) are refused, since a line
 * that is silently ignored would be sent as something else.
 */
#include <string.h>

#include "base/buf.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/http/http_file.h"

struct reader {
	struct arena *arena;
	const char *at;   /* the next line */
	int line;         /* of the document */
	const char *text; /* the line that was read */
	size_t len;
	int *wrong_line;
	struct fault *fault;
};

/* Reads the next line of the request; false: end of the request or text. */
static bool
next_line(struct reader *r)
{
	if (*r->at == '\0' || text_starts(r->at, "###"))
		return false;
	r->text = r->at;
	r->len = strcspn(r->at, "\n");
	r->at += r->len + (r->at[r->len] == '\n');
	r->line++;
	while (r->len > 0 && r->text[r->len - 1] == '\r')
		r->len--;
	return true;
}

static bool
is_blank(const struct reader *r)
{
	return strspn(r->text, " \t") >= r->len;
}

static bool
is_comment(const struct reader *r)
{
	return r->text[0] == '#' ||
	    (r->len > 1 && r->text[0] == '/' && r->text[1] == '/');
}

bool
http_is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
			(s[i] >= 'A' && s[i] <= 'Z') ||
			(s[i] >= '0' && s[i] <= '9')) &&
		    (s[i] == '\0' || strchr("!#$%&'*+-.^_`|~", s[i]) == NULL))
			return false;
	return len > 0;
}

bool
http_is_field(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return false;
	return true;
}

static enum err
wrong(const struct reader *r, const char *what)
{
	*r->wrong_line = r->line;
	return fault_set(r->fault, ERR_INVALID, "http", NULL, "%s", what);
}

static bool
is_method(const char *s, size_t len)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT",
		"PATCH", "DELETE", "OPTIONS" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strlen(methods[i]) == len &&
		    memcmp(s, methods[i], len) == 0)
			return true;
	return false;
}

/* METHOD address [HTTP/1.1] */
static enum err
read_first(struct reader *r, struct http_request *q)
{
	size_t len = r->len, n = 0, start, end;

	while (len > 0 && strchr(" \t", r->text[len - 1]) != NULL)
		len--;
	while (n < len && r->text[n] != ' ')
		n++;
	if (!is_method(r->text, n))
		return wrong(r, MESSAGE("http_method"));
	for (start = n; start < len && r->text[start] == ' '; start++)
		;
	for (end = start; end < len && r->text[end] != ' '; end++)
		;
	if (start == end)
		return wrong(r, MESSAGE("http_no_address"));
	if (end < len &&
	    (len - end < 6 || memcmp(r->text + end, " HTTP/", 6) != 0))
		return wrong(r, MESSAGE("http_blank"));
	q->line = r->line;
	q->method = arena_strndup(r->arena, r->text, n);
	q->url = arena_strndup(r->arena, r->text + start, end - start);
	if (!http_is_field(q->url) || strpbrk(q->url, "#\t") != NULL)
		return wrong(r, MESSAGE("http_fragment"));
	return ERR_OK;
}

static enum err
read_header(struct reader *r, struct http_headers *all)
{
	static const char *const ours[] = { "Host", "Content-Length",
		"Transfer-Encoding", "Connection", "Upgrade", "Expect" };
	const char *colon = memchr(r->text, ':', r->len);
	struct http_header *h, *old = all->all;
	size_t n, end = r->len;

	if (colon == NULL || !http_is_token(r->text, (size_t)(colon - r->text)))
		return wrong(r, MESSAGE("http_header_form"));
	all->all = arena_alloc(r->arena, (all->count + 1) * sizeof(*h));
	if (all->count > 0)
		memcpy(all->all, old, all->count * sizeof(*h));
	h = &all->all[all->count++];
	n = (size_t)(colon - r->text) + 1;
	h->name = arena_strndup(r->arena, r->text, n - 1);
	while (n < end && strchr(" \t", r->text[n]) != NULL)
		n++;
	while (end > n && strchr(" \t", r->text[end - 1]) != NULL)
		end--;
	h->value = arena_strndup(r->arena, r->text + n, end - n);
	h->line = r->line;
	if (!http_is_field(h->value))
		return wrong(r, MESSAGE("http_header_control"));
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(h->name, ours[i]) == 0)
			return wrong(r, MESSAGE("http_header_own"));
	return ERR_OK;
}

/* "< name": sends an artifact of an earlier step. */
static bool
is_artifact(const struct reader *r)
{
	return r->len > 1 && r->text[0] == '<' &&
	    strchr(" @\t", r->text[1]) != NULL;
}

static enum err
read_artifact(struct reader *r, struct http_body *b)
{
	size_t from = 1, end = r->len;
	const char *name;

	while (from < end && strchr(" \t", r->text[from]) != NULL)
		from++;
	while (end > from && strchr(" \t", r->text[end - 1]) != NULL)
		end--;
	name = arena_strndup(r->arena, r->text + from, end - from);
	b->line = r->line;
	if (text_is_id(name))
		b->artifact = name;
	else if (text_is_beneath(name))
		b->file = name;
	else
		return wrong(r, MESSAGE("http_sends"));
	return ERR_OK;
}

/* The line --boundary begins a part, --boundary-- ends the last one. */
enum border { BORDER_NONE, BORDER_NEXT, BORDER_LAST };

static enum border
border_at(const struct reader *r, const char *boundary)
{
	size_t n = strlen(boundary) + 2;
	bool last;

	if (r->len < n || memcmp(r->text, "--", 2) != 0 ||
	    memcmp(r->text + 2, boundary, n - 2) != 0)
		return BORDER_NONE;
	last = r->len >= n + 2 && memcmp(r->text + n, "--", 2) == 0;
	n += last ? 2 : 0;
	if (n + strspn(r->text + n, " \t") < r->len)
		return BORDER_NONE;
	return last ? BORDER_LAST : BORDER_NEXT;
}

/*
 * The lines up to the end, or up to a border (boundary NULL: none), without the
 * blank ones at the end.
 */
static enum err
read_text(struct reader *r, const char *boundary, struct http_body *b,
    enum border *ret_border)
{
	struct buf text = { 0 };
	enum err err = ERR_OK;
	size_t blank = 0;

	*ret_border = BORDER_NONE;
	while (err == ERR_OK && *ret_border == BORDER_NONE && next_line(r)) {
		if (boundary != NULL && border_at(r, boundary) != BORDER_NONE) {
			*ret_border = border_at(r, boundary);
		} else if (is_blank(r)) {
			blank++;
		} else if (b->artifact != NULL || b->file != NULL) {
			err = wrong(r, MESSAGE("http_sends_more"));
		} else if (text.len == 0 && is_artifact(r)) {
			err = read_artifact(r, b);
		} else {
			for (; text.len > 0 && blank > 0; blank--)
				buf_putc(&text, '\n');
			blank = 0;
			if (text.len > 0)
				buf_putc(&text, '\n');
			else
				b->line = r->line;
			buf_put(&text, r->text, r->len);
		}
	}
	if (text.len > 0) {
		b->text = arena_strndup(r->arena, text.data, text.len);
		b->len = text.len;
	}
	buf_clear(&text);
	return err;
}

/*
 * The boundary of a Content-Type of multipart/form-data; NULL if it is of
 * another type, "" if it has none.
 */
static const char *
boundary_of(struct reader *r, const struct http_request *q)
{
	const char *type = http_header(&q->headers, "Content-Type");
	const char *s;
	size_t n;

	if (type == NULL || strncasecmp(type, "multipart/", 10) != 0)
		return NULL;
	if (strncasecmp(type, "multipart/form-data", 19) != 0 ||
	    (s = strcasestr(type, "boundary=")) == NULL)
		return "";
	s += strlen("boundary=");
	s += *s == '"';
	n = strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-_.");
	return arena_strndup(r->arena, s, n);
}

static enum err
read_part(struct reader *r, const char *boundary, struct http_part *part,
    enum border *ret_border)
{
	enum err err;

	part->line = r->line;
	while (next_line(r)) {
		if (is_blank(r))
			return read_text(r, boundary, &part->body, ret_border);
		if ((err = read_header(r, &part->headers)) != ERR_OK)
			return err;
	}
	return wrong(r, MESSAGE("http_part_form"));
}

static enum err
read_parts(struct reader *r, const char *boundary, struct http_request *q)
{
	struct http_body around = { 0 };
	enum border border;
	enum err err;

	if (*boundary == '\0')
		return wrong(r, MESSAGE("http_multipart"));
	q->parts = arena_alloc(r->arena, HTTP_PARTS * sizeof(*q->parts));
	if ((err = read_text(r, boundary, &around, &border)) != ERR_OK)
		return err;
	if (around.text != NULL || around.artifact != NULL ||
	    around.file != NULL || border != BORDER_NEXT)
		return wrong(r, MESSAGE("http_boundary"));
	while (border != BORDER_LAST) {
		if (q->parts_count == HTTP_PARTS)
			return wrong(r, MESSAGE("http_many_parts"));
		err = read_part(
		    r, boundary, &q->parts[q->parts_count++], &border);
		if (err != ERR_OK)
			return err;
		if (border == BORDER_NONE)
			return wrong(r, MESSAGE("http_no_end"));
	}
	if ((err = read_text(r, NULL, &around, &border)) != ERR_OK)
		return err;
	return around.text == NULL && around.artifact == NULL &&
		around.file == NULL
	    ? ERR_OK
	    : wrong(r, MESSAGE("http_after_end"));
}

static enum err
read_body(struct reader *r, struct http_request *q)
{
	const char *boundary = boundary_of(r, q);
	enum border border;
	enum err err;

	if (boundary != NULL)
		return read_parts(r, boundary, q);
	if ((err = read_text(r, NULL, &q->body, &border)) != ERR_OK)
		return err;
	if (http_has_body(q) && strcmp(q->method, "HEAD") == 0)
		return wrong(r, MESSAGE("http_head_body"));
	return ERR_OK;
}

/* One request up to the next ###; *ret_any: there was one. */
static enum err
read_request(struct reader *r, struct http_request *q, bool *ret_any)
{
	enum err err;

	*ret_any = false;
	do {
		if (!next_line(r))
			return ERR_OK;
	} while (is_blank(r) || is_comment(r));
	if (r->text[0] == '@')
		return wrong(r, MESSAGE("http_variables"));
	*ret_any = true;
	if ((err = read_first(r, q)) != ERR_OK)
		return err;
	while (next_line(r)) {
		if (is_blank(r))
			return read_body(r, q);
		if (!is_comment(r) &&
		    (err = read_header(r, &q->headers)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
http_parse(struct arena *a, const char *text, int line, struct http_text *ret,
    struct fault *fault)
{
	struct reader r = { .arena = a,
		.at = text,
		.line = line - 1,
		.wrong_line = &ret->wrong_line,
		.fault = fault };
	struct http_request *list, *q;
	size_t most = 1, n = 0;
	bool any;
	enum err err;

	for (const char *s = text; (s = strstr(s, "###")) != NULL; s += 3)
		most++;
	list = arena_alloc(a, most * sizeof(*list));
	do {
		q = &list[n];
		if ((err = read_request(&r, q, &any)) != ERR_OK)
			return err;
		n += any;
		if (*r.at == '\0')
			break;
		r.at += strcspn(r.at, "\n"); /* the line of ### */
		r.at += *r.at == '\n';
		r.line++;
	} while (n < most);
	if (n == 0)
		return wrong(&r, MESSAGE("http_empty"));
	ret->all = list;
	ret->count = n;
	return ERR_OK;
}

const char *
http_header(const struct http_headers *h, const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (strcasecmp(h->all[i].name, name) == 0)
			return h->all[i].value;
	return NULL;
}

bool
http_has_body(const struct http_request *q)
{
	return q->body.text != NULL || q->body.artifact != NULL ||
	    q->body.file != NULL || q->parts_count > 0;
}
