/*
 * fault_page.c: the page of an error: what happened, why, the ways on, and what
 * the person had entered.
 *
 * The ways on are computed, not written at each error: the page of the form or
 * the run, the place of the navigation to which the address belongs, the start
 * page.  A link to a run that does not exist or to a page that the person may
 * not see would be a second error, so such are left out.  A form that can be
 * sent again stands on the page, filled in.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "journal/lifecycle_people.h"
#include "web/card/people.h"
#include "web/http/fault_page.h"
#include "web/http/nginx_fault.h"
#include "web/http/resubmit.h"
#include "web/http/route.h"

/* Errors after which nothing was done, for sure. */
static bool
is_refusal(enum err err)
{
	return err == ERR_INVALID || err == ERR_UNAUTHENTICATED ||
	    err == ERR_FORBIDDEN || err == ERR_NOT_FOUND ||
	    err == ERR_CONFLICT || err == ERR_TOO_LARGE || err == ERR_LIMIT;
}

/* Errors that may be over in a moment. */
static bool
may_pass(enum err err)
{
	return err == ERR_LIMIT || err == ERR_UNAVAILABLE ||
	    err == ERR_TIMEOUT || err == ERR_IO || err == ERR_INTERNAL;
}

/*
 * The same form may be sent again, corrected or later: nothing was done, and
 * its address exists.  It is no use for something that another person has to
 * do.
 */
static bool
is_for_the_form(const struct req *req, enum err err, const char *code)
{
	if (*req->actor.name == '\0')
		return false;
	return err == ERR_INVALID || err == ERR_CONFLICT ||
	    err == ERR_TOO_LARGE ||
	    ((err == ERR_LIMIT || err == ERR_UNAVAILABLE) &&
		(req->problem != NULL || text_eq(code, "keeper_away")));
}

static const char *
why(struct req *req, enum err err, const char *code)
{
	const char *special = request_text_if(
	    req, arena_printf(req->arena, "why_%s", code));

	if (req->role != NULL)
		return request_text(req, "why_role_needed");
	if (special != NULL && req->refused != ERR_OK)
		return nginx_fault_text(
		    req, arena_printf(req->arena, "why_%s", code));
	return special != NULL
	    ? special
	    : request_text(
		  req, arena_printf(req->arena, "why_%s", err_name(err)));
}

/* The two addresses are of one page. */
static bool
is_same_page(const char *a, const char *b)
{
	size_t len = strcspn(a, "#");

	return strcspn(b, "#") == len && strncmp(a, b, len) == 0;
}

/* Adds a link unless it is NULL or there already. */
static void
add_link(struct json_object *links, const char *url, const char *text)
{
	struct json_object *o;

	if (url == NULL)
		return;
	for (size_t i = 0; i < json_count(links); i++)
		if (is_same_page(url, json_text(json_at(links, i), "url", "")))
			return;
	o = json_object_new_object();
	json_set_text(o, "url", url);
	json_set_text(o, "text", text);
	json_object_array_add(links, o);
}

/* The page that the form names, or on which it stands. */
static const char *
page_of_form(struct req *req)
{
	const char *back = reply_local_path(request_field(req, "back"), NULL);

	if (back == NULL && req->method == METHOD_POST)
		back = carry_page(req);
	return back == NULL || is_same_page(back, req->path) ||
		!route_has_page(req, back)
	    ? NULL
	    : back;
}

/* The run to which the address belongs, at its step. */
static const char *
run_of_address(struct req *req)
{
	const char *url = arena_printf(req->arena, "/runs/%" PRId64, req->run);

	if (req->run == 0 || *req->actor.name == '\0' || req->web->db == NULL ||
	    text_eq(url, req->path) ||
	    request_own(req,
		db_first_json(db_query(
		    req->web->db, STMT_RUN_GET, INT(req->run)))) == NULL)
		return NULL;
	return *req->step == '\0' ? url
				  : request_step_place(req, url, req->step);
}

static void
add_place(struct req *req, struct json_object *links)
{
	const struct reply_place *place = reply_place(req->path);

	if (place != NULL && !text_eq(place->page, req->path) &&
	    run_authorize_verb(place->verb, &req->actor, NULL) == ERR_OK)
		add_link(links, place->page, request_text(req, place->text));
}

/* The address of signing in, and back to here. */
static const char *
sign_in_url(struct req *req)
{
	return req->method == METHOD_POST
	    ? "/login"
	    : route_sign_in(req, request_env(req, "REQUEST_URI"));
}

/*
 * The page that was asked for, to be asked for again; NULL: there is none.
 * nginx makes a GET of a form that it could not take, but the type of its body
 * is still there.
 */
static const char *
same_page(struct req *req)
{
	const char *url = reply_local_path(
	    request_env(req, "REQUEST_URI"), NULL);
	const char *type = request_env(req, "CONTENT_TYPE");

	if (req->method == METHOD_POST || (type != NULL && *type != '\0'))
		return NULL;
	return url != NULL && route_has_page(req, url) ? url : NULL;
}

static struct json_object *
links_on(struct req *req, enum err err)
{
	struct json_object *links = json_object_new_array();

	if (err == ERR_UNAUTHENTICATED)
		add_link(links, sign_in_url(req), request_text(req, "sign_in"));
	if (may_pass(err))
		add_link(links, same_page(req), request_text(req, "try_again"));
	add_link(links, page_of_form(req), request_text(req, "go_back"));
	add_link(links, run_of_address(req), request_text(req, "to_the_run"));
	add_place(req, links);
	if (err == ERR_NOT_FOUND) {
		add_link(links, "/runs", request_text(req, "nav_runs"));
		add_link(links, "/runbooks", request_text(req, "nav_runbooks"));
	}
	add_link(links, "/", request_text(req, "nav_home"));
	return links;
}

/* A form that was sent to no address of ours may have any secret: not shown. */
static void
add_entered(
    struct req *req, struct json_object *model, enum err err, const char *code)
{
	struct json_object *entered;

	if (!is_for_the_form(req, err, code) || !carry_form(req, model)) {
		json_set(model, "form", NULL);
		json_set(model, "secret", NULL);
		json_set(model, "entered", carry_entered(req));
	}
	entered = json_get(model, "entered");
	json_set_bool(model, "has_entered", json_count(entered) > 0);
}

static void
add_people(struct req *req, struct json_object *model)
{
	json_set_text(model, "people",
	    req->role != NULL ? people_with(req, req->role) : NULL);
}

void
fault_page_add(struct req *req, struct json_object *refused)
{
	struct json_object *entered = req->form_gone ? carry_entered(req)
						     : json_object_new_array();

	add_people(req, refused);
	json_set_bool(refused, "has_entered", json_count(entered) > 0);
	json_set(refused, "entered", entered);
}

struct json_object *
fault_page_model(struct req *req, enum err err)
{
	struct json_object *model = json_object_new_object(), *links;
	struct json_object *problem = reply_problem(req, err);
	const char *code = json_text(problem, "code", "");

	json_set(model, "error", problem);
	json_set_int(model, "status", reply_status(err, code));
	json_set_text(model, "why", why(req, err, code));
	add_people(req, model);
	json_set_bool(model, "is_unchanged",
	    req->method == METHOD_POST && is_refusal(err));
	json_set_bool(model, "is_ours", !is_refusal(err));
	add_entered(req, model, err, code);
	links = links_on(req, err);
	for (size_t i = 0; i < json_count(links); i++)
		json_set_bool(json_at(links, i), "is_first",
		    i == 0 && json_get(model, "form") == NULL);
	json_set(model, "links", links);
	return model;
}
