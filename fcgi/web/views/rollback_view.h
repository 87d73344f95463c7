/* rollback_view.h: preview of a rollback of the run. */
#ifndef WEB_VIEWS_ROLLBACK_VIEW_H
#define WEB_VIEWS_ROLLBACK_VIEW_H

#include "web/views/view.h"

/*
 * The steps of a rollback now, in order, those that ran and stay as they are,
 * and those past the point of no return, each with id and title; "possible":
 * whether there is work. NULL: the run cannot be rolled back now. Owned by the
 * request.
 */
struct json_object *rollback_model(struct view *v);

#endif
