/*
 * http_redirect.c: the request that follows a redirect.
 *
 * libcurl's own redirects are disabled: the server decides the destination, so
 * each is a separate request here, shown, with its address checked like the
 * first one's.  Secrets stay with their server: a request to another scheme,
 * host or port gets no credentials, only headers of the document that say what
 * is accepted, and no body, even if it leads back to the first server.  A
 * redirect from https to http is refused.
 */
#include <string.h>

#include "base/message.h"
#include "executor/http/http_redirect.h"
#include "lang/http/http_url.h"

bool
http_is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308;
}

/* NULL, or why the redirect may not be followed. */
static const char *
refused(const struct http_url *from, const char *text, struct http_url *to)
{
	const char *why = http_url_read(text, to);

	if (why == NULL && from->https && !to->https)
		return MESSAGE("http_redirect_plain");
	return why;
}

/* Copies the headers for which wanted() returns true, in order. */
static void
filter_headers(
    struct arena *a, struct http_headers *h, bool (*wanted)(const char *name))
{
	struct http_header *all = arena_alloc(a, (h->count + 1) * sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < h->count; i++)
		if (wanted(h->all[i].name))
			all[n++] = h->all[i];
	h->all = all;
	h->count = n;
}

static bool
is_for_anybody(const char *name)
{
	return strcasecmp(name, "Accept") == 0 ||
	    strcasecmp(name, "Accept-Language") == 0 ||
	    strcasecmp(name, "User-Agent") == 0;
}

static bool
is_not_of_body(const char *name)
{
	return strncasecmp(name, "Content-", 8) != 0;
}

static void
drop_body(struct arena *a, struct hop *hop)
{
	struct http_request *q = &hop->request;

	hop->body = false;
	q->body = (struct http_body){ 0 };
	q->parts_count = 0;
	filter_headers(a, &q->headers, is_not_of_body);
}

const char *
http_follow(struct arena *a, long status, const char *to, struct hop *hop)
{
	struct http_request *q = &hop->request;
	bool post = strcmp(q->method, "POST") == 0;
	struct http_url from, next;
	const char *why = http_url_read(q->url, &from);

	if (why == NULL)
		why = refused(&from, to, &next);
	if (why != NULL)
		return why;
	if ((status == 303 && strcmp(q->method, "HEAD") != 0) ||
	    (post && (status == 301 || status == 302))) {
		q->method = "GET";
		drop_body(a, hop);
	}
	if (!http_url_is_same_origin(&from, &next)) {
		if (strcmp(q->method, "GET") != 0 &&
		    strcmp(q->method, "HEAD") != 0)
			return MESSAGE("http_redirect_other");
		hop->stranger = true;
		filter_headers(a, &q->headers, is_for_anybody);
		drop_body(a, hop);
	}
	q->url = arena_strdup(a, to);
	return NULL;
}
