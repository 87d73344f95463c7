/* assignment.h: a line `key = value` of a file, for the verb `set`. */
#ifndef EXECUTOR_ACTIONS_ASSIGNMENT_H
#define EXECUTOR_ACTIONS_ASSIGNMENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Offset of the value in a line `key = value`; 0: another kind of line.  A key
 * of NULL: any key.  *ret_gap is the offset behind the key.
 */
size_t assignment_value(const char *s, const char *key, size_t *ret_gap);

/*
 * The line `like` with the new value, whose old one begins at `at`, and the
 * text `behind` it; with another key, unless that is NULL, in place of the
 * `gap` bytes before.  The caller frees it.
 */
char *assignment_put(const char *like, size_t gap, size_t at, const char *key,
    const char *value, const char *behind);

/*
 * The text after the value that stays: a comment with the blanks before it, and
 * the comma of JSON; NULL: the value continues in the next line.
 */
const char *assignment_rest(const char *key, const char *value);

/* True if the line begins with the key and blanks, as in sshd_config. */
bool assignment_is_other(const char *s, const char *key);

#endif
