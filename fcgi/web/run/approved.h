/* approved.h: all that an approval of a run's plan is given to. */
#ifndef WEB_RUN_APPROVED_H
#define WEB_RUN_APPROVED_H

#include "web/views/view.h"

/*
 * {targets: [{name, address}], more_text, finals: [titles], has_finals, since:
 * [sentences], since_run (NULL: none), plan_short}: the targets, the
 * irreversible steps, and the differences from the last run of the runbook that
 * succeeded in the environment.  A new object.
 */
struct json_object *approved_model(struct view *v);

#endif
