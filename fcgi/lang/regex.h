/* regex.h: PCRE2 with bounds, so that no pattern of a document can hang us. */
#ifndef LANG_REGEX_H
#define LANG_REGEX_H

#include <stddef.h>

struct regex;

/*
 * There are three answers.  MATCH_GAVE_UP means that a bound was reached
 * before the answer was known, or that the bytes are not valid UTF-8 and the
 * answer depends on their encoding: it is neither of the other two, and a
 * caller treats it as a failure of its own.
 */
enum match { MATCH_NO, MATCH_YES, MATCH_GAVE_UP };

/*
 * Compiles (UTF mode if the pattern is valid UTF-8; `.` and `$` as in Perl,
 * multi-line). NULL if the pattern is invalid; *ret_at and message (at least
 * 120 bytes) then give place and reason.
 */
struct regex *regex_new(
    const char *pattern, size_t *ret_at, char *message, size_t size);
void regex_free(struct regex *re);

/*
 * Finds the first match in the bytes. A byte that is not valid UTF-8 counts as
 * a character of its own. With MATCH_YES *ret_start and *ret_len give group 1
 * if the pattern has one, else the whole match; otherwise they are untouched.
 */
enum match regex_find(struct regex *re, const char *s, size_t len,
    size_t *ret_start, size_t *ret_len);

/* The pattern matches the whole string.  An invalid pattern does not. */
enum match regex_full(const char *pattern, const char *s);

#endif
