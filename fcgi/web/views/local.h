/* local.h: the isolation of a step on the console's own machine, in words. */
#ifndef WEB_VIEWS_LOCAL_H
#define WEB_VIEWS_LOCAL_H

#include <json-c/json.h>

#include "web/http/request.h"

/*
 * For the target “local” of a plan (NULL: no settings), and the step's user=
 * (or NULL). The text belongs to the request.
 */
const char *local_how(
    struct req *req, struct json_object *local, const char *user);

#endif
