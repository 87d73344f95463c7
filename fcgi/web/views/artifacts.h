/* artifacts.h: the artifacts of a run (save=). */
#ifndef WEB_VIEWS_ARTIFACTS_H
#define WEB_VIEWS_ARTIFACTS_H

#include <json-c/json.h>
#include <stdint.h>

struct view;

/*
 * The newest artifacts of the run below event `before`, at most ARTIFACTS_MOST,
 * the newest last: [{id, name, step, attempt, target, bytes, size_text, hash,
 * sealed, url}], of a sealed one the url of the page that can show it.
 * *ret_earlier is the event below which there are others, or 0. A new array.
 */
#define ARTIFACTS_MOST 50
struct json_object *artifacts_of_run(
    struct view *v, int64_t before, int64_t *ret_earlier);

/* The one of one target of one attempt: a new object, or NULL. */
struct json_object *artifacts_find(
    struct view *v, const char *step, int64_t n, const char *target);

#endif
