/* http_aws.h: signs requests for AWS and S3 servers. */
#ifndef EXECUTOR_HTTP_HTTP_AWS_H
#define EXECUTOR_HTTP_HTTP_AWS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "executor/http/http_body.h"

/*
 * The headers that sign the filled request: X-Amz-Date, X-Amz-Content-Sha256
 * (for the service s3) and Authorization.  `aws` has region, service,
 * access_key and secret_key; `now` is milliseconds since 1970.  The payload is
 * read once and rewound.  False: it cannot be read.
 */
bool http_sign(struct arena *a, struct json_object *aws,
    const struct http_request *q, struct payload *body, int64_t now,
    struct http_headers *ret);

#endif
