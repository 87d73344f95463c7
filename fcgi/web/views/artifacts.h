/* artifacts.h: the artifacts of a run (save=). */
#ifndef WEB_VIEWS_ARTIFACTS_H
#define WEB_VIEWS_ARTIFACTS_H

#include "web/http/request.h"

/* The artifacts of a run, loaded once; all NULL until then. */
struct artifacts {
	struct json_object *list;
	struct json_object *by; /* the same by step, attempt and target */
};

/*
 * The artifacts of the run, oldest first: [{id, name, step, attempt, target,
 * bytes, size_text, hash, sealed, url}], of a sealed one the url of the page
 * that can show it. It belongs to the request.
 */
struct json_object *artifacts_of_run(
    struct req *req, int64_t run, struct artifacts *a);

/* The one of one target of one attempt, or NULL; belongs to the request. */
struct json_object *artifacts_find(struct req *req, int64_t run,
    struct artifacts *a, const char *step, int64_t n, const char *target);

#endif
