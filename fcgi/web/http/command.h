/* command.h: passes commands on to the keeper with the user's credential. */
#ifndef WEB_HTTP_COMMAND_H
#define WEB_HTTP_COMMAND_H

#include "web/http/reply.h"

/*
 * Asks the keeper for the request's verb on its run and step, with `body`
 * (taken over). ERR_OK: *ret is its answer, owned by the request. Otherwise
 * req->fault and req->problem describe the error.
 */
enum err command_ask(struct req *req, enum verb verb, struct json_object *body,
    struct json_object **ret);

/*
 * The body of the verb from the fields of the request: converts the texts of a
 * form and drops its other fields (the form token). A JSON body is passed
 * unchanged. The caller puts it.
 */
enum err command_body(
    struct req *req, enum verb verb, struct json_object **ret);

/*
 * {"run_create_title": 400}: the limit of each text that a form may have, in
 * UTF-16 units, as a browser counts `maxlength`: the browser cuts off nothing
 * that the keeper accepts.  Static.
 */
struct json_object *command_limits(void);

/* The handler of any command: asks the keeper and answers the person. */
enum err command_post(struct req *req, struct reply *reply);

#endif
