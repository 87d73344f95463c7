/* act_http.h: parts of an http step: inserts values, shows answers. */
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
 * absolute: under `base`, or unchanged if that is NULL.  ERR_INVALID with a
 * fault if a value is unknown or has no encoding for its place, or the URL
 * leads to another server than base.
 */
enum err http_fill(struct arena *a, const struct job_spec *o, const char *base,
    const struct http_request *r, struct http_request *ret,
    struct fault *fault);

/* True if the codes of status= ("200,201,2xx"; NULL: 2xx) contain this one. */
bool http_status_fits(const char *codes, long status);

/* False: steps may not connect to that address. */
bool http_may_connect(const struct sockaddr *address);

/*
 * Appends a body for people: JSON indented, with every token unchanged, other
 * text unchanged, cut after some 256 KB; of binary data only the size.
 */
void http_show_body(const char *body, size_t len, struct buf *out);

#endif
