/*
 * artifacts.h: the outputs that a run has kept (save=).
 */
#ifndef WEB_VIEWS_ARTIFACTS_H
#define WEB_VIEWS_ARTIFACTS_H

#include "web/http/request.h"

/* What a run has kept, read once; all NULL until then. */
struct artifacts {
	struct json_object *list;
	struct json_object *by; /* the same by place */
};

/*
 * What the run has kept, in the order in which it came: [{id, name, step,
 * attempt, target, bytes, size_text, hash, url}].  It belongs to the request.
 */
struct json_object *artifacts_of_run(
    struct req *req, int64_t run, struct artifacts *a);

/* That of one target of one attempt, or NULL; belongs to the request. */
struct json_object *artifacts_find(struct req *req, int64_t run,
    struct artifacts *a, const char *step, int64_t n, const char *target);

#endif
