/* target_selection.h: the targets of an attempt, and how many run at a time. */
#ifndef RUNNER_TARGET_SELECTION_H
#define RUNNER_TARGET_SELECTION_H

#include <json-c/json.h>
#include <stdint.h>

#include "plan/plan.h"
#include "journal/db.h"

/*
 * The names of the attempt's targets, in the order of `group`, which has the
 * names that the plan allows: a new array, or NULL if the attempt names none or
 * a target outside the group.
 */
struct json_object *target_selection_read(struct db *db, int64_t run,
    const char *step, int64_t n, struct json_object *group);

/*
 * The statement at which each target of the attempt starts, {target:
 * statement}, and the statements that people skipped, {target: [statement]}:
 * new objects.  NULL if no earlier attempt of the same plan stopped there.
 */
struct json_object *target_selection_statements(struct db *db, int64_t run,
    const char *step, int64_t n, const char *plan,
    struct json_object **ret_skipped);

/* Sets `batch` of a copy of the step to a number of targets. */
void target_selection_pace(struct step *step, struct json_object *resolved);

#endif
