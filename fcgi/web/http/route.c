/*
 * route.c: which request goes where, and who may make it.
 *
 * The pages of web/pages/pages.def and the paths of plan/commands.def are the
 * whole surface of the console.  A handler is reached only through them, so
 * login, role and the form token are checked here, once.  The verb gives the
 * required role; if that depends on the run or the step, the account must be
 * signed in and the keeper decides.
 */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "html/url.h"
#include "web/http/command.h"
#include "web/http/cookie.h"
#include "web/http/resubmit.h"
#include "web/http/route.h"
#include "web/pages/page.h"
#include "journal/lifecycle_people.h"

#define USED_MS (5 * 60 * 1000)
#define PAGES (sizeof(pages) / sizeof(pages[0]))

/* clang-format off */
static const struct route pages[] = {
#define ANSWER(verb, handler)
#define GET(path, verb, handler) { METHOD_GET, path, VERB_##verb, handler },
#define POST(path, verb, handler) { METHOD_POST, path, VERB_##verb, handler },
#include "web/pages/pages.def"
};

/* Of the commands whose answer is not that of command_post(). */
static enum err (*const answers[VERB__MAX])(struct req *, struct reply *) = {
#define ANSWER(verb, handler) [VERB_##verb] = handler,
#define GET(path, verb, handler)
#define POST(path, verb, handler)
#include "web/pages/pages.def"
};
/* clang-format on */

const struct route *
route_table(size_t *ret_count)
{
	static struct route all[PAGES + VERB__MAX];
	static size_t count;

	if (count == 0) {
		memcpy(all, pages, sizeof(pages));
		count = PAGES;
		for (enum verb i = 0; i < VERB__MAX; i++)
			if (command_row(i)->path != NULL)
				all[count++] = (struct route){ METHOD_POST,
					command_row(i)->path, i,
					answers[i] != NULL ? answers[i]
							   : command_post };
	}
	*ret_count = count;
	return all;
}

/* Decodes a segment of the path; NULL if malformed. */
static const char *
decoded(struct req *req, const char *s, size_t len)
{
	struct buf text = { 0 };
	const char *copy = NULL;

	if (len > 0 && len <= 1000 &&
	    url_decode(s, len, false, &text) == ERR_OK)
		copy = arena_strdup(req->arena, buf_text(&text));
	buf_clear(&text);
	return copy;
}

static bool
match_hole(
    struct req *req, const char *hole, size_t hole_len, const char *segment)
{
	bool number = strncmp(hole, ":run", hole_len) == 0 ||
	    strncmp(hole, ":n", hole_len) == 0;

	if (number)
		return text_int(segment, 1, INT64_MAX,
		    hole[1] == 'r' ? &req->run : &req->n);
	if (*hole == ':' &&
	    !(hole[1] == 's' ? text_is_step_id : text_is_id)(segment))
		return false;
	*(hole[1] == 's' ? &req->step : &req->name) = segment;
	return true;
}

bool
route_match(struct req *req, const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0') {
		size_t hole, size;
		const char *segment;

		if (*pattern != ':' && *pattern != '*') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		hole = strcspn(pattern, "/");
		size = *pattern == '*' ? strlen(path) : strcspn(path, "/");
		segment = decoded(req, path, size);
		if (segment == NULL || !match_hole(req, pattern, hole, segment))
			return false;
		pattern += hole;
		path += size;
	}
	return *pattern == '\0' && *path == '\0';
}

/*
 * The row for the request, or NULL; then *ret_other tells whether another
 * method has one.
 */
static const struct route *
find(struct req *req, bool *ret_other)
{
	size_t count;
	const struct route *routes = route_table(&count);
	enum method method = req->method == METHOD_HEAD ? METHOD_GET
							: req->method;

	*ret_other = false;
	for (size_t i = 0; i < count; i++) {
		if (!route_match(req, routes[i].path, req->path))
			continue;
		if (routes[i].method == method)
			return &routes[i];
		*ret_other = true;
	}
	return NULL;
}

bool
route_has_page(const struct req *req, const char *url)
{
	struct req probe = *req;
	size_t len = strcspn(url, "?#");
	bool other;

	probe.method = METHOD_GET;
	probe.path = arena_strndup(req->arena, url, len);
	return find(&probe, &other) != NULL;
}

static enum err
check_role(struct req *req, enum verb verb)
{
	enum role role = verb_role(verb);
	enum err err;

	if (role == ROLE_NONE)
		return ERR_OK;
	if (*req->actor.name == '\0')
		return fault_set(&req->fault, ERR_UNAUTHENTICATED,
		    "unauthenticated", "", "%s",
		    request_text(req, "sign_in_first"));
	if (req->method != METHOD_POST &&
	    (err = auth_may(&req->actor, req->verb, &req->fault)) != ERR_OK)
		return err;
	if (run_authorize_verb(verb, &req->actor, NULL) == ERR_OK)
		return ERR_OK;
	req->role = role == ROLE_ADMIN ? "admin" : "operator";
	return fault_set(&req->fault, ERR_FORBIDDEN, "forbidden", "", "%s",
	    request_fill(req, "role_needed", "role", req->role, NULL));
}

/*
 * The Origin is our own host. The scheme is not compared, as a proxy may use
 * another one towards us. Programs send no Origin.
 */
static bool
is_own_origin(const struct req *req)
{
	const char *origin = request_env(req, "HTTP_ORIGIN");
	const char *host = request_env(req, "HTTP_HOST");

	if (origin == NULL)
		return true;
	if (text_starts(origin, "https://"))
		origin += strlen("https://");
	else if (text_starts(origin, "http://"))
		origin += strlen("http://");
	else
		return false;
	return host != NULL && strcasecmp(origin, host) == 0;
}

/*
 * Rejects forms of other sites. Sec-Fetch-Site is the browser's own comparison,
 * which no proxy can change; browsers omit it on plain HTTP.
 */
static enum err
check_form(struct req *req)
{
	const char *site = request_env(req, "HTTP_SEC_FETCH_SITE");
	const char *token = request_env(req, "HTTP_X_CSRF_TOKEN");
	char wanted[65];

	if (site != NULL
		? !text_eq(site, "same-origin") && !text_eq(site, "none")
		: !is_own_origin(req))
		return fault_set(&req->fault, ERR_FORBIDDEN, "origin", "", "%s",
		    request_text(req, "other_origin"));
	if (*req->session == '\0' || *req->actor.name == '\0' ||
	    (verb_role(req->verb) == ROLE_NONE && req->verb != VERB_logout))
		return ERR_OK;
	if (token == NULL)
		token = request_field(req, "_csrf");
	auth_form_token(req->session, wanted);
	if (strlen(token) == 64 && text_same_secret(token, wanted, 64))
		return ERR_OK;
	return fault_set(&req->fault, ERR_FORBIDDEN, "form_token", "", "%s",
	    request_text(req, "form_expired"));
}

const char *
route_sign_in(const struct req *req, const char *page)
{
	struct buf to = { 0 };
	const char *url;

	buf_puts(&to, "/login?back=");
	url_put_query(&to, page);
	url = arena_strdup(req->arena, buf_text(&to));
	buf_clear(&to);
	return url;
}

/* A browser with a cookie was signed in: it is told that this is over. */
static enum err
ask_to_sign_in(struct req *req, struct reply *reply)
{
	const char *url = route_sign_in(req, request_env(req, "REQUEST_URI"));

	return reply_redirect(req, reply,
	    cookie_get(req, "session") == NULL
		? url
		: arena_printf(req->arena, "%s&ended=1", url));
}

/*
 * A cookie of an ended session counts as none and is deleted, so that it does
 * not prevent a new one.
 */
static enum err
sign_in(struct req *req, struct reply *reply)
{
	enum err err = request_sign_in(req);

	if (err != ERR_UNAUTHENTICATED || *req->session == '\0')
		return err;
	req->session = "";
	req->credential = "";
	cookie_set(req, reply, "session", "", -1);
	return ERR_OK;
}

/*
 * A person's form is not lost if their session has ended: it is shown again
 * after signing in, or at once if that has happened meanwhile.
 */
static enum err
post(struct req *req, struct reply *reply, const struct route *route,
    enum err may)
{
	bool person = req->wants == WANTS_HTML && req->is_form;
	enum err err;

	if (may != ERR_OK && (may != ERR_UNAUTHENTICATED || !person))
		return may;
	if ((err = check_form(req)) == ERR_OK && may == ERR_OK) {
		err = route->handle(req, reply);
		if (person && err == ERR_OK && reply->status >= 400)
			(void)carry_back(req, reply);
		return err;
	}
	if (err == ERR_OK) {
		reply->status = reply_status(may, "");
		return page_login(req, reply);
	}
	if (!person || !text_eq(req->fault.code, "form_token") ||
	    req->verb == VERB_logout)
		return err;
	reply->status = reply_status(err, "");
	return carry_show(req, reply);
}

/*
 * Has the keeper note, once in some minutes, that the session is in use.  The
 * request does not depend on that.
 */
static void
note_use(struct req *req)
{
	static int64_t after_failure; /* monotonic */
	struct json_object *answer;

	if (*req->session == '\0' || !req->actor.session ||
	    req->web->keeper == NULL ||
	    clock_now() - req->actor.used_at < USED_MS ||
	    clock_monotonic() < after_failure)
		return;
	if (command_ask(req, VERB_session_seen, json_object_new_object(),
		&answer) == ERR_OK)
		return;
	after_failure = clock_monotonic() + USED_MS;
	req->problem = NULL;
	req->fault = (struct fault){ 0 };
}

/*
 * The error of a request that was refused while it was read.  Its page gives a
 * form back: only to a person who may send it, from a page of ours.
 */
static enum err
refuse(struct req *req, const struct route *route)
{
	struct fault fault = req->fault;
	enum err err = ERR_OK;

	if (req->method != METHOD_POST)
		return req->refused;
	if (route != NULL)
		err = check_role(req, route->verb);
	if (err == ERR_OK && (err = check_form(req)) == ERR_OK) {
		req->fault = fault;
		err = req->refused;
	}
	return err;
}

static enum err
dispatch(struct req *req, struct reply *reply)
{
	const struct route *route;
	bool other;
	enum err err;

	if ((err = sign_in(req, reply)) == ERR_UNAVAILABLE)
		return fault_set(&req->fault, err, "starting", "", "%s",
		    request_text(req, "starting"));
	note_use(req);
	if ((route = find(req, &other)) != NULL)
		req->verb = route->verb;
	if (req->refused != ERR_OK)
		return refuse(req, route);
	if (route == NULL)
		return fault_set(&req->fault, ERR_NOT_FOUND,
		    other ? "wrong_method" : "not_found", "", "%s",
		    request_text(req, other ? "wrong_method" : "not_found"));
	err = check_role(req, route->verb);
	if (err == ERR_UNAUTHENTICATED && req->wants == WANTS_HTML &&
	    route->method == METHOD_GET)
		return ask_to_sign_in(req, reply);
	return route->method == METHOD_POST ? post(req, reply, route, err)
	    : err != ERR_OK                 ? err
					    : route->handle(req, reply);
}

/*
 * A request reads one snapshot of the journal; a command ends it and begins
 * another (command_ask()).  A page of which a part could not be read is not
 * shown.
 */
void
route_dispatch(struct req *req, struct reply *reply)
{
	enum err err;

	web_begin_reading(req->web);
	if ((err = dispatch(req, reply)) != ERR_OK)
		reply_fault(req, reply, err);
	if (web_end_reading(req->web) == ERR_OK)
		return;
	req->problem = NULL;
	buf_reset(&reply->headers);
	err = request_unreadable(req);
	reply_fault(req, reply, err);
}
