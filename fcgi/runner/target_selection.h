/*
 * target_selection.h: which targets an attempt is for, and how many of them at
 * a time.
 */
#ifndef RUNNER_TARGET_SELECTION_H
#define RUNNER_TARGET_SELECTION_H

#include <json-c/json.h>
#include <stdint.h>

#include "compiler/runbook.h"
#include "journal/db.h"

/*
 * The names of the attempt's targets, in the order of `group`, which has the
 * names that the plan allows: a new array, or NULL where the attempt names
 * none or another.
 */
struct json_object *target_selection_read(struct db *db, int64_t run,
    const char *step, int64_t n, struct json_object *group);

/*
 * Where each target of the attempt starts, {target: statement}, and the
 * statements that people skipped, {target: [statement]}: new objects.  NULL
 * where an earlier attempt of the same plan did not stop there.
 */
struct json_object *target_selection_statements(struct db *db, int64_t run,
    const char *step, int64_t n, const char *plan,
    struct json_object **ret_skipped);

/* Sets "batch" and "max_fail" of an order's step (wire/exec.h). */
void target_selection_pace(struct json_object *o, const struct step *step,
    struct json_object *resolved);

#endif
