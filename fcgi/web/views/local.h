/*
 * local.h: how a step runs on the console's own machine, in words.
 */
#ifndef WEB_VIEWS_LOCAL_H
#define WEB_VIEWS_LOCAL_H

#include <json-c/json.h>

#include "web/http/request.h"

/* Of the target “local” as a plan has it (NULL: nothing is said there), and
 * the step's user= (or NULL).  The text belongs to the request. */
const char *local_how(
    struct req *req, struct json_object *local, const char *user);

#endif
