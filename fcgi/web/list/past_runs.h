/* past_runs.h: the last runs of a runbook, and how many of them succeeded. */
#ifndef WEB_LIST_PAST_RUNS_H
#define WEB_LIST_PAST_RUNS_H

#include "web/http/request.h"

#define PAST_RUNS 20

/*
 * Adds past_runs, the newest PAST_RUNS runs as rows of model_run_row(), and
 * has_past;
 * succeeded_text ("5 of the last 7 succeeded") of those that have a result, or
 * NULL; succeeded and ended, the numbers in it.
 */
void past_runs_add(struct req *req, struct json_object *o, const char *runbook);

/*
 * Adds strip, the same runs from old to new as bars, the longest that has ended
 * as high as PAST_RUNS_HIGH: [{url, icon, text, y, height}].  The rows have
 * run_row_add_all().
 */
#define PAST_RUNS_HIGH 40
void past_runs_add_strip(struct req *req, struct json_object *o);

#endif
