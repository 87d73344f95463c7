/*
 * dry_run.h: what looks at targets have shown: the difference that an edit
 * would make, the requests that would be sent, and the preflight of a run.
 */
#ifndef WEB_VIEWS_DRY_RUN_H
#define WEB_VIEWS_DRY_RUN_H

#include "web/views/view.h"

/* Whether a look tells more than the document does; what it shows, and the
 * button that asks for it. */
bool dry_run_is_possible(const struct step *step);
const char *dry_run_title(struct req *req, const struct step *step);
const char *dry_run_label(struct req *req, const struct step *step);

/*
 * The last look at a step: {title, by, at, is_running, is_old, message,
 * targets: [{name, icon, state, state_text, message, shown}]}, or NULL where
 * there was none.  A new object.
 */
struct json_object *dry_run_of_step(struct view *v, int step);

/*
 * The last preflight: {by, at, is_running, is_old, message, failed, warned,
 * total, icon, state_text, targets: [{name, icon, state, state_text, message,
 * checks: [{check, check_text, state, icon, text}]}]}, those that failed
 * first; or NULL.  A new object.
 */
struct json_object *dry_run_preflight(struct view *v);

#endif
