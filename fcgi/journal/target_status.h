/*
 * target_status.h: the targets of a step over all of its attempts.
 */
#ifndef JOURNAL_TARGET_STATUS_H
#define JOURNAL_TARGET_STATUS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/step.h"
#include "journal/db.h"

/*
 * Of each target of the step's attempts up to n: {"n", "state", "captures"
 * (or none)} of its last one; "valid": that one succeeded, with the values
 * that the plan has; "tried": one of them has, or may have, begun on it; and
 * "resume", "resume_of" (or none): the statement at which its last attempt
 * that began stopped, where a retry may go on with the values of the plan;
 * "skipped" (or none): the statements before it that people skipped.
 * A new object by name of target.
 */
struct json_object *target_status(
    struct db *db, int64_t run, const char *step, int64_t n, const char *plan);

/*
 * The names of the targets that an attempt of the step is for: what its `on`
 * means in the run's resolved targets, or, of a step that puts back what an
 * edit changed, those where it changed something or may have: none of them
 * where nothing is to put back.  A new array.
 */
struct json_object *target_status_for(struct db *db, int64_t run,
    struct json_object *resolved, const struct step *step);

/* Some target of the step was left out by each of its attempts. */
bool target_status_has_untried(struct db *db, int64_t run, const char *step);

/* Some attempt of the step began on some target. */
bool target_status_has_tried(struct db *db, int64_t run, const char *step);

#endif
