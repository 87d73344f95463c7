/*
 * act_http.h: the parts of an http step: filling in its values, showing what
 * came back.
 */
#ifndef EXECUTOR_HTTP_ACT_HTTP_H
#define EXECUTOR_HTTP_ACT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "lang/http_file.h"
#include "executor/job_spec.h"

/*
 * A copy of the request with each {{name}} encoded for its place, its URL
 * absolute: under `base`, or, where that is NULL, as it stands.  ERR_INVALID
 * with a fault where a value is unknown or has no encoding for its place, or
 * the URL leads to another server than base.
 */
enum err http_fill(struct arena *a, const struct job_spec *o, const char *base,
    const struct http_request *r, struct http_request *ret,
    struct fault *fault);

/* The codes of status= ("200,201,2xx"; NULL: 2xx) have this one. */
bool http_status_fits(const char *codes, long status);

/* False: no server that a step may speak to has such an address. */
bool http_may_connect(const struct sockaddr *address);

/*
 * Appends a body as people read it: JSON in lines and indented with every
 * token as it was, other text as it is, cut after some 256 KB; of what is no
 * text its size.
 */
void http_show_body(const char *body, size_t len, struct buf *out);

#endif
