/*
 * rollback_view.h: what a rollback of the run would do, before it begins.
 */
#ifndef WEB_VIEWS_ROLLBACK_VIEW_H
#define WEB_VIEWS_ROLLBACK_VIEW_H

#include "web/views/view.h"

/*
 * The steps that a rollback would take now, in order, those that ran and stay
 * as they are, and those past the point of no return, each with id and title;
 * "possible": whether there is anything to do.  NULL: the run cannot be
 * rolled back now.  Owned by the request.
 */
struct json_object *rollback_model(struct view *v);

#endif
