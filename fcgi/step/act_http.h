/*
 * act_http.h: the parts of an http step: reading its text, filling in its
 * values, showing what came back.
 */
#ifndef STEP_ACT_HTTP_H
#define STEP_ACT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "step/order.h"

struct http_header {
	const char	*name;
	const char	*value;
	int		 line;		/* of the document */
};

struct http_request {
	int			 line;	/* of the document */
	const char		*method;
	const char		*url;
	struct http_header	*headers;
	size_t			 headers_count;
	const char		*body;	/* NULL: none */
	size_t			 body_len;
	int			 body_line;	/* of the document */
};

/*
 * Reads the requests of a text whose first line is `line` of the document.
 * All belongs to the arena.  ERR_INVALID with a fault that names the line.
 */
enum err	http_parse(struct arena *a, const char *text, int line,
		    struct http_request **ret, size_t *ret_count,
		    struct fault *fault);

/*
 * A copy of the request with each {{name}} encoded for its place, its URL
 * absolute: under `base`, or, where that is NULL, as it stands.  ERR_INVALID
 * with a fault where a value is unknown or has no encoding for its place, or
 * the URL leads to another server than base.
 */
enum err	http_fill(struct arena *a, const struct order *o,
		    const char *base, const struct http_request *r,
		    struct http_request *ret, struct fault *fault);

/* The value of the first header of that name, in any case, or NULL. */
const char	*http_header(const struct http_request *r, const char *name);

/* A name that a header may have (a token of RFC 9110). */
bool		 http_is_token(const char *s, size_t len);

/* Text that a header may carry: no CR, LF or other control but tab. */
bool		 http_is_field(const char *s);

/* The codes of status= ("200,201,2xx"; NULL: 2xx) have this one. */
bool		 http_status_fits(const char *codes, long status);

/* False: no server that a step may speak to has such an address. */
bool		 http_may_connect(const struct sockaddr *address);

/*
 * Appends a body as people read it: JSON in lines and indented with every
 * token as it was, other text as it is, cut after some 256 KB; of what is no
 * text its size.
 */
void		 http_show_body(const char *body, size_t len,
		    struct buf *out);

#endif
