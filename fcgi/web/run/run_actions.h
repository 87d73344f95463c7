/* run_actions.h: the offers of the bar on the page of a run. */
#ifndef WEB_RUN_RUN_ACTIONS_H
#define WEB_RUN_RUN_ACTIONS_H

#include "web/views/view.h"

/*
 * The commands on the run that the person may give now: [{label, help, url,
 * is_danger, is_page, has_reason, is_withdraw, is_rollback, is_close}]; those
 * that are given by a press alone are in *ret_presses.  New arrays.
 */
struct json_object *run_actions(
    struct view *v, struct json_object **ret_presses);

/*
 * The next thing to do: {label, form, href, says_title}.  `form` is the id of
 * the form that the button submits; where that needs more than a press it is
 * NULL, and `href` leads there.  The label may have the title of the step in
 * it.  A run that has to wait for another one leads there: `holder` is the
 * first of run_model_holders(), or NULL.  NULL: nothing is next.  A new object.
 */
struct json_object *run_actions_next(
    struct view *v, struct json_object *holder);

#endif
