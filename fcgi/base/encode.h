/*
 * encode.h: encodings in which a text may appear in output.  Each function
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
 * The characters that every base64 text contains if it encodes data after
 * `before` (0 to 2) other bytes, independent of the bytes around data.
 */
void encode_base64_inside(
    const void *data, size_t len, size_t before, struct buf *out);

void encode_hex(const void *data, size_t len, bool upper, struct buf *out);

/*
 * Percent-encodes (RFC 3986, section 2.1) all but unreserved characters, as our
 * own URLs and forms do.
 */
void encode_url(const void *data, size_t len, struct buf *out);

/*
 * The variants of other programs: the characters of `keep` stay, a space
 * becomes '+' if `plus` is set, hex digits are optionally lower case.
 */
void encode_url_as(const void *data, size_t len, const char *keep, bool plus,
    bool lower, struct buf *out);

/* The inside of a JSON string, without its quotes. */
void encode_json(const char *s, size_t len, struct buf *out);

/*
 * The variants of other programs: with \/, with \uXXXX for characters that are
 * not ASCII, with \uXXXX for < > & as well.
 */
enum { ENCODE_SLASH = 1, ENCODE_ASCII = 2, ENCODE_HTML = 4, ENCODE__ALL = 8 };
void encode_json_as(const char *s, size_t len, unsigned how, struct buf *out);

/*
 * One word of a POSIX shell: in single quotes, each single quote inside written
 * as '\''.  Only for text that sh itself reads, never for a command line, which
 * fish and tcsh parse by other rules.
 */
void encode_shell(const char *s, size_t len, struct buf *out);

/*
 * The variants of other programs: '"'"' for a single quote; or no quotes, with
 * a backslash before every character other than letters, digits and _@%+=:,./-
 */
void encode_shell_double(const char *s, size_t len, struct buf *out);
void encode_shell_backslash(const char *s, size_t len, struct buf *out);

/*
 * String literals of languages and databases: a backslash before each character
 * of `set`.  Control characters stay, or become \n, \r, \t, \x1b …
 * (ENCODE_CONTROLS), or only those of MySQL do (ENCODE_MYSQL: \n, \r, \Z).
 * Other characters than ASCII stay, or become \xNN or \ooo byte by byte, or
 * \xNN, \uNNNN, \UNNNNNNNN as from Python's ascii().
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

/* Doubles each character of the set. */
void encode_doubled(
    const char *s, size_t len, const char *set, struct buf *out);

/*
 * HTML or XML: replaces & and <, and each character of `set` by the entity at
 * the same position in `as`; optionally other characters than ASCII by &#NNN;.
 */
void encode_html_as(const char *s, size_t len, const char *set,
    const char *const *as, bool numbers, struct buf *out);

/* Decodes base64 (padding optional). False: s is not base64. */
bool encode_unbase64(const char *s, size_t len, struct buf *out);

#endif
