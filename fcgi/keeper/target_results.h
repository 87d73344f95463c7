/*
 * target_results.h: the targets of a step over all of its attempts.
 */
#ifndef KEEPER_TARGET_RESULTS_H
#define KEEPER_TARGET_RESULTS_H

#include "keeper/run.h"

/*
 * Sets the targets of the attempt that the call asks for in the data of its
 * event: all of the plan, or, of a retry, those that have not succeeded,
 * and the statements to start from.
 * ERR_INVALID or ERR_CONFLICT with a fault.
 */
enum err target_results_choose(struct command *c, const struct run *run,
    const struct step *step, struct json_object *data);

/*
 * After attempt n has succeeded: have all targets of the plan, those of
 * earlier attempts included?  If not, *message says which has not.
 */
bool target_results_agree(
    const struct run *run, const char *step, int64_t n, struct buf *message);

/*
 * What the step captured, {name: value}, up to attempt n; null where it is
 * not the same on all targets.  A new object.
 */
struct json_object *target_results_captures(
    const struct run *run, const char *step, int64_t n);

#endif
