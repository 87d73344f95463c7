/*
 * chronology.h: what people did to a run, in the order in which they did it.
 */
#ifndef WEB_CHRONOLOGY_H
#define WEB_CHRONOLOGY_H

#include "web/view.h"

/*
 * The events of a run that are somebody's decision, or the end of a step, in
 * words: [{at, by, what, step, detail}].  A new array.
 */
struct json_object *chronology(struct view *v);

#endif
