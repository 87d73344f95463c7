/*
 * reply.c: one answer, complete before its first byte is sent, but for streams
 * and exports.
 *
 * Status and headers are produced after the body, so that a failure while
 * rendering is still a clean error page.  An export is as long as its run: it
 * is sent in parts, and a failure ends the connection before its end.  The
 * security headers are the same on every answer and are set here, once; nginx
 * adds Strict-Transport-Security alone, where it has the TLS (production.conf).
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "web/http/command.h"
#include "web/http/cookie.h"
#include "web/http/fault_page.h"
#include "web/http/reply.h"
#include "journal/lifecycle_people.h"

#define PART_BYTES (128 * 1024) /* of an export, at least */

static const char policy[] =
    "default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

static const char security[] = "X-Content-Type-Options: nosniff\r\n"
			       "X-Frame-Options: DENY\r\n"
			       "Referrer-Policy: same-origin\r\n"
			       "Cross-Origin-Opener-Policy: same-origin\r\n"
			       "Cross-Origin-Resource-Policy: same-origin\r\n";

static const struct reply_place places[] = {
	{ "/runbooks", "library", "/runbooks", "nav_runbooks", VERB_see },
	{ "/runs/new", "library", "/runbooks", "nav_runbooks", VERB_see },
	{ "/runs", "history", "/runs", "nav_runs", VERB_see },
	{ "/users", "users", "/users", "nav_users", VERB_see_accounts },
	{ "/sessions", "sessions", "/sessions", "nav_sessions", VERB_see_own },
	{ "/tokens", "tokens", "/tokens", "nav_tokens", VERB_see_own },
	{ "/password", "password", "/password", "nav_password", VERB_see_own },
	{ "/targets", "targets", "/targets", "nav_targets", VERB_see },
	{ "/secrets", "secrets", "/secrets", "nav_secrets", VERB_see_secrets },
	{ "/", "home", "/", "nav_home", VERB_see },
};
#define PLACES (sizeof(places) / sizeof(places[0]))

void
reply_init(struct reply *reply)
{
	*reply = (struct reply){ .status = 200,
		.type = "text/html; charset=utf-8",
		.cache = "no-store" };
}

static void
drop_stream(struct reply *reply)
{
	if (reply->stream.send != NULL)
		reply->stream.close(reply->stream.ctx);
	reply->stream.send = NULL;
}

void
reply_clear(struct reply *reply)
{
	drop_stream(reply);
	buf_clear(&reply->headers);
	buf_clear(&reply->body);
}

void
reply_reset(struct reply *reply)
{
	struct reply kept = *reply;

	drop_stream(reply);
	reply_init(reply);
	reply->headers = kept.headers;
	reply->body = kept.body;
	reply->send = kept.send;
	reply->ctx = kept.ctx;
	buf_reset(&reply->headers);
	buf_reset(&reply->body);
}

void
reply_header(struct reply *reply, const char *name, const char *value)
{
	for (const char *s = value; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			log_bug("a control character in the header %s", name);
	buf_printf(&reply->headers, "%s: %s\r\n", name, value);
}

static struct json_object *
actor_model(const struct req *req)
{
	struct json_object *o;

	if (*req->actor.name == '\0')
		return NULL;
	o = json_object_new_object();
	json_set_text(o, "name", req->actor.name);
	json_set_bool(o, "is_admin", actor_has(&req->actor, "admin"));
	json_set_bool(o, "is_operator", actor_has(&req->actor, "operator"));
	return o;
}

const struct reply_place *
reply_place(const char *path)
{
	for (size_t i = 0; i < PLACES; i++)
		if (text_starts(path, places[i].path) &&
		    (places[i].path[1] != '\0' || path[1] == '\0'))
			return &places[i];
	return NULL;
}

static struct json_object *
navigation_model(const struct req *req)
{
	struct json_object *o = json_object_new_object();
	const struct reply_place *here = reply_place(req->path);

	for (size_t i = 0; i < PLACES; i++)
		json_set_bool(o, places[i].key,
		    here != NULL && text_eq(here->key, places[i].key));
	return o;
}

/* The icon and the word of the tab. */
static struct json_object *
tab_model(const struct req *req)
{
	struct json_object *o;

	if (req->tab == NULL)
		return NULL;
	o = json_object_new_object();
	json_set_text(o, "name", req->tab);
	json_set_text(o, "text",
	    request_text(req, arena_printf(req->arena, "tab_%s", req->tab)));
	return o;
}

/* A text that the previous page left for this one, by its key. */
static void
set_flash(const struct req *req, struct reply *reply, struct json_object *o)
{
	const char *key = cookie_get(req, "flash");

	json_set(o, "flash", NULL);
	if (key == NULL || !text_starts(key, "flash_"))
		return;
	json_set_text(o, "flash", request_text(req, key));
	cookie_set(req, reply, "flash", "", -1);
}

struct json_object *
reply_shared(const struct req *req)
{
	struct json_object *o = json_object_new_object();

	json_set(o, "t",
	    json_object_get(catalogue_all(req->web->catalogue, req->lang)));
	json_set_text(o, "asset", req->web->asset);
	return o;
}

static struct json_object *
page_model(const struct req *req, struct reply *reply, const char *title)
{
	struct json_object *o = reply_shared(req);
	char now[CLOCK_TEXT], csrf[65] = "";

	if (*req->session != '\0' && *req->actor.name != '\0')
		auth_form_token(req->session, csrf);
	clock_format(clock_now(), now);
	json_set_text(o, "lang", req->lang);
	json_set_text(o, "other_lang", catalogue_other(req->lang));
	json_set_text(o, "title", title);
	json_set(o, "tab", tab_model(req));
	json_set_text(o, "path",
	    req->method == METHOD_POST ? "/" : request_env(req, "REQUEST_URI"));
	json_set(o, "actor", actor_model(req));
	json_set(o, "production", json_object_get(req->production));
	json_set_text(o, "csrf", csrf);
	json_set(o, "nav", navigation_model(req));
	json_set(o, "most", json_object_get(command_limits()));
	json_set_text(o, "now", now);
	json_set_bool(o, "setup_needed",
	    *req->actor.name == '\0' && req->web->db != NULL &&
		db_first_int(db_query(req->web->db, STMT_ADMIN_COUNT, TEXT("")),
		    1) == 0);
	set_flash(req, reply, o);
	return o;
}

void
reply_common(struct req *req, struct reply *reply, const char *title,
    struct json_object *model)
{
	json_set(model, "_", page_model(req, reply, title));
}

enum err
reply_render(struct req *req, const char *template, struct json_object *model,
    struct buf *out)
{
	if (templates_render(req->web->templates, template, model, out,
		&req->fault) == ERR_OK)
		return ERR_OK;
	log_warn("%s", req->fault.message);
	return fault_set(
	    &req->fault, ERR_INTERNAL, "page_failed", "", "page_failed");
}

enum err
reply_page(struct req *req, struct reply *reply, const char *template,
    const char *title, struct json_object *model)
{
	enum err err;

	reply_common(req, reply, title, model);
	err = reply_render(req, template, model, &reply->body);
	json_object_put(model);
	return err;
}

enum err
reply_json(struct req *req, struct reply *reply, struct json_object *model)
{
	size_t len;
	const char *text;

	(void)req;
	json_object_object_foreach (model, key, value) {
		(void)value;
		if (*key == '_')
			json_object_object_del(model, key);
	}
	text = json_object_to_json_string_length(model,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	buf_put(&reply->body, text, len);
	json_object_put(model);
	reply->type = "application/json";
	return ERR_OK;
}

enum err
reply_model(struct req *req, struct reply *reply, const char *template,
    const char *title, struct json_object *model)
{
	if (req->wants == WANTS_HTML)
		return reply_page(req, reply, template, title, model);
	return reply_json(req, reply, model);
}

void
reply_flush(struct reply *reply)
{
	if (reply->send == NULL || reply->body.len < PART_BYTES)
		return;
	reply->send(reply->ctx, reply);
	reply->is_begun = true;
	buf_reset(&reply->body);
}

enum err
reply_redirect(struct req *req, struct reply *reply, const char *location)
{
	(void)req;
	reply->status = 303;
	reply_header(reply, "Location", location);
	return ERR_OK;
}

enum err
reply_internal(
    struct req *req, struct reply *reply, const char *address, const char *type)
{
	(void)req;
	reply->type = type;
	reply_header(reply, "X-Accel-Redirect", address);
	return ERR_OK;
}

int
reply_status(enum err err, const char *code)
{
	static const int statuses[ERR__MAX] = {
		[ERR_OK] = 200,
		[ERR_INVALID] = 422,
		[ERR_UNAUTHENTICATED] = 401,
		[ERR_FORBIDDEN] = 403,
		[ERR_NOT_FOUND] = 404,
		[ERR_CONFLICT] = 409,
		[ERR_TOO_LARGE] = 413,
		[ERR_LIMIT] = 429,
		[ERR_UNAVAILABLE] = 503,
		[ERR_IO] = 500,
		[ERR_TIMEOUT] = 503,
		[ERR_INTERNAL] = 500,
	};

	static const struct {
		const char *code;
		int status;
	} of_codes[] = {
		{ "wrong_method", 405 },
		{ "address_too_long", 414 },
		{ "headers_too_large", 431 },
	};

	for (size_t i = 0; i < sizeof(of_codes) / sizeof(of_codes[0]); i++)
		if (text_eq(code, of_codes[i].code))
			return of_codes[i].status;
	return err == ERR_INVALID && text_starts(code, "malformed")
	    ? 400
	    : statuses[err];
}

struct json_object *
reply_problem(const struct req *req, enum err err)
{
	const struct fault *f = &req->fault;
	struct json_object *o = req->problem;

	if (o != NULL)
		return json_object_get(o);
	o = json_object_new_object();
	json_set_text(o, "code", *f->code != '\0' ? f->code : err_name(err));
	json_set_text(o, "message",
	    *f->message != '\0' ? request_message(req, f->message)
				: request_text(req, err_name(err)));
	json_set_text(o, "field", f->field);
	return o;
}

void
reply_fault(struct req *req, struct reply *reply, enum err err)
{
	struct json_object *model, *problem;

	buf_reset(&reply->body);
	drop_stream(reply);
	reply->policy = NULL;
	if (reply->is_begun) {
		reply->is_broken = true;
		return;
	}
	reply->cache = "no-store";
	reply->type = "text/html; charset=utf-8";
	problem = reply_problem(req, err);
	reply->status = reply_status(err, json_text(problem, "code", ""));
	if (req->wants != WANTS_HTML) {
		model = json_object_new_object();
		json_set(model, "error", problem);
		reply_json(req, reply, model);
		return;
	}
	json_object_put(problem);
	if (reply_page(req, reply, "error.html",
		request_text(req, "error_title"),
		fault_page_model(req, err)) == ERR_OK)
		return;
	buf_reset(&reply->body);
	buf_puts(&reply->body, request_text(req, "page_failed"));
	reply->type = "text/plain; charset=utf-8";
	reply->status = 500;
}

/* A length of -1 is not told: the answer ends with its connection. */
static void
put_head(const struct reply *reply, int64_t length, struct buf *out)
{
	buf_printf(out,
	    "Status: %d\r\nContent-Type: %s\r\n"
	    "Cache-Control: %s\r\n",
	    reply->status, reply->type, reply->cache);
	if (length >= 0)
		buf_printf(out, "Content-Length: %" PRId64 "\r\n", length);
	buf_printf(out, "Content-Security-Policy: %s\r\n",
	    reply->policy != NULL ? reply->policy : policy);
	buf_puts(out, security);
	buf_put(out, buf_text(&reply->headers), reply->headers.len);
	buf_puts(out, "\r\n");
}

static void
put_body(const struct reply *reply, enum method method, struct buf *out)
{
	if (method != METHOD_HEAD)
		buf_put(out, buf_text(&reply->body), reply->body.len);
}

void
reply_part(const struct reply *reply, enum method method, struct buf *out)
{
	if (!reply->is_begun)
		put_head(reply, -1, out);
	put_body(reply, method, out);
}

/* The length of the whole answer, or -1: nginx or nobody tells it. */
static int64_t
length_of(const struct reply *reply)
{
	if (reply->status == 304 ||
	    strstr(buf_text(&reply->headers), "X-Accel-Redirect: ") != NULL)
		return -1;
	return reply->stream.send != NULL ? reply->stream_len
					  : (int64_t)reply->body.len;
}

void
reply_finish(struct reply *reply, enum method method, struct buf *out)
{
	if (!reply->is_begun)
		put_head(reply, length_of(reply), out);
	if (method == METHOD_HEAD)
		reply->stream_len = 0;
	put_body(reply, method, out);
}

const char *
reply_local_path(const char *path, const char *fallback)
{
	if (path == NULL || path[0] != '/' || path[1] == '/' ||
	    strlen(path) > 1000)
		return fallback;
	for (const char *s = path; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '\\')
			return fallback;
	return path;
}
