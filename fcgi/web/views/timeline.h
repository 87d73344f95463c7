/* timeline.h: the actions of people on a run, in their order. */
#ifndef WEB_VIEWS_TIMELINE_H
#define WEB_VIEWS_TIMELINE_H

#include "web/views/view.h"

/*
 * The events of a run that are decisions of people, or the end of a step, in
 * words: the newest TIMELINE_MOST of those before the event `before`, [{at, by,
 * what, step, detail}]. *ret_earlier is the event before which there are
 * others, or 0. A new array.
 */
#define TIMELINE_MOST 500
struct json_object *timeline(
    struct view *v, int64_t before, int64_t *ret_earlier);

#endif
