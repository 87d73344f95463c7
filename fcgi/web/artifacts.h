/*
 * artifacts.h: the outputs that a run has kept (save=).
 */
#ifndef WEB_ARTIFACTS_H
#define WEB_ARTIFACTS_H

#include "web/view.h"

/*
 * What the run has kept, in the order in which it came: [{id, name, step,
 * attempt, target, bytes, size_text, hash, url}].  Read once; it belongs to
 * the request.
 */
struct json_object *artifacts_of_run(struct view *v);

/* That of one target of one attempt, or NULL; belongs to the request. */
struct json_object *artifacts_find(struct view *v, const char *step,
	    int64_t n, const char *target);

#endif
