/* bars.h: what took how long in a run, as bars on one axis. */
#ifndef WEB_RUN_BARS_H
#define WEB_RUN_BARS_H

#include "web/views/view.h"

/*
 * Adds `rows`: [{title, url, icon, state_text, bars, shadows, people,
 * duration_text}], of steps, or of sections where there are many steps; the
 * places of bars {x, width, icon} and shadows {x, width} are of 1,000 units,
 * people are {name, initials}.  Adds `ticks`, the times at 0, 500 and 1,000
 * units, now_x (NULL once the run has ended), and more_text on the rows that
 * are not there.
 */
void bars_add(struct view *v, struct json_object *o);

#endif
