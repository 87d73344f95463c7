/*
 * timeline.h: what people did to a run, in the order in which they did it.
 */
#ifndef WEB_VIEWS_TIMELINE_H
#define WEB_VIEWS_TIMELINE_H

#include "web/views/view.h"

/*
 * The events of a run that are somebody's decision, or the end of a step, in
 * words: [{at, by, what, step, detail}].  A new array.
 */
struct json_object *timeline(struct view *v);

#endif
