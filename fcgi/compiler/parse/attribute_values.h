/* attribute_values.h: values of attributes that have a form of their own. */
#ifndef COMPILER_PARSE_ATTRIBUTE_VALUES_H
#define COMPILER_PARSE_ATTRIBUTE_VALUES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct capture;

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

/* "5" targets, or "25%" of them. */
bool attribute_is_batch(const char *value, int *ret_targets, int *ret_percent);

/* Of the following, NULL or why the value is refused. */

/* "0,3": at most 16 exit codes, which are appended. */
const char *attribute_exit(const char *value, int *codes, size_t *count);

/*
 * "name", "name=/json/pointer" ("name=": all of the JSON) or "name~regex": its
 * texts are of the value, the name of the arena.
 */
const char *attribute_capture(
    struct arena *arena, const char *value, struct capture *ret);

/* A number, as a parameter of that type takes it. */
const char *attribute_number(const char *value);

/* Two choices or more, with commas between them; they belong to the arena. */
const char *attribute_choices(struct arena *arena, const char *value,
    const char *const **ret, size_t *ret_count);

/*
 * Words with blanks or commas between them; `why` if there is none or one is
 * not right.  A word must not stand in it twice.  The list belongs to the
 * arena.
 */
const char *attribute_words(struct arena *arena, const char *value,
    bool (*is_right)(const char *word), const char *why,
    const char *const **ret, size_t *ret_count);

#endif
