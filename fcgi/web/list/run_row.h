/* run_row.h: what a list says of a run beside its row. */
#ifndef WEB_LIST_RUN_ROW_H
#define WEB_LIST_RUN_ROW_H

#include "web/views/view.h"

/*
 * The state that the tab of a run's page shows (req->tab): failed or not known,
 * waiting for the person, running, done; or NULL.  `held`: another run holds a
 * target that it needs, so that nobody can start it.
 */
const char *run_row_tab(struct view *v, bool held);

/*
 * Completes rows of model_run_row(), which the caller has found by a LIMIT: a
 * run is loaded if it is open or did not end well.
 *
 *	url		the run, at the step that failed if one has
 *	duration_text	from its start to its end, or to now; or NULL
 *	current_title	"Next: Stop the service" of an open run, or which run
 *			holds the targets that it has to take; or NULL
 *	waiting_for	"Sign: Stop the service": what the person could do
 *			now; or NULL
 *	waiting_as	"as approver": the role for it
 *	since		when what is next became so, RFC 3339
 *	failure		why the run failed, in a line; or NULL
 *	failed_title	the step that failed; NULL: none, or none is known
 */
void run_row_add_all(struct req *req, struct json_object *rows);

#endif
