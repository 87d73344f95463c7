/*
 * look.h: what looks at targets have shown: the difference that an edit would
 * make, and the preflight of a run.
 */
#ifndef WEB_LOOK_H
#define WEB_LOOK_H

#include "web/view.h"

/*
 * The last look at a step: {by, at, is_running, is_old, message, targets:
 * [{name, icon, state, state_text, message, diff}]}, or NULL where there was
 * none.  A new object.
 */
struct json_object *look_of_step(struct view *v, int step);

/*
 * The last preflight: {by, at, is_running, is_old, message, failed, warned,
 * total, icon, state_text, targets: [{name, icon, state, state_text, message,
 * checks: [{check, check_text, state, icon, text}]}]}, those that failed
 * first; or NULL.  A new object.
 */
struct json_object *look_preflight(struct view *v);

#endif
