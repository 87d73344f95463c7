/*
 * target.h: the step on one target, in a process of its own.
 */
#ifndef STEP_TARGET_H
#define STEP_TARGET_H

#include "step/mask.h"
#include "step/order.h"

/*
 * Performs the step on the target and writes its last status line.  `parent`
 * is the process that is to outlive this one; *shared_group is where the
 * process group of a local script is told to it.
 */
void	target_run(const struct order *order, const struct order_target *target,
	    const struct mask *mask, int parent, int *shared_group);

#endif
