/* timeline.h: the actions of people on a run, in their order. */
#ifndef WEB_VIEWS_TIMELINE_H
#define WEB_VIEWS_TIMELINE_H

#include "web/views/view.h"

/*
 * The events of a run that are decisions of people, or the end of a step, in
 * words: [{at, by, what, step, detail}]. A new array.
 */
struct json_object *timeline(struct view *v);

#endif
