/*
 * http_file.h: the requests in the text of an http step: values are still
 * {{name}}.
 */
#ifndef LANG_HTTP_HTTP_FILE_H
#define LANG_HTTP_HTTP_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define HTTP_PARTS 64 /* of a multipart body, at most */

struct http_header {
	const char *name;
	const char *value;
	int line; /* of the document */
};

struct http_headers {
	struct http_header *all;
	size_t count;
};

/*
 * A text, an artifact (save=), or a file that the plan fixes by hash; none: all
 * are NULL.
 */
struct http_body {
	const char *text;
	size_t len;
	const char *artifact;
	const char *file; /* or ./name, in the runbook folder */
	int line;         /* of its first line in the document */
};

/* Of a body of the type multipart/form-data. */
struct http_part {
	struct http_headers headers;
	struct http_body body;
	int line; /* of the boundary before it */
};

struct http_request {
	int line; /* of the document */
	const char *method;
	const char *url;
	struct http_headers headers;
	struct http_body body;
	struct http_part *parts; /* in place of a body */
	size_t parts_count;
};

struct http_text {
	struct http_request *all;
	size_t count;
	int wrong_line; /* after ERR_INVALID, of the document */
};

/*
 * Parses the requests of a text whose first line is `line` of the document. All
 * belongs to the arena. ERR_INVALID with a fault, a sentence in lower case, and
 * ret->wrong_line.
 */
enum err http_parse(struct arena *a, const char *text, int line,
    struct http_text *ret, struct fault *fault);

/* The value of the first header of that name, in any case, or NULL. */
const char *http_header(const struct http_headers *h, const char *name);

/* It has a body of some kind. */
bool http_has_body(const struct http_request *q);

/* A valid header name (a token of RFC 9110). */
bool http_is_token(const char *s, size_t len);

/* A valid header value: no CR, LF or other control but tab. */
bool http_is_field(const char *s);

#endif
