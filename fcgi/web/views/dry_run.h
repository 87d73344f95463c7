/*
 * dry_run.h: the results of dry runs: the difference that an edit would make,
 * the requests that would be sent, and the preflight of a run.
 */
#ifndef WEB_VIEWS_DRY_RUN_H
#define WEB_VIEWS_DRY_RUN_H

#include "web/views/view.h"

/* True if a dry run adds to the document; the label of its button. */
bool dry_run_is_possible(const struct step *step);
const char *dry_run_label(struct req *req, const struct step *step);

/*
 * The last dry run of a step: {title, by, at, is_running, is_old, message,
 * targets: [{name, icon, state, state_text, message, shown}]}, or NULL if there
 * was none. A new object.
 */
struct json_object *dry_run_of_step(struct view *v, int step);

/*
 * The last preflight: {by, at, is_running, is_old, message, failed, warned,
 * total, icon, state_text, targets: [{name, icon, state, state_text, message,
 * checks: [{check, check_text, state, icon, text}]}]}, failed ones first; or
 * NULL. A new object.
 */
struct json_object *dry_run_preflight(struct view *v);

/* The same of a row of STMT_LOOK_LAST. */
struct json_object *dry_run_preflight_of(
    struct view *v, struct json_object *dry_run);

/* True if a preflight would try a target. */
bool dry_run_has_targets(struct view *v);

#endif
