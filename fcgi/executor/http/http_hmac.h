/* http_hmac.h: signs requests as sign: in targets.yml says. */
#ifndef EXECUTOR_HTTP_HTTP_HMAC_H
#define EXECUTOR_HTTP_HTTP_HMAC_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "executor/http/http_body.h"

/*
 * The headers that sign the filled request: the signature, and its time if
 * `sign` names a header for it; `now` is milliseconds since 1970.  The payload
 * is read and rewound.  False: it cannot be read.
 */
bool http_hmac(struct arena *a, struct json_object *sign,
    const struct http_request *q, struct payload *body, int64_t now,
    struct http_headers *ret);

/* `sign` would put a secret into a header that cannot hold it. */
bool http_hmac_is_unfit(struct json_object *sign);

/* Appends a line for people: the header, and how it is made. */
void http_hmac_show(struct json_object *sign, struct buf *out);

#endif
