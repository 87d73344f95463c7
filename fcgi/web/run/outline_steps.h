/* outline_steps.h: the steps of a section in the outline of a run. */
#ifndef WEB_RUN_OUTLINE_STEPS_H
#define WEB_RUN_OUTLINE_STEPS_H

#include "web/views/view.h"

/*
 * [{path, title, icon, state_text, is_current}] of the steps that stand
 * directly in the section, or, with section -1, of the rollback that runs: at
 * most some before and behind the current one, whose other ones are counted in
 * *ret_before and *ret_behind (texts, or NULL).  A new array.
 */
struct json_object *outline_steps(struct view *v, int section,
    const char **ret_before, const char **ret_behind);

#endif
