/*
 * act_http_text.c: the text of an http step, as .http files are written.
 *
 *	### a line of three hashes begins the next request
 *	# a comment
 *	POST /v1/clients
 *	Content-Type: application/json
 *
 *	{"name": "{{name}}"}
 *
 * Values are not looked at here: what is method, URL, header and body is
 * decided by the document alone, before any value is filled in.  What other
 * tools add to the format (@variables, < files) is refused, since a line that
 * is silently ignored would be sent as something else.
 */
#include <string.h>

#include "base/text.h"
#include "step/act_http.h"

struct reader {
	struct arena	*arena;
	const char	*at;		/* the next line */
	int		 line;		/* of the document */
	const char	*text;		/* the line that was read */
	size_t		 len;
	struct fault	*fault;
};

/* Reads the next line of the request; false: it, or the text, has ended. */
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
	return r->text[0] == '#' || (r->len > 1 && r->text[0] == '/' &&
	    r->text[1] == '/');
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
	return fault_set(r->fault, ERR_INVALID, "http", NULL, "Nothing was "
	    "sent: in line %d, %s", r->line, what);
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
		return wrong(r, "a request begins with its method (GET, HEAD, "
		    "POST, PUT, PATCH, DELETE or OPTIONS) and its address.");
	for (start = n; start < len && r->text[start] == ' '; start++)
		;
	for (end = start; end < len && r->text[end] != ' '; end++)
		;
	if (start == end)
		return wrong(r, "the address is missing after the method.");
	if (end < len && (len - end < 6 ||
	    memcmp(r->text + end, " HTTP/", 6) != 0))
		return wrong(r, "the address has a blank in it: write %20.");
	q->line = r->line;
	q->method = arena_strndup(r->arena, r->text, n);
	q->url = arena_strndup(r->arena, r->text + start, end - start);
	if (!http_is_field(q->url) || strpbrk(q->url, "#\t") != NULL)
		return wrong(r, "the address has a # or a control character "
		    "in it, which is not sent: write it as %23, or drop it.");
	return ERR_OK;
}

static enum err
read_header(struct reader *r, struct http_request *q)
{
	static const char *const ours[] = { "Host", "Content-Length",
	    "Transfer-Encoding", "Connection", "Upgrade", "Expect" };
	const char *colon = memchr(r->text, ':', r->len);
	struct http_header *h, *old = q->headers;
	size_t n, end = r->len;

	if (colon == NULL || !http_is_token(r->text,
	    (size_t)(colon - r->text)))
		return wrong(r, "a header is written Name: value. Put a blank "
		    "line before the body.");
	q->headers = arena_alloc(r->arena,
	    (q->headers_count + 1) * sizeof(*h));
	if (q->headers_count > 0)
		memcpy(q->headers, old, q->headers_count * sizeof(*h));
	h = &q->headers[q->headers_count++];
	n = (size_t)(colon - r->text) + 1;
	h->name = arena_strndup(r->arena, r->text, n - 1);
	while (n < end && strchr(" \t", r->text[n]) != NULL)
		n++;
	while (end > n && strchr(" \t", r->text[end - 1]) != NULL)
		end--;
	h->value = arena_strndup(r->arena, r->text + n, end - n);
	h->line = r->line;
	if (!http_is_field(h->value))
		return wrong(r, "the header has a control character in it.");
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(h->name, ours[i]) == 0)
			return wrong(r, "this header follows from the request "
			    "itself (Host, Content-Length, Transfer-Encoding, "
			    "Connection, Upgrade, Expect): remove it.");
	return ERR_OK;
}

static enum err
read_body(struct reader *r, struct http_request *q)
{
	struct buf body = {0};
	enum err err = ERR_OK;
	size_t blank = 0;		/* lines that may end the body */

	while (err == ERR_OK && next_line(r)) {
		if (is_blank(r)) {
			blank++;
			continue;
		}
		if (body.len == 0 && r->len > 1 && r->text[0] == '<' &&
		    strchr(" @\t", r->text[1]) != NULL)
			err = wrong(r, "a kept file as the body (< name) is "
			    "not yet executable: write the body here.");
		for (; body.len > 0 && blank > 0; blank--)
			buf_putc(&body, '\n');
		blank = 0;
		if (body.len > 0)
			buf_putc(&body, '\n');
		else
			q->body_line = r->line;
		buf_put(&body, r->text, r->len);
	}
	if (body.len > 0) {
		q->body = arena_strndup(r->arena, body.data, body.len);
		q->body_len = body.len;
	}
	buf_clear(&body);
	return err;
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
		return wrong(r, "@variables of .http files are not known "
		    "here: make it a parameter of the runbook, and write "
		    "{{name}}.");
	*ret_any = true;
	if ((err = read_first(r, q)) != ERR_OK)
		return err;
	while (next_line(r)) {
		if (is_blank(r))
			return read_body(r, q);
		if (!is_comment(r) && (err = read_header(r, q)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
http_parse(struct arena *a, const char *text, int line,
    struct http_request **ret, size_t *ret_count, struct fault *fault)
{
	struct reader r = { .arena = a, .at = text, .line = line - 1,
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
		r.at += strcspn(r.at, "\n");	/* the line of ### */
		r.at += *r.at == '\n';
		r.line++;
	} while (n < most);
	if (n == 0)
		return wrong(&r, "the block has no request in it.");
	*ret = list;
	*ret_count = n;
	return ERR_OK;
}

const char *
http_header(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->headers_count; i++)
		if (strcasecmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return NULL;
}

bool
http_status_fits(const char *codes, long status)
{
	const char *s = codes != NULL ? codes : "2xx";

	while (*s != '\0') {
		size_t n = strcspn(s, ",");
		long code = status;

		if (n == 3) {
			bool fits = true;

			for (size_t i = 3; i-- > 0; code /= 10)
				if (s[i] != 'x' && s[i] != 'X' &&
				    s[i] != '0' + code % 10)
					fits = false;
			if (fits)
				return true;
		}
		s += n + (s[n] == ',');
		s += strspn(s, " ");
	}
	return false;
}
