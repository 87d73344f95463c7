/* step_rows.h: the steps that a run has, as its events list them. */
#ifndef KEEPER_PLANS_STEP_ROWS_H
#define KEEPER_PLANS_STEP_ROWS_H

#include <json-c/json.h>

#include "lang/values.h"
#include "plan/plan.h"

/*
 * [{id, part, when, optional}] of the steps of a plan in order, without those
 * of templates, whose list no step has found out yet. `value` gives the values
 * that are known before anything runs. A new array.
 */
struct json_object *step_rows(
    const struct plan *plan, value_fn value, void *ctx);

/* The number of forward steps among them that the run takes. */
int64_t step_rows_count(struct json_object *rows);

#endif
