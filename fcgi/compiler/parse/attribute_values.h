/* attribute_values.h: values of attributes that have a form of their own. */
#ifndef COMPILER_PARSE_ATTRIBUTE_VALUES_H
#define COMPILER_PARSE_ATTRIBUTE_VALUES_H

#include <stdbool.h>

struct arena;

/* "0600": three or four octal digits. */
bool attribute_is_mode(const char *value);

/* "200,201,2xx": status codes and classes of them. */
bool attribute_is_status(const char *value);

/*
 * "STEP" or "STEP~/json/pointer": the step of the arena, and the pointer, NULL
 * if there is none.
 */
bool attribute_is_list(struct arena *arena, const char *value,
    const char **ret_step, const char **ret_pointer);

#endif
