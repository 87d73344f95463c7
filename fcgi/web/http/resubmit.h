/*
 * resubmit.h: a form that was sent after its session had ended.
 */
#ifndef WEB_HTTP_RESUBMIT_H
#define WEB_HTTP_RESUBMIT_H

#include "web/http/reply.h"

/*
 * What the sign-in form carries of the form that was sent, as a model with
 * path, page, fields, secret and too_large; NULL where nothing is carried.
 * It is either that form itself (req) or a sign-in that carries one already.
 */
struct json_object *carry_model(struct req *req);

/* The request is a sign-in that carries a form. */
bool carry_is_there(const struct req *req);

/* Shows the carried form filled in, to be pressed again: after signing in, or
 * where a form of an older session was sent. */
enum err carry_show(struct req *req, struct reply *reply);

#endif
