/* act_http.h: parts of an http step: judges and shows answers. */
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
