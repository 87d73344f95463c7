/*
 * parameter_value.h: the values that a parameter accepts.
 */
#ifndef LANG_PARAMETER_VALUE_H
#define LANG_PARAMETER_VALUE_H

#include "base/buf.h"
#include "plan/parameter.h"

/*
 * Checks one value of a parameter: type, pattern, choices, the characters that
 * HAZARDS bans (NUL, CR, LF unless multiline; leading '-' unless dash), 64 KB
 * at most. Returns NULL or why not: a message (base/message.h), or the text
 * that the author wrote; static or inside `*scratch`.
 */
const char *parameter_check_value(
    const struct parameter *p, const char *value, struct buf *scratch);

struct json_object;

/*
 * The same for the value that the environment gives to the parameter, of those
 * in `values`; NULL also if it gives none.  A secret is none to give.
 */
const char *parameter_check_fixed(const struct parameter *p,
    struct json_object *values, const char *environment, struct buf *scratch);

/* Two values of the parameter that mean the same. */
bool parameter_is_same(const struct parameter *p, const char *a, const char *b);

/* Less than 0, 0 or more: the order of two numbers of any length. */
int parameter_compare_numbers(const char *a, const char *b);

#endif
