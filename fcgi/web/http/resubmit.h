/*
 * resubmit.h: a form that was sent after its session had ended.
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

/* The request is a sign-in that carries a form. */
bool carry_is_there(const struct req *req);

/*
 * Shows the carried form filled in, to be sent again: after signing in, or if a
 * form of an older session was sent.
 */
enum err carry_show(struct req *req, struct reply *reply);

#endif
