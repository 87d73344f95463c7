/* report_steps.h: the steps of the report of a run, as its page has them. */
#ifndef WEB_PAGES_REPORT_STEPS_H
#define WEB_PAGES_REPORT_STEPS_H

#include "web/views/view.h"

/*
 * The report has the step: of the rollback only if there was one, and of a
 * version hop that the run left out only those that count as left out.
 */
bool report_has(const struct view *v, size_t step);

/*
 * Adds to the model of a report
 * - step_rows: each step with its newest attempts, whose equal results are one
 *   line, those that did not succeed first;
 * - troubles: the steps that failed, were skipped, or took several attempts,
 *   and why; is_well: there are none, and all steps are done;
 * - hash_rows: the hashes of outputs and artifacts; hashes_text: how many are
 *   left out, or NULL.
 */
void report_add_steps(struct view *v, struct json_object *o);

#endif
