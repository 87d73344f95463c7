/*
 * encode.h: the forms in which a text may turn up elsewhere.  Each function
 * appends to out.
 */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Base64 with padding. */
void encode_base64(const void *data, size_t len, struct buf *out);

/*
 * The characters that any base64 text has that contains data after `before`
 * (0 to 2) bytes of something else, whatever stands before and after.
 */
void encode_base64_inside(
    const void *data, size_t len, size_t before, struct buf *out);

void encode_hex(const void *data, size_t len, bool upper, struct buf *out);

/* Percent-encoding (RFC 3986, section 2.1) of all but unreserved characters:
 * what our own URLs and forms use. */
void encode_url(const void *data, size_t len, struct buf *out);

/* The same as others write it: the characters of `keep` stay as they are, a
 * space becomes '+' if `plus` is set, the digits are lower case on demand. */
void encode_url_as(const void *data, size_t len, const char *keep, bool plus,
    bool lower, struct buf *out);

/* The inside of a JSON string, without its quotes. */
void encode_json(const char *s, size_t len, struct buf *out);

/* The same as others write it: with \/, with \uXXXX for what is not ASCII,
 * with \uXXXX for < > & as well. */
enum { ENCODE_SLASH = 1, ENCODE_ASCII = 2, ENCODE_HTML = 4, ENCODE__ALL = 8 };
void encode_json_as(const char *s, size_t len, unsigned how, struct buf *out);

/*
 * One word of a POSIX shell: in single quotes, each single quote inside
 * written as '\''.  Only for text that sh itself reads, never for a command
 * line, which fish and tcsh read by rules of their own.
 */
void encode_shell(const char *s, size_t len, struct buf *out);

/* The same as others write it: '"'"' for a single quote; or without quotes, a
 * backslash before all that is no letter, digit or one of _@%+=:,./- */
void encode_shell_double(const char *s, size_t len, struct buf *out);
void encode_shell_backslash(const char *s, size_t len, struct buf *out);

/*
 * As languages and databases quote a text: a backslash before each character
 * of `set`.  Control characters stay, or become \n, \r, \t, \x1b …
 * (ENCODE_CONTROLS), of these MySQL's (ENCODE_MYSQL: \n, \r, \Z); what is not
 * ASCII stays, or becomes \xNN or \ooo byte by byte, or \xNN, \uNNNN,
 * \UNNNNNNNN as Python's ascii().
 */
enum {
	ENCODE_CONTROLS = 1,
	ENCODE_MYSQL = 2,
	ENCODE_BYTES = 4,
	ENCODE_OCTAL = 8,
	ENCODE_POINTS = 16
};
void encode_escaped(
    const char *s, size_t len, const char *set, unsigned how, struct buf *out);

/* Each character of the set twice. */
void encode_doubled(
    const char *s, size_t len, const char *set, struct buf *out);

/* HTML or XML: & and <, and each character of `set` as the entity that stands
 * at its place in `as`; what is not ASCII as &#NNN; on demand. */
void encode_html_as(const char *s, size_t len, const char *set,
    const char *const *as, bool numbers, struct buf *out);

/* Reads base64 (padding optional).  False: s is something else. */
bool encode_unbase64(const char *s, size_t len, struct buf *out);

#endif
