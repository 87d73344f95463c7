/*
 * command.h: commands, passed on to the keeper with the user's credential.
 */
#ifndef WEB_HTTP_COMMAND_H
#define WEB_HTTP_COMMAND_H

#include "web/http/request.h"

struct keeper;

/* The connection to DATA/run/keeper.sock, made when first needed. */
struct keeper *keeper_new(const char *data);
void keeper_free(struct keeper *k);

/*
 * Asks the keeper for the request's verb on its run and step, with `body`
 * (taken over).  ERR_OK: *ret is its answer, owned by the request.  Else
 * req->fault and req->problem say why.
 */
enum err command_ask(struct req *req, enum verb verb, struct json_object *body,
    struct json_object **ret);

/*
 * The body of the verb from the fields of the request: texts of a form
 * become what the verb expects, and what a form has beside (the token) stays
 * away.  A JSON body is passed as it is.  The caller puts it.
 */
enum err command_body(
    struct req *req, enum verb verb, struct json_object **ret);

#endif
