/* new_plan.h: what a new plan means for a run. */
#ifndef KEEPER_PLANS_NEW_PLAN_H
#define KEEPER_PLANS_NEW_PLAN_H

#include "keeper/run.h"

/*
 * Puts "state" and "gates" of a run whose plan changes: it waits for its
 * approvals again, and its gates are decided anew.
 */
void new_plan_put(struct run *run, struct json_object *data);

/*
 * Compiles the plans of open runs that an older version made, which approved
 * documents: the approvals that they have end.  Call it once, at the start.
 */
void new_plan_upgrade(struct keeper *k);

#endif
