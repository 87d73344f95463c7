/*
 * page_login.c: signing in and out, the first admin, one's own password.
 *
 * The keeper creates the session; its secret goes into a cookie (cookie.c). A
 * second cookie identifies the browser at its next sign-in, so that strangers
 * who guess the password do not slow it down.
 */
#include <string.h>

#include "base/text.h"
#include "web/http/resubmit.h"
#include "web/http/command.h"
#include "web/http/cookie.h"
#include "web/views/model.h"
#include "web/pages/page.h"

#define AGENT_MOST 200
#define DEVICE_SECONDS (400 * 24 * 3600) /* browsers' limit */

/* The form again, with its error. */
static enum err
show_form(struct req *req, struct reply *reply, const char *template,
    const char *title_key, enum err why)
{
	struct json_object *model = json_object_new_object();
	const char *back = request_query(req, "back");
	const char *key = request_query(req, "key");

	if (why != ERR_OK)
		reply->status = reply_status(why, req->fault.code);
	if (*back == '\0')
		back = request_field(req, "back");
	if (*key == '\0')
		key = request_field(req, "key");
	model_put(
	    model, "error", why != ERR_OK ? reply_problem(req, why) : NULL);
	back = reply_local_path(back, "/");
	model_text(model, "back", back);
	model_bool(
	    model, "is_ended", text_eq(request_query(req, "ended"), "1"));
	model_bool(model, "is_asked",
	    req->method == METHOD_GET && !text_eq(back, "/"));
	model_text(model, "key", key);
	model_put(model, "carry", carry_model(req));
	return reply_page(
	    req, reply, template, request_text(req, title_key), model);
}

/* Also the answer to a form that was sent after its session had ended. */
enum err
page_login(struct req *req, struct reply *reply)
{
	if (*req->actor.name != '\0')
		return reply_redirect(req, reply,
		    reply_local_path(request_query(req, "back"), "/"));
	return show_form(req, reply, "login.html", "login_title", ERR_OK);
}

/* The name that the browser has for itself, as printable ASCII. */
static const char *
agent_of(struct req *req)
{
	const char *agent = request_env(req, "HTTP_USER_AGENT");
	char *text;

	if (agent == NULL)
		return "";
	text = arena_strndup(req->arena, agent, strnlen(agent, AGENT_MOST));

	for (char *c = text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

/* Asks for a session with the fields of the form. */
static enum err
open_session(struct req *req, struct reply *reply, enum verb verb)
{
	struct json_object *body, *answer;
	enum err err = command_body(req, verb, &body);
	const char *device;

	if (err != ERR_OK)
		return err;
	json_set_text(body, "agent", agent_of(req));
	device = cookie_get(req, "device");
	if (verb == VERB_login && device != NULL)
		json_set_text(body, "device", device);
	if ((err = command_ask(req, verb, body, &answer)) != ERR_OK)
		return err;
	req->session = json_text(answer, "session", "");
	req->credential = arena_printf(req->arena, "session:%s", req->session);
	cookie_set(req, reply, "session", req->session, 0);
	cookie_set(req, reply, "device", json_text(answer, "device", ""),
	    DEVICE_SECONDS);
	return ERR_OK;
}

static enum err
signed_in(struct req *req, struct reply *reply, const char *back)
{
	if (req->wants == WANTS_HTML)
		return reply_redirect(req, reply, back);
	return reply_json(req, reply, json_object_new_object());
}

enum err
post_login(struct req *req, struct reply *reply)
{
	enum err err = open_session(req, reply, VERB_login);

	if (err == ERR_OK && carry_is_there(req) &&
	    request_sign_in(req) == ERR_OK)
		return carry_show(req, reply);
	if (err == ERR_OK)
		return signed_in(req, reply,
		    reply_local_path(request_field(req, "back"), "/"));
	if (req->wants != WANTS_HTML)
		return err;
	return show_form(req, reply, "login.html", "login_title", err);
}

enum err
post_logout(struct req *req, struct reply *reply)
{
	struct json_object *answer;
	enum err err = command_ask(
	    req, VERB_logout, json_object_new_object(), &answer);

	if (err != ERR_OK)
		return err;
	cookie_set(req, reply, "session", "", -1);
	return signed_in(req, reply, "/login");
}

enum err
page_setup(struct req *req, struct reply *reply)
{
	return show_form(req, reply, "setup.html", "setup_title", ERR_OK);
}

enum err
post_setup(struct req *req, struct reply *reply)
{
	enum err err = open_session(req, reply, VERB_setup);

	if (err == ERR_OK)
		return signed_in(req, reply, "/");
	if (req->wants != WANTS_HTML)
		return err;
	return show_form(req, reply, "setup.html", "setup_title", err);
}

enum err
page_password(struct req *req, struct reply *reply)
{
	return show_form(req, reply, "password.html", "password_title", ERR_OK);
}

enum err
post_password(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer;
	enum err err = command_body(req, VERB_password_set, &body);

	if (err != ERR_OK)
		return err;
	json_set_text(body, "name", req->actor.name);
	err = command_ask(req, VERB_password_set, body, &answer);
	if (err != ERR_OK && req->wants == WANTS_HTML)
		return show_form(
		    req, reply, "password.html", "password_title", err);
	if (err != ERR_OK)
		return err;
	cookie_set(req, reply, "flash", "flash_password", 20);
	return signed_in(req, reply, "/");
}

enum err
post_language(struct req *req, struct reply *reply)
{
	cookie_set(req, reply, "lang",
	    catalogue_language(request_field(req, "lang")), 31536000);
	return signed_in(
	    req, reply, reply_local_path(request_field(req, "back"), "/"));
}
