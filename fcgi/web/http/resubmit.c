/*
 * resubmit.c: a form that comes back with what was entered.
 *
 * A form that is refused stands on the page of the answer, filled in again: a
 * person at a phone does not type a reason twice.  Of one that was sent after
 * its session had ended, the input must not be lost by the sign-in: the sign-in
 * form carries it, and afterwards the form is shown again, filled in, and has
 * to be sent again.  The server stores nothing meanwhile.  Secrets are never
 * carried: FIELD_SECRET of commands.def, and parameters that our pages mark
 * with
 * `_secret`.  If the previous page has no such form any more (the run has gone
 * on), the input is listed.
 */
#include <string.h>

#include "base/text.h"
#include "plan/command.h"
#include "html/form.h"
#include "html/render.h"
#include "html/url.h"
#include "web/http/resubmit.h"
#include "web/http/cookie.h"
#include "web/views/model.h"
#include "web/http/route.h"

#define MOST (256 * 1024) /* bytes of the encoded fields; resume_too_large */

struct carry {
	const char *path;   /* to which the form was sent */
	const char *page;   /* page with the form; "": unknown */
	const char *fields; /* as a query, without secrets */
	bool secret;        /* there was a secret */
	bool too_large;
};

static bool
has_name(struct json_object *names, const char *name)
{
	size_t n = json_object_is_type(names, json_type_array)
	    ? json_count(names)
	    : 0;

	if (json_object_is_type(names, json_type_string))
		return text_eq(json_object_get_string(names), name);
	for (size_t i = 0; i < n; i++)
		if (text_eq(json_object_get_string(json_at(names, i)), name))
			return true;
	return false;
}

/*
 * A form that could be read, of an address of ours: of another, nobody knows
 * which field is a secret.
 */
static bool
has_form(const struct req *req)
{
	return req->method == METHOD_POST && req->is_form &&
	    req->fields != NULL && req->verb != VERB__MAX;
}

/* A secret of the command, or one that the page marks: a parameter. */
static bool
is_secret(const struct req *req, const char *name)
{
	const struct field *f = command_row(req->verb)->fields;

	for (; f != NULL && f->name != NULL; f++)
		if (f->type == FIELD_SECRET && text_eq(f->name, name))
			return true;
	return has_name(json_get(req->fields, "_secret"), name);
}

static void
put_field(struct buf *out, const char *name, const char *value)
{
	if (out->len > 0)
		buf_putc(out, '&');
	url_put_query(out, name);
	buf_putc(out, '=');
	url_put_query(out, value);
}

static void
put_fields(const struct req *req, struct carry *c, struct buf *out)
{
	json_object_object_foreach (req->fields, name, value) {
		bool many = json_object_is_type(value, json_type_array);
		size_t n = many ? json_count(value) : 1;

		if (is_secret(req, name)) {
			c->secret |= *request_field(req, name) != '\0';
			continue;
		}
		for (size_t i = 0; i < n && *name != '_'; i++)
			put_field(out, name,
			    json_object_get_string(
				many ? json_at(value, i) : value));
	}
}

/* The texts and choices; a tick is made anew, a secret typed anew. */
static struct json_object *
entered(struct req *req)
{
	const struct field *f = command_row(req->verb)->fields;
	struct json_object *o = json_object_new_object();

	json_object_object_foreach (req->fields, name, value)
		if (*name != '_' && !is_secret(req, name))
			json_set(o, name, json_object_get(value));
	for (; f != NULL && f->name != NULL; f++)
		if (f->type == FIELD_FLAG)
			json_object_object_del(o, f->name);
	return request_own(req, o);
}

/* The fields with the names that they have for people. */
static struct json_object *
named(struct req *req, struct json_object *fields)
{
	struct json_object *pairs = model_pairs(fields);

	for (size_t i = 0; i < json_count(pairs); i++) {
		struct json_object *o = json_at(pairs, i);
		const char *name = request_text_if(req,
		    arena_printf(
			req->arena, "field_%s", json_text(o, "name", "")));

		if (name != NULL)
			json_set_text(o, "name", name);
	}
	return pairs;
}

/* Our pages put it there, nobody typed it. */
static bool
is_ours(const struct req *req, const char *name)
{
	const struct field *f = command_row(req->verb)->fields;

	for (; f != NULL && f->name != NULL; f++)
		if (f->type == FIELD_NUMBER && text_eq(f->name, name))
			return true;
	return text_eq(name, "back") || text_eq(name, "plan") ||
	    text_eq(name, "number");
}

struct json_object *
carry_entered(struct req *req)
{
	struct json_object *given, *typed;

	if (!has_form(req))
		return json_object_new_array();
	given = entered(req);
	typed = request_own(req, json_object_new_object());
	json_object_object_foreach (given, name, value)
		if (!is_ours(req, name) &&
		    (!json_object_is_type(value, json_type_string) ||
			json_object_get_string_len(value) > 0))
			json_set(typed, name, json_object_get(value));
	return named(req, typed);
}

bool
carry_back(struct req *req, struct reply *reply)
{
	struct buf page = { 0 };

	if (!form_fill_page(buf_text(&reply->body), reply->body.len, req->path,
		entered(req), &page))
		return false;
	buf_clear(&reply->body);
	reply->body = page;
	return true;
}

/* The Referer, if it is one of our pages. */
static const char *
page_before(const struct req *req)
{
	const char *referer = request_env(req, "HTTP_REFERER");
	const char *host = referer != NULL ? strstr(referer, "://") : NULL;

	return host == NULL ? "" : reply_local_path(strchr(host + 3, '/'), "");
}

const char *
carry_page(const struct req *req)
{
	const char *page = page_before(req);

	return *page == '\0' ? NULL : page;
}

static void
of_form(struct req *req, struct carry *c)
{
	struct buf fields = { 0 };

	put_fields(req, c, &fields);
	c->too_large = fields.len > MOST;
	c->fields = c->too_large ? ""
				 : arena_strdup(req->arena, buf_text(&fields));
	c->path = req->path;
	c->page = page_before(req);
	buf_clear(&fields);
}

bool
carry_is_there(const struct req *req)
{
	return req->verb == VERB_login && req->is_form &&
	    reply_local_path(request_field(req, "carry_path"), NULL) != NULL;
}

static void
of_sign_in(const struct req *req, struct carry *c)
{
	c->path = request_field(req, "carry_path");
	c->page = reply_local_path(request_field(req, "carry_page"), "");
	c->fields = request_field(req, "carry");
	c->secret = text_eq(request_field(req, "carry_secret"), "true");
	c->too_large = text_eq(request_field(req, "carry_large"), "true");
}

static void
load(struct req *req, struct carry *c)
{
	*c = (struct carry){ 0 };
	if (carry_is_there(req))
		of_sign_in(req, c);
	else
		of_form(req, c);
}

struct json_object *
carry_model(struct req *req)
{
	struct json_object *o;
	struct carry c;

	if (!carry_is_there(req) &&
	    (!has_form(req) || *req->actor.name != '\0' ||
		verb_role(req->verb) == ROLE_NONE))
		return NULL;
	load(req, &c);
	o = json_object_new_object();
	model_text(o, "path", c.path);
	model_text(o, "page", c.page);
	model_text(o, "fields", c.fields);
	model_bool(o, "secret", c.secret);
	model_bool(o, "too_large", c.too_large);
	return o;
}

/*
 * Requests a page from ourselves, as this person; `out` has it if the status is
 * 200.  Each of the two requests reads a snapshot of its own.
 */
static bool
render(struct req *req, const char *page, struct buf *out)
{
	const char *prefix = cookie_is_secure(req) ? "__Host-" : "";
	char *env[] = { "REQUEST_METHOD=GET", "HTTP_ACCEPT=text/html",
		arena_printf(req->arena, "REQUEST_URI=%s", page),
		arena_printf(req->arena, "HTTP_COOKIE=%ssession=%s; %slang=%s",
		    prefix, req->session, prefix, req->lang),
		cookie_is_secure(req) ? "HTTP_X_FORWARDED_PROTO=https" : "A=",
		NULL };
	struct reply reply;
	struct req sub;
	bool ok;

	reply_init(&reply);
	ok = web_end_reading(req->web) == ERR_OK &&
	    request_init(&sub, req->web, req->arena, env, NULL, 0) == ERR_OK;
	if (ok)
		route_dispatch(&sub, &reply);
	web_begin_reading(req->web);
	ok = ok && reply.status == 200;
	if (ok)
		buf_put(out, buf_text(&reply.body), reply.body.len);
	reply_clear(&reply);
	return ok;
}

/* Finds the form in that page, filled in, and puts it into the model. */
static bool
find_form(struct req *req, const char *page, const struct carry *c,
    struct json_object *fields, struct json_object *model)
{
	struct buf html = { 0 }, form = { 0 };
	struct json_object *rest = NULL;
	bool found = *page != '\0' && render(req, page, &html) &&
	    form_fill(buf_text(&html), html.len, c->path, fields, &form, &rest);

	if (found) {
		request_own(req, rest);
		model_put(model, "form", html_raw(form.data, form.len));
		model_put(model, "entered", named(req, rest));
		model_text(model, "page", page);
	}
	buf_clear(&html);
	buf_clear(&form);
	return found;
}

/* Looks for the form on its page, on that of its own address, and above. */
static bool
find_page(struct req *req, const struct carry *c, struct json_object *fields,
    struct json_object *model)
{
	char *path = arena_strdup(req->arena, c->path), *slash;
	const char *runbook = json_text(fields, "runbook", NULL);
	struct buf page = { 0 };
	bool found = find_form(req, c->page, c, fields, model);

	if (!found && runbook != NULL) {
		buf_puts(&page, "/runs/new?runbook=");
		url_put_query(&page, runbook);
		found = find_form(req, buf_text(&page), c, fields, model);
	}
	while (!found && *path != '\0') {
		found = find_form(req, path, c, fields, model);
		slash = strrchr(path, '/');
		*slash = '\0';
	}
	buf_clear(&page);
	return found;
}

bool
carry_form(struct req *req, struct json_object *model)
{
	struct carry c = { 0 };

	if (!has_form(req))
		return false;
	of_form(req, &c);
	if (!find_page(req, &c, entered(req), model))
		return false;
	json_set_bool(model, "secret", c.secret);
	return true;
}

enum err
carry_show(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object();
	struct json_object *fields = NULL;
	struct carry c;

	load(req, &c);
	if (url_read_form(c.fields, strlen(c.fields), &fields) != ERR_OK)
		fields = json_object_new_object();
	request_own(req, fields);
	model_bool(model, "secret", c.secret);
	model_bool(model, "too_large", c.too_large);
	if (!find_page(req, &c, fields, model)) {
		model_put(model, "form", NULL);
		model_put(model, "entered", named(req, fields));
		model_text(model, "page", *c.page != '\0' ? c.page : "/");
	}
	model_bool(
	    model, "has_rest", json_count(json_get(model, "entered")) > 0);
	return reply_page(req, reply, "resume.html",
	    request_text(req, "resume_title"), model);
}
