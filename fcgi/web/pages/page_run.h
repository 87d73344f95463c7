/* page_run.h: the model of the page of a run. */
#ifndef WEB_PAGES_PAGE_RUN_H
#define WEB_PAGES_PAGE_RUN_H

#include "web/views/view.h"

/*
 * The page without its document: bar, outline, panels, artifacts, comments.
 * "_page" has neither "items" nor "rollback_items".  A new object.
 */
struct json_object *page_run_frame(struct view *v);

#endif
