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
 * For each target of the step's attempts up to n: {"n", "state", "captures"
 * (optional)} of its last one; "valid": that one succeeded, with the plan's
 * values; "tried": an attempt began on it, or may have; "resume", "resume_of"
 * (optional): the statement at which its last attempt that began stopped, if a
 * retry may go on with the plan's values; "skipped" (optional): the statements
 * before it that people skipped. A new object by name of target.
 */
struct json_object *target_status(
    struct db *db, int64_t run, const char *step, int64_t n, const char *plan);

/*
 * The names of the targets of an attempt: those of `on` in the run's resolved
 * targets; for a step that restores an edited file, those where the edit
 * changed something or may have, none if nothing is to be restored. A new
 * array.
 */
struct json_object *target_status_for(struct db *db, int64_t run,
    struct json_object *resolved, const struct step *step);

/* Some target of the step was left out by each of its attempts. */
bool target_status_has_untried(struct db *db, int64_t run, const char *step);

/* Some attempt of the step began on some target. */
bool target_status_has_tried(struct db *db, int64_t run, const char *step);

#endif
