/*
 * http_fill.h: inserts the values of an http step, each encoded for its place.
 */
#ifndef LANG_HTTP_HTTP_FILL_H
#define LANG_HTTP_HTTP_FILL_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/http/http_file.h"
#include "lang/values.h"

struct http_filling {
	struct arena *arena; /* of the results */
	value_fn value;
	void *ctx;
	const char *base; /* URL of the server, or NULL */
	int line;         /* set by an error: of the document */
};

/*
 * A copy of the request with each {{name}} encoded for its place, its URL
 * absolute: under the base, or unchanged if that is NULL.  ERR_INVALID with a
 * fault, a sentence in lower case, if a value is unknown or has no encoding for
 * its place, or the URL leads to another server than the base.
 */
enum err http_fill(struct http_filling *from, const struct http_request *r,
    struct http_request *ret, struct fault *fault);

#endif
