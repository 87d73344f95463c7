/*
 * resubmit.h: a form that comes back with what was entered.
 */
#ifndef WEB_HTTP_RESUBMIT_H
#define WEB_HTTP_RESUBMIT_H

#include "web/http/reply.h"

/*
 * The form that the sign-in form carries, as a model with path, page, fields,
 * secret and too_large; NULL if none. It is either this request's form or one
 * that a sign-in carries already.
 */
struct json_object *carry_model(struct req *req);

/*
 * The input of the form that the request sent, as [{name, value}], without
 * secrets, ticks and numbers, by the names that fields have for people; empty
 * if it sent none. A new array.
 */
struct json_object *carry_entered(struct req *req);

/*
 * Finds the form that the request sent on one of our pages, and sets `form` of
 * the model to it, filled in, `entered` to what it has no place for, and
 * `secret` if there was one. False: there is no such form, and nothing is set.
 */
bool carry_form(struct req *req, struct json_object *model);

/* The page of ours on which the form stood (Referer), or NULL. */
const char *carry_page(const struct req *req);

/* The request is a sign-in that carries a form. */
bool carry_is_there(const struct req *req);

/*
 * Shows the carried form filled in, to be sent again: after signing in, or if a
 * form of an older session was sent.
 */
enum err carry_show(struct req *req, struct reply *reply);

/*
 * The answer to a refused form has that form on its page: fills it in, but for
 * ticks and secrets. False: the page does not have it.
 */
bool carry_back(struct req *req, struct reply *reply);

#endif
