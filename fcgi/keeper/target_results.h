/*
 * target_results.h: the targets of a step over all of its attempts.
 */
#ifndef KEEPER_TARGET_RESULTS_H
#define KEEPER_TARGET_RESULTS_H

#include "keeper/run.h"

/*
 * Sets the targets of the requested attempt in the data of its event: all of
 * the plan, or, for a retry, those that have not succeeded, and the statements
 * to start from. ERR_INVALID or ERR_CONFLICT with a fault.
 */
enum err target_results_choose(struct command *c, const struct run *run,
    const struct step *step, struct json_object *data);

/*
 * After attempt n has succeeded: true if all targets of the plan have,
 * including those of earlier attempts; otherwise *message names one that has
 * not.
 */
bool target_results_agree(
    const struct run *run, const char *step, int64_t n, struct buf *message);

/*
 * The captured values of the step, {name: value}, up to attempt n; null if they
 * differ between targets. A new object.
 */
struct json_object *target_results_captures(
    const struct run *run, const char *step, int64_t n);

#endif
