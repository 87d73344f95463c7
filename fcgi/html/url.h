/* url.h: the encodings of addresses and forms. */
#ifndef HTML_URL_H
#define HTML_URL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define URL_MAX_FIELDS 500 /* of one form or query */

/* Appends s as a path: all but unreserved bytes and '/' are encoded. */
void url_put_path(struct buf *out, const char *s);

/* As a name or value of a query: '/' is encoded as well. */
void url_put_query(struct buf *out, const char *s);

/*
 * Appends the decoded bytes of s; plus: '+' stands for a space.
 * ERR_INVALID: a broken %, a NUL, or not UTF-8.
 */
enum err url_decode(const char *s, size_t len, bool plus, struct buf *out);

/*
 * Parses a query or a body of application/x-www-form-urlencoded into an object
 * of texts. A repeated name makes an array of its texts. ERR_INVALID
 * (encoding), ERR_TOO_LARGE (fields). The caller puts *ret.
 */
enum err url_read_form(const char *s, size_t len, struct json_object **ret);

#endif
