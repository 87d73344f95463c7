/*
 * http_fill.h: inserts the values of an http step, each encoded for its place.
 */
#ifndef LANG_HTTP_HTTP_FILL_H
#define LANG_HTTP_HTTP_FILL_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/http/http_file.h"
#include "lang/values.h"

/* The member of a list that the request is sent for (foreach=), or a part. */
struct http_item {
	const char *text; /* NULL: it is an object or a list */
	const char *json; /* as it stands in the list */
};

/*
 * The part of the member at a JSON pointer ("": all of it).  NULL, or a reason
 * why there is none.
 */
typedef const char *(*http_item_fn)(
    void *ctx, const char *pointer, struct http_item *ret);

struct http_filling {
	struct arena *arena; /* of the results */
	value_fn value;
	void *ctx;
	http_item_fn item; /* NULL: there is no list */
	void *item_ctx;
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
