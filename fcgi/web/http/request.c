/*
 * request.c: one request, parsed and checked, independent of FastCGI.
 *
 * A body is a form or JSON; handlers find one object of fields either way.
 * Malformed input is refused here.  The Accept header is matched coarsely on
 * purpose: a browser sends text/html, a program application/json, an event
 * source text/event-stream.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "html/url.h"
#include "web/http/cookie.h"
#include "web/http/nginx_fault.h"
#include "web/http/read_limit.h"
#include "web/http/request.h"

static void
put_object(void *o)
{
	json_object_put(o);
}

struct json_object *
request_own(struct req *req, struct json_object *o)
{
	if (o != NULL)
		arena_defer(req->arena, put_object, o);
	return o;
}

const char *
request_env(const struct req *req, const char *name)
{
	size_t len = strlen(name);

	for (char **e = req->env; *e != NULL; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return *e + len + 1;
	return NULL;
}

const char *
request_cookie(const struct req *req, const char *name)
{
	const char *s = request_env(req, "HTTP_COOKIE");
	size_t len = strlen(name);

	while (s != NULL && *s != '\0') {
		size_t size;

		s += strspn(s, " ;");
		size = strcspn(s, ";");
		if (size > len && s[len] == '=' && memcmp(s, name, len) == 0)
			return arena_strndup(
			    req->arena, s + len + 1, size - len - 1);
		s += size;
	}
	return NULL;
}

static enum method
method_of(const char *s)
{
	if (text_eq(s, "GET"))
		return METHOD_GET;
	if (text_eq(s, "HEAD"))
		return METHOD_HEAD;
	if (text_eq(s, "POST"))
		return METHOD_POST;
	return METHOD_OTHER;
}

/* Without an Accept header the content type of the body decides. */
static enum wants
wants_of(const struct req *req)
{
	const char *accept = request_env(req, "HTTP_ACCEPT");
	const char *type = request_env(req, "CONTENT_TYPE");

	if (accept != NULL && strstr(accept, "text/html") != NULL)
		return WANTS_HTML;
	if (accept != NULL && strstr(accept, "application/json") != NULL)
		return WANTS_JSON;
	if (accept != NULL && strstr(accept, "text/event-stream") != NULL)
		return WANTS_STREAM;
	if (request_env(req, "HTTP_AUTHORIZATION") != NULL)
		return WANTS_JSON;
	return type != NULL && text_starts(type, "application/json")
	    ? WANTS_JSON
	    : WANTS_HTML;
}

static enum err
read_uri(struct req *req)
{
	const char *uri = request_env(req, "REQUEST_URI");
	const char *mark;
	enum err err;

	if (uri == NULL || *uri != '/')
		return fault_set(&req->fault, ERR_INVALID, "malformed_path", "",
		    "malformed_path");
	mark = strchr(uri, '?');
	req->path = mark == NULL
	    ? uri
	    : arena_strndup(req->arena, uri, (size_t)(mark - uri));
	req->query_text = mark == NULL ? "" : mark + 1;
	err = url_read_form(
	    req->query_text, strlen(req->query_text), &req->query);
	if (err != ERR_OK)
		return fault_set(
		    &req->fault, err, "malformed_query", "", "malformed_query");
	request_own(req, req->query);
	return ERR_OK;
}

static enum err
read_body(struct req *req, const char *body, size_t len)
{
	const char *type = request_env(req, "CONTENT_TYPE");
	struct fault why = { 0 };
	enum err err;

	if (type == NULL)
		type = "";
	req->is_form = text_starts(type, "application/x-www-form-urlencoded") ||
	    len == 0;
	if (req->is_form) {
		err = url_read_form(body, len, &req->fields);
		if (err != ERR_OK)
			return fault_set(&req->fault, err, "malformed_form", "",
			    "malformed_form");
	} else if (text_starts(type, "application/json")) {
		err = json_read(body, len, &req->fields, &why);
		if (err != ERR_OK)
			return fault_set(&req->fault, err, "malformed_json", "",
			    "malformed_json reason=%s", why.message);
	} else {
		return fault_set(&req->fault, ERR_INVALID, "malformed_type", "",
		    "malformed_type");
	}
	request_own(req, req->fields);
	if (!json_object_is_type(req->fields, json_type_object))
		return fault_set(&req->fault, ERR_INVALID, "malformed_json", "",
		    "malformed_no_object");
	return ERR_OK;
}

/* A form that could be read goes back to the person. */
static enum err
refuse_large(struct req *req)
{
	enum err err = fault_set(
	    &req->fault, ERR_TOO_LARGE, "body_too_large", "", "body_too_large");

	if (!req->is_form || req->fields == NULL)
		return err;
	req->refused = err;
	return ERR_OK;
}

static void
read_credential(struct req *req)
{
	const char *header = request_env(req, "HTTP_AUTHORIZATION");
	const char *cookie;

	req->session = "";
	req->credential = "";
	if (header != NULL) {
		if (text_starts(header, "Bearer "))
			req->credential = arena_printf(
			    req->arena, "bearer:%.80s", header + 7);
		return;
	}
	cookie = cookie_get(req, "session");
	if (cookie == NULL || strlen(cookie) != 2 * AUTH_SECRET_BYTES)
		return;
	req->session = cookie;
	req->credential = arena_printf(req->arena, "session:%s", cookie);
}

enum err
request_init(struct req *req, struct web *web, struct arena *arena, char **env,
    const char *body, size_t body_len)
{
	const char *lang, *address;
	enum err err;

	*req = (struct req){ .web = web,
		.arena = arena,
		.env = env,
		.path = "/",
		.query_text = "",
		.step = "",
		.name = "",
		.actor = { .name = "" },
		.verb = VERB__MAX };
	req->method = method_of(request_env(req, "REQUEST_METHOD"));
	req->wants = wants_of(req);
	lang = cookie_get(req, "lang");
	req->lang = lang != NULL
	    ? catalogue_language(lang)
	    : catalogue_accept(request_env(req, "HTTP_ACCEPT_LANGUAGE"));
	address = request_env(req, "REMOTE_ADDR");
	req->address = address != NULL ? address : "";
	read_credential(req);
	err = read_uri(req);
	if ((req->refused = nginx_fault(req)) != ERR_OK)
		return ERR_OK;
	if (err == ERR_OK && body_len <= REQUEST_MAX_READ)
		err = read_body(req, body != NULL ? body : "", body_len);
	if (err == ERR_OK && body_len > REQUEST_MAX_BODY)
		err = refuse_large(req);
	return err;
}

enum err
request_sign_in(struct req *req)
{
	char *name = arena_alloc(req->arena, 65);
	enum err err;

	if (*req->credential == '\0' && req->key == NULL)
		return ERR_UNAUTHENTICATED;
	if (req->web->db == NULL)
		return ERR_UNAVAILABLE;
	err = req->key != NULL
	    ? auth_find_key(req->web->db, req->key, name, &req->actor)
	    : auth_find(req->web->db, req->credential, name, &req->actor);
	if (err == ERR_OK)
		request_own(req, req->actor.roles);
	return err;
}

const char *
request_step_url(const struct req *req, int64_t run, const char *step)
{
	struct buf path = { 0 };
	const char *url;

	url_put_path(&path, step);
	url = arena_printf(
	    req->arena, "/runs/%" PRId64 "/steps/%s", run, buf_text(&path));
	buf_clear(&path);
	return url;
}

const char *
request_step_place(const struct req *req, const char *page, const char *step)
{
	struct buf path = { 0 };
	const char *url;

	url_put_path(&path, step);
	url = arena_printf(req->arena, "%s#step-%s", page, buf_text(&path));
	buf_clear(&path);
	return url;
}

enum err
request_unreadable(struct req *req)
{
	enum err err;
	const char *key = read_limit_ended(req->web->limit, &err);

	if (key == NULL) {
		key = "journal_unreadable";
		err = ERR_UNAVAILABLE;
	}
	return fault_set(
	    &req->fault, err, key, "", "%s", request_text(req, key));
}

static const char *
last_text(struct json_object *o, const char *name)
{
	struct json_object *v = json_get(o, name);

	if (json_object_is_type(v, json_type_array))
		v = json_at(v, json_count(v) - 1);
	return json_object_is_type(v, json_type_string)
	    ? json_object_get_string(v)
	    : "";
}

const char *
request_query(const struct req *req, const char *name)
{
	return last_text(req->query, name);
}

const char *
request_field(const struct req *req, const char *name)
{
	return last_text(req->fields, name);
}

const char *
request_text_if(const struct req *req, const char *key)
{
	return catalogue_get(req->web->catalogue, req->lang, key);
}

const char *
request_text(const struct req *req, const char *key)
{
	const char *text = request_text_if(req, key);

	return text != NULL ? text : key;
}

const char *
request_fill(const struct req *req, const char *key, ...)
{
	const char *pairs[9], *filled;
	struct buf text = { 0 };
	size_t n = 0;
	va_list ap;

	va_start(ap, key);
	do {
		pairs[n] = va_arg(ap, const char *);
	} while (pairs[n] != NULL && ++n < 8);
	va_end(ap);
	pairs[n] = NULL;
	catalogue_fill(request_text(req, key), pairs, &text);
	filled = arena_strdup(req->arena, buf_text(&text));
	buf_clear(&text);
	return filled;
}

const char *
request_message(const struct req *req, const char *text)
{
	struct buf out = { 0 };
	const char *shown;

	if (text == NULL)
		return NULL;
	catalogue_render(req->web->catalogue, req->lang, text, &out);
	shown = arena_strdup(req->arena, buf_text(&out));
	buf_clear(&out);
	return shown;
}
