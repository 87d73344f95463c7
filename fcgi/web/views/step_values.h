/* step_values.h: the values that a step reads, as they are now. */
#ifndef WEB_VIEWS_STEP_VALUES_H
#define WEB_VIEWS_STEP_VALUES_H

#include "web/views/view.h"

/*
 * {"name", "value", "is_secret", "target"} of each parameter and variable that
 * the step reads; with_list() has those of the targets of with=.  A secret has
 * no value; `target` is NULL but for a value of that target alone.  A new
 * array.
 */
struct json_object *step_values(struct view *v, const struct step *step);

#endif
