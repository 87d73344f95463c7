/* http_show.h: judges and shows the answers of an http step. */
#ifndef EXECUTOR_HTTP_HTTP_SHOW_H
#define EXECUTOR_HTTP_HTTP_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* True if the codes of status= ("200,201,2xx"; NULL: 2xx) contain this one. */
bool http_status_fits(const char *codes, long status);

/*
 * Appends a body for people: JSON indented, with every token unchanged, other
 * text unchanged, cut after some 256 KB; of binary data only the size.
 */
void http_show_body(const char *body, size_t len, struct buf *out);

#endif
