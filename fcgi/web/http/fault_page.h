/* fault_page.h: the page of an error. */
#ifndef WEB_HTTP_FAULT_PAGE_H
#define WEB_HTTP_FAULT_PAGE_H

#include "web/http/reply.h"

/*
 * The model of templates/_error.html from req->fault and req->problem: what
 * happened, why, the ways on, what was entered.  A new object.
 */
struct json_object *fault_page_model(struct req *req, enum err err);

/*
 * Adds what a page of a refused form says beside its reason: `people`, who have
 * the role, and `entered`, if the form is gone.
 */
void fault_page_add(struct req *req, struct json_object *refused);

#endif
