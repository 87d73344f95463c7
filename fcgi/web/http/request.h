/* request.h: one request, parsed and checked, independent of FastCGI. */
#ifndef WEB_HTTP_REQUEST_H
#define WEB_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "journal/auth.h"
#include "web/web.h"

#define REQUEST_MAX_BODY (1024 * 1024)
#define REQUEST_MAX_READ (2 * REQUEST_MAX_BODY) /* as nginx passes on */

struct run_parts;

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OTHER };
enum wants { WANTS_HTML, WANTS_JSON, WANTS_STREAM };

struct req {
	struct web *web;
	struct arena *arena; /* all memory of the request */
	char **env;          /* NAME=value, as from FastCGI */
	enum method method;
	const char *path;           /* still encoded, without the query */
	const char *query_text;     /* "" if none */
	struct json_object *query;  /* {} if none */
	struct json_object *fields; /* of the body: form or JSON */
	bool is_form;
	enum wants wants;
	const char *lang;
	const char *session;    /* of the cookie, or "" */
	const char *credential; /* for the keeper; "" for nobody */
	const char *address;
	const char *key;    /* signs in a listener of the live hub, or NULL */
	struct actor actor; /* name "" until signed in */
	enum verb verb;     /* of the route */
	/* Set from the path by the route's pattern. */
	int64_t run;
	int64_t n;
	const char *step;
	const char *name;
	enum err refused;   /* before it was looked at: the answer to it */
	struct fault fault; /* the handler's error */
	struct json_object *problem; /* the keeper's error, or NULL */
	const char *role;            /* that the person lacks, or NULL */
	bool form_gone; /* the page of the answer has the form no more */
	const struct targets *targets; /* runbook_cache_targets(), */
	bool has_targets;              /* once that was called */
	struct run_parts *parts; /* to be filled instead of the page, or NULL */
	struct json_object *production; /* of a page about a run in production:
					 * {environment_more}; or NULL */
	const char *tab; /* what the tab of the browser shows: failed, waiting,
			  * running, done; NULL: none of them */
};

/*
 * Reads the request from its environment and body.  ERR_INVALID or
 * ERR_TOO_LARGE with req->fault; of a form that is too large, and of a request
 * that nginx refused, req->refused has the error.  All that req points to is
 * owned by the arena, which outlives it; env and body are the caller's and
 * stay.
 */
enum err request_init(struct req *req, struct web *web, struct arena *arena,
    char **env, const char *body, size_t body_len);

/* A variable of the environment ("HTTP_HOST"), or NULL. */
const char *request_env(const struct req *req, const char *name);

/* A cookie's value (arena), or NULL. */
const char *request_cookie(const struct req *req, const char *name);

/* Fills actor from the cookie or token.  ERR_UNAUTHENTICATED. */
enum err request_sign_in(struct req *req);

/*
 * The address of a step of a run, "/runs/7/steps/ID", and its place on a page:
 * the page's address with "#step-ID".  The id is encoded.
 */
const char *request_step_url(
    const struct req *req, int64_t run, const char *step);
const char *request_step_place(
    const struct req *req, const char *page, const char *step);

/* The fault of a journal of which something cannot be read now. */
enum err request_unreadable(struct req *req);

/* Puts the object when the request ends; returns it. */
struct json_object *request_own(struct req *req, struct json_object *o);

/*
 * A text of the query or of the body, or "". The last of several fields of that
 * name counts: a form sends a checkbox behind its "no".
 */
const char *request_query(const struct req *req, const char *name);
const char *request_field(const struct req *req, const char *name);

/* A text in the language of the request; the key if there is none. */
const char *request_text(const struct req *req, const char *key);

/* The same, or NULL if there is none. */
const char *request_text_if(const struct req *req, const char *key);

/* The same with its {names} filled in (arena); the pairs of name and value
 * end with NULL. */
const char *request_fill(const struct req *req, const char *key, ...)
    __attribute__((sentinel));

/* A message (base/message.h) in the language of the request (arena); NULL for
 * NULL. */
const char *request_message(const struct req *req, const char *text);

#endif
