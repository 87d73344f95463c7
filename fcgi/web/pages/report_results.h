/* report_results.h: the results of an attempt, for the report of a run. */
#ifndef WEB_PAGES_REPORT_RESULTS_H
#define WEB_PAGES_REPORT_RESULTS_H

#include "web/views/view.h"

/*
 * Adds to the model of an attempt `results`: what its targets came to, those
 * that did not succeed first, equal results in one, with some of their names
 * and the end of the output of the first; and results_text: how many targets
 * are left out, or NULL.  *outputs of them may be shown, and it is lowered.
 */
void report_add_results(struct view *v, const struct view_step *step,
    struct json_object *attempt, struct json_object *o, int *outputs);

/* A text of the catalogue with a number in it (arena). */
const char *report_number(
    const struct req *req, const char *key, const char *name, int64_t n);

#endif
